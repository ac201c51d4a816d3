import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { quoteBytes, quoteText } from '../../src/bytes/quote.ts'

const bytes = (text: string) => Uint8Array.from(text, char => char.charCodeAt(0))

describe('quoting', () => {
  const both: [given: string, shown: string][] = [
    ['', ''],
    ['GET / HTTP/1.1', 'GET / HTTP/1.1'],
    ['a\r\n\tb', 'a\\r\\n\\tb'],
    ['\x00\x1b[31m\x7f', '\\x00\\x1b[31m\\x7f'],
    ['a\\nb', 'a\\\\nb'],
  ]
  for (const [given, shown] of both)
    it(`${JSON.stringify(given)} is shown as ${shown}`, () => {
      assert.equal(quoteBytes(bytes(given)), shown)
      assert.equal(quoteText(given), shown)
    })

  it('shows bytes beyond ASCII by number', () => assert.equal(quoteBytes(bytes('\x80\xe9\xff')), '\\x80\\xe9\\xff'))

  const texts: [given: string, shown: string][] = [
    ['naïve €😀', 'naïve €😀'],
    ['\x9b31m', '\\u{9b}31m'],
    ['a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['\ud800a\udc00', '\\u{d800}a\\u{dc00}'],
    ['\u{e0041}', '\\u{e0041}'],
  ]
  for (const [given, shown] of texts)
    it(`shows what hides or turns text: ${shown}`, () => assert.equal(quoteText(given), shown))

  it('cuts at the limit', () => {
    assert.equal(quoteBytes(bytes('abcdef'), 3), 'abc…')
    assert.equal(quoteBytes(bytes('abc'), 3), 'abc')
    assert.equal(quoteBytes(bytes('abc'), 0), '…')
    assert.equal(quoteBytes(bytes('x'.repeat(200))), `${'x'.repeat(80)}…`)
    assert.equal(quoteText('abcdef', 3), 'abc…')
    assert.equal(quoteText('abc', 3), 'abc')
    assert.equal(quoteText('ab😀c', 3), 'ab…')
    assert.equal(quoteText('ab😀c', 4), 'ab😀…')
    assert.equal(quoteText('😀', 0), '…')
  })

  it('never lets a control or format character out, and tells different bytes apart', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
        assert.match(quoteBytes(a), /^[ -~]*…?$/)
        const same = a.length === b.length && a.every((byte, i) => byte === b[i])
        assert.equal(quoteBytes(a, 100) === quoteBytes(b, 100), same)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.nat(50), (text, limit) => {
        assert.doesNotMatch(quoteText(text, limit), /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
