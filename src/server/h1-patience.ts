// What an HTTP/1.1 connection can be waiting for, and what happens when it has waited too long.
import type { Refusal } from '../exchange/index.ts'
import { CONTENT, type H1Connection } from '../h1/index.ts'
import type { Channel } from '../transport/index.ts'
import { atLeastRate, type Wait, within } from './patience.ts'
import { overdue } from './refusals.ts'

/** A connection's driver, as far as its time is concerned. */
export interface Watched {
  readonly channel: Channel
  readonly connection: H1Connection
  readonly exchange: { readonly reply: object | null } | null
  readonly incoming: { readonly pulling: boolean; readonly received: number } | null
  /** What sends the content of the reply, while there is more of it. */
  readonly pump: object | null
  /** FIN has been sent. */
  readonly lingering: boolean
  readonly tunnelling: boolean
  /** Heads received so far. */
  readonly requests: number
  /** Ends the connection in order, with a reply that says why, or with one instead of the program's; or only reports; or cuts it. */
  finish(why: string): void
  refuse(refusal: Refusal): void
  answerInstead(refusal: Refusal): void
  tellRefusal(refusal: Refusal): void
  destroy(why: string, error?: Error): void
}

const requests = (driver: Watched): number => driver.requests

/** The first head, or the rest of one: bytes that trickle in are no progress. */
export const HEAD: Wait<Watched> = within('headTimeout', requests, driver => {
  // One that never sent a byte is not told anything: browsers open connections ahead of need.
  if (driver.connection.midMessage) driver.refuse(overdue('head-timeout'))
  else driver.finish('head-timeout')
})

const REQUEST: Wait<Watched> = within('idleTimeout', requests, driver => driver.finish('idle'))

const CONTENT_DUE: Wait<Watched> = atLeastRate(
  driver => driver.connection.contentReceived,
  driver => driver.refuse(overdue('content-timeout')),
)

const REPLY: Wait<Watched> = within('replyTimeout', requests, driver => driver.answerInstead(overdue('reply-timeout')))

const WRITE: Wait<Watched> = within(
  'writeTimeout',
  driver => driver.channel.bytesSent,
  driver => {
    driver.tellRefusal(overdue('write-timeout'))
    driver.destroy('write-timeout', notRead())
  },
)

/** What a tunnel brings, once this side of it has ended: a program that reads on must not wait for ever. */
const TUNNEL: Wait<Watched> = within(
  'idleTimeout',
  driver => driver.incoming?.received ?? 0,
  driver => {
    driver.tellRefusal(overdue('tunnel-timeout'))
    driver.destroy('tunnel-timeout')
  },
)

const LINGER: Wait<Watched> = within(
  'lingerTimeout',
  () => 0,
  driver => driver.channel.destroy(),
)

export function waitOf(driver: Watched): Wait<Watched> | null {
  if (driver.channel.backlog > 0) return WRITE
  if (driver.lingering) return LINGER
  if (driver.tunnelling) return driver.pump === null && driver.incoming?.pulling === true ? TUNNEL : null
  if (driver.exchange === null) {
    if (driver.connection.receiving === CONTENT) return CONTENT_DUE
    return driver.requests === 0 || driver.connection.midMessage ? HEAD : REQUEST
  }
  if (driver.incoming?.pulling === true) return CONTENT_DUE
  return driver.exchange.reply === null ? REPLY : null
}

function notRead(): Error {
  return new Error('The client did not read its reply in time')
}
