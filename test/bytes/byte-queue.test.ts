import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteQueue } from '../../src/bytes/byte-queue.ts'

const step = fc.oneof(fc.record({ add: fc.oneof(fc.nat(20), fc.nat(10_000)) }), fc.constant('take' as const))

test('what was added comes out in order, whatever the pieces and whenever they are taken', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const queue = new ByteQueue()
      const source = new Uint8Array(20_000)
      const added: number[] = []
      const taken: number[] = []
      let next = 0
      for (const one of steps) {
        if (one === 'take') {
          const piece = queue.take()
          if (piece === null) assert.equal(added.length, taken.length)
          else taken.push(...piece)
        } else {
          for (let i = 0; i < one.add; i++) source[7 + i] = next++ % 251
          queue.add(source, 7, 7 + one.add)
          added.push(...source.subarray(7, 7 + one.add))
          source.fill(255)
        }
        assert.equal(queue.size, added.length - taken.length)
      }
      for (let piece = queue.take(); piece !== null; piece = queue.take()) taken.push(...piece)
      assert.deepEqual(taken, added)
      assert.equal(queue.size, 0)
    }),
    { numRuns: 60 },
  )
})

test('small pieces come out as one, and a large one alone', () => {
  const queue = new ByteQueue()
  for (let i = 0; i < 100; i++) queue.add(Uint8Array.of(i), 0, 1)
  queue.add(new Uint8Array(5000), 0, 5000)
  queue.add(Uint8Array.of(1, 2, 3), 1, 3)
  assert.deepEqual(
    [queue.take(), queue.take(), queue.take(), queue.take()].map(piece => piece?.length),
    [100, 5000, 2, undefined],
  )
})
