// Joins a WebSocket connection to its user, over whatever channel: a socket that has left HTTP/1.1, or a stream of HTTP/2. What
// comes out while one read is handled, or within one turn, leaves in one write. Time is looked at from outside
// (websocket-patience.ts); what is sent, and when it leaves, is in websocket-flow.ts.
//
// Its law: the user is told `closed` once and last, however the connection ends.

import { SMALL_BLOCK } from '../bytes/byte-output.ts'
import { HeldBytes } from '../bytes/held-bytes.ts'
import { ConnectionLost, type Exchange, isThenable, isThrown, type Refusal, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import type { Channel } from '../transport/index.ts'
import { CODES, type WebSocketError, type WebSocketSink } from '../websocket/index.ts'
import { replyToThrown, tell } from './answering.ts'
import type { Driver, Held, UnderWay } from './driver.ts'
import { Patience } from './patience.ts'
import { overdue, socketOver } from './refusals.ts'
import type { ExchangeHost, ServedExchange } from './served-exchange.ts'
import type { Settings } from './settings.ts'
import { StreamChannel } from './stream-channel.ts'
import { ROOM, WebSocketFlow } from './websocket-flow.ts'
import { SILENCE, type WatchedSocket, waitOf } from './websocket-patience.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

/** Who is told that a driver's connection is closed. */
export interface SocketHost {
  closed(driver: Driver): void
}

/** Stands for the reply that the connection began with: nobody needs to keep that one. */
const SWITCHED = new Reply(200, FieldList.empty, null)
const NO_BYTES = new Uint8Array(0)

export class WebSocketDriver extends WebSocketFlow implements Driver, WebSocketSink, ExchangeHost, WatchedSocket {
  /** How often something has come in. */
  reads = 0
  /** A promise of the user's is being waited for: its messages wait. */
  busy = false
  private readonly host: SocketHost
  /** What the connection has not taken, because the user is busy. */
  private leftover: Leftover | null = null
  /** Bytes of messages that the user was told. */
  private delivered = 0
  private askedAt = -1
  /** Since when nothing has come in, as far as has been seen, and how often something had by then. */
  private quietSince = 0
  private quietReads = -1
  /** Only while something else is waited for than a sign of life. */
  private patience: Patience<WatchedSocket> | null = null

  constructor(channel: Channel, exchange: ServedExchange, tunnel: SocketTunnel, settings: Settings, host: SocketHost) {
    super(channel, exchange, tunnel, settings)
    this.host = host
    exchange.reply = SWITCHED
  }

  /** The handshake's reply is in the channel: tells the user. */
  begin(): void {
    this.receiving = true
    try {
      this.waitFor(this.user.opened(this))
    } catch (error) {
      this.userFailed(error)
    }
    this.receiving = false
    this.afterUser()
  }

  get held(): Held {
    return {
      head: 0,
      content: this.connection.heldBytes,
      waiting: this.leftoverSize,
      output: this.waiting,
    }
  }

  get underWay(): readonly UnderWay[] {
    const { method, target, sent } = this.exchange
    return this.over ? [] : [{ request: `${method} ${target}`, sent }]
  }

  look(now: number): void {
    const { limits } = this.settings
    const wait = waitOf(this, limits)
    if (wait !== SILENCE) {
      this.quietReads = -1
      this.patience ??= new Patience()
      this.patience.look(this, wait, limits, now)
      return
    }
    this.patience = null
    if (this.quietReads !== this.reads) {
      this.quietReads = this.reads
      this.quietSince = now
    } else if (SILENCE.over(limits, now - this.quietSince, 0)) SILENCE.expire(this)
  }

  drain(): void {
    this.connection.close(CODES.GOING_AWAY)
    this.settleLater()
  }

  // --- What the channel tells ---

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.lingering) return
    this.reads++
    if (this.busy || this.leftover !== null) {
      this.keep(bytes, start, end)
      this.regulate()
      return
    }
    this.receiving = true
    const taken = this.connection.receive(bytes, this, start, end)
    this.receiving = false
    if (taken < end - start && !this.lingering) this.keep(bytes, start + taken, end)
    this.afterUser()
  }

  ended(): void {
    this.peerEnded = true
    // What came before it is looked at first: there may be a close frame among it.
    if (this.leftover === null) this.endWithout()
  }

  closed(error: Error | null): void {
    this.deaf = true
    this.leftover = null
    const inOrder = error === null && this.over
    this.end(CODES.ABNORMAL, '')
    this.connection.letGo()
    tell(this.settings, this.exchange, inOrder)
    this.host.closed(this)
  }

  override finish(why: string): void {
    this.leftover = null
    super.finish(why)
  }

  override destroy(why: string, error?: Error): void {
    this.deaf = true
    super.destroy(why, error)
  }

  // --- What the connection tells ---

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    if (this.deaf) return
    this.delivered += end - start
    try {
      const done = this.user.message(text, bytes, start, end, owned)
      if (done !== undefined) this.waitFor(done)
    } catch (error) {
      this.userFailed(error)
    }
  }

  pong(): void {
    // A sign of life like any other.
  }

  closing(code: number, reason: string): void {
    this.end(code, reason)
    this.finish('peer')
  }

  failed({ code, rule, section, detail }: WebSocketError): void {
    this.tellRefusal({ status: 400, code: String(code), rule, section, detail })
    this.end(CODES.ABNORMAL, rule)
    this.finish(rule)
  }

  // --- What the exchange asks, which goes on as long as the connection does ---

  thrown(exchange: ServedExchange, error: unknown): Reply {
    const { settings } = this
    const host = {
      settings,
      handler: (_: Exchange) => SWITCHED,
      answer() {},
      tellRefusal: (refusal: Refusal) => this.tellRefusal(refusal),
    }
    return replyToThrown(host, exchange, error)
  }

  giveUp(_exchange: ServedExchange, reason: Error): void {
    this.cut(reason)
  }

  inform(): void {
    // The final reply has been sent.
  }

  // --- What the clock asks ---

  get asked(): boolean {
    return this.askedAt === this.reads
  }

  /** So much has come while the user is busy that nothing more is read: no sign of life can be expected. */
  get isStopped(): boolean {
    return this.readingPaused
  }

  /** It shares a connection with others. */
  get onStream(): boolean {
    return this.channel instanceof StreamChannel
  }

  /** Something has come that the user is not ready for. */
  get hasUnread(): boolean {
    return this.leftover !== null
  }

  get messageBytes(): number {
    return this.delivered + this.connection.heldBytes
  }

  askIfThere(): void {
    this.askedAt = this.reads
    this.connection.ping(NO_BYTES)
    this.settleLater()
  }

  /** The message that has begun comes too slowly. */
  refuseMessage(): void {
    const refusal = overdue('message-timeout')
    this.tellRefusal(refusal)
    this.connection.close(CODES.POLICY_VIOLATION, refusal.rule)
    this.end(CODES.ABNORMAL, refusal.rule)
    this.finish(refusal.rule)
  }

  // --- How it goes on ---

  protected settle(): void {
    this.proceed()
    if (!this.stalled) this.flush()
    this.regulate()
  }

  /**
   * What has been answered in a read leaves in one write. A little waits for what other connections are answered in this turn: when all reads
   * come first and all writes then, a message costs a tenth less (the kernel's code stays in the cache). A stream's connection gathers by itself.
   */
  private afterUser(): void {
    const { outputSize, pendingBytes } = this.connection
    const little = outputSize > 0 && outputSize <= SMALL_BLOCK && this.exchange.version !== '2'
    // What a busy user has promised may come within this turn.
    if (this.busy || little) {
      if (outputSize > 0 || pendingBytes > 0) this.settleLater()
      this.regulate()
    } else this.settle()
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    this.leftover ??= new Leftover()
    this.leftover.add(bytes, start, end)
  }

  /** Gives the connection what has waited for the user. */
  private proceed(): void {
    const held = this.leftover
    if (held === null || this.busy || this.receiving || this.lingering) return
    this.receiving = true
    held.at += this.connection.receive(held.bytes, this, held.at, held.size)
    this.receiving = false
    if (this.leftover === null || held.at < held.size) return
    this.leftover = null
    if (this.peerEnded) this.endWithout()
  }

  /** Stops the peer while enough is waiting already. */
  private regulate(): void {
    // A little may wait for a moment, over TLS above all.
    if (this.stalled && this.waiting >= ROOM) this.connection.outputWaits = true
    if (!this.lingering) this.setReading(this.leftoverSize < this.settings.limits.pipelineBytes && !this.isCrowded)
  }

  private get leftoverSize(): number {
    return this.leftover === null ? 0 : this.leftover.size - this.leftover.at
  }

  /** The peer has ended: without a close frame, or there would be nothing left to do. */
  private endWithout(): void {
    if (!this.lingering) this.connection.end(this)
  }

  /** The connection is over for its user. */
  private end(code: number, reason: string): void {
    if (this.over) return
    this.over = true
    this.exchange.abort(socketOver(code))
    this.giveRoom()
    try {
      this.user.closed(code, reason)
    } catch (error) {
      this.reportFailure(error)
    }
  }

  private waitFor(done: unknown): void {
    if (!isThenable(done)) return
    this.busy = true
    // While its stream may be over: who resets streams must not have handlers run without a bound.
    this.exchange.handlerRuns = true
    this.connection.pause()
    done.then(
      () => this.goOn(),
      error => {
        this.userFailed(error)
        this.goOn()
      },
    )
  }

  private goOn(): void {
    this.busy = false
    this.exchange.handlerRuns = false
    this.connection.resume()
    if (this.channel.closed) return
    this.proceed()
    this.settleLater()
  }

  private userFailed(error: unknown): void {
    // What is thrown because the connection is over is no failure.
    if (this.over && isThrown(error, ConnectionLost)) return
    this.reportFailure(error)
    if (this.deaf) return
    // One failure is enough: it is told no more messages.
    this.deaf = true
    this.connection.close(CODES.INTERNAL_ERROR)
    this.settleLater()
  }

  private reportFailure(error: unknown): void {
    this.settings.report({ kind: 'failed', error, exchange: this.exchange, doing: 'handling a WebSocket connection' })
  }
}

/** Bytes that wait for the user, of which the first `at` have been taken. */
class Leftover extends HeldBytes {
  at = 0

  override add(from: Uint8Array, start: number, end: number): void {
    if (this.at > this.size >> 1) {
      this.drop(this.at)
      this.at = 0
    }
    super.add(from, start, end)
  }
}
