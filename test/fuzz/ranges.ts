// A Range of any bytes never leads out of the representation, nor to a byte twice.
import assert from 'node:assert/strict'
import { MAX_RANGES, parseRange } from '../../src/http/ranges.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'ranges',
  seeds: [
    'bytes=0-499',
    'bytes=-500',
    'bytes=0-0,-1',
    'bytes= 0-999, 4500-5499, -1000',
    'bytes=99999999999999999999-',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    for (const length of [0, 1, 1000, 10_737_418_240]) {
      const ranges = parseRange(latin1(bytes), length)
      if (typeof ranges === 'string') continue
      assert(ranges.length > 0 && ranges.length <= MAX_RANGES)
      let end = 0
      for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
        assert(range.start >= end && range.start < range.end && range.end <= length)
        end = range.end
      }
    }
  },
}
