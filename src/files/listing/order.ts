// The order of a listing: folders first, names as people count (2 before 10). A huge folder is sorted a piece at a time,
// so that other requests are answered in between.
import type { Entry } from './scan.ts'

export type Column = 'name' | 'size' | 'date'
export type Direction = 'asc' | 'desc'

export interface Order {
  readonly column: Column
  readonly direction: Direction
}

export type Compare = (a: Entry, b: Entry) => number

/** Made on first use: it takes 10 ms to load a language's rules, which a start can do without. */
let names: Intl.Collator | undefined

/** One language for everybody, so that a folder looks the same wherever the server runs. */
function compareNames(a: string, b: string): number {
  names ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  return names.compare(a, b)
}

export function compareBy({ column, direction }: Order): Compare {
  const sign = direction === 'asc' ? 1 : -1
  const key = KEYS[column]
  return (a, b) => Number(b.folder) - Number(a.folder) || sign * key(a, b) || byName(a, b)
}

/** The order that a query asks for; what it does not say, or says wrongly, is by name from A to Z. */
export function orderOf(query: URLSearchParams): Order {
  const sort = query.get('sort')
  const column: Column = sort === 'size' || sort === 'date' ? sort : 'name'
  return { column, direction: query.get('order') === 'desc' ? 'desc' : 'asc' }
}

/** Entries are compared this many times before others have their turn: some five milliseconds. */
const TURN = 5000

/** A sorted copy. */
export async function sorted(entries: readonly Entry[], compare: Compare): Promise<Entry[]> {
  let comparisons = 0
  let runs: Entry[][] = []
  for (let at = 0; at < entries.length; at += 512) {
    runs.push(entries.slice(at, at + 512).sort(compare))
    if (runs.length > 1) await breath()
  }
  while (runs.length > 1) {
    const longer: Entry[][] = []
    for (let i = 0; i < runs.length; i += 2) {
      longer.push(i + 1 < runs.length ? await merge(runs[i], runs[i + 1]) : runs[i])
    }
    runs = longer
  }
  return runs[0] ?? []

  async function merge(left: readonly Entry[], right: readonly Entry[]): Promise<Entry[]> {
    const all: Entry[] = []
    let l = 0
    let r = 0
    while (l < left.length && r < right.length) {
      all.push(compare(left[l], right[r]) <= 0 ? left[l++] : right[r++])
      if (++comparisons % TURN === 0) await breath()
    }
    while (l < left.length) all.push(left[l++])
    while (r < right.length) all.push(right[r++])
    return all
  }
}

/** Lets everything else that waits have its turn. */
function breath(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

const KEYS: Readonly<Record<Column, Compare>> = {
  name: byName,
  size: (a, b) => (a.size ?? -1) - (b.size ?? -1),
  date: (a, b) => (a.modified ?? 0) - (b.modified ?? 0),
}

/** By name; names that only differ in case or accents by their code units, so that the order is the same each time. */
function byName(a: Entry, b: Entry): number {
  return compareNames(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
