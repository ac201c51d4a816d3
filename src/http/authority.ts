// The authority of a URI as HTTP allows it (RFC 9110 sections 4.2 and 7.2): a host and an optional port. User
// information is refused (section 4.2.4), and so is an empty host: http and https need one (section 4.2.1).
import { HEX_VALUE, HOST_NAME } from '../bytes/classes.ts'
import { isIPv6 } from './addresses.ts'

/** A host and its port (RFC 3986 section 3.2). */
export interface Authority {
  /** In lower case; an IP literal keeps its brackets. */
  readonly host: string
  /** null where none is given; an empty one (`example.org:`) counts as none. */
  readonly port: number | null
}

const MAX_PORT = 65535
const DEFAULT_PORT = { http: 80, https: 443 } as const

const COLON = 0x3a
const PERCENT = 0x25
const LEFT_BRACKET = 0x5b

/** Whether the text is `uri-host [":" port]` with a host that is not empty. */
export function isValidAuthority(text: string): boolean {
  const end = endOfHost(text)
  return end > 0 && portAfter(text, end) !== INVALID
}

/** Host and port, or null where `isValidAuthority` would say no. */
export function parseAuthority(text: string): Authority | null {
  const end = endOfHost(text)
  if (end <= 0) return null
  const port = portAfter(text, end)
  if (port === INVALID) return null
  return { host: text.slice(0, end).toLowerCase(), port: port === NONE ? null : port }
}

/** In lower case and without the scheme's default port, so that equal authorities are equal text; null where it is invalid. */
export function normaliseAuthority(text: string, scheme: 'http' | 'https'): string | null {
  const authority = parseAuthority(text)
  if (authority === null) return null
  const { host, port } = authority
  return port === null || port === DEFAULT_PORT[scheme] ? host : `${host}:${port}`
}

/** Where the host ends, or 0 where there is no valid one. */
function endOfHost(text: string): number {
  if (text.charCodeAt(0) === LEFT_BRACKET) return endOfLiteral(text)
  let at = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 255) return 0
    if (HOST_NAME[code] === 1) continue
    if (code === COLON) break
    if (code !== PERCENT || !isEscape(text, at)) return 0
    at += 2
  }
  return at
}

/** Where `[IPv6]` or `[vX.…]` ends (RFC 3986 section 3.2.2), or 0. */
function endOfLiteral(text: string): number {
  const close = text.indexOf(']')
  if (close === -1) return 0
  return isIPv6(text, 1, close) || isFutureAddress(text, close) ? close + 1 : 0
}

/** `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )` between the brackets. */
function isFutureAddress(text: string, close: number): boolean {
  if (text[1] !== 'v' && text[1] !== 'V') return false
  let at = 2
  while (isHex(text.charCodeAt(at))) at++
  if (at === 2 || text[at] !== '.' || at + 1 === close) return false
  for (at++; at < close; at++) {
    const code = text.charCodeAt(at)
    if (code !== COLON && (code > 255 || HOST_NAME[code] === 0)) return false
  }
  return true
}

const NONE = -1
const INVALID = -2

/** The port that follows the host. */
function portAfter(text: string, end: number): number {
  if (end === text.length) return NONE
  if (text.charCodeAt(end) !== COLON) return INVALID
  if (end + 1 === text.length) return NONE
  let port = 0
  for (let at = end + 1; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return INVALID
    port = port * 10 + digit
    if (port > MAX_PORT) return INVALID
  }
  return port
}

function isEscape(text: string, at: number): boolean {
  return isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2))
}

function isHex(code: number): boolean {
  return code < 256 && HEX_VALUE[code] >= 0
}
