// The fields of replies that are compressed, and of those that could have been.
import type { Reply } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { elements } from '../../http/lists.ts'

/**
 * The fields of a compressed form: what says that it is one, without what held for the plain form alone. A strong
 * entity tag becomes a weak one (RFC 9110 section 8.8.3.3): the bytes are others, and may be others again the next time. So
 * If-None-Match goes on working, which compares weakly, and no range of one form is ever joined to another.
 */
export function compressedFields(fields: FieldList, coding: string): FieldList {
  const pairs: [string, string][] = []
  for (const [name, value] of fields) {
    const lower = name.toLowerCase()
    if (lower === 'etag') pairs.push([name, weak(value)])
    else if (!OF_PLAIN_FORM.has(lower)) pairs.push([name, value])
  }
  pairs.push(['Content-Encoding', coding])
  return varied(FieldList.of(pairs))
}

/** Lengths are the wire's to write; ranges could only be had of the plain form. */
const OF_PLAIN_FORM: ReadonlySet<string> = new Set(['content-length', 'accept-ranges'])

/** The fields with Accept-Encoding among what the reply depends on (RFC 9110 section 12.5.5). */
export function varied(fields: FieldList): FieldList {
  const vary = fields.get('vary')
  if (vary === undefined) return fields.and('Vary', 'Accept-Encoding')
  const names = elements(vary)
  if (names.some(name => name === '*' || name.toLowerCase() === 'accept-encoding')) return fields
  return fields.with('Vary', [...names, 'Accept-Encoding'].join(', '))
}

/**
 * A 304 as it should be for the form that the client has (RFC 9110 section 15.4.5): with the tag that was sent with it, and with the
 * Vary of the reply that it stands for. What type that has a 304 need not say; if it does not, the type is taken to be one that is compressed.
 */
export function notModified(reply: Reply, ifNoneMatch: string | undefined): Reply {
  const fields = varied(reply.fields)
  const etag = fields.get('etag')
  const isKnownWeak = etag !== undefined && !etag.startsWith('W/') && ifNoneMatch?.includes(`W/${etag}`)
  return reply.withFields(isKnownWeak ? fields.with('ETag', weak(etag)) : fields)
}

function weak(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`
}
