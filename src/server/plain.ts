// What plain connections get where they should have spoken TLS.
import { type Handler, Reply, text } from '../exchange/index.ts'
import { parseAuthority } from '../http/authority.ts'
import { FieldList } from '../http/fields.ts'

const SPEAKS_HTTPS = text('This port speaks HTTPS: its address begins with https://\n', 400)

export const refusePlain: Handler = () => SPEAKS_HTTPS

/**
 * Redirects to https.
 * @param handler answers where https is spoken nowhere
 * @param port tells where https is spoken; null where it is on the port that the request came to
 */
export function redirectToHttps(handler: Handler, port: (() => number | null) | null): Handler {
  return exchange => {
    const secure = port === null ? undefined : port()
    if (secure === null) return handler(exchange)
    const authority = secure === undefined ? exchange.authority : withPort(exchange.authority, secure)
    if (authority === '') return new Reply(400)
    const path = exchange.target.startsWith('/') ? exchange.target : '/'
    return new Reply(308, FieldList.of({ Location: `https://${authority}${path}` }))
  }
}

function withPort(authority: string, port: number): string {
  const host = parseAuthority(authority)?.host ?? ''
  return host === '' || port === 443 ? host : `${host}:${port}`
}
