// What takes a WebSocket handshake that came over no wire.
import { type SocketTerms, type SocketUser, Tunnel } from '../exchange/index.ts'

/** The body of the reply that takes it. */
export class AskedTunnel extends Tunnel {
  readonly user: SocketUser
  readonly terms: SocketTerms
  /** The subprotocol agreed on. */
  readonly protocol: string

  constructor(user: SocketUser, terms: SocketTerms, protocol: string) {
    super(noBytes)
    this.user = user
    this.terms = terms
    this.protocol = protocol
  }
}

function noBytes(): never {
  throw new TypeError('A WebSocket connection is no tunnel of bytes')
}
