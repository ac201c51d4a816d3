// What an HTTP/2 connection tells of what it receives and sends. One sink serves a whole connection; its methods are
// called while `receive`, `produce` or a send runs. It may send, reset and consume from inside any of them.
import type { Fields } from '../http/fields.ts'
import type { H2Error } from './errors.ts'
import type { H2Head } from './head.ts'
import type { H2Stream } from './stream.ts'

/** Is told what comes in, and what becomes of what was sent. */
export interface H2Sink {
  /**
   * A head is complete and valid: a request's, with which its stream opens, or a response's, interim ones (1xx) too.
   * @param ended nothing follows it: no content, no trailers. `end` is not called then
   */
  head(stream: H2Stream, head: H2Head, ended: boolean): void
  /** A piece of content: `bytes` from `start` to `end`, borrowed. Never empty. Say `consumed` when it has been used, or the peer stops. */
  content(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void
  /** The trailer section; `end` follows. */
  trailers(stream: H2Stream, fields: Fields): void
  /** The peer's message is complete. */
  end(stream: H2Stream): void
  /** All content that was given has been put into the output: more may be given. Not told in between. */
  writable(stream: H2Stream): void
  /** Our message is complete: all of it is in the output. */
  sent(stream: H2Stream): void
  /** The stream is lost: reset by the peer (blame remote, code as sent), by us for what the peer did, or with its connection. Not told for `reset`. */
  lost(stream: H2Stream, error: H2Error): void
  /**
   * A request that cannot be taken as it is. Where `error.status` is 0 the stream has been reset; else it waits to be
   * answered with that status, and `head` was not called for it.
   */
  refused(stream: H2Stream, error: H2Error): void
  /** A rule of the connection was broken: GOAWAY is in the output, `lost` is told for each stream left, and nothing more will be told. */
  failed(error: H2Error): void
  /** The peer takes no streams after `last` (RFC 9113 section 6.8). */
  goingAway(last: number, code: number): void
}
