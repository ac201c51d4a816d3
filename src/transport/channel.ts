// A channel: what a connection's bytes go through, be it a TCP socket, TLS, a Unix socket or a simulation. Whoever is
// above sees bytes come in, hands an output down, and is told what became of it.
import type { ByteOutput } from '../bytes/byte-output.ts'
import type { Output } from '../bytes/output.ts'

/** What a connection's bytes go through. */
export interface Channel {
  /** Unique in this process while it runs. */
  readonly id: number
  /** The addresses and TLS facts, read from the socket when first asked for. */
  readonly ends: Ends
  /** What ALPN agreed on; empty where it was not used, and in the clear. */
  readonly alpn: string
  /** Who is told what happens; another one takes over when protocols switch. */
  user: ChannelUser
  /**
   * Bytes handed to `write` that the kernel has not taken yet. Over TLS they are above 0 for a moment after each write,
   * as encrypted bytes are only counted once all of them are gone.
   */
  readonly backlog: number
  /** Bytes that the kernel has taken so far (over TLS: encrypted ones): grows while a slow reader takes at least a little. */
  readonly bytesSent: number
  /** True once closed or destroyed: nothing more is told but `closed`, and writing does nothing. */
  readonly closed: boolean
  /** Hands all of the output's bytes on, in order, and leaves it empty. `drained` follows where `backlog` is above 0 afterwards. */
  write(output: Output): void
  /** The same for an output of bytes, whose blocks are recycled as soon as nobody reads them. */
  writeBytes(output: ByteOutput): void
  /** Stops reading, at the latest after one more `receive`. Legal inside `receive`. */
  pause(): void
  /** Reads again after `pause`. Legal inside `receive`. */
  resume(): void
  /** Sends FIN behind what was written. The other direction stays open. */
  finish(): void
  /**
   * Lets go of the connection at once; what the kernel has not taken is lost. With an error the peer sees a reset where
   * there is such a thing, so that it does not take what it got for the whole.
   */
  destroy(error?: Error): void
}

/** Is told what happens on a channel. */
export interface ChannelUser {
  /** `bytes` from `start` to `end` came in: borrowed, valid only during the call. */
  receive(bytes: Uint8Array, start: number, end: number): void
  /** `backlog` is back at 0. */
  drained(): void
  /** The peer sent FIN: nothing more will come in. */
  ended(): void
  /** Always the last call; `error` is null when both sides ended in order or `destroy` was called without one. */
  closed(error: Error | null): void
}

/** Where the two ends of a connection are. */
export interface Ends {
  /** The peer's IP address, without a zone; empty for a Unix socket. */
  readonly address: string
  /** The peer's port; 0 for a Unix socket. */
  readonly port: number
  /** The IP address that it came to; empty for a Unix socket. */
  readonly localAddress: string
  /** The port that it came to; 0 for a Unix socket. */
  readonly localPort: number
  /** What TLS agreed on; null in the clear. */
  readonly tls: {
    readonly version: string
    readonly cipher: string
    readonly serverName: string
    readonly alpn: string
  } | null
}
