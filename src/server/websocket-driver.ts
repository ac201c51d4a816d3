// Joins a WebSocket connection to its user, over whatever channel: a socket that has left HTTP/1.1, or a stream of HTTP/2. What
// comes out while one read is handled, or within one turn, leaves in one write.

import { ByteOutput } from '../bytes/byte-output.ts'
import { HeldBytes } from '../bytes/held-bytes.ts'
import {
  isThenable,
  type Refusal,
  type Reply,
  type Room,
  type SharedMessage,
  type SocketLink,
  type SocketUser,
} from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'
import {
  CODES,
  DEFAULT_LIMITS,
  WebSocketConnection,
  type WebSocketError,
  type WebSocketSink,
} from '../websocket/index.ts'
import { replyToThrown, tell } from './answering.ts'
import type { Driver, DriverHost, Held, UnderWay } from './driver.ts'
import { Flow, OUTPUT_AHEAD } from './flow.ts'
import { Patience } from './patience.ts'
import { peerGone } from './refusals.ts'
import type { ExchangeHost, ServedExchange } from './served-exchange.ts'
import type { Settings } from './settings.ts'
import type { SocketTunnel } from './websocket-accept.ts'
import { type WatchedSocket, waitOf } from './websocket-patience.ts'

/** As much may wait before a sender is asked to wait too. */
const ROOM = 64 * 1024

export class WebSocketDriver extends Flow implements Driver, WebSocketSink, SocketLink, ExchangeHost, WatchedSocket {
  readonly settings: Settings
  readonly connection: WebSocketConnection
  /** How often something has come in. */
  reads = 0
  private readonly host: DriverHost
  private readonly exchange: ServedExchange
  private readonly tunnel: SocketTunnel
  private readonly user: SocketUser
  private readonly patience = new Patience<WatchedSocket>()
  /** What has come while the user is busy. */
  private leftover: HeldBytes | null = null
  private busy = false
  private over = false
  private dirty = false
  private room: PromiseWithResolvers<void> | null = null
  private askedAt = -1

  constructor(channel: Channel, exchange: ServedExchange, tunnel: SocketTunnel, settings: Settings, host: DriverHost) {
    super(channel)
    this.settings = settings
    this.host = host
    this.exchange = exchange
    this.tunnel = tunnel
    this.user = tunnel.user
    this.connection = new WebSocketConnection('server', {
      ...DEFAULT_LIMITS,
      messageBytes: tunnel.terms.messageBytes ?? settings.limits.messageBytes,
    })
  }

  /** The handshake's reply is in the channel: tells the user. */
  begin(): void {
    this.call(() => this.user.opened(this))
    this.settle()
  }

  get held(): Held {
    return {
      head: 0,
      content: this.connection.heldBytes,
      waiting: this.leftover?.size ?? 0,
      output: this.channel.backlog + this.connection.output.size,
    }
  }

  get underWay(): readonly UnderWay[] {
    return this.over ? [] : [{ request: `${this.exchange.method} ${this.exchange.target}`, sent: 0 }]
  }

  look(now: number): void {
    this.patience.look(this, waitOf(this), this.settings.limits, now)
  }

  drain(): void {
    this.connection.close(CODES.GOING_AWAY, '')
    this.settleLater()
  }

  // --- What the channel tells ---

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.lingering) return
    this.reads++
    if (this.busy) {
      this.leftover ??= new HeldBytes()
      this.leftover.add(bytes, start, end)
      this.regulate()
      return
    }
    this.receiving = true
    const taken = this.connection.receive(bytes, this, start, end)
    this.receiving = false
    if (taken < end - start) {
      this.leftover = new HeldBytes()
      this.leftover.add(bytes, start + taken, end)
    }
    this.settle()
  }

  drained(): void {
    this.stalled = false
    this.giveRoom()
    this.settle()
  }

  ended(): void {
    this.peerEnded = true
    if (this.lingering) return
    this.end(CODES.ABNORMAL, '')
    this.finish('peer')
  }

  closed(error: Error | null): void {
    this.leftover = null
    this.end(CODES.ABNORMAL, '')
    this.exchange.abort(peerGone(error))
    tell(this.settings, this.exchange, error === null)
    this.giveRoom()
    this.host.closed(this)
  }

  // --- What the connection tells ---

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    let done: void | Promise<void>
    try {
      done = this.user.message(text, bytes, start, end, owned)
    } catch (error) {
      this.userFailed(error)
      return
    }
    if (done !== undefined) this.waitFor(done)
  }

  pong(): void {
    // A sign of life like any other.
  }

  closing(code: number, reason: string): void {
    this.end(code, reason)
    this.finish('peer')
  }

  failed(error: WebSocketError): void {
    this.tellRefusal({
      status: 400,
      code: String(error.code),
      rule: error.rule,
      section: error.section,
      detail: error.detail,
    })
    this.end(CODES.ABNORMAL, error.rule)
    this.finish(error.rule)
  }

  // --- What the user asks ---

  get isOpen(): boolean {
    return !this.over && !this.connection.closeSent
  }

  get protocol(): string {
    return this.tunnel.protocol
  }

  get compressed(): boolean {
    return false
  }

  get waiting(): number {
    return this.channel.backlog + this.connection.output.size
  }

  sendText(text: string): Room {
    if (!this.admits()) return this.roomLeft()
    this.connection.sendText(text)
    return this.sent()
  }

  send(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): Room {
    if (!this.admits()) return this.roomLeft()
    this.connection.sendMessage(text, bytes, start, end, owned)
    return this.sent()
  }

  sendShared(message: SharedMessage): boolean {
    if (!this.admits()) return false
    this.connection.sendFrame(frameOf(message))
    this.settleLater()
    return true
  }

  close(code: number = CODES.NORMAL, reason = ''): void {
    this.connection.close(code, reason)
    this.settleLater()
  }

  cut(reason: Error): void {
    this.destroy('given up', reason)
  }

  // --- What the exchange asks, which goes on as long as the connection does ---

  thrown(exchange: ServedExchange, error: unknown): Reply {
    return replyToThrown(
      {
        settings: this.settings,
        handler: () => this.exchange.reply!,
        answer() {},
        tellRefusal: refusal => this.tellRefusal(refusal),
      },
      exchange,
      error,
    )
  }

  giveUp(_exchange: ServedExchange, reason: Error): void {
    this.cut(reason)
  }

  inform(): void {}

  // --- What the clock asks ---

  get isClosing(): boolean {
    return this.connection.closeSent
  }

  get asked(): boolean {
    return this.askedAt === this.reads
  }

  askIfThere(): void {
    this.askedAt = this.reads
    this.connection.ping(new Uint8Array(0))
    this.settleLater()
  }

  tellRefusal(refusal: Refusal): void {
    this.settings.report({
      kind: 'refused',
      refusal,
      exchange: this.exchange,
      address: this.peer.address,
      connection: this.channel.id,
    })
  }

  protected flush(): void {
    const { output } = this.connection
    if (output.size === 0) return
    this.channel.writeBytes(output)
    if (this.channel.backlog > 0) this.stalled = true
  }

  /** Flushes what has gathered in this turn. */
  flushNow(): void {
    this.dirty = false
    this.settle()
  }

  private settle(): void {
    if (!this.stalled) this.flush()
    while (this.leftover !== null && !this.busy && !this.lingering) {
      const held = this.leftover
      this.leftover = null
      this.receiving = true
      const taken = this.connection.receive(held.bytes, this, 0, held.size)
      this.receiving = false
      if (taken < held.size) {
        held.drop(taken)
        this.leftover = held
      }
      if (!this.stalled) this.flush()
    }
    this.regulate()
  }

  private settleLater(): void {
    if (this.receiving || this.dirty) return
    this.dirty = true
    if (gathering.push(this) === 1) process.nextTick(flushAll)
  }

  private regulate(): void {
    if (!this.lingering) this.setReading(!this.busy && !(this.stalled && this.waiting > OUTPUT_AHEAD))
  }

  /** Whether a message may be sent now. */
  private admits(): boolean {
    if (!this.isOpen) return false
    const { queueBytes = this.settings.limits.queueBytes, whenFull } = this.tunnel.terms
    if (!this.stalled || this.waiting < queueBytes) return true
    if (whenFull !== 'skip')
      this.cut(new Error(`More than ${queueBytes} bytes wait for a peer that does not read them`))
    return false
  }

  private sent(): Room {
    this.settleLater()
    return this.roomLeft()
  }

  private roomLeft(): Room {
    if (this.over || !this.stalled || this.waiting < ROOM) return undefined
    this.room ??= Promise.withResolvers<void>()
    return this.room.promise
  }

  private giveRoom(): void {
    this.room?.resolve()
    this.room = null
  }

  /** The connection is over for its user. */
  private end(code: number, reason: string): void {
    if (this.over) return
    this.over = true
    this.call(() => this.user.closed(code, reason))
  }

  private call(what: () => void | Promise<void>): void {
    try {
      const done = what()
      if (done !== undefined) this.waitFor(done)
    } catch (error) {
      this.userFailed(error)
    }
  }

  private waitFor(done: Promise<void>): void {
    if (!isThenable(done)) return
    this.busy = true
    this.connection.pause()
    const goOn = (): void => {
      this.busy = false
      this.connection.resume()
      this.settle()
    }
    done.then(goOn, error => {
      this.userFailed(error)
      goOn()
    })
  }

  private userFailed(error: unknown): void {
    this.settings.report({ kind: 'failed', error, exchange: this.exchange, doing: 'handling a WebSocket connection' })
    if (this.over) return
    this.connection.close(CODES.INTERNAL_ERROR)
    this.settleLater()
  }
}

/** Those that have something to be written at the end of this turn. */
let gathering: WebSocketDriver[] = []

function flushAll(): void {
  const all = gathering
  gathering = []
  for (const driver of all) driver.flushNow()
}

function frameOf(message: SharedMessage): Uint8Array {
  if (message.prepared === undefined) {
    const output = new ByteOutput()
    output.lend(new Uint8Array(0))
    message.prepared = { frame: frameBytes(message) }
  }
  return (message.prepared as { frame: Uint8Array }).frame
}

function frameBytes(message: SharedMessage): Uint8Array {
  const maker = new WebSocketConnection('server', DEFAULT_LIMITS)
  maker.sendMessage(message.text, message.bytes, 0, message.bytes.length, false)
  return Buffer.concat(maker.output.take())
}
