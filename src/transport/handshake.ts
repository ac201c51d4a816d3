// The TLS handshake on a socket, and the first byte that tells TLS from plain.
import type { Socket } from 'node:net'
import type { TLSSocket, TLSSocketOptions } from 'node:tls'
import type { ChannelUser } from './channel.ts'
import { nodeTls } from './lazily.ts'
import { HIGH_WATER_MARK, type SocketChannel } from './socket-channel.ts'
import type { TlsContext } from './tls.ts'

/** Something that a connection does before it is anybody's. */
export interface Beginning {
  /** Its time is over, or the listener stops. */
  cut(): void
}

/**
 * Shakes hands as the server. `done` is called once: with the socket that decrypts, or with null and the error, when the
 * connection is closed.
 */
export class Handshake implements Beginning {
  private readonly socket: TLSSocket
  private readonly done: (socket: TLSSocket | null, error: Error) => void
  private error: Error = endedEarly()

  constructor(raw: Socket, context: TlsContext, done: (socket: TLSSocket | null, error: Error) => void) {
    this.done = done
    this.socket = new (nodeTls().TLSSocket)(raw, optionsFor(context))
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
    this.socket.off('secure', this.secure)
    this.socket.off('error', this.failed)
    this.socket.off('end', this.end)
    this.socket.off('close', this.closed)
    this.socket.on('_tlsError', onBrokenTls)
    this.done(this.socket, this.error)
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

/** What a first byte leads to. */
export interface FirstByteDecision {
  /** TLS; a copy of what was read goes to the handshake. */
  tls(read: Uint8Array): void
  /** No TLS: the channel gets its user, to whom the bytes go next. */
  plain(): void
  /** There was no byte. */
  closed(): void
}

/** Waits for a connection's first byte, as its user. */
export class FirstByte implements ChannelUser, Beginning {
  private readonly channel: SocketChannel
  private readonly decision: FirstByteDecision

  constructor(channel: SocketChannel, decision: FirstByteDecision) {
    this.channel = channel
    this.decision = decision
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start] === HANDSHAKE_RECORD) {
      this.decision.tls(Uint8Array.prototype.slice.call(bytes, start, end))
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

/**
 * What breaks TLS after the handshake is told this way alone where the socket was not accepted by a `tls.Server`: without
 * this the connection would stay, deaf, until its time is over.
 */
function onBrokenTls(this: TLSSocket, error: Error): void {
  this.destroy(error)
}

/** The content type of a TLS record that carries a ClientHello (RFC 8446 section 5.1); no protocol made of text starts with it. */
const HANDSHAKE_RECORD = 22

function optionsFor(context: TlsContext): TLSSocketOptions & { highWaterMark: number } {
  return {
    isServer: true,
    secureContext: context.secure,
    ALPNProtocols: [...context.alpn],
    highWaterMark: HIGH_WATER_MARK,
    ...(context.chooses ? { SNICallback: (name, answer) => answer(null, context.secureFor(name)) } : {}),
  }
}

function endedEarly(): Error {
  return new Error('The connection ended before the TLS handshake was complete')
}

function tookTooLong(): Error {
  return new Error('The TLS handshake was cut off: it took too long, or the server stopped')
}
