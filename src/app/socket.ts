// WebSocket connections as an application sees them: what it is told of them, what it can do with them, and on which terms it takes
// them. Types alone.
import type { Backpressure, SocketTerms } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import type { Message, Sendable } from './socket-message.ts'
import type { SchemaIssue, StandardSchema } from './standard-schema.ts'

/** The other end of a WebSocket connection. Its methods are called on it: `peer.send(…)`, not taken out of it. */
export interface SocketPeer<Context extends AnyContext = AnyContext, Protocol extends string = string> {
  /**
   * The context of the handshake: the request with its parameters, cookies and `state`, which is the place for what belongs to this peer. Its
   * `signal` aborts when the connection ends, and its `waitUntil` has a drain wait for work.
   */
  readonly context: Context
  /** Whether messages can be sent: not any more once either end has begun to close. */
  readonly isOpen: boolean
  /** The subprotocol that was agreed on; empty for none. */
  readonly protocol: Protocol
  /** Bytes on their way out that the peer has not taken yet. */
  readonly waiting: number
  /**
   * The names of the rooms that it is in, in the order in which it came. In `close`, when it is in none any more, those that it has
   * left by going.
   */
  readonly rooms: readonly string[]
  /**
   * Sends a message: a string as text, bytes as they are; these must not change afterwards. On a connection that is not open any more it is dropped.
   * @returns nothing where there is room for more, else what to wait for, which never fails: `await peer.send(…)` is right in a loop
   * @throws TypeError for what is no message
   */
  send(this: SocketPeer, message: Sendable): Backpressure
  /** Sends a value as JSON. @throws TypeError for what JSON cannot say */
  sendJson(this: SocketPeer, value: unknown): Backpressure
  /**
   * Begins to close in order, behind what was sent. The handlers are given no more messages; `close` is still told.
   * @param code 1000 unless said; 3000 to 4999 are for applications, and the meaning of those below is registered (RFC 6455 section 7.4)
   * @param reason up to 123 bytes of UTF-8
   * @throws RangeError for a code that is never sent, and a longer reason
   */
  close(this: SocketPeer, code?: number, reason?: string): void
  /** Ends the connection at once, and drops what was sent and is still waiting. The peer is told nothing. */
  cut(this: SocketPeer, reason?: Error): void
  /** Enters a room. One whose connection is over enters none. */
  join(this: SocketPeer, room: string): void
  /** Leaves a room. */
  leave(this: SocketPeer, room: string): void
  /** Everybody in a room but this peer: `peer.to('lobby').send(…)`. The peer need not be in it. */
  to(this: SocketPeer, room: string): Audience
}

/** Peers that a message can be sent to. */
export interface Audience {
  /** Sends a message to each: encoded, and compressed, once. @returns how many it was sent to @throws TypeError for what is no message */
  send(message: Sendable): number
  /** Sends a value as JSON to each. @returns how many it was sent to @throws TypeError for what JSON cannot say */
  sendJson(value: unknown): number
}

/**
 * What happens on the connections of a route. What a handler throws, or what its promise is rejected with, is reported with the route, and
 * ends the connection with 1011.
 */
export interface SocketHandlers<Peer extends SocketPeer = SocketPeer, Received = string | Uint8Array> {
  /** A peer has connected. Where it gives a promise, messages wait for that. */
  open?(peer: Peer): unknown
  /**
   * A message, one after the other: text as a string, anything else as bytes of your own. Where it gives a promise, the next message waits for
   * that, and so does in the end the peer, which is not read from. So what `peer.send(…)` gives may be returned.
   */
  message?(peer: Peer, message: Received): unknown
  /**
   * The connection is over: told once, and the last, to each that was told `open`. Where it gives a promise, a drain waits for that.
   * @param code the peer's (RFC 6455 section 7.4); 1005 where it gave none, 1006 where the connection was lost
   */
  close?(peer: Peer, code: number, reason: string): unknown
}

/** What happens on the connections of a route whose messages are checked by a schema. */
export interface CheckedSocketHandlers<Peer extends SocketPeer = SocketPeer, Value = unknown>
  extends SocketHandlers<Peer, Value> {
  /** A message that does not fit. Without this handler the connection is closed, with the problem's code and reason. */
  invalid?(peer: Peer, problem: SocketProblem): unknown
}

/** What is wrong with a message. */
export interface SocketProblem {
  /** The close code that says so (RFC 6455 section 7.4.1): 1003 for bytes, 1007 for text that is no JSON, 1008 for a value that does not fit. */
  readonly code: 1003 | 1007 | 1008
  /** What is wrong, in words: at most 123 bytes, as a close frame has room for. */
  readonly reason: string
  /** What the schema says; empty where it was not asked. */
  readonly issues: readonly SchemaIssue[]
}

/** On which terms connections are taken. */
export interface SocketTermsOptions<Protocol extends string, Required extends boolean, Context extends AnyContext>
  extends Omit<SocketTerms, 'chooseProtocol'> {
  /**
   * The subprotocols that are spoken here, the preferred first; or a function that chooses among those that the client offers, whose preferred
   * comes first. A client that offers none of them is let in without one (RFC 6455 section 4.2.2) unless `requireProtocol` is set.
   */
  readonly protocols?:
    | readonly Protocol[]
    | ((offered: readonly string[], context: Context) => Protocol | undefined)
    | undefined
  /** Refuses clients with which there is no subprotocol to agree on: with 400. */
  readonly requireProtocol?: Required | undefined
}

/** How a route takes WebSocket connections, and how it is given their messages. */
export interface SocketOptions<
  Protocol extends string = string,
  Required extends boolean = boolean,
  Borrow extends boolean = boolean,
  Context extends AnyContext = AnyContext,
> extends SocketTermsOptions<Protocol, Required, Context> {
  /** Whether handlers borrow messages instead of owning copies: for those that pass them on as they came. */
  readonly borrow?: Borrow | undefined
  /** Goes with no `borrow`. */
  readonly schema?: undefined
}

/** How a route takes WebSocket connections whose messages are JSON of a given form. */
export interface CheckedSocketOptions<
  Schema extends StandardSchema = StandardSchema,
  Protocol extends string = string,
  Required extends boolean = boolean,
  Context extends AnyContext = AnyContext,
> extends SocketTermsOptions<Protocol, Required, Context> {
  /** What each message must be: a schema of any library that keeps to Standard Schema (zod, valibot, arktype, …). Handlers are given what it gives. */
  readonly schema: Schema
  /** Goes with no `schema`: what is judged is decoded. */
  readonly borrow?: undefined
}

/** What peers have for a subprotocol: nothing in particular where none is asked for. */
export type AgreedProtocol<Protocol extends string, Required extends boolean> = Required extends true
  ? Protocol
  : Protocol | ''

/** What handlers are given for a message. */
export type ReceivedMessage<Borrow extends boolean> = Borrow extends true ? Message : string | Uint8Array
