// What goes out on a WebSocket connection: what its user sends is gathered to the end of the turn, for all connections together, leaves in
// one write, and is bounded.
import { SMALL_BLOCK } from '../bytes/byte-output.ts'
import type { Backpressure, Refusal, SharedMessage, SocketLink, SocketTerms, SocketUser } from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'
import { CODES, DEFAULT_LIMITS, WebSocketConnection, type WebSocketLimits } from '../websocket/index.ts'
import { Flow, OUTPUT_AHEAD } from './flow.ts'
import { queueFull } from './refusals.ts'
import type { ServedExchange } from './served-exchange.ts'
import type { Settings } from './settings.ts'
import { codecFor } from './websocket-codec.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

/** As much may wait before a sender is asked to wait too; what has gathered leaves when it is as much. */
export const ROOM = 64 * 1024

/** What one connection may write within a turn before its sender is asked to let the others have theirs. */
const AT_ONCE = 256 * 1024

export abstract class WebSocketFlow extends Flow implements SocketLink {
  readonly settings: Settings
  readonly connection: WebSocketConnection
  readonly protocol: string
  protected readonly exchange: ServedExchange
  protected readonly user: SocketUser
  /** The user has been told that the connection is over. */
  protected over = false
  /** The user is told no more messages: it has failed, or has cut the connection. */
  protected deaf = false
  private readonly terms: SocketTerms
  /** Written in this turn because much had gathered; -1 where it is not among those that are flushed at the end of this turn. */
  private atOnce = -1
  private room: PromiseWithResolvers<void> | null = null
  /** It is among those that compress a large message. */
  private producing = false
  /** Why FIN is to be sent behind what is pending. */
  private finishing: string | null = null

  constructor(channel: Channel, exchange: ServedExchange, tunnel: SocketTunnel, settings: Settings) {
    super(channel)
    this.settings = settings
    this.exchange = exchange
    this.user = tunnel.user
    this.terms = tunnel.terms
    this.protocol = tunnel.protocol
    const codec = tunnel.agreed === null ? null : codecFor(tunnel.agreed, 'server', settings.codecs)
    this.connection = new WebSocketConnection('server', limitsFor(tunnel.terms, settings), codec)
    this.stalled = channel.backlog > 0
  }

  /** After anything happened: takes up what has waited, writes what has gathered. */
  protected abstract settle(): void

  get compressed(): boolean {
    return this.connection.compresses
  }

  get isOpen(): boolean {
    return !this.over && !this.connection.closeSent && !this.channel.closed
  }

  /** Our close frame is on its way. */
  get isClosing(): boolean {
    return this.connection.closeSent && this.connection.pendingBytes === 0
  }

  get waiting(): number {
    return this.channel.backlog + this.connection.outputSize + this.connection.pendingBytes
  }

  sendText(text: string): Backpressure {
    if (!this.admits()) return this.roomLeft()
    const before = this.connection.outputSize
    this.connection.sendText(text)
    return this.sent(before)
  }

  send(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): Backpressure {
    if (!this.admits()) return this.roomLeft()
    const before = this.connection.outputSize
    this.connection.sendMessage(text, bytes, start, end, owned)
    return this.sent(before)
  }

  sendShared(message: SharedMessage): boolean {
    if (!this.admits()) return false
    const before = this.connection.outputSize
    this.connection.sendShared(message)
    this.sent(before)
    return true
  }

  close(code: number = CODES.NORMAL, reason = ''): void {
    this.connection.close(code, reason)
    this.settleLater()
  }

  cut(reason: Error): void {
    this.destroy('given up', reason)
  }

  drained(): void {
    this.stalled = false
    this.connection.outputWaits = false
    if (!this.lingering) this.settle()
    if (!this.stalled || this.waiting < ROOM) this.giveRoom()
  }

  tellRefusal(refusal: Refusal): void {
    const { exchange, channel } = this
    this.settings.report({
      kind: 'refused',
      refusal,
      exchange,
      address: this.peer.address,
      connection: channel.id,
    })
  }

  /** Writes what has gathered, before the end of the turn, where it is much. */
  flushLarge(): void {
    if (this.connection.outputSize > SMALL_BLOCK && !this.stalled && !this.receiving && !this.channel.closed)
      this.flush()
  }

  /** Writes what has gathered by the end of the turn. */
  flushGathered(): void {
    this.atOnce = -1
    if (!this.channel.closed) this.settle()
  }

  protected flush(): void {
    const { connection } = this
    const size = connection.outputSize
    if (size > 0) {
      this.exchange.sent += size
      this.channel.writeBytes(connection.output)
      connection.releaseOutput()
      if (this.channel.backlog > 0) this.stalled = true
    }
    if (this.connection.pendingBytes > 0 && !this.stalled) this.produceLater()
  }

  /** Sends FIN when what is pending has been produced. */
  override finish(why: string): void {
    if (this.connection.pendingBytes > 0 && !this.channel.closed) this.finishing = why
    else super.finish(why)
  }

  /** Makes more of what is pending. */
  produce(): void {
    this.producing = false
    if (this.channel.closed) return
    this.connection.produce()
    this.settle()
    if (this.connection.pendingBytes > 0) return
    if (this.finishing !== null) super.finish(this.finishing)
    else if (!this.stalled || this.waiting < ROOM) this.giveRoom()
  }

  protected settleLater(): void {
    if (this.receiving || this.atOnce !== -1) return
    this.atOnce = 0
    if (gathering.push(this) === 1) setImmediate(flushAll)
  }

  /** So much waits to be read that nothing more is taken from the peer. */
  protected get isCrowded(): boolean {
    return this.isBehind && this.waiting > OUTPUT_AHEAD
  }

  protected giveRoom(): void {
    this.room?.resolve()
    this.room = null
  }

  /** Not everything that was sent has left this process. */
  private get isBehind(): boolean {
    return this.stalled || this.connection.pendingBytes > 0
  }

  private produceLater(): void {
    if (this.producing) return
    this.producing = true
    if (productive.push(this) === 1) setImmediate(produceNext)
  }

  /** Whether a message may be sent now. */
  private admits(): boolean {
    if (!this.isOpen) return false
    if (!this.isBehind) return true
    const { queueBytes = this.settings.limits.queueBytes, whenFull } = this.terms
    if (this.waiting < queueBytes) return true
    // What waits for us rather than for the peer is no reason to cut it off.
    while (!this.stalled && this.connection.pendingBytes > 0) {
      this.connection.produce()
      this.flush()
    }
    if (!this.stalled || this.waiting < queueBytes) return true
    if (whenFull !== 'skip') {
      this.tellRefusal(queueFull(queueBytes))
      this.destroy('queue-full', new Error(`More than ${queueBytes} bytes wait for a peer that does not read them`))
    }
    return false
  }

  /** @param before what had gathered before it */
  private sent(before: number): Backpressure {
    if (this.stalled) return this.roomLeft()
    const size = this.connection.outputSize
    this.settleLater()
    if (size >= ROOM) {
      if (this.atOnce !== -1) this.atOnce += size
      this.flush()
    } else if (size > SMALL_BLOCK && before <= SMALL_BLOCK && !this.receiving && ++large === MOST_LARGE) flushLarge()
    return this.roomLeft()
  }

  private roomLeft(): Backpressure {
    if (this.over) return undefined
    if (!this.isBehind) return this.atOnce >= AT_ONCE ? nextTurn() : undefined
    if (this.waiting < ROOM || this.channel.closed) return undefined
    this.room ??= Promise.withResolvers<void>()
    return this.room.promise
  }
}

/**
 * Those that have something to be written at the end of this turn: when all that the kernel had for us has been read, so that the messages of
 * many to many leave in one write for each, and what the kernel does for them is done in a row.
 */
let gathering: WebSocketFlow[] = []

/** How many of them have gathered so much that each holds a large block: there are only so many of these to be used again. */
let large = 0
const MOST_LARGE = 16

function flushLarge(): void {
  large = 0
  for (const flow of gathering) flow.flushLarge()
}

function flushAll(): void {
  const all = gathering
  gathering = []
  large = 0
  for (const flow of all) flow.flushGathered()
}

/** Those that compress large messages, slice by slice: one slice a turn for all together, so that nobody else waits for more than one. */
const productive: WebSocketFlow[] = []

function produceNext(): void {
  const next = productive.shift()
  if (productive.length > 0) setImmediate(produceNext)
  next?.produce()
}

/** For all who wait for the next turn. */
let turn: Promise<void> | null = null

function nextTurn(): Promise<void> {
  turn ??= new Promise(resolve => {
    setImmediate(() => {
      turn = null
      resolve()
    })
  })
  return turn
}

/** The limits that connections on these terms have: shared by all of them. */
function limitsFor({ messageBytes }: SocketTerms, { limits, messages }: Settings): WebSocketLimits {
  const most = messageBytes ?? limits.messageBytes
  if (shared?.messageBytes !== most || shared.budget !== messages)
    shared = { ...DEFAULT_LIMITS, messageBytes: most, budget: messages }
  return shared
}

let shared: WebSocketLimits | null = null
