// Entity tags (RFC 9110 section 8.8.3): names of a representation's state, to be compared and never to be understood.
import { skipSpace } from './lists.ts'

/** A validator that names one state of a representation (RFC 9110 section 8.8.3). */
export interface EntityTag {
  /** Means the same to a reader, but not to the last byte. */
  readonly weak: boolean
  /** What is between the quotes. */
  readonly opaque: string
}

const QUOTE = 0x22

/** The one entity tag that the text is, or null. */
export function parseEntityTag(text: string): EntityTag | null {
  const end = endOfTag(text, 0)
  return end === text.length ? tagBetween(text, 0, end) : null
}

/** The tag as it is sent: `"v1"`, or `W/"v1"` for a weak one. @throws TypeError where the tag has a quote, white space, a control character or one beyond U+00FF */
export function formatEntityTag(tag: EntityTag): string {
  const text = `${tag.weak ? 'W/' : ''}"${tag.opaque}"`
  if (endOfTag(text, 0) !== text.length) throw notATag(tag.opaque)
  return text
}

/** The same, and both strong (RFC 9110 section 8.8.3.2): byte for byte the same representation. */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

/** The same, be they weak or strong: one may stand for the other. */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

/** The value of If-Match or If-None-Match: a list of tags that is not empty, or `*`; null where it is neither. */
export function parseEntityTags(value: string): readonly EntityTag[] | '*' | null {
  if (value === '*') return '*'
  const tags: EntityTag[] = []
  let at = 0
  while (at < value.length) {
    at = skipSpace(value, at)
    if (at === value.length) break
    // Empty elements mean nothing (RFC 9110 section 5.6.1.2).
    if (value[at] !== ',') {
      const end = endOfTag(value, at)
      if (end === -1) return null
      tags.push(tagBetween(value, at, end))
      at = skipSpace(value, end)
      if (at < value.length && value[at] !== ',') return null
    }
    at++
  }
  return tags.length === 0 ? null : tags
}

/** Where the tag that starts at `at` ends, or -1 where none does. */
function endOfTag(text: string, at: number): number {
  let position = text.startsWith('W/', at) ? at + 2 : at
  if (text.charCodeAt(position) !== QUOTE) return -1
  for (position++; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === QUOTE) return position + 1
    if (code <= 0x20 || code === 0x7f || code > 0xff) return -1
  }
  return -1
}

function tagBetween(text: string, start: number, end: number): EntityTag {
  const weak = text[start] === 'W'
  return { weak, opaque: text.slice(start + (weak ? 3 : 1), end - 1) }
}

function notATag(opaque: string): TypeError {
  return new TypeError(
    `An entity tag is made of visible characters other than the double quote (RFC 9110 section 8.8.3), not ${JSON.stringify(opaque).slice(0, 80)}`,
  )
}
