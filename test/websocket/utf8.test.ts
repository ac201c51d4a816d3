import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Utf8Judge, wrongByteOf } from '../../src/websocket/utf8.ts'
import { firstWrong } from './plain-reader.ts'

/** Characters at the borders of each length, and around the surrogates. */
const BORDERS = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]
/** No text has these (RFC 3629 section 4). */
const WRONG = [
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc2, 0x41],
  [0xc2, 0xc2],
  [0xe0, 0x9f, 0xbf],
  [0xe1, 0x80, 0x41],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xef, 0x7f],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf1, 0x80, 0x80, 0xc0],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff],
]

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...BORDERS).map(code => [...Buffer.from(String.fromCodePoint(code))]) },
  { weight: 3, arbitrary: fc.nat({ max: 200 }).map(size => Array<number>(size).fill(0x61)) },
  { weight: 1, arbitrary: fc.constantFrom(...WRONG) },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 255 }), { maxLength: 4 }) },
)
const bytes = fc.array(piece, { maxLength: 12 }).map(pieces => Uint8Array.from(pieces.flat()))

/** Where the judge finds the first wrong byte if it is given pieces; the length where the text ends within a character. */
function judged(text: Uint8Array, borders: Iterable<number>): number {
  const judge = new Utf8Judge()
  let at = 0
  for (const border of [...borders, text.length]) {
    const wrong = judge.wrongByte(text, at, Math.max(at, border))
    if (wrong !== -1) return wrong
    at = Math.max(at, border)
  }
  return judge.complete ? -1 : text.length
}

describe('UTF-8', () => {
  test('is judged as TextDecoder does, and each wrong byte found', () => {
    fc.assert(
      fc.property(bytes, text => assert.equal(wrongByteOf(text, 0, text.length), firstWrong(text, true))),
      {
        numRuns: 1000,
      },
    )
  })

  test('is judged the same wherever it is cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 400 })), (text, cuts) => {
        const borders = cuts.filter(cut => cut <= text.length).sort((a, b) => a - b)
        assert.equal(judged(text, borders), firstWrong(text, true))
      }),
      { numRuns: 1000 },
    )
  })

  test('is judged at the first byte that cannot be, in short and in long text, cut everywhere', () => {
    for (const wrong of WRONG)
      for (const before of [0, 1, 15, 16, 17, 40, 127, 128, 200])
        for (const behind of [0, 3, 8, 130]) {
          const text = Uint8Array.from([...Array(before).fill(0x61), ...wrong, ...Array(behind).fill(0x62)])
          const expected = firstWrong(text, true)
          for (let cut = before; cut <= before + wrong.length; cut++) assert.equal(judged(text, [cut]), expected)
          assert.equal(judged(text, text.keys()), expected)
        }
  })

  test('knows every character there is', () => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const text = Buffer.from(String.fromCodePoint(code).repeat(5))
      assert.equal(wrongByteOf(text, 0, text.length), -1, code.toString(16))
      for (const cut of [1, 2, 3]) assert.equal(judged(text, [cut]), -1, code.toString(16))
    }
  })

  test('is looked at from start to end alone', () => {
    const text = Uint8Array.from([0xff, 0xff, ...Array(300).fill(0x61), 0xff, 0xff])
    for (let start = 2; start < 12; start++) {
      assert.equal(wrongByteOf(text, start, 302), -1)
      assert.equal(wrongByteOf(text, start, 303), 302)
      assert.equal(wrongByteOf(text, start - 2, 302), start > 3 ? -1 : start - 2)
    }
  })
})
