// Clients' sockets, over TCP or TLS, that can be reset, also below TLS.
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

export interface SocketOptions {
  /** The address it comes from. */
  readonly from?: string
}

export interface Opened {
  readonly socket: Socket | TLSSocket
  /** The TCP socket, below TLS too: the same where there is no TLS. */
  readonly bare: Socket
}

/** Resolves once it is connected, and greeted where there is TLS. It stays open for writing after the server's FIN. */
export function openSocket(port: number, options: SocketOptions, secure: ConnectionOptions | null): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const bare = connect({
      port,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
      ...(options.from === undefined ? {} : { localAddress: options.from }),
    })
    const socket = secure === null ? bare : connectTls({ socket: new Wrapper(bare), ...secure })
    const refused = (error: Error | null): void => reject(error ?? new Error('The connection was closed at once'))
    const closed = (): void => refused(null)
    socket.once('error', refused).once('close', closed)
    if (bare !== socket) bare.on('error', () => {})
    socket.once(secure === null ? 'connect' : 'secureConnect', () => {
      socket.off('error', refused).off('close', closed)
      resolve({ socket, bare })
    })
  })
}

/** Keeps TLS off the socket's handle: resetting it under a TLSSocket crashes Node. */
class Wrapper extends Duplex {
  private readonly bare: Socket

  constructor(bare: Socket) {
    super({ allowHalfOpen: true })
    this.bare = bare
    bare.on('data', bytes => {
      if (!this.push(bytes)) bare.pause()
    })
    bare.on('end', () => this.push(null))
    bare.on('close', () => this.destroy())
  }

  override _read(): void {
    this.bare.resume()
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.bare.write(bytes, done)
  }

  override _final(done: () => void): void {
    this.bare.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.bare.destroy()
    done(error)
  }
}
