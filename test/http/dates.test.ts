import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatDate, parseDate } from '../../src/http/dates.ts'

const NOW = Date.UTC(2026, 10, 20)
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('dates', () => {
  it('are written as RFC 9110 section 5.6.7 shows', () => {
    assert.equal(formatDate(EXAMPLE), 'Sun, 06 Nov 1994 08:49:37 GMT')
    assert.equal(formatDate(EXAMPLE + 999), 'Sun, 06 Nov 1994 08:49:37 GMT')
    assert.equal(formatDate(-1), 'Wed, 31 Dec 1969 23:59:59 GMT')
  })

  it('that four digits cannot name become the nearest that they can', () => {
    assert.equal(formatDate(Number.POSITIVE_INFINITY), 'Fri, 31 Dec 9999 23:59:59 GMT')
    assert.equal(formatDate(-1e18), 'Sat, 01 Jan 0000 00:00:00 GMT')
    assert.throws(() => formatDate(Number.NaN), RangeError)
  })

  const accepted: [string, number][] = [
    ['Sun, 06 Nov 1994 08:49:37 GMT', EXAMPLE],
    ['Sunday, 06-Nov-94 08:49:37 GMT', EXAMPLE],
    ['Sun Nov  6 08:49:37 1994', EXAMPLE],
    ['Wed Nov 16 08:49:37 1994', EXAMPLE + 10 * 86_400_000],
    ['Mon, 06 Nov 1994 08:49:37 GMT', EXAMPLE],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Tue, 29 Feb 2000 00:00:00 GMT', Date.UTC(2000, 1, 29)],
    ['Wednesday, 29-Feb-12 00:00:00 GMT', Date.UTC(2012, 1, 29)],
  ]
  for (const [text, time] of accepted) it(`${text} is read`, () => assert.equal(parseDate(text, NOW), time))

  const refused = [
    '',
    '0',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Son, 06 Nov 1994 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Mon, 29 Feb 1900 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT ',
    'Sun, 06 Nov -994 08:49:37 GMT',
    'Sun,06 Nov 1994 08:49:37 GMT ',
    'Sun, 06-Nov-94 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sunday; 06-Nov-94 08:49:37 GMT',
    'Sunday, 06 Nov 94 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 08:49:37 94',
    'Sun Nov 06 08.49.37 1994',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ]
  for (const text of refused) it(`"${text}" is no date`, () => assert.equal(parseDate(text, NOW), null))

  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov 16 08:49:37 1994'])
    it(`${text} is no date with any one character wrong, missing or more`, () => {
      for (let at = 0; at <= text.length; at++) {
        if (at < text.length)
          assert.equal(parseDate(`${text.slice(0, at)}x${text.slice(at + 1)}`, NOW), null, String(at))
        assert.equal(parseDate(`${text.slice(0, at)}x${text.slice(at)}`, NOW), null, String(at))
        if (at < text.length) assert.equal(parseDate(text.slice(0, at) + text.slice(at + 1), NOW), null, String(at))
      }
    })

  const years: [digits: string, now: number, year: number][] = [
    ['26', 2026, 2026],
    ['75', 2026, 2075],
    ['77', 2026, 1977],
    ['00', 2099, 2100],
    ['10', 2099, 2110],
    ['99', 2000, 1999],
  ]
  for (const [digits, now, year] of years)
    it(`in ${now}, the year ${digits} is ${year}`, () => {
      const time = parseDate(`Monday, 01-Jun-${digits} 00:00:00 GMT`, Date.UTC(now, 5, 2))
      assert.equal(time, Date.UTC(year, 5, 1))
    })

  it('more than 50 years ahead are in the past', () => {
    const now = Date.UTC(2026, 5, 1)
    assert.equal(parseDate('Monday, 01-Jun-76 00:00:00 GMT', now), Date.UTC(2076, 5, 1))
    assert.equal(parseDate('Monday, 01-Jun-76 00:00:01 GMT', now), Date.UTC(1976, 5, 1, 0, 0, 1))
  })

  it('agree with Date, and read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), seconds => {
        const text = formatDate(seconds * 1000)
        assert.equal(text, new Date(seconds * 1000).toUTCString())
        assert.equal(parseDate(text, NOW), seconds * 1000)
      }),
    )
  })
})
