// Joins an HTTP/2 connection to the handler: makes an exchange of each stream, and sends its reply. What comes out while
// one read is handled leaves in one write (h2-flow.ts). Time is looked at from outside (h2-patience.ts).
import { type Handler, isThrown, type Refusal, Refused, type Reply } from '../exchange/index.ts'
import { CODES, H2Connection, type H2Error, type H2Head, type H2Sink, type H2Stream } from '../h2/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import type { Channel } from '../transport/index.ts'
import {
  type AnswerHost,
  abandonReply,
  ask,
  failExchange,
  letGoFailed,
  replyTo,
  replyToThrown,
  tell,
} from './answering.ts'
import type { Driver, DriverHost, Held, UnderWay } from './driver.ts'
import { exchangesOf, heldBy, underWayOn } from './h2-account.ts'
import { H2Exchange, type H2ExchangeHost, NO_HEAD } from './h2-exchange.ts'
import { H2Flow } from './h2-flow.ts'
import { Orphans } from './h2-orphans.ts'
import { H2Patience, type WatchedConnection } from './h2-patience.ts'
import { sendReply } from './h2-reply.ts'
import { beginSocket } from './h2-sockets.ts'
import { discard, leaveUnread } from './h2-unread.ts'
import { contentUnread, lostBy, peerGone, refusalOfH2, tooManyRunning } from './refusals.ts'
import type { Settings } from './settings.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

/** Requests refused between two ticks because too many handlers run: as many as may be reset at once. */
const MOST_TURNED_AWAY = 1000

export class H2Driver
  extends H2Flow
  implements Driver, H2Sink, H2ExchangeHost, AnswerHost<H2Exchange>, WatchedConnection
{
  readonly connection: H2Connection
  readonly handler: Handler
  readonly settings: Settings
  /** Heads received so far. */
  requests = 0

  private readonly host: DriverHost
  private readonly patience = new H2Patience()
  private readonly orphans: Orphans
  private draining = false
  private turnedAway = 0
  /** How often something had come in when the peer was asked whether it is there. */
  private askedAt = -1
  private lossReason: Error | null = null

  constructor(channel: Channel, handler: Handler, settings: Settings, host: DriverHost) {
    super(channel)
    this.connection = new H2Connection('server', settings.h2Limits, this, settings.windows)
    this.connection.contentWaits = this.stalled
    this.handler = handler
    this.settings = settings
    this.host = host
    this.orphans = new Orphans(settings.limits.streams)
  }

  get held(): Held {
    return heldBy(this.connection, this.channel)
  }

  get underWay(): readonly UnderWay[] {
    return underWayOn(this.connection, this.channel)
  }

  get exchanges(): readonly H2Exchange[] {
    return exchangesOf(this.connection)
  }

  get asked(): boolean {
    return this.askedAt === this.reads
  }

  get halfClosed(): boolean {
    return this.peerEnded
  }

  askIfThere(): void {
    this.askedAt = this.reads
    if (this.peerEnded) this.connection.nudge()
    else this.connection.ping()
  }

  look(now: number): void {
    this.turnedAway = 0
    this.orphans.letGoEnded()
    this.connection.tick()
    this.patience.look(this, this.settings.limits, now)
    this.settleLater()
  }

  drain(): void {
    if (this.lingering) return
    this.draining = true
    if (!this.connection.started && this.connection.streams.size === 0) this.finish('drained')
    else {
      this.connection.drain()
      for (const exchange of this.exchanges) {
        exchange.concludeEndless()
        exchange.socket?.driver.drain()
      }
      this.settle()
    }
  }

  // --- What the channel tells (and `receive` and `drained`, in h2-flow.ts) ---

  ended(): void {
    if (this.lingering) return
    this.peerEnded = true
    this.connection.end()
    for (const exchange of this.exchanges) if (exchange.isEndless) this.cut(exchange, CODES.CANCEL, peerGone())
    // Whoever has closed the whole socket, and not only stopped sending, is found out by being sent something. Not PING:
    // who has only stopped sending would fail to answer it.
    if (this.connection.streams.size > 0) this.connection.nudge()
    if (!this.lingering) this.settle()
  }

  closed(error: Error | null): void {
    this.lossReason = peerGone(error)
    this.connection.abort()
    this.host.closed(this)
  }

  // --- What the connection tells ---

  head(stream: H2Stream, head: H2Head, ended: boolean): void {
    const { settings, connection } = this
    if (this.orphans.tooMany) {
      this.turnAway(stream)
      return
    }
    this.requests++
    const exchange = new H2Exchange(this, stream, head, ended, settings.limits.discardBytes)
    stream.user = exchange
    if (settings.reports.exchanges) exchange.startedAt = settings.clock.now()
    if (this.requests === settings.limits.requestsPerConnection) connection.drain()
    ask(this, exchange)
  }

  content(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void {
    const exchange = stream.user as H2Exchange
    exchange.continueDue = false
    if (exchange.socket !== null) exchange.socket.channel.receive(bytes, start, end)
    else if (exchange.incoming!.over) discard(this.connection, exchange, end - start)
    else exchange.incoming!.deliver(bytes, start, end)
  }

  trailers(stream: H2Stream, fields: Fields): void {
    const exchange = stream.user as H2Exchange
    if (!exchange.over) exchange.trailers = fields
  }

  end(stream: H2Stream): void {
    const exchange = stream.user as H2Exchange
    exchange.peerEnded = true
    exchange.continueDue = false
    if (exchange.socket !== null) {
      exchange.socket.channel.ended()
      return
    }
    exchange.incoming?.finish()
    if (exchange.tunnelling && exchange.over) this.tellOver(exchange, true)
  }

  writable(stream: H2Stream): void {
    const { pump, socket } = stream.user as H2Exchange
    if (socket !== null) socket.channel.writable()
    else if (this.crowded) this.holdBack(pump)
    else pump?.resume()
    this.settleLater()
  }

  sent(stream: H2Stream): void {
    const exchange = stream.user as H2Exchange
    exchange.over = true
    if (exchange.socket !== null) {
      exchange.socket.channel.sent()
      return
    }
    // The other way of a tunnel goes on until the peer ends it, or nobody wants to hear more.
    if (exchange.tunnelling && !exchange.peerEnded && !exchange.incoming!.over) return
    this.tellOver(exchange, true)
    if (!exchange.peerEnded) leaveUnread(this.connection, exchange)
  }

  lost(stream: H2Stream, error: H2Error): void {
    const exchange = stream.user as H2Exchange
    // A client that has its reply may stop in the middle of what it was sending.
    if (error.blame === 'remote' && error.rule !== 'peer-reset' && !exchange.over)
      this.tellRefusal(refusalOfH2(error), exchange)
    const reason = this.lossReason ?? lostBy(error)
    if (exchange.socket !== null) exchange.socket.channel.lost(reason)
    else this.lose(exchange, reason)
  }

  refused(stream: H2Stream, error: H2Error): void {
    const refusal = refusalOfH2(error)
    // The head was taken: it is the content that goes on for too long.
    if (stream.user instanceof H2Exchange) {
      this.refuseContent(stream.user, refusal)
      return
    }
    this.tellRefusal(refusal, null)
    if (error.status === 0) return
    const exchange = new H2Exchange(this, stream, NO_HEAD, false, this.settings.limits.discardBytes)
    exchange.failed = true
    stream.user = exchange
    this.answer(exchange, replyTo(this.settings, refusal, null))
  }

  failed(error: H2Error): void {
    this.tellRefusal(refusalOfH2(error), null)
  }

  /** Nothing is ever begun from this side; what is under way ends as usual. */
  goingAway(): void {}

  // --- What exchanges and bodies ask ---

  inform(exchange: H2Exchange, status: number, fields: FieldList): void {
    if (!exchange.answerable) return
    this.connection.sendInterim(exchange.stream, status, fields)
    this.settleLater()
  }

  thrown(exchange: H2Exchange, error: unknown): Reply {
    return replyToThrown(this, exchange, error)
  }

  giveUp(exchange: H2Exchange, reason: Error): void {
    if (!exchange.over || exchange.tunnelling) this.cut(exchange, exchange.breakingCode, reason)
  }

  wanted(exchange: H2Exchange): void {
    if (!exchange.continueDue || exchange.stream.headSent) return
    exchange.continueDue = false
    this.connection.sendInterim(exchange.stream, 100, FieldList.empty)
    this.settleLater()
  }

  unwanted(exchange: H2Exchange): void {
    if (exchange.tunnelling && exchange.over) this.cut(exchange, CODES.NO_ERROR, contentUnread())
  }

  taken(exchange: H2Exchange, count: number): void {
    // A WebSocket connection opens the window itself.
    if (exchange.socket !== null) return
    this.connection.consumed(exchange.stream, count)
    this.settleLater()
  }

  take(exchange: H2Exchange, chunk: Uint8Array): boolean {
    exchange.sent += chunk.length
    const taken = this.connection.sendContent(exchange.stream, chunk)
    this.settleLater()
    // Where it was not all taken, `writable` will say when to go on.
    if (taken && this.crowded) this.holdBack(exchange.pump)
    return taken && !this.crowded
  }

  completed(exchange: H2Exchange): void {
    exchange.pump = null
    try {
      this.connection.sendEnd(exchange.stream, exchange.reply?.trailers?.())
    } catch (error) {
      this.brokeOff(exchange, error)
      return
    }
    this.settleLater()
  }

  brokeOff(exchange: H2Exchange, error: unknown): void {
    exchange.pump = null
    this.settings.report({ kind: 'failed', error, exchange, doing: 'sending the content of a reply' })
    this.cut(exchange, exchange.breakingCode, isThrown(error, Error) ? error : new Error('The content broke off'))
  }

  letGoFailed(exchange: H2Exchange, error: unknown): void {
    letGoFailed(this.settings, exchange, error)
  }

  changesToWebSocket(exchange: H2Exchange, tunnel: SocketTunnel): void {
    beginSocket(this, exchange, tunnel)
    if (this.draining) exchange.socket?.driver.drain()
  }

  socketClosed(exchange: H2Exchange): void {
    exchange.over = true
    this.orphans.add(exchange)
  }

  // --- Answers ---

  answer(exchange: H2Exchange, reply: Reply): void {
    if (!exchange.answerable) {
      abandonReply(this.settings, exchange, reply)
      return
    }
    exchange.reply = reply
    try {
      sendReply(this.connection, this.settings, exchange, reply)
    } catch (error) {
      if (exchange.stream.headSent) {
        this.brokeOff(exchange, error)
        return
      }
      abandonReply(this.settings, exchange, reply)
      exchange.reply = null
      // A reply that cannot be sent is answered for once; where that cannot be sent either, there is nothing left to say.
      if (exchange.failed) this.brokeOff(exchange, error)
      else failExchange(this, exchange, error)
      return
    }
    if (this.draining) exchange.concludeEndless()
    this.settleLater()
  }

  /** Answers in the place of a handler that takes too long. */
  answerInstead(exchange: H2Exchange, refusal: Refusal): void {
    this.tellRefusal(refusal, exchange)
    this.answer(exchange, replyTo(this.settings, refusal, exchange))
    exchange.abort(new Refused(refusal))
  }

  /** The content cannot be waited for: whoever reads it is told, and answers as if it had refused it. */
  refuseContent(exchange: H2Exchange, refusal: Refusal): void {
    this.tellRefusal(refusal, exchange)
    exchange.discardable = 0
    exchange.incoming?.fail(new Refused(refusal))
  }

  /** Ends a stream that cannot go on. */
  cut(exchange: H2Exchange, code: number, reason: Error): void {
    if (exchange.socket !== null) {
      exchange.socket.channel.destroy(reason)
      return
    }
    this.connection.reset(exchange.stream, code)
    if (!exchange.over || exchange.tunnelling) this.lose(exchange, reason)
    this.settleLater()
  }

  /** Reports a refusal, once for each exchange. */
  tellRefusal(refusal: Refusal, exchange: H2Exchange | null): void {
    if (exchange !== null) {
      if (exchange.reported === refusal) return
      exchange.reported = refusal
    }
    this.settings.report({
      kind: 'refused',
      refusal,
      exchange: exchange?.isRefused === true ? null : exchange,
      address: this.peer.address,
      connection: this.channel.id,
    })
  }

  protected conclude(): void {
    const { failure } = this.connection
    const why = this.draining ? 'drained' : this.peerEnded ? 'peer' : 'done'
    this.finish(failure === null ? why : failure.rule)
  }

  private lose(exchange: H2Exchange, reason: Error): void {
    const { over, pump, stream } = exchange
    if (over && !exchange.tunnelling) return
    // Of content given whole, what had not gone out is known now.
    if (pump === null && exchange.sent > 0 && !exchange.tunnelling) exchange.sent = stream.pendingAt
    exchange.over = true
    exchange.pump = null
    pump?.cancel(reason)
    exchange.abort(reason)
    this.tellOver(exchange, exchange.tunnelling)
  }

  private tellOver(exchange: H2Exchange, complete: boolean): void {
    this.orphans.add(exchange)
    if (!exchange.isRefused) tell(this.settings, exchange, complete)
  }

  private turnAway(stream: H2Stream): void {
    this.connection.reset(stream, CODES.REFUSED_STREAM)
    this.tellRefusal(tooManyRunning(), null)
    if (++this.turnedAway > MOST_TURNED_AWAY) this.connection.fail('too-many-resets')
  }
}
