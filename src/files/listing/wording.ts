// Sizes, dates and counts as a person reads them. The spaces in them do not break a line.

/** A size with three digits at the most: `0 B`, `999 B`, `1.5 kB`, `12 MB`. Decimal units, as the symbols mean (IEC 80000-13). */
export function humanSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (unit < UNITS.length - 1 && (unit === 0 ? value >= 1000 : value >= 999.5)) {
    value /= 1000
    unit++
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits)}\u00a0${UNITS[unit]}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** A moment as `2026-11-20 18:58`, in UTC. */
export function humanDate(time: number): string {
  return isoDate(time).slice(0, 16).replace('T', '\u00a0')
}

/** A moment as `2026-11-20T18:58:03Z`. A file may carry a date that no calendar has; it is shown as the nearest one that has four digits for its year. */
export function isoDate(time: number): string {
  const clamped = Math.min(Math.max(time, YEAR_1), YEAR_9999)
  return `${new Date(clamped).toISOString().slice(0, 19)}Z`
}

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z')
const YEAR_9999 = Date.parse('9999-12-31T23:59:59Z')

/** `1,000`. By hand, since loading a language's rules would take 10 ms of every start. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `no files`, `1 file`, `1,000 files`. */
export function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}
