// One WebSocket connection as an application sees it: a peer that messages come from and go to.
import type { Room as Backpressure, SharedMessage, SocketLink, SocketUser } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import type { Room, Rooms } from './rooms.ts'
import type { SocketHandlers } from './socket.ts'

const decoder = new TextDecoder()

/** The other end of a WebSocket connection. */
export class SocketPeer<Context extends AnyContext = AnyContext> implements SocketUser {
  /** The context of the request that the connection began with. */
  readonly context: Context
  private readonly handlers: SocketHandlers<Context>
  private readonly all: Rooms
  private link: SocketLink | null = null
  private joined: Set<Room> | null = null

  constructor(context: Context, handlers: SocketHandlers<Context>, all: Rooms) {
    this.context = context
    this.handlers = handlers
    this.all = all
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.link?.isOpen ?? false
  }

  /**
   * Sends a message: a string as text, bytes as they are; these must not change afterwards.
   * @returns nothing where there is room for more; else what to wait for: `await peer.send(…)` is right in a loop
   */
  send(message: string | Uint8Array): Backpressure {
    if (typeof message === 'string') return this.link?.sendText(message)
    return this.link?.send(false, message, 0, message.length, true)
  }

  sendShared(message: SharedMessage): Backpressure {
    return this.link?.sendShared(message)
  }

  /** Enters a room. */
  join(name: string): void {
    this.joined ??= new Set()
    this.joined.add(this.all.join(name, this))
  }

  /** Leaves a room. */
  leave(name: string): void {
    const room = this.all.room(name)
    if (this.joined?.delete(room)) this.all.leave(room, this)
  }

  /** Everybody in a room but this peer. */
  to(name: string): { send(message: string | Uint8Array): number } {
    return { send: message => this.all.room(name).send(message, this) }
  }

  /** Begins to close in order. */
  close(code?: number, reason?: string): void {
    this.link?.close(code, reason)
  }

  opened(link: SocketLink): void | Promise<void> {
    this.link = link
    return this.handlers.open?.(this)
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void | Promise<void> {
    const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
    return this.handlers.message?.(this, text ? decoder.decode(piece) : owned ? piece : piece.slice())
  }

  closed(code: number, reason: string): void {
    if (this.joined !== null) for (const room of this.joined) this.all.leave(room, this)
    this.handlers.close?.(this, code, reason)
  }
}
