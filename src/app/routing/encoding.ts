// Paths of requests with their percent-encoding taken off, so that all spellings of a path are the same text. A slash that
// was percent-encoded stays within its segment: a mark stands for it. What can be no path at all is refused here.
import { Refused } from '../../exchange/index.ts'

/** Stands for `%2F`. It is half of a surrogate pair, which comes out of no UTF-8. */
export const ENCODED_SLASH = '\udc2f'

/**
 * A path in the form that routes are matched in.
 * @param path with a `%` in it
 * @throws Refused with 400 for one that is not percent-encoded as it must be, or is not UTF-8
 */
export function decodedPath(path: string): string {
  const text = unescaped(path)
  if (text === null) throw /%(?![\da-f]{2})/i.test(path) ? BAD_ENCODING : NOT_UTF8
  return text
}

/** The text without its percent-encoding; null where that is broken. */
export function unescaped(text: string): string | null {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text.replaceAll(/%2f/gi, ENCODED_SLASH))
  } catch {
    return null
  }
}

/** @throws Refused with 400 if a segment from `at` on is `.` or `..`, however it was encoded */
export function refuseDotSegments(path: string, at: number): void {
  if (path.includes('.', at) && DOT_SEGMENT.test(path.slice(at - 1))) throw DOTS
}

const DOT_SEGMENT = /\/\.\.?(?:\/|$)/

// Made once: whoever sends many of these shall not be able to keep the server busy with stacks.

const BAD_ENCODING = new Refused({
  status: 400,
  rule: 'bad-percent-encoding',
  section: 'RFC 3986 section 2.1',
  detail: 'The path has a % without two hexadecimal digits behind it; a literal % is %25',
})

const NOT_UTF8 = new Refused({
  status: 400,
  rule: 'path-not-utf8',
  section: 'RFC 3986 section 2.5',
  detail: 'The path is percent-encoded, but its bytes are not UTF-8',
})

const DOTS = new Refused({
  status: 400,
  rule: 'dot-segment',
  section: 'RFC 3986 section 5.2.4',
  detail: 'The path has a segment . or .., which clients remove before they send it',
})
