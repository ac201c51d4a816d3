// The moon's phase on a day, from its mean period: right to about half a day, which is enough to look at. Days are ISO dates,
// in UTC.

export interface Moon {
  readonly date: string
  /** Days since the new moon. */
  readonly age: number
  /** How much of the disc is lit, 0 to 1. */
  readonly lit: number
  readonly waxing: boolean
  readonly phase: string
  /** The next full moon, from this day on. */
  readonly nextFull: string
}

const DAY = 86_400_000
/** The mean time between two new moons, in days. */
const MONTH = 29.530588853
/** A new moon: 6 January 2000, 18:14 UTC. */
const NEW_MOON = Date.UTC(2000, 0, 6, 18, 14)

const PHASES = [
  'New moon',
  'Waxing crescent',
  'First quarter',
  'Waxing gibbous',
  'Full moon',
  'Waning gibbous',
  'Last quarter',
  'Waning crescent',
]

/** @param date one that `isDate` accepts */
export function moonOn(date: string): Moon {
  // As it stands at noon.
  const time = Date.parse(date) + DAY / 2
  const age = ageAt(time)
  const untilFull = (MONTH / 2 - age + MONTH + 0.5) % MONTH
  return {
    date,
    age: Number(age.toFixed(1)),
    lit: Number(((1 - Math.cos((2 * Math.PI * age) / MONTH)) / 2).toFixed(3)),
    waxing: age < MONTH / 2,
    phase: PHASES[Math.floor((age / MONTH) * 8 + 0.5) % 8],
    nextFull: dateOf(Date.parse(date) + Math.floor(untilFull) * DAY),
  }
}

/** The moons of a month such as `2026-11`. */
export function moonsOf(month: string): Moon[] {
  const moons: Moon[] = []
  for (let date = `${month}-01`; date.startsWith(month); date = daysAfter(date, 1)) moons.push(moonOn(date))
  return moons
}

/** Whether a text names a day between the years 1000 and 9999, and one that there is. */
export function isDate(text: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dateOf(Date.parse(text)) === text
}

export function daysAfter(date: string, days: number): string {
  return dateOf(Date.parse(date) + days * DAY)
}

/** The month before or after, as `2026-11`. */
export function monthsAfter(month: string, months: number): string {
  const [year, number] = month.split('-').map(Number)
  return dateOf(Date.UTC(year, number - 1 + months)).slice(0, 7)
}

export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function ageAt(time: number): number {
  const age = ((time - NEW_MOON) / DAY) % MONTH
  return age < 0 ? age + MONTH : age
}
