// The paths of routes as they are written: `/users/:id<int>`, `/files/*`. What is accepted and what it means is in this file;
// params.ts reads the same grammar in the type system. A path that no request could match is an error that says where and why.
import type { ParamTypes } from '../params.ts'
import { ENCODED_SLASH, unescaped } from './encoding.ts'

/** The type that a parameter asks for; `text` where it names none. */
export type ParameterType = keyof ParamTypes | 'text'

/** One segment of a path: what stands between two slashes. */
export type Segment = Literal | Parameter | Rest

/** Text that is matched as it is. Empty as the last segment: the path ends with a slash. */
export interface Literal {
  readonly kind: 'literal'
  /** Decoded, in the form of encoding.ts. */
  readonly text: string
}

export interface Parameter {
  readonly kind: 'parameter'
  readonly name: string
  readonly type: ParameterType
  /** Decoded text that the segment begins and ends with, around the value: `/@:user`, `/:file.json`. */
  readonly before: string
  readonly after: string
  readonly optional: boolean
}

/** Everything that is left of the path, be it nothing. */
export interface Rest {
  readonly kind: 'rest'
  readonly name: string
}

/** A path without its optional parameters, with the first of them, with the first two, …: each of these is matched. */
export type Variants = readonly (readonly Segment[])[]

/** The type names that may stand between angle brackets. */
const TYPES: ReadonlySet<string> = new Set(['int', 'uuid'] satisfies (keyof ParamTypes)[])
const NAME = /^[A-Za-z_]\w*/
/** What has a meaning in the patterns of other libraries, or is taken off or changed by clients before they send a path. */
const NOT_LITERAL: Readonly<Record<string, string>> = {
  '?': 'a query is no part of a path, and only a parameter that is a segment by itself can be optional (a literal ? is %3F)',
  '#': 'a fragment is never sent (a literal # is %23)',
  '*': 'a wildcard is a segment by itself, the last one (a literal * is %2A)',
  '\\': 'clients send / in its place (a literal \\ is %5C)',
  '{': 'parameters are written :name (a literal { is %7B)',
  '}': 'parameters are written :name (a literal } is %7D)',
  '<': 'a type stands behind the name of a parameter, as in :id<int> (a literal < is %3C)',
  '>': 'a type stands behind the name of a parameter, as in :id<int> (a literal > is %3E)',
}

/**
 * Reads a route's path.
 * @param method only to name the route in errors
 * @throws TypeError for one that no request can match, or that is not of the grammar
 */
export function parsePattern(method: string, path: string): Variants {
  const fail = (at: number, problem: string): never => {
    throw brokenPath(method, path, at, problem)
  }
  if (path[0] !== '/')
    fail(0, path === '' ? 'a path must start with a slash: /' : `a path must start with a slash: /${path}`)
  const segments: Segment[] = []
  const names = new Set<string>()
  let optionalAt = -1
  let at = 1
  for (const written of path.slice(1).split('/')) {
    const last = at + written.length === path.length
    if (written === '' && !last) fail(at, 'an empty segment: one of the slashes is too many')
    const segment = parseSegment(written, at, fail)
    if (segment.kind === 'rest' && !last)
      fail(at, `the wildcard ${written} takes all that follows, so it must be the last segment`)
    if (segment.kind !== 'literal') {
      if (names.has(segment.name)) fail(at, `there are two parameters named ${segment.name}`)
      names.add(segment.name)
    }
    const optional = segment.kind === 'parameter' && segment.optional
    if (optionalAt !== -1 && !optional)
      fail(optionalAt, 'only the last segments can be optional; add a second route for the path without this one')
    if (optional && optionalAt === -1) optionalAt = at
    segments.push(segment)
    at += written.length + 1
  }
  return variantsOf(segments)
}

type Fail = (at: number, problem: string) => never

function variantsOf(segments: readonly Segment[]): Variants {
  const first = segments.findIndex(segment => segment.kind === 'parameter' && segment.optional)
  if (first === -1) return [segments]
  const variants: (readonly Segment[])[] = [first === 0 ? [{ kind: 'literal', text: '' }] : segments.slice(0, first)]
  for (let count = first + 1; count <= segments.length; count++) variants.push(segments.slice(0, count))
  return variants
}

function parseSegment(written: string, at: number, fail: Fail): Segment {
  if (written[0] === '*') return parseRest(written, at, fail)
  const colon = written.indexOf(':')
  if (colon !== -1) return parseParameter(written, colon, at, fail)
  const text = literal(written, at, fail)
  if (text === '.' || text === '..') fail(at, `the segment ${written} is removed by clients before they send a path`)
  return { kind: 'literal', text }
}

function parseRest(written: string, at: number, fail: Fail): Rest {
  const name = written.slice(1)
  if (name.endsWith('?')) fail(at + name.length, 'a wildcard is never optional: it matches what is empty too')
  if (name !== '' && NAME.exec(name)?.[0] !== name)
    fail(at + 1, `${name} is no name for the rest of the path: ${NAMES}`)
  if (name === '__proto__') fail(at + 1, reservedName(name))
  return { kind: 'rest', name: name || '*' }
}

function parseParameter(written: string, colon: number, start: number, fail: Fail): Parameter {
  const before = literal(written.slice(0, colon), start, fail)
  let at = colon + 1
  const name = NAME.exec(written.slice(at))?.[0] ?? ''
  if (name === '') fail(start + colon, `the parameter has no name: ${NAMES} (a literal : is %3A)`)
  at += name.length
  if (/^[^\0-\x7f]/.test(written.slice(at)))
    fail(start + at, `${written[at]} cannot be in the name of a parameter: ${NAMES}`)
  let type: ParameterType = 'text'
  if (written[at] === '<') {
    const close = written.indexOf('>', at)
    if (close === -1) fail(start + at, 'the type of the parameter has no > at its end')
    const named = written.slice(at + 1, close)
    if (!TYPES.has(named)) fail(start + at, `there is no type <${named}>; the types are <${[...TYPES].join('>, <')}>`)
    type = named as ParameterType
    at = close + 1
  }
  const optional = written[at] === '?'
  if (optional && (colon > 0 || at + 1 < written.length))
    fail(start + at, 'only a parameter that is a segment by itself can be optional')
  if (name === '__proto__' || (optional && name in Object.prototype)) fail(start + colon + 1, reservedName(name))
  if (optional) at++
  const tail = written.slice(at)
  if (/^[(+*]/.test(tail)) fail(start + at, EXPRESSIONS)
  if (tail.includes(':'))
    fail(start + written.indexOf(':', at), 'a segment can hold one parameter (a literal : is %3A)')
  return { kind: 'parameter', name, type, before, after: literal(tail, start + at, fail), optional }
}

/** Text that stands for itself, decoded. */
function literal(written: string, start: number, fail: Fail): string {
  for (let at = 0; at < written.length; at++) {
    const char = written[at]
    if (char in NOT_LITERAL) fail(start + at, `${char} cannot be here: ${NOT_LITERAL[char]}`)
    if (char < ' ' || char === '\x7f') fail(start + at, 'a control character: write it percent-encoded')
    if (char === '%' && !/^[\da-f]{2}/i.test(written.slice(at + 1)))
      fail(start + at, 'a % must have two hexadecimal digits behind it (a literal % is %25)')
  }
  if (!written.isWellFormed()) fail(start, 'half of a surrogate pair, which has no UTF-8')
  const text = unescaped(written)
  if (text === null) fail(start, 'the bytes that are percent-encoded are not UTF-8')
  return text as string
}

/** A path of literal segments as clients usually send it. */
export function encodedPath(segments: readonly Literal[]): string {
  return segments.map(({ text }) => `/${text.split(ENCODED_SLASH).map(encodedText).join('%2F')}`).join('')
}

function encodedText(text: string): string {
  return encodeURI(text).replaceAll('?', '%3F').replaceAll('#', '%23')
}

const NAMES = 'names are made of ASCII letters, digits and _, and do not begin with a digit'
const EXPRESSIONS =
  'parameters take no regular expressions and do not repeat; there are types, as in :id<int>, and a wildcard as the last segment, as in *path'

function reservedName(name: string): string {
  return `${name} means something else in every object of JavaScript; choose another name`
}

function brokenPath(method: string, path: string, at: number, problem: string): TypeError {
  return new TypeError(`The route ${method} ${path} cannot be added: at character ${at + 1}, ${problem}`)
}
