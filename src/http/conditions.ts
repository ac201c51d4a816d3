// Conditional requests (RFC 9110 section 13): whether a request is carried out, in the light of what the client says it
// knows of the representation. All of section 13.2.2's order of precedence is in `evaluate` and `rangeApplies`.
import { parseDate } from './dates.ts'
import { type EntityTag, parseEntityTag, parseEntityTags, strongMatch, weakMatch } from './etags.ts'
import type { Fields } from './fields.ts'

/** What names the current state of a representation. */
export interface Validators {
  /** The current entity tag as it is sent, `"x"` or `W/"x"`; null where there is none. */
  readonly etag: string | null
  /** Milliseconds since 1970, judged by whole seconds; null where unknown. */
  readonly lastModified: number | null
}

/** A request with conditions, and what they are judged against. */
export interface Conditional extends Validators {
  /** The request's method. */
  readonly method: string
  /** The request's fields. */
  readonly fields: Fields
  /** Milliseconds since 1970. */
  readonly now: number
  /** False where the target has no current representation; true if left out. */
  readonly exists?: boolean
}

/** 'not-modified' is answered with 304, 'precondition-failed' with 412. */
export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed'

/** Methods that neither select nor change a representation, so that conditions mean nothing to them (RFC 9110 section 13.2.1). */
const UNCONDITIONAL: ReadonlySet<string> = new Set(['CONNECT', 'OPTIONS', 'TRACE'])

/**
 * Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since. An invalid date is ignored. A list of tags
 * that cannot be read is ignored by GET and HEAD and fails any other method: what it should protect is not changed.
 */
export function evaluate(request: Conditional): Verdict {
  const { method, fields } = request
  if (UNCONDITIONAL.has(method)) return 'proceed'
  const reads = method === 'GET' || method === 'HEAD'

  const ifMatch = fields.get('if-match')
  if (ifMatch !== undefined) {
    if (!(matches(ifMatch, request, strongMatch) ?? reads)) return 'precondition-failed'
  } else if (changedSince(fields.get('if-unmodified-since'), request) === true) return 'precondition-failed'

  const ifNoneMatch = fields.get('if-none-match')
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, request, weakMatch) ?? !reads) return reads ? 'not-modified' : 'precondition-failed'
  } else if (reads && changedSince(fields.get('if-modified-since'), request) === false) return 'not-modified'

  return 'proceed'
}

/**
 * Whether Range may be honoured as far as If-Range says: true where there is none, or where it names exactly the current
 * representation (RFC 9110 section 13.1.5). A date does so only if it is a strong validator (section 8.8.2.2): the second
 * it names must be over, or the representation could change once more within it.
 */
export function rangeApplies(request: Validators & { readonly fields: Fields; readonly now: number }): boolean {
  const value = request.fields.get('if-range')
  if (value === undefined) return true
  const given = parseEntityTag(value)
  if (given !== null) {
    const current = request.etag === null ? null : parseEntityTag(request.etag)
    return current !== null && strongMatch(given, current)
  }
  const date = parseDate(value, request.now)
  if (date === null || request.lastModified === null) return false
  const modified = wholeSecond(request.lastModified)
  return date === modified && request.now >= modified + 1000
}

/** Whether the current representation is among the listed; null where the list is malformed. */
function matches(list: string, current: Conditional, compare: (a: EntityTag, b: EntityTag) => boolean): boolean | null {
  const tags = parseEntityTags(list)
  if (tags === null) return null
  if (current.exists === false) return false
  if (tags === '*') return true
  const tag = current.etag === null ? null : parseEntityTag(current.etag)
  return tag !== null && tags.some(one => compare(one, tag))
}

/** Whether the representation was modified after the date in the field; null where there is nothing to compare. */
function changedSince(field: string | undefined, current: Conditional): boolean | null {
  if (field === undefined || current.lastModified === null || current.exists === false) return null
  const date = parseDate(field, current.now)
  return date === null ? null : wholeSecond(current.lastModified) > date
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}
