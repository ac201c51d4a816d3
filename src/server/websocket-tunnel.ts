// What a handshake that was taken leaves behind: the terms of a WebSocket connection, as the body of the reply that it begins with.
// Each wire knows how to begin it.
import { type SocketTerms, type SocketUser, Tunnel } from '../exchange/index.ts'
import type { Agreed } from '../websocket/index.ts'

/** The tunnel of a connection that becomes messages. */
export class SocketTunnel extends Tunnel {
  readonly user: SocketUser
  readonly terms: SocketTerms
  /** The subprotocol agreed on; empty for none. */
  readonly protocol: string
  /** How messages are compressed; null where they are not. What does it is made with the connection. */
  readonly agreed: Agreed | null

  constructor(user: SocketUser, terms: SocketTerms, protocol: string, agreed: Agreed | null) {
    super(noBodies)
    this.user = user
    this.terms = terms
    this.protocol = protocol
    this.agreed = agreed
  }
}

function noBodies(): never {
  throw new TypeError(
    'A WebSocket connection is begun by the server that has taken its handshake, and is no tunnel of bytes',
  )
}
