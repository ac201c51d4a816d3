// The values of parameters: which texts are of which type, and what a handler is given.
import { ENCODED_SLASH } from './encoding.ts'
import type { Capture } from './leaf.ts'

const MINUS = 0x2d
const ZERO = 0x30
/** 9007199254740991 and its sign. */
const LONGEST_NUMBER = 17
const UUID_LENGTH = 36
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Whether a whole number stands there that JavaScript can hold exactly, in its one spelling: no `+`, no leading zeros, no `-0`. */
export function isWholeNumber(path: string, start: number, end: number): boolean {
  if (end - start > LONGEST_NUMBER) return false
  const negative = path.charCodeAt(start) === MINUS
  const first = negative ? start + 1 : start
  if (first === end) return false
  if (path.charCodeAt(first) === ZERO) return !negative && first + 1 === end
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = path.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return false
    value = value * 10 + digit
  }
  return value <= Number.MAX_SAFE_INTEGER
}

/** Whether a UUID stands there, of any version (RFC 9562 section 4). */
export function isUuid(path: string, start: number, end: number): boolean {
  return end - start === UUID_LENGTH && UUID.test(path.slice(start, end))
}

/** What a handler is given for a part of a path that had no percent-encoding. */
export function plainValue(as: Capture['as'], text: string): string | number {
  if (as === 'text') return text
  return as === 'number' ? Number(text) : withoutBackslashes(text)
}

/** What a handler is given for a part of a path that was decoded as encoding.ts does it. */
export function decodedValue(as: Capture['as'], text: string): string | number {
  if (as === 'rest') return withoutBackslashes(text.replaceAll(ENCODED_SLASH, '%2F'))
  return plainValue(as, text.replaceAll(ENCODED_SLASH, '/'))
}

/** In the rest, slashes separate segments. What only looks like one stays encoded, and so does what Windows takes for one. */
function withoutBackslashes(rest: string): string {
  return rest.includes('\\') ? rest.replaceAll('\\', '%5C') : rest
}
