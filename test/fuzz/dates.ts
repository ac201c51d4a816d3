// A date of any bytes is refused or is an instant that is written and read as the same.
import assert from 'node:assert/strict'
import { formatDate, parseDate } from '../../src/http/dates.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const NOW = Date.UTC(2026, 10, 20)

export default {
  name: 'dates',
  seeds: ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const time = parseDate(latin1(bytes), NOW)
    if (time !== null) assert.equal(parseDate(formatDate(time), NOW), time)
  },
}
