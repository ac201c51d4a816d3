// The codec that vectors and fuzz targets give to connections of permessage-deflate.
import { deflateRawSync } from 'node:zlib'
import type { MessageCodec } from '../../src/websocket/index.ts'
import type { Role } from './notation.ts'
import { PlainInflater, TooLarge } from './plain-inflater.ts'

/** @param agreed on in the handshake, such as `permessage-deflate; client_no_context_takeover` */
export function codecFor(role: Role, agreed: string): MessageCodec {
  const theirs = role === 'server' ? 'client_no_context_takeover' : 'server_no_context_takeover'
  const inflater = new PlainInflater(!agreed.includes(theirs))
  let pieces: Uint8Array[] = []
  return {
    inflate(bytes, start, end, last, most) {
      pieces.push(Uint8Array.from(bytes.subarray(start, end)))
      if (!last) return new Uint8Array(0)
      const whole = Buffer.concat(pieces)
      pieces = []
      try {
        return inflater.message(whole, most)
      } catch (error) {
        return error instanceof TooLarge ? 'message-too-large' : 'invalid-deflate'
      }
    },
    deflate: (bytes, start, end) => deflateRawSync(bytes.subarray(start, end), { finishFlush: 2 }).subarray(0, -4),
    close() {},
  }
}
