// The figures that a run gives, and the little arithmetic on them.

/** One peer under one load in one round. */
export interface Sample {
  /** In the load's unit: CPU per request or gigabyte, bytes per connection, milliseconds. */
  readonly figure: number
  /** Requests or megabytes a second; null where the load has neither. */
  readonly rate: number | null
  /** The most resident memory seen, in bytes. */
  readonly memory: number
}

/** One peer under one load, all rounds. */
export interface Row {
  readonly peer: string
  readonly title: string
  readonly version: string
  readonly samples: readonly Sample[]
  /** Why the figures are not valid, each once. Empty when they are. */
  readonly faults: readonly string[]
}

export interface LoadResult {
  readonly load: string
  readonly title: string
  readonly unit: string
  /** What `Sample.rate` is of; requests a second if it is not there. */
  readonly rate?: string
  /** When it was measured, in ISO 8601. */
  readonly date: string
  readonly machine: string
  readonly rounds: number
  /** How often each server was started anew. */
  readonly starts: number
  /** Of each round's load; 0 where it takes as long as it takes. */
  readonly seconds: number
  readonly rows: readonly Row[]
}

export interface Summary {
  readonly median: number
  readonly least: number
  readonly greatest: number
}

/** Of an even number of values, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Null for a row without samples, or whose figures are not valid. */
export function figureOf(row: Row): Summary | null {
  if (row.samples.length === 0 || row.faults.length > 0) return null
  const figures = row.samples.map(sample => sample.figure)
  return { median: median(figures), least: Math.min(...figures), greatest: Math.max(...figures) }
}

/** The median of the greatest resident memory in each round, in bytes. */
export function memoryOf(row: Row): number {
  return median(row.samples.map(sample => sample.memory))
}

/** Each round in another order, so that no server always follows the same neighbour: `items` from `round` on, around, and back to front in every other turn. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const turned = items.map((_, index) => items[(index + round) % items.length]!)
  return Math.floor(round / items.length) % 2 === 1 ? turned.reverse() : turned
}
