// What may be compressed. Every "never" stands in this file.
import type { Reply } from '../../exchange/index.ts'
import type { FieldList } from '../../http/fields.ts'
import { elements } from '../../http/lists.ts'

/** What a reply's fields say about compressing it. */
export type Standing =
  /** It may be. */
  | 'open'
  /** It must not be, or is not worth it. */
  | 'closed'
  /** The program has said no, with `Content-Encoding: identity`: the field is taken off, for it is not to be sent (RFC 9110 section 8.4.1). */
  | 'declined'

/** Statuses whose content is a part of something (206), or that have none. */
const NEVER: ReadonlySet<number> = new Set([101, 204, 205, 206, 304])

/**
 * Fields that say what the bytes of the content are, or have signed it: it must stay as it is. Digests are taken over what is sent, coding
 * included (RFC 9530 sections 2 and 3), by whoever had the bytes before us.
 */
const FIXES_BYTES: ReadonlySet<string> = new Set([
  'content-range',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
  'signature',
])

/** The trailers that do so: they come when it is too late, and are left out. */
const DIGESTS = ['Content-MD5', 'Digest', 'Content-Digest', 'Repr-Digest'] as const

/** How a reply stands. The size is not looked at here. */
export function standingOf({ status, fields }: Reply, isCompressible: (mediaType: string) => boolean): Standing {
  if (NEVER.has(status)) return 'closed'
  const { flat } = fields
  let mediaType: string | null = null
  let closed = false
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i].toLowerCase()
    const value = flat[i + 1]
    if (name === 'content-type') mediaType = value
    else if (name === 'content-encoding') {
      if (value.toLowerCase() === 'identity') return 'declined'
      closed = true
    } else if (FIXES_BYTES.has(name) || (name === 'cache-control' && forbidsTransforming(value))) closed = true
  }
  return closed || mediaType === null || !isCompressible(mediaType) ? 'closed' : 'open'
}

/** Trailers without those that would describe content as it was before it was compressed. */
export function withoutDigests(trailers: FieldList): FieldList {
  return DIGESTS.reduce((rest, name) => rest.without(name), trailers)
}

/**
 * Whether content of this type is smaller when compressed: text, what is text under another name, and the few binary types that do
 * not compress themselves. What is not known is not touched.
 */
export function isCompressible(mediaType: string): boolean {
  const semicolon = mediaType.indexOf(';')
  const essence = (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase()
  return essence.startsWith('text/') || COMPRESSIBLE.has(essence) || SUFFIX.test(essence)
}

export function isEventStream(fields: FieldList): boolean {
  return /^\s*text\/event-stream\s*(?:;|$)/i.test(fields.get('content-type') ?? '')
}

/** Structured syntax suffixes (RFC 6839) of formats that are text. */
const SUFFIX = /\+(?:json|xml|yaml|text|json-seq)$/

const COMPRESSIBLE: ReadonlySet<string> = new Set([
  'application/dash+xml',
  'application/ecmascript',
  'application/geo+json-seq',
  'application/graphql',
  'application/javascript',
  'application/json',
  'application/json-seq',
  'application/json5',
  'application/jsonl',
  'application/ld+json',
  'application/n-quads',
  'application/n-triples',
  'application/ndjson',
  'application/postscript',
  'application/rtf',
  'application/sql',
  'application/tar',
  'application/toml',
  'application/typescript',
  'application/vnd.apple.mpegurl',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-sh',
  'application/x-tar',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/xml-dtd',
  'application/yaml',
  'font/collection',
  'font/otf',
  'font/sfnt',
  'font/ttf',
  'image/bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
  'image/x-ms-bmp',
])

function forbidsTransforming(cacheControl: string): boolean {
  return elements(cacheControl).some(directive => directive.toLowerCase() === 'no-transform')
}
