// Runs the vectors of `test/vectors/websocket` against the connection, in every way in which bytes can arrive.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as websocket from '../../src/websocket/index.ts'
import { FrameWriter } from './notation.ts'
import { finely, goesOn, inPieces, lineByLine, runVector, splitsOf, whole } from './run-vector.ts'
import { readVectors, rulesOf, type Vector } from './vectors.ts'

const vectors = readVectors()

for (const file of new Set(vectors.map(vector => vector.file))) {
  describe(`the WebSocket vectors of ${file}`, () => {
    for (const vector of vectors.filter(vector => vector.file === file))
      test(vector.name, () => runVector(websocket, vector, splitsOf(vector)))
  })
}

describe('every WebSocket vector', () => {
  test('goes on to be read after it, unless the connection is over', () => {
    let tried = 0
    for (const vector of vectors.filter(vector => goesOn(websocket, vector))) {
      const before = lineByLine(websocket, vector)
      const behind = sentBy(vector, 'pong "and then"')
      const after = { ...before, told: [...before.told, 'pong "and then"'] }
      for (const split of [whole, finely])
        assert.deepEqual(inPieces(websocket, vector, split, { behind }), after, vector.name)
      tried++
    }
    assert.ok(tried > 30, `only ${tried} vectors leave the connection open`)
  })

  test('gives nothing more once the connection is over', () => {
    const isEnd = (line: string): boolean => /^(failed|closing) /.test(line)
    for (const vector of vectors.filter(vector => vector.steps.some(step => step.told.some(isEnd)))) {
      const behind = Buffer.concat([
        sentBy(vector, 'text "late"'),
        sentBy(vector, 'close 1000'),
        Buffer.from('garbage'),
      ])
      for (const split of [whole, finely])
        assert.deepEqual(inPieces(websocket, vector, split, { behind }), lineByLine(websocket, vector), vector.name)
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

test('each rule of WebSocket frames has a vector that breaks it', () => {
  const broken = new Set(vectors.flatMap(rulesOf))
  assert.deepEqual(
    Object.keys(websocket.RULES).filter(rule => !broken.has(rule)),
    [],
  )
})

function sentBy(vector: Vector, line: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new FrameWriter(vector.role === 'client' ? 'server' : 'client').bytesOfLine(line))
}
