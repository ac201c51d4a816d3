// What a listener is asked for and what it gives: addresses, connections, and how it stops.
import type { Channel } from './channel.ts'
import type { Clock } from './clock.ts'
import type { Crowd, OverLimit } from './crowd.ts'
import type { TlsContext } from './tls.ts'

/** Where to listen. */
export type Where =
  /**
   * A TCP port, 0 for any free one. Without a host, or with `localhost`, only this machine can connect, over 127.0.0.1 and ::1 alike, on
   * the same port. `::` takes IPv4 too, where the system does that.
   */
  | { readonly port: number; readonly host?: string | undefined }
  /** A Unix socket. A file that a crashed process left is replaced, one that somebody listens on is an error. `mode` is set before anybody can connect. */
  | { readonly path: string; readonly mode?: number | undefined }
  /** A descriptor that already listens, as systemd hands over. */
  | { readonly fd: number }

/** Where to listen, and how connections are taken up. */
export interface ListenOptions {
  /** The place to listen at. */
  readonly where: Where
  /** The certificate to speak TLS with; null or absent for plain connections. */
  readonly tls?: TlsContext | null | undefined
  /** Another certificate for the name that a client asks for (SNI), given in lower case, empty for none; undefined for `tls`. */
  readonly tlsFor?: ((serverName: string) => TlsContext | undefined) | undefined
  /**
   * Protocols offered by ALPN, best first; `http/1.1` alone if absent. A client that offers only others is refused (RFC 7301
   * section 3.2), one that offers none may connect.
   */
  readonly alpn?: readonly string[] | undefined
  /** With `tls`: take plain connections on the same port too. The first bytes decide. */
  readonly plainToo?: boolean | undefined
  /** Called for each connection once it can be used (over TLS: after the handshake). Must set `channel.user` before it returns. */
  readonly accept: (channel: Channel) => void
  /**
   * Called for a connection beyond a limit: may set a user, write a short reply and finish; it is cut off soon in any
   * case. Absent, or while too many are being refused, such connections are closed at once. Not called over TLS, whose
   * handshake would cost more than the refusal saves.
   */
  readonly refused?: ((channel: Channel, why: OverLimit) => void) | undefined
  /** A connection ended before its TLS handshake did: `error` says why. Peers cause it at will, so it is no notice. */
  readonly handshakeFailed?: ((address: string, error: Error) => void) | undefined
  /** Something the operator should know. */
  readonly notice: (message: string, error?: unknown) => void
  /** What time it is. */
  readonly clock: Clock
  /** Most connections at a time. What is in force may be less: it stays below the descriptor limit. */
  readonly maxConnections: number
  /** Listeners with the same crowd count their connections together. */
  readonly crowd?: Crowd | undefined
  /** Most connections at a time from one address (IPv6: from one /64); 0 for no limit. Unix sockets are not counted. */
  readonly connectionsPerAddress: number
  /** For the TLS handshake, from the connection being accepted, in milliseconds; with `plainToo` for the first byte as well. 0 for none. */
  readonly handshakeTimeout: number
  /** Connections that the kernel holds until they are accepted: 511, as nginx and Node have it. */
  readonly backlog?: number | undefined
  /** `never` reads through Node's streams even where one buffer could be shared. */
  readonly sharedReads?: 'auto' | 'never' | undefined
}

/** An address that is listened on. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** Accepts connections until it is closed. */
export interface Listener {
  /** The addresses it listens at. */
  readonly addresses: readonly ListenAddress[]
  /** The limit in force. */
  readonly maxConnections: number
  /** Connections now, those still shaking hands included. */
  readonly count: number
  /** The channels that were given to `accept` and are not closed. */
  readonly connections: Iterable<Channel>
  /** Fulfilled once nothing is accepted any more and the last connection is closed. */
  readonly ended: Promise<void>
  /** Stops accepting; connections go on. Those in the middle of a TLS handshake are cut. */
  stop(): void
  /** Stops accepting and destroys every connection; fulfilled when all are closed. */
  close(): Promise<void>
}
