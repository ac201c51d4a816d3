// One request and its reply, whatever the wire. A driver in `server/` makes an Exchange for each request; a handler
// sees nothing of the wire but what is written here.
import type { FieldList, Fields } from '../http/fields.ts'
import type { Body } from './body.ts'
import type { Reply } from './reply.ts'
import type { SocketTerms, SocketUser } from './socket.ts'

/** The version of HTTP that the request was understood as (RFC 9110 section 2.5). */
export type HttpVersion = '1.0' | '1.1' | '2'

/** Answers a request, at once or later. What it throws is answered with 500, or as it says if it is a `Refused`. */
export type Handler = (exchange: Exchange) => Reply | Promise<Reply>

/** One request (RFC 9110 section 3.4), and what belongs to it until its reply has been sent. */
export interface Exchange {
  /** The method as sent; methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string
  /**
   * The target as the path and query that it names: `/a%20b?c=d`, percent-encoding as sent. `*` for `OPTIONS *`, the authority
   * for CONNECT (RFC 9112 section 3.2).
   */
  readonly target: string
  /** The target up to its `?`, percent-encoding as sent. */
  readonly path: string
  /**
   * The part of the requested path that led to this handler, where it is mounted below a prefix: `/admin`, percent-encoding as
   * sent, without a slash at its end. `base` and `path` together are what the client asked for: `path` is empty where that was the
   * prefix alone. Empty elsewhere.
   */
  readonly base: string
  /** What follows the target's first `?`; empty where there is none. */
  readonly query: string
  /** Host and port as the client named them (RFC 9110 section 7.2); empty for HTTP/1.0 without Host. */
  readonly authority: string
  /** The version of HTTP. */
  readonly version: HttpVersion
  /** The request's fields (RFC 9110 section 5). */
  readonly fields: Fields
  /** The request's content. It has length 0 and ends at once where there is none. */
  readonly content: Body
  /** The trailers, once the content has been read to its end; empty where there were none. */
  readonly trailers: Fields
  /**
   * What the client asks to go on with: the value of Upgrade over HTTP/1.1 (RFC 9110 section 7.8), of `:protocol` in an extended CONNECT
   * over HTTP/2 (RFC 8441). Undefined where it asks for nothing of the kind.
   */
  readonly protocol: string | undefined
  /** The other end of the connection: a proxy, where there is one. `client` is who asked. */
  readonly peer: Peer
  /** Who the client is, seen through trusted proxies. */
  readonly client: Client
  /** Aborts when the reply can no longer reach the client (a reset, a write error, a deadline). Made on first use. */
  readonly signal: AbortSignal
  /**
   * Sends an interim reply (RFC 9110 section 15.2), such as 103 with links. Does nothing for HTTP/1.0 and once the final reply is on its way.
   * @throws RangeError for a status that is not 102 to 199: 100 is sent by the first pull of the content, 101 by a reply with a tunnel
   */
  inform(status: number, fields: FieldList): void
  /**
   * The reply that the server gives to what a handler throws, for those who want to change it before it is sent. The failure or
   * refusal is reported as if it had been thrown. Never throws.
   */
  refuse(error: unknown): Reply
  /**
   * Gives up: what has been sent of the reply is never completed, and nothing more is. HTTP/1.1 closes the connection, HTTP/2 resets the
   * stream; the client sees that the reply is not whole. Does nothing once the reply has gone out.
   */
  cut(reason: Error): void
  /**
   * Takes the client's WebSocket handshake (RFC 6455 section 4.2, RFC 8441 section 5): the reply to answer with. Once it has been sent, the user is told of
   * the connection.
   * @throws Refused for a request that is no such handshake, and for one from a page that may not connect
   */
  accept(user: SocketUser, terms: SocketTerms): Reply
  /** Work that goes on after the reply: where it fails, that is reported, and a drain waits for it within its deadline. */
  waitUntil(work: PromiseLike<unknown>): void
}

/** The other end of the connection, as the socket has it. */
export interface Peer {
  /** Unique in this process while it runs. */
  readonly connection: number
  /** The peer's IP address, without a zone; empty for a Unix socket. */
  readonly address: string
  /** Its port; 0 for a Unix socket. */
  readonly port: number
  /** The IP address of this server that the connection came to; empty for a Unix socket. */
  readonly localAddress: string
  /** The port that it came to; 0 for a Unix socket. */
  readonly localPort: number
  /** What TLS agreed on; null in the clear. */
  readonly tls: TlsInfo | null
}

/** What TLS agreed on for a connection (RFC 8446). */
export interface TlsInfo {
  /** `TLSv1.3` and the like. */
  readonly version: string
  /** The cipher suite by its IANA name. */
  readonly cipher: string
  /** The host name the client asked for (SNI); empty if it named none. */
  readonly serverName: string
  /** What ALPN agreed on; empty if it was not used. */
  readonly alpn: string
}

/** Where the request came from before it met proxies that the operator trusts. */
export interface Client {
  /** An IP address; empty for a Unix socket, `unknown` where trusted proxies do not tell. */
  readonly address: string
  /** What the client spoke to the first trusted proxy, or to this server. */
  readonly scheme: 'http' | 'https'
  /** Host and port that the client asked for. */
  readonly host: string
}
