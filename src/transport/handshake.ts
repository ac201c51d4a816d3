// The TLS handshake on a socket, and the first bytes that tell TLS from plain and which certificate is asked for.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ChannelUser } from './channel.ts'
import { HANDSHAKE_RECORD, serverNameOf } from './client-hello.ts'
import { nodeTls } from './lazily.ts'
import { HIGH_WATER_MARK, type SocketChannel } from './socket-channel.ts'
import type { TlsContext } from './tls.ts'

/** Something that a connection does before it is anybody's. */
export interface Beginning {
  /** Its time is over, or the listener stops. */
  cut(): void
}

/** What a handshake offers. */
export interface HandshakeOffer {
  readonly context: TlsContext
  /** For ALPN, best first. A client that offers only others is refused (RFC 7301 section 3.2); one that offers none is not. */
  readonly alpn: readonly string[]
  /** The name that the client asks for, where it has been read already. */
  readonly serverName?: string | undefined
}

/**
 * Shakes hands as the server. `done` is called once: with the socket that decrypts, or with null and the error, when the
 * connection is closed.
 */
export class Handshake implements Beginning {
  private readonly socket: TLSSocket
  private readonly serverName: string | undefined
  private readonly done: (socket: TLSSocket | null, error: Error) => void
  private error: Error = endedEarly()

  constructor(
    raw: Socket,
    { context, alpn, serverName }: HandshakeOffer,
    done: (socket: TLSSocket | null, error: Error) => void,
  ) {
    this.serverName = serverName
    this.done = done
    this.socket = new (nodeTls().TLSSocket)(raw, {
      isServer: true,
      secureContext: context.secure,
      ALPNProtocols: [...alpn],
      ...OUR_SOCKETS,
    })
    this.socket.on('secure', this.secure)
    this.socket.on('error', this.failed)
    this.socket.on('end', this.end)
    this.socket.on('close', this.closed)
  }

  cut(): void {
    this.error = tookTooLong()
    this.socket.destroy()
  }

  private readonly secure = () => {
    const { socket } = this
    socket.off('secure', this.secure)
    socket.off('error', this.failed)
    socket.off('end', this.end)
    socket.off('close', this.closed)
    socket.on('_tlsError', onBrokenTls)
    // Node does not know it where a session is resumed over TLS 1.2.
    if (this.serverName !== undefined) Object.assign(socket, { servername: this.serverName })
    // HTTP/2 forbids it (RFC 9113 section 9.2.1), and nobody else needs it.
    if (socket.getProtocol() === 'TLSv1.2') socket.disableRenegotiation()
    this.done(socket, this.error)
  }

  private readonly failed = (error: Error) => {
    this.error = error
    this.socket.destroy()
  }

  private readonly end = () => {
    this.socket.destroy()
  }

  private readonly closed = () => {
    this.done(null, this.error)
  }
}

/** What a connection's first bytes lead to. */
export interface FirstBytesDecision {
  /** TLS, and the name asked for; a copy of what was read goes to the handshake. */
  tls(read: Uint8Array, serverName: string): void
  /** No TLS: the channel gets its user, to whom the bytes go next. Null where a connection must speak TLS. */
  readonly plain: (() => void) | null
  /** It has ended before it said enough. */
  closed(): void
}

/** Waits, as a connection's user, until its first bytes tell what it is. */
export class FirstBytes implements ChannelUser, Beginning {
  private readonly channel: SocketChannel
  private readonly decision: FirstBytesDecision
  private held: Uint8Array | null = null

  constructor(channel: SocketChannel, decision: FirstBytesDecision) {
    this.channel = channel
    this.decision = decision
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.held !== null || bytes[start] === HANDSHAKE_RECORD || this.decision.plain === null) {
      this.held = withMore(this.held, bytes, start, end)
      const serverName = serverNameOf(this.held)
      if (serverName !== null) this.decision.tls(this.held, serverName)
      return
    }
    this.decision.plain()
    if (!this.channel.closed && this.channel.user !== this) this.channel.user.receive(bytes, start, end)
  }

  drained(): void {}

  ended(): void {
    this.channel.destroy()
  }

  closed(): void {
    this.decision.closed()
  }

  cut(): void {
    this.channel.destroy()
  }
}

function withMore(held: Uint8Array | null, bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (held === null) return Uint8Array.prototype.slice.call(bytes, start, end)
  const both = new Uint8Array(held.length + end - start)
  both.set(held)
  both.set(bytes.subarray(start, end), held.length)
  return both
}

/**
 * What breaks TLS after the handshake is told this way alone where the socket was not accepted by a `tls.Server`: without
 * this the connection would stay, deaf, until its time is over.
 */
function onBrokenTls(this: TLSSocket, error: Error): void {
  this.destroy(error)
}

/** What every socket below a channel must be like. */
const OUR_SOCKETS = { highWaterMark: HIGH_WATER_MARK }

function endedEarly(): Error {
  return new Error('The connection ended before the TLS handshake was complete')
}

function tookTooLong(): Error {
  return new Error('The TLS handshake was cut off: it took too long, or the server stopped')
}
