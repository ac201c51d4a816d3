// The URL of a request, as the Web's `Request` shows it: in the form that the URL parser gives (WHATWG URL). Most targets are in
// that form already, which is seen more cheaply than parsed.
import { type Exchange, Refused } from '../../exchange/index.ts'

/** The URL that was asked for, without the prefix below which the application is mounted. */
export function urlOf({ client, target }: Exchange): string {
  const origin = originOf(client.scheme, client.host)
  // `OPTIONS *` asks the server itself: its target URI has no path (RFC 9112 section 3.3).
  if (target === '*') return `${origin}/`
  if (isCanonical(target)) return origin + target
  return new URL(target.startsWith('/') ? origin + target : `${origin}/${target}`).href
}

/** The origin of the last request: mostly that of the next one as well. */
let lastScheme = ''
let lastHost = ''
let lastOrigin = ''

function originOf(scheme: 'http' | 'https', host: string): string {
  if (host === lastHost && scheme === lastScheme) return lastOrigin
  // HTTP/1.0 may come without a host. What a wire lets through as one may still be none to the URL parser: 1.2.3.4.5, a%zz.
  const text = `${scheme}://${host === '' ? 'localhost' : host}`
  if (!URL.canParse(text)) throw noHost(host)
  lastOrigin = new URL(text).origin
  lastScheme = scheme
  lastHost = host
  return lastOrigin
}

/** Characters that the parser leaves as they are: 1 in paths and queries, 2 in paths alone. */
const PLAIN = new Uint8Array(128)
for (const char of '!$&()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~|%')
  PLAIN[char.charCodeAt(0)] = 1
PLAIN["'".charCodeAt(0)] = 2

const SLASH = 0x2f
const QUESTION = 0x3f
const DOT = 0x2e
const PERCENT = 0x25
const TWO = 0x32

/** Whether the parser would change nothing. Says no where it would have to look closely. */
function isCanonical(target: string): boolean {
  if (target.charCodeAt(0) !== SLASH) return false
  let limit = 2
  for (let at = 1; at < target.length; at++) {
    const code = target.charCodeAt(at)
    if (code > 127) return false
    const plain = PLAIN[code]
    if (plain === 0 || plain > limit) {
      if (code !== QUESTION) return false
      limit = 1
    } else if (limit === 2) {
      // Segments of dots are resolved, and %2e is a dot there.
      if (code === DOT && target.charCodeAt(at - 1) === SLASH) return false
      if (code === PERCENT && target.charCodeAt(at + 1) === TWO) return false
    }
  }
  return true
}

function noHost(host: string): Refused {
  return new Refused({
    status: 400,
    rule: 'invalid-host',
    section: 'RFC 9110 section 7.2',
    detail: `${JSON.stringify(host)} names a host that no URL can have`,
  })
}
