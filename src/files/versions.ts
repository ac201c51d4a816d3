// When two looks at a file saw the same version of it. Its law: a file's times prove nothing while the clock that
// makes them has not moved on. A second change within one tick leaves the same times behind (git calls this "racy"),
// so a version is only trusted once its last change is older than a tick.
import { formatEntityTag } from '../http/etags.ts'
import type { Facts } from './disk.ts'
import { fingerprint } from './fingerprint.ts'

/** Two ticks of the slowest common kernel clock (HZ=100); Windows' clock ticks each 15.6 ms. In milliseconds. */
export const TICK = 20

/** What FAT rounds its times to, in milliseconds: the coarsest file system in use. */
const COARSE_TICK = 2000

const SECOND = 1_000_000_000n
const MILLISECOND = 1_000_000n

/** Whether two looks at a path saw one version of one file. */
export function sameVersion(a: Facts, b: Facts): boolean {
  return (
    sameWriting(a, b) && a.inode === b.inode && a.device === b.device && a.kind === b.kind && a.changed === b.changed
  )
}

/** Whether, of one file, nothing was written in between; its names and permissions may have changed. */
export function sameWriting(a: Facts, b: Facts): boolean {
  return a.size === b.size && a.modified === b.modified
}

/** Milliseconds until a further change is sure to show in the file's times; 0 where it would now. `date` is the wall clock's. */
export function untilSettled(facts: Facts, date: number): number {
  // A file system that keeps no time of change has zero for it.
  const last = facts.changed === 0n ? facts.modified : facts.changed
  const tick = last % SECOND === 0n ? COARSE_TICK : TICK
  return Math.max(0, tick - (date - Number(last / MILLISECOND)))
}

/** What Last-Modified says, in milliseconds since 1970: never a time that is still to come (RFC 9110 section 8.8.2.1). */
export function modifiedDate(facts: Facts, now: number): number {
  return Math.min(Number(facts.modified / MILLISECOND), now)
}

/**
 * The entity tag of a version (RFC 9110 section 8.8.3). The time of change is part of it, since builds that set all
 * modification times alike replace a file by one of the same size, and its inode number may be given out again. It is
 * hashed, to be short.
 * @param unsettledAt the wall clock at a reading too early to be trusted: the tag is weak then, and never comes again
 */
export function entityTagOf(facts: Facts, coding: string, unsettledAt: number | null): string {
  const { size, modified, changed, inode, device } = facts
  const marks = [size, modified, changed, inode, device, coding].join()
  const opaque = fingerprint(marks)
  if (unsettledAt === null) return formatEntityTag({ weak: false, opaque })
  unsettledTags = (unsettledTags + 1) % Number.MAX_SAFE_INTEGER
  return formatEntityTag({ weak: true, opaque: `${opaque}-${unsettledAt.toString(36)}-${unsettledTags.toString(36)}` })
}

let unsettledTags = 0
