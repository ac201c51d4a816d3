import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyOf } from '../../src/bytes/copy.ts'
import { collect } from '../../src/exchange/index.ts'

for (const [what, lent] of [
  ['an array of bytes', Uint8Array.from([1, 2, 3, 4])],
  ['a Buffer', Buffer.from([1, 2, 3, 4])],
] as const) {
  test(`a copy of ${what} stays when the original changes`, () => {
    const [whole, part] = [copyOf(lent), copyOf(lent, 1, 3)]
    lent.fill(9)
    assert.deepEqual([...whole], [1, 2, 3, 4])
    assert.deepEqual([...part], [2, 3])
  })
}

test('content that is collected stays when the chunks it came in change', async () => {
  const lent = Buffer.alloc(2)
  let pulled = 0
  const body = { length: undefined, pull: () => (pulled === 3 ? null : lent.fill(pulled++)), cancel() {} }
  assert.deepEqual([...(await collect(body, 10))], [0, 0, 1, 1, 2, 2])
})
