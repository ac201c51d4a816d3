// What RFC 6455, RFC 7692 and RFC 8441 ask is shown kept and broken by the vectors.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allPages, readTable, tableOf } from './coverage.ts'
import { allMusts, OURS } from './musts.ts'

const pages = allPages()

describe('what the RFCs of WebSocket ask', () => {
  for (const [kind, named, musts] of [
    ['kept', pages.flatMap(({ keeps }) => keeps), allMusts()],
    ['broken, and refused', pages.flatMap(({ breaks }) => breaks), allMusts().filter(must => !OURS.includes(must))],
  ] as const) {
    test(`is ${kind} by a vector each`, () => {
      assert.deepEqual(
        musts.filter(must => !named.includes(must)),
        [],
      )
    })

    test(`is what vectors say they show ${kind}`, () => {
      assert.deepEqual(
        named.filter(must => !allMusts().includes(must)),
        [],
      )
    })
  }

  test('stands in the table', () => {
    assert.equal(readTable().table, tableOf(pages), 'write it anew: node test/websocket/coverage.ts')
  })
})

test('each WebSocket vector has a name of its own on its page', () => {
  const links = pages.map(({ file, anchor }) => `${file}#${anchor}`)
  assert.deepEqual(
    links.filter((link, i) => links.indexOf(link) !== i),
    [],
  )
})
