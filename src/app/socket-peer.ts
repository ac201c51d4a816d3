// One WebSocket connection, between the server, which tells it what happens, and the handlers of its route. An idle one costs no more than
// its fields: what it needs for rooms is made when it joins one, and what is the same for a whole route is in the route.
import {
  type Backpressure,
  isThenable,
  messageOf,
  type SharedMessage,
  type SocketLink,
  type SocketUser,
} from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import { checkedName, type Member, type Members, Others, type Rooms } from './rooms.ts'
import type { Audience, CheckedSocketHandlers, SocketPeer } from './socket.ts'
import { checkClose } from './socket-close.ts'
import { jsonText, type Sendable, sendOver } from './socket-message.ts'

/** What the connections of a route have in common. */
export interface SocketRoute {
  readonly handlers: CheckedSocketHandlers
  readonly rooms: Rooms
  /** Gives a message to the handler, in the form that it takes. */
  readonly deliver: Deliver
}

export type Deliver = (
  handlers: CheckedSocketHandlers,
  peer: HearingPeer,
  text: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
  owned: boolean,
) => unknown

/** A peer, and whether its handlers are still given messages. */
export interface HearingPeer extends SocketPeer {
  readonly hears: boolean
}

/** Messages are given to the handlers. */
const HEARING = 0
/** The program has begun to close it, or has cut it. */
const CLOSING = 1
const OVER = 2

export class ConnectedPeer implements HearingPeer, Member, SocketUser {
  readonly context: AnyContext
  private readonly route: SocketRoute
  /** Nobody is given a peer before it is opened. */
  private link!: SocketLink
  private joined: Members[] | null = null
  private phase = HEARING

  constructor(context: AnyContext, route: SocketRoute) {
    this.context = context
    this.route = route
  }

  // --- What the program asks ---

  get isOpen(): boolean {
    return this.phase === HEARING && this.link.isOpen
  }

  get hears(): boolean {
    return this.phase === HEARING
  }

  get protocol(): string {
    return this.link.protocol
  }

  get waiting(): number {
    return this.link.waiting
  }

  get rooms(): readonly string[] {
    return this.joined === null ? NONE : this.joined.map(({ name }) => name)
  }

  send(message: Sendable): Backpressure {
    return sendOver(this.link, message)
  }

  sendJson(value: unknown): Backpressure {
    return this.link.sendText(jsonText(value))
  }

  sendShared(message: SharedMessage): boolean {
    return this.link.sendShared(message)
  }

  close(code = 1000, reason = ''): void {
    checkClose(code, reason)
    if (this.phase === HEARING) this.phase = CLOSING
    this.link.close(code, reason)
  }

  cut(reason = new Error('The program has cut the connection')): void {
    if (this.phase === HEARING) this.phase = CLOSING
    this.link.cut(reason)
  }

  join(room: string): void {
    checkedName(room)
    if (this.phase === OVER) return
    const members = this.route.rooms.enter(room, this)
    if (members === null) return
    if (this.joined === null) this.joined = [members]
    else this.joined.push(members)
  }

  leave(room: string): void {
    const { joined } = this
    if (joined === null || this.phase === OVER) return
    const at = joined.findIndex(({ name }) => name === room)
    if (at === -1) return
    this.route.rooms.leave(joined[at], this)
    joined.splice(at, 1)
  }

  to(room: string): Audience {
    return new Others(this.route.rooms, room, this)
  }

  // --- What the server tells ---

  opened(link: SocketLink): void | Promise<void> {
    this.link = link
    const { handlers } = this.route
    if (handlers.open === undefined) return undefined
    try {
      return this.settled('open', handlers.open(this))
    } catch (error) {
      throw this.failure('open', error)
    }
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void | Promise<void> {
    if (this.phase !== HEARING) return undefined
    const { deliver, handlers } = this.route
    let answer: unknown
    try {
      answer = deliver(handlers, this, text, bytes, start, end, owned)
    } catch (error) {
      throw this.failure('message', error)
    }
    return answer === undefined ? undefined : this.settled('message', answer)
  }

  closed(code: number, reason: string): void {
    this.phase = OVER
    const { rooms, handlers } = this.route
    if (this.joined !== null) for (const members of this.joined) rooms.leave(members, this)
    if (handlers.close === undefined) return
    let done: void | Promise<void>
    try {
      done = this.settled('close', handlers.close(this, code, reason))
    } catch (error) {
      throw this.failure('close', error)
    }
    if (done !== undefined) this.context.exchange.waitUntil(done)
  }

  /** What is to be waited for, if anything: handlers may give whatever they like. */
  private settled(handler: string, answer: unknown): void | Promise<void> {
    if (!isThenable(answer)) return undefined
    return Promise.resolve(answer).then(nothing, error => {
      throw this.failure(handler, error)
    })
  }

  private failure(handler: string, error: unknown): Error {
    return new Error(`The handler ${handler} of ${this.context.route} failed: ${messageOf(error)}`, { cause: error })
  }
}

const NONE: readonly string[] = Object.freeze([])

function nothing(): void {}
