// WebSocket as the layers above the wire see it, whatever the wire: what a program is told of a connection (SocketUser), what it
// can do with it (SocketLink), and on which terms it takes one (SocketTerms).
import { utf8 } from '../bytes/text.ts'

/** Is told what happens on a WebSocket connection. What its methods throw is reported, and ends the connection with 1011. */
export interface SocketUser {
  /** The handshake is complete: messages can be sent. Where it gives a promise, messages that come in wait for it. */
  opened(link: SocketLink): void | Promise<void>
  /**
   * A message: `bytes` from `start` to `end`; text is UTF-8. Where it gives a promise, the next message waits for it, and so does
   * the sender: at most one read's worth is kept.
   * @param owned the bytes are this user's; else they are borrowed, valid only during the call
   */
  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void | Promise<void>
  /**
   * The connection is over: called once, and the last.
   * @param code as in RFC 6455 section 7.4: the peer's, 1005 where its close frame had none, 1006 where there was none
   */
  closed(code: number, reason: string): void
}

/** A WebSocket connection (RFC 6455), as a program sees it. */
export interface SocketLink {
  /** Whether messages can be sent: false from the first close frame on, ours or the peer's. */
  readonly isOpen: boolean
  /** The subprotocol agreed on; empty for none. */
  readonly protocol: string
  /** Whether messages may be compressed (RFC 7692). */
  readonly compressed: boolean
  /** Bytes on their way out that the kernel has not taken. */
  readonly waiting: number
  /** Sends text. See `send`. */
  sendText(text: string): Backpressure
  /**
   * Sends a message. What is sent to a connection that is not open any more is dropped.
   * @param owned the bytes will not change: large ones are not copied
   * @returns undefined where there is room for more, else a promise that is fulfilled when there is, or when the connection is over
   */
  send(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): Backpressure
  /**
   * Sends a message that many get: what is made of it for one is kept in it for the others.
   * @returns whether it was sent: not where the connection is closing, or where too much waits for the peer already
   */
  sendShared(message: SharedMessage): boolean
  /**
   * Begins to close in order. Messages that come in until the peer has closed too are still told.
   * @param code one that may be sent (RFC 6455 section 7.4): 1000 to 1014 but for 1004 to 1006, or 3000 to 4999
   * @throws RangeError for another code, or a reason of more than 123 bytes of UTF-8
   */
  close(code?: number, reason?: string): void
  /** Ends the connection at once, without a close frame. */
  cut(reason: Error): void
}

/** Where there is room for more, nothing; else what to wait for before sending more. It is never rejected. */
export type Backpressure = Promise<void> | undefined

/** A message that is sent to many. Its bytes must not change. */
export class SharedMessage {
  /** Whether it is text, in UTF-8. */
  readonly text: boolean
  /** The payload. */
  readonly bytes: Uint8Array
  /** What the wire has prepared from it; nobody else looks at it. */
  prepared: object | undefined = undefined

  constructor(text: boolean, bytes: Uint8Array) {
    this.text = text
    this.bytes = bytes
  }
}

/** On which terms a program takes WebSocket connections; what is left out is as the server's limits say. */
export interface SocketTerms {
  /**
   * Chooses among the subprotocols that the client offers, its preferred first; undefined for none. Without it none is chosen. It is given
   * the user as well, so that many connections can be taken on the same terms.
   * @throws Refused where the client is not to be let in with what it offers
   */
  readonly chooseProtocol?: ((offered: readonly string[], user: SocketUser) => string | undefined) | undefined
  /**
   * Which sites' pages may connect, by the Origin that browsers send (RFC 6455 section 10.2): those of the host that is asked for unless said;
   * others by their origins (`https://app.example`), or any. Who sends no Origin is no browser, and is let in.
   */
  readonly origins?: 'same' | 'any' | readonly string[] | undefined
  /** The largest message that is taken, in bytes, inflated: the server's `messageBytes` unless said. */
  readonly messageBytes?: number | undefined
  /** Bytes that may wait for a peer that reads slowly, and one message on top: the server's `queueBytes` unless said. */
  readonly queueBytes?: number | undefined
  /** What becomes of a peer for which so much waits: it is cut off (the default), or misses messages until it has read. */
  readonly whenFull?: 'cut' | 'skip' | undefined
  /** Whether messages are compressed for clients that offer it: true unless said. */
  readonly compression?: boolean | undefined
}

/** The text that UTF-8 says, which has been judged. A byte order mark stays: it is a character like any other (RFC 6455 section 5.6). */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return utf8(bytes, start, end)
}
