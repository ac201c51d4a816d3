// Dates (RFC 9110 section 5.6.7): IMF-fixdate is written; it and the two obsolete formats are read. Both ways count days
// by arithmetic alone, which is faster than Date and knows no time zone.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

const DAY = 86_400_000
/** The first and the last second that four digits of a year can name. */
const FIRST = new Date(0).setUTCFullYear(0, 0, 1)
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59)
/** How far ahead a two-digit year may lie. */
const YEARS_AHEAD = 50

/**
 * An IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`.
 * @param time milliseconds since 1970, cut to whole seconds; what lies outside the years 0000 to 9999 becomes the nearest second within
 * @throws RangeError for NaN
 */
export function formatDate(time: number): string {
  if (Number.isNaN(time)) throw notATime()
  const within = Math.min(Math.max(time, FIRST), LAST)
  const days = Math.floor(within / DAY)
  const seconds = Math.floor((within - days * DAY) / 1000)
  const { year, month, day } = civil(days)
  const date = `${DAYS[weekday(days)]}, ${TWO_DIGITS[day]} ${MONTHS[month]} ${fourDigits(year)}`
  const hour = Math.floor(seconds / 3600)
  const minute = Math.floor(seconds / 60) % 60
  return `${date} ${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[seconds % 60]} GMT`
}

/**
 * Milliseconds since 1970, or null where the text is no date in one of the three formats. The weekday must be one, but
 * need not be the right one.
 * @param now milliseconds since 1970: a two-digit year is the latest one that is not more than 50 years ahead
 */
export function parseDate(text: string, now: number): number | null {
  if (text.charCodeAt(3) === COMMA) return parseFixdate(text)
  if (text.charCodeAt(3) === SPACE) return parseAsctime(text)
  return parseRfc850(text, now)
}

const COMMA = 0x2c
const SPACE = 0x20
const DASH = 0x2d

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseFixdate(text: string): number | null {
  if (text.length !== 29 || !startsWithDay(text, DAYS)) return null
  if (text.charCodeAt(4) !== SPACE || text.charCodeAt(7) !== SPACE || text.charCodeAt(11) !== SPACE) return null
  if (text.charCodeAt(16) !== SPACE || !text.endsWith(' GMT')) return null
  return instant(number(text, 12, 4), monthAt(text, 8), number(text, 5, 2), timeAt(text, 17))
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(text: string): number | null {
  if (text.length !== 24 || !startsWithDay(text, DAYS)) return null
  if (text.charCodeAt(7) !== SPACE || text.charCodeAt(10) !== SPACE || text.charCodeAt(19) !== SPACE) return null
  const day = text.charCodeAt(8) === SPACE ? number(text, 9, 1) : number(text, 8, 2)
  return instant(number(text, 20, 4), monthAt(text, 4), day, timeAt(text, 11))
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(text: string, now: number): number | null {
  const comma = text.indexOf(',')
  if (comma < 6 || text.length !== comma + 24 || !startsWithDay(text, LONG_DAYS)) return null
  if (text.charCodeAt(comma + 1) !== SPACE || !text.endsWith(' GMT')) return null
  if (text.charCodeAt(comma + 4) !== DASH || text.charCodeAt(comma + 8) !== DASH) return null
  if (text.charCodeAt(comma + 11) !== SPACE) return null
  const digits = number(text, comma + 9, 2)
  if (digits < 0) return null
  const month = monthAt(text, comma + 5)
  const day = number(text, comma + 2, 2)
  const time = timeAt(text, comma + 12)
  return latest(digits, now, year => instant(year, month, day, time))
}

/** The date in the latest year with these two last digits that lies at most 50 years after now. */
function latest(digits: number, now: number, inYear: (year: number) => number | null): number | null {
  const today = civil(Math.floor(now / DAY))
  const limit = now + (daysTo(today.year + YEARS_AHEAD, today.month, today.day) - Math.floor(now / DAY)) * DAY
  const century = Math.floor((today.year + YEARS_AHEAD) / 100) * 100
  const ahead = inYear(century + digits)
  // The 29th of February may exist in one of the two centuries only.
  return ahead !== null && ahead <= limit ? ahead : inYear(century - 100 + digits)
}

/** A date's milliseconds, or null where one of its parts is none. `month` counts from 0, `time` is seconds of the day. */
function instant(year: number, month: number, day: number, time: number): number | null {
  if (year < 0 || month < 0 || time < 0 || day < 1 || day > monthLength(year, month)) return null
  return daysTo(year, month, day) * DAY + time * 1000
}

function startsWithDay(text: string, names: readonly string[]): boolean {
  for (const name of names) {
    if (text.startsWith(name)) {
      const after = text.charCodeAt(name.length)
      return after === COMMA || after === SPACE
    }
  }
  return false
}

/** The month's number from 0, or -1. */
function monthAt(text: string, at: number): number {
  return (MONTHS as readonly string[]).indexOf(text.slice(at, at + 3))
}

/** The seconds of `08:49:37`, or -1. A leap second is the first second of the next minute. */
function timeAt(text: string, at: number): number {
  const hour = number(text, at, 2)
  const minute = number(text, at + 3, 2)
  const second = number(text, at + 6, 2)
  if (text[at + 2] !== ':' || text[at + 5] !== ':') return -1
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1
  return hour * 3600 + minute * 60 + second
}

/** The number that exactly `length` digits make, or -1. */
function number(text: string, at: number, length: number): number {
  let value = 0
  for (let i = at; i < at + length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

function fourDigits(year: number): string {
  return TWO_DIGITS[Math.floor(year / 100)] + TWO_DIGITS[year % 100]
}

/** 0 for Sunday; 1 January 1970 was a Thursday. */
function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7
}

function monthLength(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 1 && isLeap ? 29 : MONTH_LENGTHS[month]
}

// The calendar repeats every 400 years, and a year that starts in March has its leap day last: both ways between a date
// and the days since 1970 become divisions.

const DAYS_IN_400_YEARS = 146_097
/** Days from 1 March of the year 0 to 1 January 1970. */
const TO_1970 = 719_468

function daysTo(year: number, month: number, day: number): number {
  const marchYear = month < 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_IN_400_YEARS + dayOfEra - TO_1970
}

function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + TO_1970
  const era = Math.floor(shifted / DAYS_IN_400_YEARS)
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = (marchMonth + 2) % 12
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return { year: era * 400 + yearOfEra + (month < 2 ? 1 : 0), month, day }
}

function notATime(): RangeError {
  return new RangeError('A date is made of milliseconds since 1970, not of NaN')
}
