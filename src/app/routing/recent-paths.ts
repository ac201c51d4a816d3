// Paths that were searched for of late, with what was found: real clients ask for a few paths over and over. A path has one
// place, which it shares with others: the last one has it. So there are never more than there are places, and no more memory than 8 MB,
// should each be cut out of a request's head of 32 KB and keep it.
import type { Found } from './leaf.ts'

/** Places: at most so many paths are kept, none longer than `LONGEST`. */
const PLACES = 256
const LONGEST = 256

interface Recent<Route> {
  readonly method: string
  readonly path: string
  readonly found: Found<Route>
}

export class RecentPaths<Route> {
  private readonly places: (Recent<Route> | null)[] = new Array(PLACES).fill(null)

  get(method: string, path: string): Found<Route> | null {
    const recent = this.places[placeOf(path)]
    // Comparing strings that were cut out of others is dear, so the length, which mostly differs, is looked at first.
    if (recent === null || recent.path.length !== path.length || recent.path !== path || recent.method !== method)
      return null
    return recent.found
  }

  add(method: string, path: string, found: Found<Route>): void {
    if (path.length <= LONGEST) this.places[placeOf(path)] = { method, path, found }
  }

  clear(): void {
    this.places.fill(null)
  }
}

/** The last characters are those that differ most. */
function placeOf(path: string): number {
  const end = path.length
  return (
    (path.charCodeAt(end - 1) ^ (path.charCodeAt(end - 2) << 3) ^ (path.charCodeAt(end - 3) << 5) ^ (end << 1)) &
    (PLACES - 1)
  )
}
