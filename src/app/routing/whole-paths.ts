// The paths without parameters, looked up as a whole. What cannot be among them is told by its length and last character:
// hashing a string that was just cut out of a request costs as much as half the search in the tree that follows.
import type { Leaf } from './leaf.ts'

export class WholePaths<Route> {
  private readonly leaves = new Map<string, Leaf<Route>>()
  private readonly seen = new Uint8Array(64 * 64)

  /** @param path percent-encoded as clients usually send it; other spellings of it are found in the tree */
  add(path: string, leaf: Leaf<Route>): void {
    this.leaves.set(path, leaf)
    this.seen[outline(path)] = 1
  }

  get(path: string): Leaf<Route> | undefined {
    return this.seen[outline(path)] === 0 ? undefined : this.leaves.get(path)
  }
}

function outline(path: string): number {
  return ((path.length & 63) << 6) | (path.charCodeAt(path.length - 1) & 63)
}
