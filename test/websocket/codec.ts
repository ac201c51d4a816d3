// The codec that vectors and fuzz targets give to connections of permessage-deflate: the server's own.
import { codecFor as codecOf } from '../../src/server/websocket-codec.ts'
import { CodecPool } from '../../src/server/websocket-codec-pool.ts'
import { agreedBy, type MessageCodec } from '../../src/websocket/index.ts'
import type { Role } from './notation.ts'

const POOL_BYTES = 64 * 1024 * 1024

/** @param agreed on in the handshake, such as `permessage-deflate; client_no_context_takeover` */
export function codecFor(role: Role, agreed: string): MessageCodec {
  const terms = agreedBy(agreed)
  if (terms === null || typeof terms === 'string') throw new SyntaxError(`«${agreed}» is nothing that can be agreed on`)
  return codecOf(terms, role, new CodecPool(POOL_BYTES))
}
