// Cookies (RFC 6265, and what its revision 6265bis adds): Cookie is read as user agents write it, Set-Cookie is written so
// that every user agent keeps it.
import { consistsOf, TOKEN } from '../bytes/classes.ts'
import { isValidAuthority } from './authority.ts'
import { formatDate } from './dates.ts'
import type { Fields } from './fields.ts'
import { trimmed } from './lists.ts'

/** What a Set-Cookie field says beside name and value (RFC 6265 section 4.1.2); all of it may be left out. */
export interface CookieAttributes {
  /** The host, and all below it, that get the cookie; left out, this host alone. */
  readonly domain?: string
  /** Starts with a slash. */
  readonly path?: string
  /** Milliseconds since 1970. */
  readonly expires?: number
  /** Seconds; 0 or less removes the cookie. User agents let it win over `expires`. */
  readonly maxAge?: number
  /** Sent back over HTTPS alone. */
  readonly secure?: boolean
  /** Kept from scripts. */
  readonly httpOnly?: boolean
  /** Whether requests that come from other sites bring it along: never, when a link is followed, or always (which asks for `secure`). */
  readonly sameSite?: 'Strict' | 'Lax' | 'None'
  /** Kept apart for each top-level site (CHIPS). */
  readonly partitioned?: boolean
}

/** A cookie that user agents would not keep, or keep as another than was meant. */
export class CookieError extends TypeError {
  override name = 'CookieError'
}

/** The most bytes that user agents keep of name and value together (6265bis section 5.6). */
export const MAX_COOKIE = 4096

/** The cookies of a request. Of several with one name the first counts: user agents send the one with the longest path first. */
export function cookiesOf(fields: Fields): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const line of fields.all('cookie')) readCookies(line, cookies)
  return cookies
}

/**
 * The cookies of one Cookie field; of several with one name the first counts. Values stay as sent, quotes and percent
 * signs included. A piece without a name is passed over.
 */
export function parseCookies(value: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>()
  if (value !== undefined) readCookies(value, cookies)
  return cookies
}

/**
 * The value of a Set-Cookie field (RFC 6265 section 4.1).
 * @throws CookieError for a name, value or attribute that cannot be sent, or that the rules for prefixes, SameSite=None or Partitioned forbid
 */
export function setCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  if (!consistsOf(name, TOKEN)) throw invalidName(name)
  checkValue(name, value)
  if (name.length + value.length > MAX_COOKIE) throw tooLong(name)
  for (const rule of RULES)
    if (rule.concerns(name, attributes) && !rule.keeps(attributes)) throw broken(name, rule.says)

  let text = `${name}=${value}`
  if (attributes.expires !== undefined) text += `; Expires=${formatDate(attributes.expires)}`
  if (attributes.maxAge !== undefined) text += `; Max-Age=${attributes.maxAge}`
  if (attributes.domain !== undefined) text += `; Domain=${attributes.domain}`
  if (attributes.path !== undefined) text += `; Path=${attributes.path}`
  if (attributes.secure) text += '; Secure'
  if (attributes.httpOnly) text += '; HttpOnly'
  if (attributes.sameSite !== undefined) text += `; SameSite=${attributes.sameSite}`
  if (attributes.partitioned) text += '; Partitioned'
  return text
}

interface Rule {
  readonly concerns: (name: string, attributes: CookieAttributes) => boolean
  readonly keeps: (attributes: CookieAttributes) => boolean
  readonly says: string
}

/** Prefixes are recognised in any case (6265bis section 4.1.3). */
const named = (prefix: string) => (name: string) => name.toLowerCase().startsWith(prefix)
const given = (attribute: keyof CookieAttributes) => (_: string, attributes: CookieAttributes) =>
  attributes[attribute] !== undefined
const isSecure = (attributes: CookieAttributes) => attributes.secure === true

const RULES: readonly Rule[] = [
  { concerns: named('__secure-'), keeps: isSecure, says: 'the prefix __Secure- asks for Secure' },
  {
    concerns: named('__host-'),
    keeps: a => isSecure(a) && a.path === '/' && a.domain === undefined,
    says: 'the prefix __Host- asks for Secure, Path=/ and no Domain',
  },
  { concerns: (_, a) => a.sameSite === 'None', keeps: isSecure, says: 'SameSite=None asks for Secure' },
  { concerns: (_, a) => a.partitioned === true, keeps: isSecure, says: 'Partitioned asks for Secure' },
  {
    concerns: given('sameSite'),
    keeps: a => ['Strict', 'Lax', 'None'].includes(a.sameSite!),
    says: 'SameSite is Strict, Lax or None',
  },
  {
    concerns: given('domain'),
    keeps: a => !/[:[\]]/.test(a.domain!) && !a.domain!.startsWith('.') && isDomain(a.domain!),
    says: 'Domain is a host name without a leading dot or port',
  },
  {
    concerns: given('path'),
    keeps: a => /^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/.test(a.path!),
    says: 'Path starts with a slash and has at most 1024 visible characters but no semicolon',
  },
  {
    concerns: given('maxAge'),
    keeps: a => Number.isSafeInteger(a.maxAge),
    says: 'Max-Age is a whole number of seconds',
  },
  { concerns: given('expires'), keeps: a => !Number.isNaN(a.expires), says: 'Expires is a time in milliseconds' },
]

/** Semicolons may stand in a reg-name, but end an attribute. */
function isDomain(domain: string): boolean {
  return domain.length <= 253 && !domain.includes(';') && isValidAuthority(domain)
}

function readCookies(value: string, cookies: Map<string, string>): void {
  for (let start = 0; start < value.length; ) {
    const semicolon = value.indexOf(';', start)
    const end = semicolon === -1 ? value.length : semicolon
    const equals = value.indexOf('=', start)
    if (equals !== -1 && equals < end) {
      const name = trimmed(value, start, equals)
      if (name !== '' && !cookies.has(name)) cookies.set(name, trimmed(value, equals + 1, end))
    }
    start = end + 1
  }
}

/** cookie-octets, all of them within a pair of quotes or without (RFC 6265 section 4.1.1). */
function checkValue(name: string, value: string): void {
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"')
  for (let at = quoted ? 1 : 0; at < value.length - (quoted ? 1 : 0); at++) {
    const code = value.charCodeAt(at)
    if (code <= 0x20 || code >= 0x7f || FORBIDDEN.includes(value[at])) throw invalidValue(name, code, at)
  }
}

const FORBIDDEN = '",;\\'

function invalidName(name: string): CookieError {
  return new CookieError(`A cookie's name is a token, not ${JSON.stringify(name).slice(0, 80)}`)
}

function invalidValue(name: string, code: number, at: number): CookieError {
  const character = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return new CookieError(
    `The value of the cookie ${name} has ${character} at position ${at}; encode it first, for example with encodeURIComponent`,
  )
}

function tooLong(name: string): CookieError {
  return new CookieError(`The cookie ${name.slice(0, 40)} is longer than the ${MAX_COOKIE} bytes that user agents keep`)
}

function broken(name: string, says: string): CookieError {
  return new CookieError(`The cookie ${name} would not be kept: ${says}`)
}
