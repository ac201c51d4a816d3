// Redirect and header rules by path, compiled once. Patterns and paths are compared in one encoding, so a rule cannot
// be got round by another spelling of the path.
import { type Exchange, Reply, sitePath } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { encodeSegment } from '../http/paths.ts'

/** Sends clients elsewhere: `{ from: '/blog/*', to: '/news/:splat' }`, `{ from: '/user/:id', to: 'https://people.example/:id' }`. */
export interface RedirectRule {
  /** A path. `*`, at most once, stands for anything, also with slashes in it; `:name` stands for one segment. */
  readonly from: string
  /** A path of the folder's or an http(s) URL; `:splat` is what `*` stood for. The query is passed on unless there is one here. */
  readonly to: string
  /** Default: 302, which no browser remembers. */
  readonly status?: 301 | 302 | 303 | 307 | 308
}

/** Fields for the files whose path fits: `{ for: '/assets/*', set: { 'Cache-Control': 'max-age=600' } }`. */
export interface HeaderRule {
  /** A path, where `*` stands for anything and `:name` for one segment. */
  readonly for: string
  /** Values by name; null takes the field away. */
  readonly set: Readonly<Record<string, string | null>>
}

/** Where a request was sent to: redirects keep what is before and behind the path. */
type Asked = Pick<Exchange, 'base' | 'query'>

/** Redirects for an encoded path; null where no rule fits. */
export type Redirects = (path: string, asked: Asked, extra: FieldList) => Reply | null

/** The fields of a file at an encoded path, as the rules change them. */
export type Headers = (path: string, fields: FieldList) => FieldList

/** @throws TypeError that names the rule which is wrong */
export function compileRedirects(rules: readonly RedirectRule[]): Redirects {
  if (!Array.isArray(rules)) throw new TypeError('files: the option redirects must be a list of rules')
  const compiled = rules.map((rule, at) => compileRedirect(rule, `redirects[${at}]`))
  return (path, asked, extra) => {
    for (const { pattern, to, status, passesQuery } of compiled) {
      const found = pattern.exec(path)
      if (found === null) continue
      const filled = to.replace(PLACEHOLDER, whole => found.groups?.[whole.slice(1)] ?? '')
      // What `*` stood for may start with a slash, and a location that starts with two names a host.
      const there = filled.replace(/^\/{2,}/, '/')
      const location = there.startsWith('/') ? locationAt(asked, there) : there
      return redirectReply(passesQuery ? withQuery(location, asked.query) : location, status, extra)
    }
    return null
  }
}

/** @throws TypeError that names the rule which is wrong */
export function compileHeaders(rules: readonly HeaderRule[]): Headers {
  if (!Array.isArray(rules)) throw new TypeError('files: the option headers must be a list of rules')
  const compiled = rules.map((rule, at) => compileHeader(rule, `headers[${at}]`))
  return (path, fields) => {
    let result = fields
    for (const { pattern, set } of compiled) {
      if (!pattern.test(path)) continue
      for (const [name, value] of set) result = value === null ? result.without(name) : result.with(name, value)
    }
    return result
  }
}

export function redirectReply(location: string, status: number, extra: FieldList): Reply {
  return new Reply(status, FieldList.of({ Location: location }).concat(extra))
}

/** Where clients find a path of the handler's: below what it is mounted at. */
export function locationAt({ base }: Pick<Exchange, 'base'>, path: string): string {
  return base === '' ? path : sitePath(base) + path
}

/** A location with the query that the client sent. */
export function withQuery(location: string, query: string): string {
  if (query === '') return location
  const hash = location.indexOf('#')
  return hash === -1 ? `${location}?${query}` : `${location.slice(0, hash)}?${query}${location.slice(hash)}`
}

const PLACEHOLDER = /:[A-Za-z_]\w*/g
const STATUSES = [301, 302, 303, 307, 308]

function compileRedirect(rule: RedirectRule, where: string) {
  const { from, to, status = 302, ...rest } = (rule ?? {}) as RedirectRule
  refuseOthers(rest, where, 'from, to and status')
  const { pattern, names } = compilePattern(from, `${where}.from`, 1)
  if (!STATUSES.includes(status)) throw wrongRule(`${where}.status`, status, `one of ${STATUSES.join(', ')}`)
  if (to === from) throw wrongRule(`${where}.to`, to, 'another path than from: this one never ends')
  const location = locationTemplate(to, `${where}.to`)
  for (const [name] of location.slice(authorityEnd(location)).matchAll(PLACEHOLDER))
    if (!names.has(name.slice(1))) throw wrongRule(`${where}.to`, to, `without ${name}, which from does not have`)
  return { pattern, to: location, status, passesQuery: !location.includes('?') }
}

function compileHeader(rule: HeaderRule, where: string) {
  const { for: path, set, ...rest } = (rule ?? {}) as HeaderRule
  refuseOthers(rest, where, 'for and set')
  const { pattern } = compilePattern(path, `${where}.for`, 3)
  if (typeof set !== 'object' || set === null) throw wrongRule(`${where}.set`, set, 'an object of values by field name')
  const pairs = Object.entries(set)
  for (const [name, value] of pairs) {
    if (FRAMING.has(name.toLowerCase())) throw wrongRule(`${where}.set`, name, 'without fields that frame the message')
    if (value !== null && typeof value !== 'string') throw wrongRule(`${where}.set.${name}`, value, 'a string or null')
    try {
      FieldList.of({ [name]: value ?? '' })
    } catch (error) {
      throw new TypeError(`files: ${where}.set: ${(error as Error).message}`)
    }
  }
  return { pattern, set: pairs }
}

const FRAMING = new Set(['content-length', 'transfer-encoding', 'connection', 'content-range', 'trailer', 'upgrade'])

/** @param stars how many `*` there may be: each one more makes the worst path cost its length once more */
function compilePattern(path: unknown, where: string, stars: number): { pattern: RegExp; names: Set<string> } {
  if (typeof path !== 'string' || !path.startsWith('/')) throw wrongRule(where, path, 'a path that starts with /')
  if (path.split('*').length - 1 > stars) throw wrongRule(where, path, `a path with at most ${stars} *`)
  const names = new Set(path.includes('*') ? ['splat'] : [])
  const star = stars === 1 ? '(?<splat>.*)' : '.*'
  const segments = path.slice(1).split('/')
  const parts = segments.map((segment, at) => {
    if (segment.startsWith(':')) {
      const name = segment.slice(1)
      if (!/^[A-Za-z_]\w*$/.test(name)) throw wrongRule(where, path, 'a path with names such as :id after its colons')
      if (names.has(name)) throw wrongRule(where, path, `a path with one :${name} (* is called :splat)`)
      names.add(name)
      return `/(?<${name}>[^/]+)`
    }
    const text = segment
      .split('*')
      .map(literal => escaped(literal, where, path))
      .join(star)
    // `/old/*` is about `/old` too.
    return segment === '*' && at > 0 && at === segments.length - 1 ? `(?:/${text})?` : `/${text}`
  })
  return { pattern: new RegExp(`^${parts.join('')}$`, 's'), names }
}

/** A literal piece of a pattern in the encoding that paths are compared in, for a regular expression. */
function escaped(literal: string, where: string, path: string): string {
  if (literal === '') return ''
  let decoded: string
  try {
    decoded = decodeURIComponent(literal)
  } catch {
    throw wrongRule(where, path, 'a path whose percent signs stand before two hexadecimal digits')
  }
  return encodeSegment(decoded).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** A redirect's target with what cannot be sent percent-encoded. What the client chose must not get into the host. */
function locationTemplate(to: unknown, where: string): string {
  const expected = 'a path that starts with one /, or an http or https URL'
  if (typeof to !== 'string' || !/^(?:\/(?![/\\])|https?:\/\/[^/?#\\]+(?:[/?#]|$))/i.test(to))
    throw wrongRule(where, to, expected)
  const host = to.slice(0, authorityEnd(to))
  if (/:[A-Za-z_]/.test(host.replace(/^https?:/i, ''))) throw wrongRule(where, to, 'a URL with a fixed host')
  if (host === to && host !== '') return `${to}/`
  try {
    new URL(to, 'http://localhost')
    return to.replace(/[^\x21-\x7e]+/gu, encodeURIComponent)
  } catch {
    throw wrongRule(where, to, expected)
  }
}

/** Where the path of a location starts. */
function authorityEnd(location: string): number {
  return /^https?:\/\/[^/?#]*/i.exec(location)?.[0].length ?? 0
}

function refuseOthers(rest: object, where: string, known: string): void {
  const [other] = Object.keys(rest)
  if (other !== undefined) throw new TypeError(`files: ${where} has no ${other}; a rule has ${known}`)
}

function wrongRule(where: string, value: unknown, expected: string): TypeError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TypeError(`files: ${where} must be ${expected}; it is ${shown.slice(0, 120)}`)
}
