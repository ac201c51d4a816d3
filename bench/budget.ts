// What this server must keep to, as data: its figure under a load, held against another's, or against its own under another load.
import { figureOf, type LoadResult, memoryOf, type Row } from './figures.ts'

export interface Limit {
  readonly load: string
  /** `times`: at most so many times the other figure. `above`: at most so much more. `memory`: the greatest resident memory, at most so many MB more. */
  readonly how: 'times' | 'above' | 'memory'
  readonly most: number
  readonly against: { readonly load: string; readonly peer: string }
}

export interface Verdict {
  readonly limit: Limit
  /** What was measured. */
  readonly value: number
  readonly kept: boolean
}

export const budget: readonly Limit[] = [
  times('hello', 1.2, 'nginx'),
  times('hello', 0.9, 'bun'),
  times('hello', 0.6, 'node-http'),
  times('browser', 1.2, 'nginx'),
  times('browser', 1.0, 'bun'),
  times('browser', 0.55, 'node-http'),
  { load: 'pipelined', how: 'times', most: 0.25, against: { load: 'hello', peer: 'ours' } },
  times('file-1k', 1.0, 'nginx'),
  times('file-1k', 0.45, 'bun'),
  times('file-100k', 1.5, 'nginx'),
  times('file-100m', 1.4, 'nginx-no-sendfile'),
  // Flat memory. Four files are under way: were one of them kept whole, it would be 100.
  { load: 'file-100m', how: 'memory', most: 32, against: { load: 'file-100k', peer: 'ours' } },
  { load: 'idle', how: 'above', most: 1200, against: { load: 'idle', peer: 'net' } },
  { load: 'start', how: 'above', most: 80, against: { load: 'start', peer: 'net' } },
  { load: 'start-files', how: 'above', most: 80, against: { load: 'start-files', peer: 'net' } },
]

/** A verdict on each limit whose figures are there. */
export function verdicts(results: readonly LoadResult[], limits: readonly Limit[] = budget): Verdict[] {
  return limits.flatMap(limit => {
    const value = measuredFor(limit, results)
    return value === null ? [] : [{ limit, value, kept: value <= limit.most }]
  })
}

function measuredFor(limit: Limit, results: readonly LoadResult[]): number | null {
  const own = rowOf(results, limit.load, 'ours')
  const other = rowOf(results, limit.against.load, limit.against.peer)
  const ownFigure = own && figureOf(own)
  const otherFigure = other && figureOf(other)
  if (!own || !other || !ownFigure || !otherFigure) return null
  switch (limit.how) {
    case 'times':
      return ownFigure.median / otherFigure.median
    case 'above':
      return ownFigure.median - otherFigure.median
    case 'memory':
      return (memoryOf(own) - memoryOf(other)) / 1e6
  }
}

function rowOf(results: readonly LoadResult[], load: string, peer: string): Row | undefined {
  return results.find(result => result.load === load)?.rows.find(row => row.peer === peer)
}

function times(load: string, most: number, peer: string): Limit {
  return { load, how: 'times', most, against: { load, peer } }
}
