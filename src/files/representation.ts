// What one version of a file in one coding is on the wire: its fields and validators, and its bytes if they are kept.
// All that can be made before a request comes is made here, once.
import { Content, Reply } from '../exchange/index.ts'
import { formatDate } from '../http/dates.ts'
import { FieldList } from '../http/fields.ts'
import type { Facts } from './disk.ts'
import { cacheControl } from './freshness.ts'
import type { LocatedFile } from './locating.ts'
import { overlaid } from './overlaid.ts'
import type { Headers } from './rules.ts'
import { entityTagOf, modifiedDate } from './versions.ts'

export interface Representation {
  readonly facts: Facts
  readonly length: number
  readonly fields: FieldList
  readonly etag: string | null
  /** Milliseconds since 1970. */
  readonly lastModified: number | null
  /** The bytes where they are kept in memory, else null. */
  readonly content: Content | null
  /** The whole content as a reply; null where it is not in memory. */
  readonly whole: Reply | null
  readonly notModified: Reply
  /** False where the file was read within a tick of its last change: another look at it proves nothing. */
  readonly settled: boolean
}

export interface Reading {
  /** The encoded path that header rules go by. */
  readonly path: string
  readonly file: LocatedFile
  readonly coding: string
  readonly facts: Facts
  readonly unsettledAt: number | null
  readonly bytes: Uint8Array | null
  readonly headers: Headers
  /** The wall clock, in milliseconds since 1970. */
  readonly now: number
}

export function representation(reading: Reading): Representation {
  const { facts, unsettledAt, bytes, now } = reading
  const fields = fieldsOf(reading)
  const content = bytes === null ? null : new Content(bytes)
  return {
    facts,
    length: facts.size,
    fields,
    // A header rule may have replaced them, or taken them away.
    etag: fields.get('ETag') ?? null,
    lastModified: fields.has('Last-Modified') ? modifiedDate(facts, now) : null,
    content,
    whole: content === null ? null : new Reply(200, fields, content),
    notModified: new Reply(304, withoutMetadata(fields)),
    settled: unsettledAt === null,
  }
}

/** Bytes of memory that a representation takes; the wire keeps small content a second time, as text. */
export function weightOf({ content, length }: Representation): number {
  const overhead = 2048
  if (content === null) return overhead
  return overhead + length * (length <= KEPT_TWICE ? 2 : 1)
}

const KEPT_TWICE = 16 * 1024

function fieldsOf({ path, file, coding, facts, unsettledAt, headers, now }: Reading): FieldList {
  const own: [string, string][] = [['Content-Type', file.mediaType]]
  if (coding !== 'identity') own.push(['Content-Encoding', coding])
  own.push(['Last-Modified', formatDate(modifiedDate(facts, now))], ['ETag', entityTagOf(facts, coding, unsettledAt)])
  own.push(['Accept-Ranges', 'bytes'], ['Cache-Control', cacheControl(file.name, file.mediaType, file.settings)])
  if (file.codings.size > 1) own.push(['Vary', 'Accept-Encoding'])
  return headers(path, overlaid(FieldList.of(own), file.settings.fields))
}

/** The fields of a 304: what guides caches, not what describes content that is not sent (RFC 9110 section 15.4.5). */
function withoutMetadata(fields: FieldList): FieldList {
  return ['Content-Type', 'Content-Encoding', 'Content-Language', 'Last-Modified', 'Accept-Ranges'].reduce(
    (rest, name) => rest.without(name),
    fields,
  )
}
