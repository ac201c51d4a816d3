// What an HTTP/2 connection, and each exchange on it, can be waiting for, and what happens when that takes too long.
import type { Refusal } from '../exchange/index.ts'
import { CODES, type H2Connection } from '../h2/index.ts'
import type { Channel } from '../transport/index.ts'
import type { H2Exchange } from './h2-exchange.ts'
import type { Limits } from './limits.ts'
import { atLeastRate, Patience, type Wait, within } from './patience.ts'
import { overdue } from './refusals.ts'

/** A connection's driver, as far as its time is concerned. */
export interface WatchedConnection {
  readonly channel: Channel
  readonly connection: H2Connection
  readonly exchanges: readonly H2Exchange[]
  /** FIN has been sent. */
  readonly lingering: boolean
  /** Heads received so far, and how often anything came in. */
  readonly requests: number
  readonly reads: number
  /** The peer has sent FIN. */
  readonly halfClosed: boolean
  /** The peer has been asked whether it is there, and nothing has come since. */
  readonly asked: boolean
  askIfThere(): void
  finish(why: string): void
  destroy(why: string, error?: Error): void
  tellRefusal(refusal: Refusal, exchange: H2Exchange | null): void
  cut(exchange: H2Exchange, code: number, reason: Error): void
}

// --- What a connection waits for ---

const WRITE: Wait<WatchedConnection> = within(
  'writeTimeout',
  driver => driver.channel.bytesSent,
  driver => {
    driver.tellRefusal(overdue('write-timeout'), null)
    driver.destroy('write-timeout', notRead())
  },
)

const LINGER: Wait<WatchedConnection> = within(
  'lingerTimeout',
  () => 0,
  driver => driver.channel.destroy(),
)

/** The preface, or the rest of a frame or a head. */
const HEAD: Wait<WatchedConnection> = within(
  'headTimeout',
  driver => driver.requests,
  driver => {
    // One that never sent a byte is not told anything: browsers open connections ahead of need.
    if (driver.reads > 0) driver.connection.fail('head-timeout')
    else driver.finish('head-timeout')
  },
)

/** The first request, or the next one. */
const REQUEST: Wait<WatchedConnection> = within(
  'idleTimeout',
  driver => driver.requests,
  driver => {
    driver.connection.drainNow()
    driver.finish('idle')
  },
)

/** The answer to the PING that came with the announcement of the end. */
const FAREWELL: Wait<WatchedConnection> = within(
  'lingerTimeout',
  () => 0,
  driver => driver.connection.drainNow(),
)

/** Any sign of life while streams are open: a peer that has gone without a word is found out. */
const SILENCE: Wait<WatchedConnection> = within(
  'idleTimeout',
  driver => driver.reads,
  driver => driver.askIfThere(),
)

const SIGN_OF_LIFE: Wait<WatchedConnection> = within(
  'headTimeout',
  driver => driver.reads,
  driver => driver.destroy('silent', new Error('The client does not answer any more')),
)

/** Replies after FIN: the peer may still read them, or be gone altogether. Only writing finds that out, and it need not answer. */
const NOTICE: Wait<WatchedConnection> = {
  progress: () => 0,
  restarts: false,
  over: () => true,
  expire: driver => driver.askIfThere(),
}

/** The acknowledgement of our SETTINGS (RFC 9113 section 6.5.3). */
const SETTINGS: Wait<WatchedConnection> = within(
  'headTimeout',
  () => 0,
  driver => driver.connection.fail('settings-timeout'),
)

/** Room in the connection's window, for content of whatever stream. */
const ROOM: Wait<WatchedConnection> = within('writeTimeout', contentSent, driver => {
  for (const exchange of driver.exchanges)
    if (exchange.stream.pending !== null && exchange.socket === null) giveUpSending(exchange)
})

function waitOf(driver: WatchedConnection): Wait<WatchedConnection> | null {
  const { connection, halfClosed } = driver
  if (driver.channel.backlog > 0) return WRITE
  if (driver.lingering) return LINGER
  if (!halfClosed && (!connection.started || connection.midHead)) return HEAD
  if (connection.streams.size === 0) return connection.goingAway ? FAREWELL : REQUEST
  if (halfClosed) return NOTICE
  return driver.asked ? SIGN_OF_LIFE : SILENCE
}

// --- What an exchange waits for ---

const REPLY: Wait<H2Exchange> = within(
  'replyTimeout',
  () => 0,
  exchange => exchange.host.answerInstead(exchange, overdue('reply-timeout')),
)

const CONTENT: Wait<H2Exchange> = atLeastRate(
  ({ stream }) => stream.contentReceived,
  exchange => exchange.host.refuseContent(exchange, overdue('content-timeout')),
)

/** The end of content that nobody reads. */
const UNREAD: Wait<H2Exchange> = atLeastRate(
  ({ stream }) => stream.contentReceived,
  exchange => exchange.host.cut(exchange, CODES.NO_ERROR, notRead()),
)

/** Room in the stream's window. */
const WINDOW: Wait<H2Exchange> = within('writeTimeout', ({ sent, stream }) => sent + stream.pendingAt, giveUpSending)

/** What a tunnel brings, once this side of it has ended: a program that reads on must not wait for ever. */
const TUNNEL: Wait<H2Exchange> = within(
  'idleTimeout',
  ({ stream }) => stream.contentReceived,
  exchange => {
    const refusal = overdue('tunnel-timeout')
    exchange.host.tellRefusal(refusal, exchange)
    exchange.host.cut(exchange, CODES.NO_ERROR, new Error(refusal.detail))
  },
)

function waitOfExchange(exchange: H2Exchange): Wait<H2Exchange> | null {
  const { stream } = exchange
  if (stream.pending !== null) return stream.sendWindow <= 0 ? WINDOW : null
  if (exchange.tunnelling) return exchange.over && exchange.incoming?.pulling === true ? TUNNEL : null
  if (exchange.over) return exchange.peerEnded ? null : UNREAD
  if (exchange.incoming?.pulling === true) return CONTENT
  return exchange.reply === null ? REPLY : null
}

/** How long a connection and its exchanges have been waiting. */
export class H2Patience {
  private readonly connection = new Patience<WatchedConnection>()
  /** Only while our SETTINGS are not acknowledged, and while content waits for the connection's window. */
  private settings: Patience<WatchedConnection> | null = null
  private room: Patience<WatchedConnection> | null = null

  look(driver: WatchedConnection, limits: Limits, now: number): void {
    this.connection.look(driver, waitOf(driver), limits, now)
    const { connection } = driver
    if (driver.lingering || driver.channel.closed || connection.failure !== null) return
    if (connection.started && !connection.settingsAcknowledged && !driver.halfClosed) {
      this.settings ??= new Patience()
      this.settings.look(driver, SETTINGS, limits, now)
    } else this.settings = null
    if (connection.streams.size > 0) this.lookAtExchanges(driver, limits, now)
  }

  private lookAtExchanges(driver: WatchedConnection, limits: Limits, now: number): void {
    const { connection, exchanges } = driver
    let needsRoom = false
    for (const exchange of exchanges) {
      if (exchange.socket !== null) {
        exchange.socket.driver.look(now)
        continue
      }
      const wait = waitOfExchange(exchange)
      if (wait !== null) exchange.patience ??= new Patience()
      exchange.patience?.look(exchange, wait, limits, now)
      needsRoom ||= exchange.stream.pending !== null && exchange.stream.sendWindow > 0 && !connection.pendingContent
    }
    if (needsRoom) {
      this.room ??= new Patience()
      this.room.look(driver, ROOM, limits, now)
    } else this.room = null
  }
}

function contentSent(driver: WatchedConnection): number {
  return driver.exchanges.reduce((sum, { sent, stream }) => sum + sent + stream.pendingAt, 0)
}

function giveUpSending(exchange: H2Exchange): void {
  exchange.host.tellRefusal(overdue('write-timeout'), exchange)
  exchange.host.cut(exchange, CODES.CANCEL, notRead())
}

function notRead(): Error {
  return new Error('The client did not read its reply in time')
}
