// The connection that a request came over, as an application sees it: the same object for all its requests, so that an
// application can keep values of its own in it.
import type { Exchange, Peer, TlsInfo } from '../exchange/index.ts'

/** The connection that a request came over. One object for all requests of a connection; it is let go with the connection. */
export class Connection<Own extends object = object> {
  /** Unique in this process while it runs. */
  readonly id: number
  /** The other end's IP address, without a zone; empty for a Unix socket. A proxy's, where there is one: see `context.client`. */
  readonly address: string
  /** The other end's port; 0 for a Unix socket. */
  readonly port: number
  /** The IP address of this server that the connection came to; empty for a Unix socket. */
  readonly localAddress: string
  /** The port that it came to; 0 for a Unix socket. */
  readonly localPort: number
  /** What TLS agreed on; null in the clear. */
  readonly tls: TlsInfo | null
  /** `HTTP/1.1` (for HTTP/1.0 as well: it is the same wire), or `HTTP/2`. */
  readonly protocol: 'HTTP/1.1' | 'HTTP/2'
  /** The application's own values: what the option `connection` of `App` made for this connection. */
  readonly state: Own

  constructor(exchange: Exchange, state: Own) {
    const { connection, address, port, localAddress, localPort, tls } = exchange.peer
    this.id = connection
    this.address = address
    this.port = port
    this.localAddress = localAddress
    this.localPort = localPort
    this.tls = tls
    this.protocol = exchange.version === '2' ? 'HTTP/2' : 'HTTP/1.1'
    this.state = state
  }
}

/** The connections that an application has been asked for, by their peers. */
export class Connections<Own extends object> {
  private readonly known = new WeakMap<Peer, Connection<Own>>()
  private readonly make: () => Own

  constructor(make: () => Own) {
    this.make = make
  }

  of(exchange: Exchange): Connection<Own> {
    let connection = this.known.get(exchange.peer)
    if (connection === undefined) {
      connection = new Connection(exchange, this.make())
      this.known.set(exchange.peer, connection)
    }
    return connection
  }
}
