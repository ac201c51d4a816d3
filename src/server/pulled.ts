// Whole content as a body that is pulled like any other: where trailers follow it, so that they are asked for at its end.
import { utf8Bytes } from '../bytes/text.ts'
import { Content, type ReplyBody, Tunnel } from '../exchange/index.ts'

/** What is whole is given in one chunk; what is pulled already stays as it is. */
export function pulled(body: ReplyBody): ReplyBody {
  if (body !== null && typeof body === 'object' && 'pull' in body) return body
  if (body instanceof Tunnel) return body
  const bytes = typeof body === 'string' ? utf8Bytes(body) : body instanceof Content ? body.bytes : body
  let left = bytes
  return {
    // A head that announces no content would end the stream.
    length: bytes === null || bytes.length === 0 ? undefined : bytes.length,
    pull() {
      const chunk = left
      left = null
      return chunk
    },
    cancel() {},
  }
}
