// Runs the vectors of `test/vectors/h1` against the HTTP/1.1 connection, in every way in which bytes can arrive.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as h1 from '../../src/h1/index.ts'
import { bytesOf } from './notation.ts'
import { runVector, splitsOf } from './run-vector.ts'
import { party, trace, withoutFields } from './trace.ts'
import { readVectors, refusalOf, type Vector } from './vectors.ts'

const vectors = readVectors()

for (const file of new Set(vectors.map(vector => vector.file))) {
  describe(`the HTTP/1.1 vectors of ${file}`, () => {
    for (const vector of vectors.filter(vector => vector.file === file)) {
      test(vector.name, () => {
        runVector(h1, vector, vector.bytes.length < 2000 ? splitsOf(vector.bytes) : [[vector.bytes]])
      })
    }
  })
}

describe('every HTTP/1.1 vector', () => {
  test('is not confused by a further request after it', () => {
    const next = bytesOf('GET /next HTTP/1.1\\r\\nHost: n\\r\\n\\r\\n')
    const expected = ['head GET /next HTTP/1.1 | host n | no content | keep-alive', 'end']
    let tried = 0
    for (const vector of vectors.filter(goesOn)) {
      const bytes = Buffer.concat([vector.bytes, next])
      for (const pieces of [[bytes], byteByByte(bytes), [vector.bytes, next]]) {
        const lines = withoutFields(trace(party(h1, [], vector.limits), pieces))
        assert.deepEqual(lines, [...withoutFields(vector.events), ...expected], vector.name)
      }
      tried++
    }
    assert.ok(tried > 50, `only ${tried} vectors leave the connection open`)
  })

  test('gives no more events once it was refused', () => {
    const garbage = bytesOf('\\r\\n\\r\\n0\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\\x00\\n')
    for (const vector of vectors.filter(vector => refusalOf(vector) !== undefined && !vector.ends)) {
      for (const pieces of [[vector.bytes, garbage], byteByByte(Buffer.concat([vector.bytes, garbage]))]) {
        const lines = withoutFields(trace(party(h1, vector.answers, vector.limits), pieces))
        assert.deepEqual(lines, withoutFields(vector.events), vector.name)
      }
    }
  })

  test('has a name of its own on its page', () => {
    const links = vectors.map(vector => `${vector.file}#${vector.anchor}`)
    assert.deepEqual(
      links.filter((link, i) => links.indexOf(link) !== i),
      [],
    )
  })
})

test('each rule of the HTTP/1.1 wire has a vector that breaks it', () => {
  const refused = new Set(vectors.map(refusalOf))
  const missing = Object.keys(h1.RULES).filter(rule => !refused.has(rule))
  assert.deepEqual(missing, [])
})

/** Whether another request may follow: the last message is complete and did not close or switch. */
function goesOn(vector: Vector): boolean {
  const head = vector.events.findLast(line => line.startsWith('head '))
  return (
    vector.role === 'server' && !vector.ends && vector.events.at(-1) === 'end' && head?.includes('keep-alive') === true
  )
}

function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, byte => Uint8Array.of(byte))
}
