// What a field is, as a number that is kept with it: HPACK's tables give the same field to request after request, and it is
// judged only the first time. A verdict says nothing about the message that the field stands in; that is for
// request-head.ts and response-head.ts.
import { consistsOf, FIELD_VALUE, TARGET, TOKEN } from '../bytes/classes.ts'
import type { HpackField } from '../hpack/index.ts'
import { parseAuthority } from '../http/authority.ts'
import { CONNECTION_FIELDS, FORBIDDEN_TRAILERS } from '../http/message-fields.ts'
import type { RuleName } from './errors.ts'
import { parsePriority, priorityNumber } from './priority.ts'

/** Valid, and of no meaning to the connection. */
export const PLAIN = 1
/** Like PLAIN, but never in trailers. */
export const NOT_IN_TRAILERS = 2
export const HOST = 3
/** A Host that a request must not have; in a response it means nothing. */
export const INVALID_HOST = 4
export const CONTENT_LENGTH = 5
/** Expect: 100-continue. */
export const CONTINUE = 6
/** TE: trailers, which only a request may have. */
export const TE = 7
/** A Priority field; what it asks for is `PRIORITIES[verdict - PRIORITY]`. */
export const PRIORITY = 16
export const MALFORMED_PRIORITY = 32

/** From here to `BROKEN` pseudo-fields. */
export const PSEUDO = 33
export const METHOD = 33
export const METHOD_OPTIONS = 34
export const METHOD_CONNECT = 35
export const HTTP = 36
export const HTTPS = 37
export const OTHER_SCHEME = 38
export const PATH = 39
/** `*` */
export const ASTERISK_PATH = 40
export const AUTHORITY = 41
/** An authority that CONNECT can do with. */
export const AUTHORITY_WITH_PORT = 42
export const PROTOCOL = 43
export const STATUS = 44

/** From here on, the rule that the field breaks: `ruleOf`. */
export const BROKEN = 64

const BREAKABLE = [
  'invalid-field-name',
  'invalid-field-value',
  'connection-field',
  'unknown-pseudo-field',
  'invalid-method',
  'invalid-scheme',
  'invalid-path',
  'invalid-authority',
  'invalid-connect',
  'invalid-status',
  'invalid-content-length',
] as const satisfies readonly RuleName[]

/** The rule that a field breaks whose verdict is `BROKEN` or more. */
export function ruleOf(verdict: number): RuleName {
  return BREAKABLE[verdict - BROKEN]
}

/** Judges a field that has not been judged yet, and leaves the verdict in it. */
export function judge(field: HpackField): number {
  const { name, value } = field
  field.verdict = name.charCodeAt(0) === COLON ? pseudoField(name, value) : usualField(name, value)
  return field.verdict
}

function breaks(rule: (typeof BREAKABLE)[number]): number {
  return BROKEN + BREAKABLE.indexOf(rule)
}

/** What a value makes of a field with a certain name; the value is valid as such. */
type Judge = (value: string) => number

const PSEUDO_FIELDS: ReadonlyMap<string, Judge> = new Map([
  [':method', method],
  [':scheme', scheme],
  [':path', path],
  [':authority', authority],
  [':protocol', protocol],
  [':status', status],
])

function pseudoField(name: string, value: string): number {
  return PSEUDO_FIELDS.get(name)?.(value) ?? breaks('unknown-pseudo-field')
}

function method(value: string): number {
  if (value === 'CONNECT') return METHOD_CONNECT
  if (value === 'OPTIONS') return METHOD_OPTIONS
  return consistsOf(value, TOKEN) ? METHOD : breaks('invalid-method')
}

/** Schemes are compared without regard to case, though nobody sends capitals (RFC 3986 section 3.1). */
function scheme(value: string): number {
  const lower = value.toLowerCase()
  if (lower === 'https') return HTTPS
  if (lower === 'http') return HTTP
  return SCHEME.test(value) ? OTHER_SCHEME : breaks('invalid-scheme')
}

function path(value: string): number {
  if (value === '*') return ASTERISK_PATH
  return value.charCodeAt(0) === SLASH && consistsOf(value, TARGET) ? PATH : breaks('invalid-path')
}

function authority(value: string): number {
  const parsed = parseAuthority(value)
  if (parsed === null) return breaks('invalid-authority')
  return parsed.port === null || parsed.port === 0 ? AUTHORITY : AUTHORITY_WITH_PORT
}

/** The name of a protocol as Upgrade would have it (RFC 8441 section 4). */
function protocol(value: string): number {
  return value.split('/', 2).every(part => consistsOf(part, TOKEN)) ? PROTOCOL : breaks('invalid-connect')
}

/** 101 belongs to HTTP/1.1 (RFC 9113 section 8.6). */
function status(value: string): number {
  return STATUS_CODE.test(value) && value !== '101' ? STATUS : breaks('invalid-status')
}

const USUAL_FIELDS: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...FORBIDDEN_TRAILERS.map(name => [name, () => NOT_IN_TRAILERS] as const),
  // Those below count for more.
  ...CONNECTION_FIELDS.map(name => [name, () => breaks('connection-field')] as const),
  ['te', value => (value === '' || value.toLowerCase() === 'trailers' ? TE : breaks('connection-field'))],
  ['host', value => (parseAuthority(value) === null ? INVALID_HOST : HOST)],
  ['content-length', value => (DIGITS.test(value) ? CONTENT_LENGTH : breaks('invalid-content-length'))],
  ['expect', value => (value.toLowerCase() === '100-continue' ? CONTINUE : NOT_IN_TRAILERS)],
  ['priority', priority],
])

function usualField(name: string, value: string): number {
  if (!isLowerToken(name)) return breaks('invalid-field-name')
  if (!isFieldValue(value)) return breaks('invalid-field-value')
  return USUAL_FIELDS.get(name)?.(value) ?? PLAIN
}

function priority(value: string): number {
  const parsed = parsePriority(value)
  return parsed === null ? MALFORMED_PRIORITY : PRIORITY + priorityNumber(parsed)
}

const COLON = 0x3a
const SLASH = 0x2f
const SP = 0x20
const HTAB = 0x09

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/
const STATUS_CODE = /^[1-5][0-9]{2}$/
const DIGITS = /^[0-9]+$/

function isLowerToken(name: string): boolean {
  if (name.length === 0) return false
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code > 255 || TOKEN[code] === 0 || (code >= 0x41 && code <= 0x5a)) return false
  }
  return true
}

/** No control characters, no white space at either end (RFC 9113 section 8.2.1). */
function isFieldValue(value: string): boolean {
  if (value === '') return true
  return (
    !isWhiteSpace(value.charCodeAt(0)) &&
    !isWhiteSpace(value.charCodeAt(value.length - 1)) &&
    consistsOf(value, FIELD_VALUE)
  )
}

function isWhiteSpace(code: number): boolean {
  return code === SP || code === HTAB
}
