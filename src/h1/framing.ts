// Everything that decides where a message ends is in this file (RFC 9112 section 6). Whatever two servers could read
// differently is refused here, not interpreted: request smuggling lives from the difference.
import type { RuleName } from './errors.ts'
import type { FramingFields } from './framing-fields.ts'

/** Content-Length bytes follow: 0 and more. Otherwise one of these. */
export const CHUNKED = -1
export const UNTIL_CLOSE = -2
export const TUNNELLED = -3

/** The content's length, or how its end is told, or the rule that the message breaks. */
export type Framing = number | RuleName

/** How a request's content is framed (RFC 9112 section 6.3): a request without either field has none. */
export function requestFraming(fields: FramingFields, minor: number): Framing {
  const codings = fields.transferCodings
  if (codings === null) return fields.contentLength === -1 ? 0 : fields.contentLength
  if (fields.contentLength !== -1) return 'content-length-and-transfer-encoding'
  if (minor === 0) return 'transfer-encoding-in-http-1.0'
  return codingsRule(codings) ?? CHUNKED
}

/** How the content of a response is framed; the method is that of the request it answers. */
export function responseFraming(fields: FramingFields, minor: number, status: number, method: string): Framing {
  if (method === 'CONNECT' && status >= 200 && status < 300) return TUNNELLED
  if (status === 101) return TUNNELLED
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0
  const codings = fields.transferCodings
  if (codings === null) return fields.contentLength === -1 ? UNTIL_CLOSE : fields.contentLength
  if (fields.contentLength !== -1) return 'content-length-and-transfer-encoding'
  if (minor === 0) return 'transfer-encoding-in-http-1.0'
  return codingsRule(codings) ?? CHUNKED
}

/** Whether the connection may carry another message after this one (RFC 9112 section 9.3). */
export function persists(fields: FramingFields, minor: number): boolean {
  if (fields.close) return false
  return minor === 1 || fields.keepAlive
}

function codingsRule(codings: readonly string[]): RuleName | null {
  if (codings.length === 1 && codings[0] === 'chunked') return null
  if (codings.some(coding => coding !== 'chunked' && !REGISTERED.has(coding))) return 'unknown-transfer-coding'
  if (codings.indexOf('chunked') !== codings.length - 1) return 'invalid-transfer-encoding'
  return 'unknown-transfer-coding'
}

/** Codings that exist but are not undone here; with chunked last they frame a message that we could forward but not read. */
const REGISTERED = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress'])
