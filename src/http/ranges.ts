// Byte ranges (RFC 9110 section 14): what `Range` asks for, and how the ranges are labelled in the reply. Whatever a
// client asks, no byte of the representation is sent twice.
import { trimmed } from './lists.ts'

const { MAX_SAFE_INTEGER } = Number

/** A piece of a representation, in bytes: from `start` up to but not including `end`. Never empty. */
export interface ByteRange {
  /** The first byte, counted from 0. */
  readonly start: number
  /** The byte behind the last. */
  readonly end: number
}

/** A field with more ranges than this is ignored. Apache's MaxRanges: 200. */
export const MAX_RANGES = 200

/**
 * Ranges that overlap, or have no more than this many bytes between them, become one: RFC 9110 section 15.3.7.2 puts the
 * head of a part at about 80 bytes, so the gap costs less than a part of its own.
 */
export const COALESCED_GAP = 80

/**
 * What `Range` asks of a representation of `length` bytes, in the order asked for. 'unsatisfiable' wants a 416. 'ignore'
 * wants the answer to a request without Range: the unit is not bytes, the value is malformed, there are too many
 * ranges, or the representation is empty, of which no range could be labelled.
 */
export function parseRange(value: string, length: number): readonly ByteRange[] | 'unsatisfiable' | 'ignore' {
  if (!isInBytes(value)) return 'ignore'
  const ranges: ByteRange[] = []
  let count = 0
  let at = UNIT.length
  while (at < value.length) {
    const comma = value.indexOf(',', at)
    const end = comma === -1 ? value.length : comma
    const range = readRange(trimmed(value, at, end), length)
    if (range === MALFORMED) return 'ignore'
    if (range !== EMPTY && ++count > MAX_RANGES) return 'ignore'
    if (typeof range === 'object') ranges.push(range)
    at = end + 1
  }
  if (count === 0 || length === 0) return 'ignore'
  if (ranges.length === 0) return 'unsatisfiable'
  return ranges.length === 1 ? ranges : coalesce(ranges)
}

/** The value of Content-Range in a 206 (RFC 9110 section 14.4). */
export function contentRange(range: ByteRange, length: number): string {
  return `bytes ${range.start}-${range.end - 1}/${length}`
}

/** The value of Content-Range in a 416. */
export function unsatisfied(length: number): string {
  return `bytes */${length}`
}

/** The value of Content-Type where several ranges are sent (RFC 9110 section 14.6). The boundary must be a token that does not occur in the content. */
export function multipartType(boundary: string): string {
  return `multipart/byteranges; boundary=${boundary}`
}

/** What stands before a part's bytes. `contentType` is the representation's; empty for none. */
export function partHead(
  boundary: string,
  contentType: string,
  range: ByteRange,
  length: number,
  first: boolean,
): string {
  const type = contentType === '' ? '' : `Content-Type: ${contentType}\r\n`
  return `${first ? '' : '\r\n'}--${boundary}\r\n${type}Content-Range: ${contentRange(range, length)}\r\n\r\n`
}

/** What stands after the last part's bytes. */
export function closeDelimiter(boundary: string): string {
  return `\r\n--${boundary}--\r\n`
}

/** The content length of a multipart/byteranges reply, in bytes. */
export function multipartLength(
  boundary: string,
  contentType: string,
  ranges: readonly ByteRange[],
  length: number,
): number {
  let total = closeDelimiter(boundary).length
  for (const [i, range] of ranges.entries())
    total += partHead(boundary, contentType, range, length, i === 0).length + range.end - range.start
  return total
}

const UNIT = 'bytes='
const MALFORMED = 'malformed'
const EMPTY = 'empty'
const BEYOND = 'beyond'

/** Range units are case-insensitive (RFC 9110 section 14.1). */
function isInBytes(value: string): boolean {
  return value.startsWith(UNIT) || value.slice(0, UNIT.length).toLowerCase() === UNIT
}

/** One range-spec between commas: an int-range or a suffix-range (RFC 9110 section 14.1.1). */
function readRange(spec: string, length: number): ByteRange | typeof MALFORMED | typeof EMPTY | typeof BEYOND {
  if (spec === '') return EMPTY
  const dash = spec.indexOf('-')
  if (dash === -1) return MALFORMED
  const first = position(spec, 0, dash)
  const last = position(spec, dash + 1, spec.length)
  if (first === NOT_A_NUMBER || last === NOT_A_NUMBER) return MALFORMED
  if (first === NOTHING) return last === NOTHING ? MALFORMED : suffix(last, length)
  if (last !== NOTHING && last < first) return MALFORMED
  if (first >= length) return BEYOND
  return { start: first, end: last === NOTHING || last >= length ? length : last + 1 }
}

function suffix(size: number, length: number): ByteRange | typeof BEYOND {
  return size === 0 || length === 0 ? BEYOND : { start: Math.max(0, length - size), end: length }
}

const NOTHING = -1
const NOT_A_NUMBER = -2

/** The number that the digits make; one too large to count exactly is as good as the largest that is not. */
function position(value: string, start: number, end: number): number {
  if (start === end) return NOTHING
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = value.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return NOT_A_NUMBER
    number = Math.min(number * 10 + digit, MAX_SAFE_INTEGER)
  }
  return number
}

/** Joins ranges that overlap or nearly touch. A joined range takes the place of its earliest part in the order asked for. */
function coalesce(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const byStart = ranges.map((range, place) => ({ ...range, place })).sort((a, b) => a.start - b.start)
  const joined = [byStart[0]]
  for (const range of byStart.slice(1)) {
    const before = joined[joined.length - 1]
    if (range.start - before.end > COALESCED_GAP) joined.push(range)
    else {
      before.end = Math.max(before.end, range.end)
      before.place = Math.min(before.place, range.place)
    }
  }
  return joined.sort((a, b) => a.place - b.place).map(({ start, end }) => ({ start, end }))
}
