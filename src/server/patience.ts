// Every time-out of a connection is acted upon in this file; what there is to wait for stands in a table for each wire
// (h1-patience.ts, h2-patience.ts). Nothing is set or cleared while requests are served: the server's one coarse clock
// looks at each connection now and then, sees what it waits for, and for how long it has seen that without progress. A
// deadline is therefore missed by up to two ticks before it is acted upon, never early.
import type { Limits } from './limits.ts'

/** How often connections are looked at, in milliseconds. */
export const TICK = 500

/** Something that a subject, such as a connection's driver, can be waiting for. */
export interface Wait<Subject> {
  /** A number that changes with progress. */
  readonly progress: (subject: Subject) => number
  /** Any progress is enough: the wait starts again. Else it is counted from the wait's begin. */
  readonly restarts: boolean
  /** Whether it has lasted too long: for `waited` milliseconds, in which `progressed` was added to the progress. */
  readonly over: (limits: Limits, waited: number, progressed: number) => boolean
  readonly expire: (subject: Subject) => void
}

type TimeLimit = { [Name in keyof Limits]: Name extends `${string}Timeout` ? Name : never }[keyof Limits]

/** A wait that may go on for the time a limit allows, without progress; 0 for ever. */
export function within<Subject>(
  limit: TimeLimit,
  progress: (subject: Subject) => number,
  expire: (subject: Subject) => void,
): Wait<Subject> {
  return {
    progress,
    restarts: true,
    over: (limits, waited) => limits[limit] > 0 && waited >= limits[limit],
    expire,
  }
}

/** A wait for content: it must come at the least rate on average, once the time of grace has passed. */
export function atLeastRate<Subject>(
  received: (subject: Subject) => number,
  expire: (subject: Subject) => void,
): Wait<Subject> {
  return { progress: received, restarts: false, over: isTooSlow, expire }
}

function isTooSlow({ contentRate, contentGrace }: Limits, waited: number, received: number): boolean {
  if (contentRate === 0 || waited < contentGrace) return false
  return received < (contentRate * Math.max(waited - contentGrace, 1000)) / 1000
}

/** How long one subject has been waiting, and for what. */
export class Patience<Subject> {
  /** Since when it is waiting. */
  since = 0
  private wait: Wait<Subject> | null = null
  private progress = 0

  /** Looks at the subject at the time `now`: it is waiting for that, or for nothing. */
  look(subject: Subject, wait: Wait<Subject> | null, limits: Limits, now: number): void {
    if (wait !== this.wait || (wait?.restarts === true && wait.progress(subject) !== this.progress)) {
      this.start(subject, wait, now)
      return
    }
    if (wait === null || !wait.over(limits, now - this.since, wait.progress(subject) - this.progress)) return
    this.wait = null
    wait.expire(subject)
  }

  /** The wait has begun at the time `since`. */
  start(subject: Subject, wait: Wait<Subject> | null, since: number): void {
    this.wait = wait
    this.since = since
    this.progress = wait === null ? 0 : wait.progress(subject)
  }
}
