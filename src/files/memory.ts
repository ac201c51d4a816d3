// The files that are kept in memory, least recently asked for first out, and for how long what is known of a path may be
// believed. Its law: nothing is believed for longer than `TRUST` after the disk was last asked.
import { LRUCache } from 'lru-cache'
import type { Refused } from '../exchange/index.ts'
import type { LocatedFile } from './locating.ts'
import { type Representation, weightOf } from './representation.ts'

/** Milliseconds for which a look at the disk is believed: half of the 100 within which a change must show. */
export const TRUST = 50

/** What is known of a path that names a file. Immutable but for `checked`, the memo and `renewing`. */
export interface Entry {
  readonly kind: 'file'
  readonly path: string
  readonly file: LocatedFile
  /** The root that the file was found in, without symlinks. */
  readonly root: string
  /** The codings that can be had besides `identity`, best first. */
  readonly offered: readonly string[]
  /** What has been read so far, by coding. */
  readonly versions: ReadonlyMap<string, Representation>
  /** When the oldest of the versions was read. */
  readonly loaded: number
  /** When the disk was last asked. */
  checked: number
  /** The last Accept-Encoding and what was chosen for it: most clients send the same. */
  lastAccept: string | undefined
  lastCoding: string
  /** The disk is being asked again: the next entry is on its way. */
  renewing: boolean
}

/** Paths without a file that are remembered, so that asking for them over and over does not keep the disk busy. */
const MOST_REFUSED = 1000

export class Memory {
  private readonly entries: LRUCache<string, Entry> | null
  private readonly refusals = new LRUCache<string, { readonly refused: Refused; readonly checked: number }>({
    max: MOST_REFUSED,
  })

  /** The entry that was asked for last, which is also the last to be let go of. Paths are often asked for many times in a row. */
  private last: Entry | undefined = undefined

  /** @param bytes the most that is kept; null for nothing */
  constructor(bytes: number | null) {
    this.entries = bytes === null ? null : new LRUCache({ maxSize: bytes })
  }

  /** What is known of a path, if it may still be believed. */
  fresh(path: string, now: number): Entry | undefined {
    let entry = this.last
    if (entry === undefined || entry.path !== path) {
      entry = this.entries?.get(path)
      this.last = entry
    }
    return entry !== undefined && now - entry.checked <= TRUST ? entry : undefined
  }

  /** What is known of a path, be it old or not. */
  known(path: string): Entry | undefined {
    return this.entries?.get(path)
  }

  refused(path: string, now: number): Refused | undefined {
    const known = this.refusals.get(path)
    return known !== undefined && now - known.checked <= TRUST ? known.refused : undefined
  }

  keep(entry: Entry): void {
    this.last = undefined
    this.entries?.set(entry.path, entry, { size: entry.path.length * 2 + 2048 + sum(entry.versions) })
  }

  keepRefused(path: string, refused: Refused, checked: number): void {
    this.last = undefined
    this.entries?.delete(path)
    if (this.entries !== null) this.refusals.set(path, { refused, checked })
  }

  forget(path: string): void {
    this.last = undefined
    this.entries?.delete(path)
  }

  clear(): void {
    this.last = undefined
    this.entries?.clear()
    this.refusals.clear()
  }

  /** Files and bytes that are kept. */
  get size(): { readonly files: number; readonly bytes: number } {
    return { files: this.entries?.size ?? 0, bytes: this.entries?.calculatedSize ?? 0 }
  }
}

function sum(versions: Entry['versions']): number {
  let total = 0
  for (const version of versions.values()) total += weightOf(version)
  return total
}
