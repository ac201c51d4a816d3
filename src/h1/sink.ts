// What an HTTP/1.1 connection tells of the messages it receives. One sink serves a whole connection; its methods are
// called while `receive` runs, and what they are given is valid only during the call.
import type { Fields } from '../http/fields.ts'
import type { H1Error } from './errors.ts'

/** Is told what comes in, during `receive`. */
export interface H1Sink {
  /** A message's head is complete and valid. Interim responses (1xx but 101) come before the final one and have nothing but a head. */
  head(head: H1Head): void
  /** A piece of content: `bytes` from `start` to `end`, borrowed. Never empty. */
  content(bytes: Uint8Array, start: number, end: number): void
  /** The trailer section, only where it has a field. */
  trailers(fields: Fields): void
  /** The message is complete. Called once for each head but interim ones, unless the connection fails; for a tunnel, when the peer ends it. */
  end(): void
  /** A rule was broken. Nothing more will be told of this connection. */
  failed(error: H1Error): void
}

/** A head: of a request in the server's role, of a response in the client's. It is kept, not borrowed. */
export interface H1Head {
  /** The method; empty in a response. */
  readonly method: string
  /** The request-target as sent; empty in a response. */
  readonly target: string
  /** The status code; 0 in a request. */
  readonly status: number
  /** 0 for HTTP/1.0, 1 for HTTP/1.1 and every later 1.x. */
  readonly minor: 0 | 1
  /** Its fields. */
  readonly fields: Fields
  /** The Host field's value in a request; empty where there is none. */
  readonly host: string
  /** Content-Length where it frames the message, 0 where there is no content, -1 where the end is not known yet (chunked, or until close). */
  readonly length: number
  /** The connection may carry another message after this one, as far as this head says. */
  readonly persistent: boolean
  /** The client waits for 100 (Continue) before it sends its content (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean
  /** The Upgrade field's value where Connection names it too; empty otherwise. */
  readonly upgrade: string
}
