// What a handshake that was taken leaves behind: the terms of a WebSocket connection, as the body of the reply that it begins with.
// Each wire knows how to begin it.
import { type SocketTerms, type SocketUser, Tunnel } from '../exchange/index.ts'
import type { MessageCodec } from '../websocket/index.ts'

/** The tunnel of a connection that becomes messages. */
export class SocketTunnel extends Tunnel {
  readonly user: SocketUser
  readonly terms: SocketTerms
  /** The subprotocol agreed on; empty for none. */
  readonly protocol: string
  /** What compresses, where that was agreed on. */
  readonly codec: MessageCodec | null

  constructor(user: SocketUser, terms: SocketTerms, protocol: string, codec: MessageCodec | null) {
    super(noBodies)
    this.user = user
    this.terms = terms
    this.protocol = protocol
    this.codec = codec
  }
}

function noBodies(): never {
  throw new TypeError(
    'A WebSocket connection is begun by the server that has taken its handshake, and is no tunnel of bytes',
  )
}
