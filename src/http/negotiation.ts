// Content negotiation (RFC 9110 section 12): which of the representations that there are suits a client best. Elements of
// a field that cannot be read are passed over. Of equals, the one the server names first is chosen.
import { elements, skipSpace, split } from './lists.ts'
import { type MediaType, parseMediaType } from './media-types.ts'

/** A quality in thousandths, so that no arithmetic is inexact. */
const BEST = 1000

/**
 * The content coding to use (RFC 9110 section 12.5.3).
 * @param value the Accept-Encoding field; undefined where it was not sent, which asks for no coding
 * @param available the codings that there are, in the server's order; identity need not be among them
 * @returns one of them; 'identity' where no coding suits better; null where even that is refused
 */
export function chooseEncoding(value: string | undefined, available: readonly string[]): string | null {
  if (value === undefined) return 'identity'
  const anything = qualityOf(value, '*')
  const plain = qualityOf(value, 'identity') ?? anything
  // Identity that is not named is allowed, but any coding that is named is wanted more.
  let best = plain === undefined ? 0 : plain
  let chosen = plain === 0 ? null : 'identity'
  let chosenByDefault = true
  for (const coding of available) {
    if (coding === 'identity') continue
    const quality = qualityOf(value, coding) ?? (coding === 'gzip' ? qualityOf(value, 'x-gzip') : undefined) ?? anything
    if (quality === undefined || quality === 0) continue
    if (quality > best || (quality === best && chosenByDefault)) {
      best = quality
      chosen = coding
      chosenByDefault = false
    }
  }
  return chosen
}

/**
 * The media type to use (RFC 9110 section 12.5.1): the most specific range that matches a type gives its quality.
 * @param value the Accept field; undefined where it was not sent, which accepts all
 * @param available media types, parameters included, in the server's order
 * @returns one of them as it was given, or null where none is acceptable
 */
export function chooseMediaType(value: string | undefined, available: readonly string[]): string | null {
  if (value === undefined) return available[0] ?? null
  const ranges = elements(value).flatMap(element => mediaRange(element) ?? [])
  return best(available, text => {
    const media = parseMediaType(text)
    return media === null ? 0 : ofMostSpecific(ranges, range => specificity(range, media))
  })
}

/**
 * The language to use (RFC 9110 section 12.5.4), by basic filtering (RFC 4647 section 3.3.1): `de` takes `de-AT`, not the
 * other way round.
 * @returns one of `available` as it was given, or null where none is acceptable
 */
export function chooseLanguage(value: string | undefined, available: readonly string[]): string | null {
  if (value === undefined) return available[0] ?? null
  const ranges = elements(value).flatMap(element => {
    const [range, quality] = weighted(element)
    return quality === null ? [] : [{ range: range.toLowerCase(), quality }]
  })
  return best(available, tag => {
    const lower = tag.toLowerCase()
    return ofMostSpecific(ranges, ({ range }) => {
      if (range === '*') return 1
      return lower === range || lower.startsWith(`${range}-`) ? 1 + range.length : 0
    })
  })
}

/** The first candidate of the greatest quality above 0. */
function best(available: readonly string[], quality: (candidate: string) => number): string | null {
  let chosen: string | null = null
  let greatest = 0
  for (const candidate of available) {
    const own = quality(candidate)
    if (own > greatest) {
      greatest = own
      chosen = candidate
    }
  }
  return chosen
}

/** The quality that the most specific range gives; 0 where none matches. */
function ofMostSpecific<Range extends { readonly quality: number }>(
  ranges: readonly Range[],
  specific: (range: Range) => number,
): number {
  let most = 0
  let quality = 0
  for (const range of ranges) {
    const own = specific(range)
    if (own > most) {
      most = own
      quality = range.quality
    }
  }
  return quality
}

interface MediaRange {
  readonly media: MediaType
  readonly quality: number
}

function mediaRange(element: string): MediaRange | null {
  const [text, quality] = weighted(element)
  const media = parseMediaType(text)
  if (media === null || quality === null || (media.type === '*' && media.subtype !== '*')) return null
  return { media, quality }
}

/** How closely the range describes the media type; 0 where it does not match. */
function specificity({ media: range }: MediaRange, media: MediaType): number {
  if (range.type === '*') return 1
  if (range.type !== media.type) return 0
  if (range.subtype === '*') return 2
  if (range.subtype !== media.subtype) return 0
  for (const [name, value] of range.parameters) {
    if (media.parameters.get(name)?.toLowerCase() !== value.toLowerCase()) return 0
  }
  return 3 + range.parameters.size
}

/** An element without its weight and what follows it, and the weight; null for one that is no number from 0 to 1 (RFC 9110 section 12.4.2). */
function weighted(element: string): [text: string, quality: number | null] {
  const pieces = split(element, ';')
  const weight = pieces.findIndex((piece, i) => i > 0 && (piece.startsWith('q=') || piece.startsWith('Q=')))
  if (weight === -1) return [element, BEST]
  return [pieces.slice(0, weight).join(';'), qualityAt(pieces[weight], 'q='.length)]
}

/** The quality that Accept-Encoding gives to one coding by name; undefined where it is not named. No list is made: this runs for each file. */
function qualityOf(value: string, coding: string): number | undefined {
  for (let at = 0; at < value.length; ) {
    const start = skipSpace(value, at)
    const comma = value.indexOf(',', start)
    const end = comma === -1 ? value.length : comma
    if (namesCoding(value, start, end, coding)) {
      const semicolon = value.indexOf(';', start)
      if (semicolon === -1 || semicolon >= end) return BEST
      const name = skipSpace(value, semicolon + 1)
      const isWeight = (value[name] === 'q' || value[name] === 'Q') && value[name + 1] === '='
      const quality = isWeight ? qualityAt(value.slice(0, end), name + 2) : null
      if (quality !== null) return quality
    }
    at = end + 1
  }
  return undefined
}

/** Whether the element's name is the coding, without regard to case (RFC 9110 section 8.4.1). */
function namesCoding(value: string, start: number, end: number, coding: string): boolean {
  const after = start + coding.length
  if (after > end) return false
  for (let i = 0; i < coding.length; i++) {
    const code = value.charCodeAt(start + i)
    const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code
    if (lower !== coding.charCodeAt(i)) return false
  }
  const rest = skipSpace(value, after)
  return rest >= end || value[rest] === ';'
}

/** A qvalue in thousandths: `0` or `1` and up to three decimals; null where it is none. What follows a semicolon is passed over. */
function qualityAt(text: string, at: number): number | null {
  const whole = text.charCodeAt(at) - 0x30
  if (whole !== 0 && whole !== 1) return null
  let quality = whole * BEST
  let position = at + 1
  if (text[position] === '.') {
    position++
    for (let step = 100; step >= 1; step /= 10) {
      const digit = text.charCodeAt(position) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      quality += digit * Math.floor(step)
      position++
    }
  }
  const rest = skipSpace(text, position)
  return quality > BEST || (rest < text.length && text[rest] !== ';') ? null : quality
}
