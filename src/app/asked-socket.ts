// A WebSocket connection without a wire: what the application sends comes to a client in memory, and what that sends comes to the
// application as a server would bring it. What both ends send arrives in order, and later than it was sent.
import {
  type Backpressure,
  ConnectionLost,
  messageOf,
  type SharedMessage,
  type SocketLink,
  type SocketTerms,
  type SocketUser,
  textOf,
} from '../exchange/index.ts'
import type { Fields } from '../http/fields.ts'
import type { AskedExchange } from './asked-exchange.ts'
import type { AskedTunnel } from './asked-tunnel.ts'
import { checkClose, fittingReason } from './socket-close.ts'
import { copyOf, jsonText } from './socket-message.ts'

/** How a connection ended. */
export interface SocketEnd {
  /** The close code (RFC 6455 section 7.4): 1005 where none was given, 1006 where the connection was lost. */
  readonly code: number
  /** What was said with it. */
  readonly reason: string
  /** What the application failed with, where that ended it. */
  readonly error?: unknown
}

/** As the server's limits are unless said. */
const MESSAGE_BYTES = 1024 * 1024
const QUEUE_BYTES = 1024 * 1024
/** As much may wait before a sender is asked to wait too. */
const ROOM = 64 * 1024

/** What a client gets, in the order in which it was sent. */
type Incoming = { readonly message: string | Uint8Array; readonly size: number } | { readonly end: SocketEnd }

/** The client's end of a WebSocket connection to an application, without a socket: see `app.connect`. */
export class SocketClient {
  /** The fields of the reply to the handshake. */
  readonly fields: Fields
  /** How the connection ended, once it has. It is never rejected. */
  readonly closed: Promise<SocketEnd>
  private readonly link: AskedLink
  private readonly inbox: Incoming[] = []
  private waiting: (() => void)[] = []
  private readonly settle: (end: SocketEnd) => void
  private end: SocketEnd | null = null

  /** Made by `app.connect`. */
  constructor(exchange: AskedExchange, tunnel: AskedTunnel, fields: Fields) {
    const { promise, resolve } = Promise.withResolvers<SocketEnd>()
    this.fields = fields
    this.closed = promise
    this.settle = resolve
    this.link = new AskedLink(exchange, tunnel, incoming => this.receive(incoming))
    this.link.begin()
  }

  /** The subprotocol that was agreed on; empty for none. */
  get protocol(): string {
    return this.link.protocol
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.link.isOpen
  }

  /** How many messages have come that were not asked for yet. */
  get unread(): number {
    return this.inbox.filter(incoming => 'message' in incoming).length
  }

  /**
   * Sends a message: a string as text, bytes as they are now. On a connection that is not open any more it is dropped.
   * @returns a promise that is fulfilled, and never rejected, when the application is through with the message, or the connection is over
   */
  send(message: string | Uint8Array): Promise<void> {
    const bytes = typeof message === 'string' ? encoder.encode(message) : copyOf(message, 0, message.length)
    return this.link.arrive(typeof message === 'string', bytes)
  }

  /** Sends a value as JSON. Otherwise as `send`. @throws TypeError for what JSON cannot say */
  sendJson(value: unknown): Promise<void> {
    return this.send(jsonText(value))
  }

  /** The next message that the application has sent, once it is there. Messages that are not asked for wait, as they do for a peer that reads slowly. @throws Error where the connection has ended instead */
  async next(): Promise<string | Uint8Array> {
    while (this.inbox.length === 0 && this.end === null) {
      await new Promise<void>(resolve => {
        this.waiting.push(resolve)
      })
    }
    const incoming = this.take()
    if (incoming === null) throw ended(this.end as SocketEnd)
    return incoming
  }

  /** The next message as a value, of JSON. @throws Error as `next` does, and SyntaxError for what is no JSON */
  async nextJson<Value = unknown>(): Promise<Value> {
    return JSON.parse(String(await this.next()))
  }

  /**
   * Closes in order, behind what was sent.
   * @param code none unless said, which the application is told as 1005
   * @returns how the connection ended
   * @throws RangeError for a code that is never sent, and a reason of more than 123 bytes
   */
  close(code?: number, reason = ''): Promise<SocketEnd> {
    if (code !== undefined) checkClose(code, reason)
    this.link.peerCloses({ code: code ?? 1005, reason })
    return this.closed
  }

  /** Ends the connection as one that is lost: the application is told 1006. */
  cut(): void {
    this.link.lose(new ConnectionLost('The client has cut the connection'))
  }

  private take(): string | Uint8Array | null {
    const first = this.inbox.shift()
    if (first === undefined || 'end' in first) return null
    this.link.taken(first.size)
    return first.message
  }

  private receive(incoming: Incoming): void {
    if ('end' in incoming) {
      this.end = incoming.end
      this.settle(incoming.end)
    } else this.inbox.push(incoming)
    const { waiting } = this
    this.waiting = []
    for (const look of waiting) look()
  }
}

/** The application's end. */
class AskedLink implements SocketLink {
  isOpen = true
  readonly compressed = false
  readonly protocol: string
  waiting = 0
  private readonly exchange: AskedExchange
  private readonly user: SocketUser
  private readonly terms: SocketTerms
  private readonly tell: (incoming: Incoming) => void
  private over = false
  /** What has arrived is dealt with one after the other. */
  private turn: Promise<void> = Promise.resolve()
  private room: PromiseWithResolvers<void> | null = null

  constructor(exchange: AskedExchange, { user, terms, protocol }: AskedTunnel, tell: (incoming: Incoming) => void) {
    this.exchange = exchange
    this.user = user
    this.terms = terms
    this.protocol = protocol
    this.tell = tell
    exchange.whenOver(() => this.lose(new ConnectionLost('The exchange was cut')))
  }

  begin(): void {
    this.inTurn(() => this.user.opened(this))
  }

  // --- What the client does ---

  arrive(text: boolean, bytes: Uint8Array): Promise<void> {
    if (!this.isOpen) return this.turn
    const most = this.terms.messageBytes ?? MESSAGE_BYTES
    if (bytes.length > most) return this.inTurn(() => this.close(1009, 'message-too-large'))
    return this.inTurn(() => this.user.message(text, bytes, 0, bytes.length, true))
  }

  peerCloses(end: SocketEnd): void {
    if (!this.isOpen) return
    this.inTurn(() => this.finish(end))
  }

  taken(size: number): void {
    this.waiting -= size
    if (this.waiting < ROOM) this.giveRoom()
  }

  // --- What the application does ---

  sendText(text: string): Backpressure {
    const message = text.toWellFormed()
    return this.put(message, encoder.encode(message).length)
  }

  send(text: boolean, bytes: Uint8Array, start: number, end: number): Backpressure {
    return this.put(text ? textOf(bytes, start, end) : copyOf(bytes, start, end), end - start)
  }

  sendShared({ text, bytes }: SharedMessage): boolean {
    if (!this.admits()) return false
    this.send(text, bytes, 0, bytes.length)
    return true
  }

  /** The client answers with the same, once it has the frame. */
  close(code = 1000, reason = ''): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.inTurn(() => this.finish({ code, reason }))
  }

  cut(reason: Error): void {
    this.lose(reason)
  }

  lose(reason: Error): void {
    // Not within the call of whoever cuts it.
    this.isOpen = false
    queueMicrotask(() => this.finish({ code: 1006, reason: '' }, reason))
  }

  private put(message: string | Uint8Array, size: number): Backpressure {
    if (!this.admits()) return this.roomLeft()
    this.waiting += size
    this.tell({ message, size })
    return this.roomLeft()
  }

  private admits(): boolean {
    if (!this.isOpen) return false
    const { queueBytes = QUEUE_BYTES, whenFull } = this.terms
    if (this.waiting < queueBytes) return true
    if (whenFull !== 'skip')
      this.cut(new Error(`More than ${queueBytes} bytes wait for a peer that does not read them`))
    return false
  }

  private roomLeft(): Backpressure {
    if (!this.isOpen || this.waiting < ROOM) return undefined
    this.room ??= Promise.withResolvers<void>()
    return this.room.promise
  }

  private giveRoom(): void {
    this.room?.resolve()
    this.room = null
  }

  /** Does something when what came before is done with. */
  private inTurn(what: () => void | Promise<void>): Promise<void> {
    this.turn = this.turn.then(async () => {
      if (this.over) return
      try {
        await what()
      } catch (error) {
        this.fail(error)
      }
    })
    return this.turn
  }

  private fail(error: unknown): void {
    this.isOpen = false
    this.finish({ code: 1011, reason: fittingReason(messageOf(error)), error })
  }

  private finish(end: SocketEnd, reason = new ConnectionLost('The connection is over')): void {
    if (this.over) return
    this.over = true
    this.isOpen = false
    this.giveRoom()
    let told = end
    try {
      this.user.closed(end.code, end.reason)
    } catch (error) {
      told = { ...end, error: end.error ?? error }
    }
    this.tell({ end: told })
    this.exchange.lose(reason)
  }
}

const encoder = new TextEncoder()

function ended({ code, reason, error }: SocketEnd): Error {
  const said = reason === '' ? '' : `: ${reason}`
  return new Error(`There is no further message: the connection was closed with ${code}${said}`, { cause: error })
}
