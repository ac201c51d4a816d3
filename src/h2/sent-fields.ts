// Fields to send, as HTTP/2 has them: names in lower case, what belongs to HTTP/1.1's framing left out, and for each how
// HPACK is to treat it. Made once for each list and kept in it.

import type { ByteOutput } from '../bytes/byte-output.ts'
import type { HpackEncoder, Indexing } from '../hpack/index.ts'
import type { FieldList } from '../http/fields.ts'
import { CONNECTION_FIELDS } from '../http/message-fields.ts'

export class SentFields {
  readonly names: readonly string[]
  readonly values: readonly string[]
  readonly indexing: readonly Indexing[]
  /** The program brings its own. */
  readonly date: boolean
  readonly server: boolean
  /** The Content-Length that the program names, for a response without content; -1 where it names none. */
  readonly length: number

  constructor(fields: FieldList) {
    const names: string[] = []
    const values: string[] = []
    const indexing: Indexing[] = []
    let date = false
    let server = false
    let length = -1
    for (const [name, value] of fields) {
      const lower = name.toLowerCase()
      if (lower === 'date') date = true
      else if (lower === 'server') server = true
      else if (lower === 'content-length' && /^\d{1,15}$/.test(value)) length = Number(value)
      if (OWN.has(lower) || (lower === 'te' && value.toLowerCase() !== 'trailers')) continue
      names.push(lower)
      values.push(value)
      indexing.push(SECRET.has(lower) ? 'never' : ONCE.has(lower) ? 'once' : 'index')
    }
    this.names = names
    this.values = values
    this.indexing = indexing
    this.date = date
    this.server = server
    this.length = length
  }

  encode(encoder: HpackEncoder, out: ByteOutput): void {
    const { names, values, indexing } = this
    for (let i = 0; i < names.length; i++) encoder.field(out, names[i], values[i], indexing[i])
  }
}

export function sentFieldsOf(fields: FieldList): SentFields {
  fields.h2Form ??= new SentFields(fields)
  return fields.h2Form as SentFields
}

/** Fields that frame a message or speak of one connection: they have no place in HTTP/2 (RFC 9113 section 8.2.2). */
const OWN = new Set<string>([...CONNECTION_FIELDS, 'content-length', 'host', 'http2-settings'])

const SECRET = new Set(['set-cookie', 'cookie', 'authorization', 'proxy-authorization', 'www-authenticate'])

/** They differ from one response to the next: in the table they would only drive out others. */
const ONCE = new Set([
  'etag',
  'last-modified',
  'location',
  'content-range',
  'content-location',
  'age',
  'expires',
  'link',
  'if-none-match',
  'if-modified-since',
  'range',
  'content-digest',
  'retry-after',
])
