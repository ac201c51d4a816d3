// Every time-out of a connection is in this file. Nothing is set or cleared while requests are served: the server's one
// coarse clock looks at each connection now and then, sees what it waits for, and for how long it has seen that
// without progress. A deadline is therefore missed by up to two ticks before it is acted upon, never early.
import type { Refusal } from '../exchange/index.ts'
import { CONTENT, type H1Connection } from '../h1/index.ts'
import type { Channel } from '../transport/index.ts'
import type { Limits } from './limits.ts'
import { overdue } from './refusals.ts'

/** How often connections are looked at, in milliseconds. */
export const TICK = 500

/** A connection's driver, as far as its time is concerned. */
export interface Watched {
  readonly channel: Channel
  readonly connection: H1Connection
  readonly settings: { readonly limits: Limits }
  readonly exchange: { readonly reply: object | null } | null
  readonly incoming: { readonly pulling: boolean } | null
  /** FIN has been sent. */
  readonly lingering: boolean
  readonly tunnelling: boolean
  /** Heads received so far. */
  readonly requests: number
  /** Ends the connection in order, with a reply that says why, or with one instead of the program's; or only reports; or cuts it. */
  finish(why: string): void
  refuse(refusal: Refusal): void
  answerInstead(refusal: Refusal): void
  refused(refusal: Refusal): void
  destroy(why: string, error?: Error): void
}

/** What a connection can be waiting for. */
type Wait = 'nothing' | 'head' | 'request' | 'content' | 'reply' | 'write' | 'linger'

interface Rule {
  /** How long it may last, in milliseconds; 0 for ever. */
  readonly limit: (limits: Limits) => number
  /** A number that changes with progress: the wait starts again. */
  readonly progress: (driver: Watched) => number
  readonly expire: (driver: Watched) => void
}

const RULES: Record<Exclude<Wait, 'nothing' | 'content'>, Rule> = {
  /** The first head, or the rest of one: bytes that trickle in are no progress. */
  head: {
    limit: limits => limits.headTimeout,
    progress: driver => driver.requests,
    expire(driver) {
      // One that never sent a byte is not told anything: browsers open connections ahead of need.
      if (driver.connection.midMessage) driver.refuse(overdue('head-timeout'))
      else driver.finish('head-timeout')
    },
  },
  request: {
    limit: limits => limits.idleTimeout,
    progress: driver => driver.requests,
    expire: driver => driver.finish('idle'),
  },
  reply: {
    limit: limits => limits.replyTimeout,
    progress: driver => driver.requests,
    expire: driver => driver.answerInstead(overdue('reply-timeout')),
  },
  write: {
    limit: limits => limits.writeTimeout,
    progress: driver => driver.channel.bytesSent,
    expire(driver) {
      driver.refused(overdue('write-timeout'))
      driver.destroy('write-timeout', new Error('The client did not read its reply in time'))
    },
  },
  linger: { limit: limits => limits.lingerTimeout, progress: () => 0, expire: driver => driver.channel.destroy() },
}

export class Patience {
  private wait: Wait = 'nothing'
  private since = 0
  private progress = 0

  /** Looks at the driver's connection at the time `now`. */
  look(driver: Watched, now: number): void {
    const wait = waitOf(driver)
    const rule = wait === 'nothing' || wait === 'content' ? null : RULES[wait]
    const progress = rule === null ? 0 : rule.progress(driver)
    if (wait !== this.wait || (rule !== null && progress !== this.progress)) {
      this.wait = wait
      this.since = now
      this.progress = wait === 'content' ? driver.connection.contentReceived : progress
      return
    }
    const waited = now - this.since
    if (rule !== null) {
      const limit = rule.limit(driver.settings.limits)
      if (limit > 0 && waited >= limit) {
        this.wait = 'nothing'
        rule.expire(driver)
      }
    } else if (wait === 'content' && this.tooSlow(driver, waited)) {
      this.wait = 'nothing'
      driver.refuse(overdue('content-timeout'))
    }
  }

  private tooSlow(driver: Watched, waited: number): boolean {
    const { contentRate, contentGrace } = driver.settings.limits
    if (contentRate === 0 || waited < contentGrace) return false
    const received = driver.connection.contentReceived - this.progress
    return received < (contentRate * Math.max(waited - contentGrace, 1000)) / 1000
  }
}

function waitOf(driver: Watched): Wait {
  if (driver.channel.backlog > 0) return 'write'
  if (driver.lingering) return 'linger'
  if (driver.tunnelling) return 'nothing'
  if (driver.exchange === null) {
    if (driver.connection.receiving === CONTENT) return 'content'
    return driver.requests === 0 || driver.connection.midMessage ? 'head' : 'request'
  }
  if (driver.incoming?.pulling === true) return 'content'
  return driver.exchange.reply === null ? 'reply' : 'nothing'
}
