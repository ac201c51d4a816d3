import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type ByteRange,
  COALESCED_GAP,
  closeDelimiter,
  contentRange,
  MAX_RANGES,
  multipartLength,
  multipartType,
  parseRange,
  partHead,
  unsatisfied,
} from '../../src/http/ranges.ts'

const range = (start: number, end: number): ByteRange => ({ start, end })

describe('Range', () => {
  const cases: [value: string, length: number, ReturnType<typeof parseRange>][] = [
    // The examples of RFC 9110 section 14.1.2
    ['bytes=0-499', 10_000, [range(0, 500)]],
    ['bytes=500-999', 10_000, [range(500, 1000)]],
    ['bytes=-500', 10_000, [range(9500, 10_000)]],
    ['bytes=9500-', 10_000, [range(9500, 10_000)]],
    ['bytes=0-0,-1', 10_000, [range(0, 1), range(9999, 10_000)]],
    ['bytes= 0-999, 4500-5499, -1000', 10_000, [range(0, 1000), range(4500, 5500), range(9000, 10_000)]],
    ['bytes=500-600,601-999', 10_000, [range(500, 1000)]],
    ['bytes=500-700,601-999', 10_000, [range(500, 1000)]],
    // Cut to what is there
    ['bytes=5-99', 10, [range(5, 10)]],
    ['bytes=9-9', 10, [range(9, 10)]],
    ['bytes=-99', 10, [range(0, 10)]],
    ['bytes=0-0,10-', 10, [range(0, 1)]],
    ['BYTES=1-2', 10, [range(1, 3)]],
    ['bytes=,, 1-2\t,', 10, [range(1, 3)]],
    // Nothing of it is there
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=10-20,30-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    // Beyond what can be counted
    ['bytes=99999999999999999999-', 10, 'unsatisfiable'],
    ['bytes=0-99999999999999999999', 10, [range(0, 10)]],
    ['bytes=-99999999999999999999', 10, [range(0, 10)]],
    [`bytes=${'9'.repeat(5000)}-`, 10, 'unsatisfiable'],
    ['bytes=9999999999-', 10_737_418_240, [range(9_999_999_999, 10_737_418_240)]],
    // Not to be followed
    ['bytes=5-3', 10, 'ignore'],
    ['bytes=1-2,5-3', 10, 'ignore'],
    ['bytes', 10, 'ignore'],
    ['bytes=', 10, 'ignore'],
    ['bytes=,', 10, 'ignore'],
    ['bytes=-', 10, 'ignore'],
    ['bytes=1', 10, 'ignore'],
    ['bytes=a-b', 10, 'ignore'],
    ['bytes=1-2-3', 10, 'ignore'],
    ['bytes=--1', 10, 'ignore'],
    ['bytes=1 - 2', 10, 'ignore'],
    ['bytes=+1-2', 10, 'ignore'],
    ['bytes =1-2', 10, 'ignore'],
    ['items=1-2', 10, 'ignore'],
    ['1-2', 10, 'ignore'],
    ['', 10, 'ignore'],
    ['bytes=0-', 0, 'ignore'],
    ['bytes=-5', 0, 'ignore'],
  ]
  for (const [value, length, expected] of cases)
    it(`"${value.slice(0, 40)}" of ${length} bytes`, () => assert.deepEqual(parseRange(value, length), expected))

  it('with more ranges than the limit is ignored', () => {
    const many = (count: number) =>
      `bytes=${Array.from({ length: count }, (_, i) => `${i * 1000}-${i * 1000}`).join(',')}`
    assert.equal(parseRange(many(MAX_RANGES), 1e6).length, MAX_RANGES)
    assert.equal(parseRange(many(MAX_RANGES + 1), 1e6), 'ignore')
    assert.equal(parseRange(`bytes=${'0-,'.repeat(MAX_RANGES + 1)}`, 1e6), 'ignore')
  })

  it('keeps the order asked for, and joins what nearly touches', () => {
    assert.deepEqual(parseRange('bytes=500-599,0-99', 1000), [range(500, 600), range(0, 100)])
    assert.deepEqual(parseRange('bytes=900-,500-599,0-99,550-', 1000), [range(500, 1000), range(0, 100)])
    assert.deepEqual(parseRange(`bytes=0-9,${10 + COALESCED_GAP}-`, 1000), [range(0, 1000)])
    assert.deepEqual(parseRange(`bytes=0-9,${11 + COALESCED_GAP}-`, 1000), [range(0, 10), range(91, 1000)])
  })

  it('never leads out of the representation, nor to a byte twice', () => {
    const position = fc.oneof(fc.nat(3000).map(String), fc.constantFrom('', '99999999999999999999', '0007'))
    const spec = fc.tuple(position, position).map(pair => pair.join('-'))
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 12 }), fc.nat(2500), (specs, length) => {
        const ranges = parseRange(`bytes=${specs.join(',')}`, length)
        if (typeof ranges === 'string') return
        assert.ok(ranges.length > 0)
        const sorted = [...ranges].sort((a, b) => a.start - b.start)
        let end = 0
        for (const one of sorted) {
          assert.ok(one.start >= end && one.start < one.end && one.end <= length)
          end = one.end
        }
      }),
    )
  })
})

describe('replies with ranges', () => {
  it('label them', () => {
    assert.equal(contentRange(range(42, 1234), 1234), 'bytes 42-1233/1234')
    assert.equal(unsatisfied(1234), 'bytes */1234')
    assert.equal(multipartType('THIS_STRING'), 'multipart/byteranges; boundary=THIS_STRING')
  })

  it('of several parts look as in RFC 9110 section 14.6, and are as long as they say', () => {
    const ranges = [range(500, 1000), range(7000, 8000)]
    let text = ''
    for (const [i, one] of ranges.entries())
      text += partHead('SEP', 'application/pdf', one, 8000, i === 0) + 'x'.repeat(one.end - one.start)
    text += closeDelimiter('SEP')
    assert.equal(text.length, multipartLength('SEP', 'application/pdf', ranges, 8000))
    assert.equal(
      text.replace(/x+/g, '...'),
      '--SEP\r\nContent-Type: application/pdf\r\nContent-Range: bytes 500-999/8000\r\n\r\n...' +
        '\r\n--SEP\r\nContent-Type: application/pdf\r\nContent-Range: bytes 7000-7999/8000\r\n\r\n...\r\n--SEP--\r\n',
    )
  })

  it('leave Content-Type out where there is none', () => {
    assert.equal(partHead('S', '', range(0, 1), 2, true), '--S\r\nContent-Range: bytes 0-0/2\r\n\r\n')
  })
})
