// Runs the vectors of `test/vectors/h2` against the HTTP/2 connection, in every way in which bytes can arrive.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as h2 from '../../src/h2/index.ts'
import { readTable, tableOf } from './coverage.ts'
import { bytesOfLine } from './notation.ts'
import { finely, frameByFrame, goesOn, inPieces, runVector, splitsOf } from './run-vector.ts'
import { readVectors, rulesOf } from './vectors.ts'

const vectors = readVectors()

for (const file of new Set(vectors.map(vector => vector.file))) {
  describe(`the HTTP/2 vectors of ${file}`, () => {
    for (const vector of vectors.filter(vector => vector.file === file)) {
      test(vector.name, () => runVector(h2, vector, splitsOf(vector)))
    }
  })
}

describe('every HTTP/2 vector', () => {
  test('goes on to be read after it, unless the connection failed', () => {
    const ping = bytesOfLine('PING "and then"')
    let tried = 0
    for (const vector of vectors) {
      if (!goesOn(h2, vector)) continue
      const before = frameByFrame(h2, vector)
      const after = {
        ...before,
        sent: { ...before.sent, connection: [...(before.sent.connection ?? []), 'PING ACK "and then"'] },
      }
      for (const split of [(bytes: Uint8Array) => [bytes], finely])
        assert.deepEqual(inPieces(h2, vector, split, ping), after, vector.name)
      tried++
    }
    assert.ok(tried > 50, `only ${tried} vectors leave the connection open`)
  })

  test('gives nothing more once the connection failed', () => {
    const more = Buffer.concat(
      ['PING "garbage."', 'HEADERS 101 END_STREAM GET /', 'raw "\\x00\\xff\\r\\n\\r\\n"'].map(bytesOfLine),
    )
    for (const vector of vectors.filter(vector => vector.steps.some(step => step.told.some(isFailure)))) {
      for (const split of [(bytes: Uint8Array) => [bytes], finely])
        assert.deepEqual(inPieces(h2, vector, split, more), frameByFrame(h2, vector), vector.name)
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

test('each rule of the HTTP/2 wire has a vector that breaks it', () => {
  const broken = new Set(vectors.flatMap(rulesOf))
  assert.deepEqual(
    Object.keys(h2.RULES).filter(rule => !broken.has(rule)),
    [],
  )
})

test('the table of sections shows where each one is tried', () => {
  assert.equal(readTable().table, tableOf(vectors), 'write it anew: node test/h2/coverage.ts')
})

/** The sections that ask anything of what goes over the wire. Section 9.2 is about TLS, 3.1 to 3.3 about finding out that HTTP/2 is spoken. */
const SECTIONS = {
  'RFC 9113': `3.4 4.1 4.2 4.3 4.3.1 5.1 5.1.1 5.1.2 5.2.1 5.2.2 5.3.2 5.4.1 5.4.2 5.5 6.1 6.2 6.3 6.4 6.5 6.5.2 6.5.3 6.6 6.7 6.8 6.9
    6.9.1 6.9.2 6.10 7 8.1 8.1.1 8.2.1 8.2.2 8.2.3 8.3 8.3.1 8.3.2 8.4 8.5 8.6 8.7 10.3 10.5 10.5.1`,
  'RFC 7541': '2.3.3 4.2 4.3 4.4 5.1 5.2 6.1 6.2.1 6.2.2 6.2.3 6.3',
  'RFC 8441': '3 4',
  'RFC 9218': '2.1 4 5 7 7.1 10',
}

test('each section that asks something of the wire has a vector', () => {
  const shown = new Set(vectors.flatMap(vector => vector.sections))
  const asked = Object.entries(SECTIONS).flatMap(([rfc, numbers]) =>
    numbers.split(/\s+/).map(number => `${rfc} section ${number}`),
  )
  assert.deepEqual(
    asked.filter(section => !shown.has(section)),
    [],
  )
})

function isFailure(line: string): boolean {
  return line.startsWith('failed ')
}
