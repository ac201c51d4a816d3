// From a reply to the reply that is sent: whether it is compressed, how, and at what moment. Content that is there as a
// whole is compressed as a whole, so that its length is known; `Content`, which is sent many times, only once; what is
// pulled, while it is pulled.
import { type Body, Content, type Exchange, Reply, Tunnel } from '../../exchange/index.ts'
import type { FieldList } from '../../http/fields.ts'
import { chooseEncoding } from '../../http/negotiation.ts'
import { CODINGS, type Coding, compressWhole, isQuick, type StreamKind } from './codings.ts'
import { CompressedBody } from './compressed-body.ts'
import { isEventStream, standingOf, withoutDigests } from './eligible.ts'
import { EventBody } from './event-body.ts'
import { compressedFields, notModified, varied } from './fields.ts'
import type { Form } from './kept.ts'
import type { CompressionSettings } from './options.ts'

export type Compress = (exchange: Exchange, reply: Reply) => Reply | Promise<Reply>

/** What compresses replies, with its settings. */
export function compressor(settings: CompressionSettings): Compress {
  const { minSize, compressible, levels, kept, memory } = settings
  const choose = chooser(settings.codings)
  const chooseForEvents = chooser(settings.eventCodings)

  return (exchange, reply) => {
    const { body } = reply
    const standing = standingOf(reply, compressible)
    if (standing === 'declined') return reply.withFields(reply.fields.without('Content-Encoding'))
    if (reply.status === 304 || reply.status === 206) return partOrNone(exchange, reply)
    if (standing === 'closed' || body === null || body instanceof Tunnel || isTooSmall(body, minSize)) return reply
    if (isPulled(body)) return streamed(exchange, reply, body)
    const coding = choose(exchange)
    if (coding === null) return body instanceof Content ? plainAgain(reply, body) : plain(reply)
    const level = levels[coding]
    if (body instanceof Content) {
      const form = kept.form(body, coding, bytes => compressWhole(bytes, coding, level))
      return form instanceof Promise ? form.then(made => inForm(reply, made, coding)) : inForm(reply, form, coding)
    }
    const made = compressWhole(body, coding, level)
    return made instanceof Promise ? made.then(later => whole(reply, later, coding)) : whole(reply, made, coding)
  }

  /** 206 and 304 carry the Vary of the 200 that they stand for (RFC 9110 sections 15.3.7 and 15.4.5). A type that they do not tell is taken for one that is compressed. */
  function partOrNone(exchange: Exchange, reply: Reply): Reply {
    const type = reply.fields.get('content-type') ?? 'multipart/byteranges'
    const fields = reply.fields
      .without('Content-Range')
      .with('Content-Type', type.startsWith('multipart/byteranges') ? 'text/plain' : type)
    if (standingOf(new Reply(200, fields), compressible) !== 'open') return reply
    return reply.status === 206 ? plain(reply) : notModified(reply, exchange.fields.get('if-none-match'))
  }

  function streamed(exchange: Exchange, reply: Reply, source: Body): Reply {
    const kind: StreamKind = source.endless === true || isEventStream(reply.fields) ? 'events' : 'content'
    const coding = kind === 'events' ? chooseForEvents(exchange) : choose(exchange)
    if (coding === null) return plain(reply)
    // Nobody reads the content of a reply to HEAD; it stays the source's to let go of.
    if (exchange.method === 'HEAD') return changed(reply, coding, ofUnknownLength(source))
    const lease = memory.lend(CODINGS[coding].memory[kind])
    if (lease === null) return plain(reply)
    const level = levels[coding]
    if (kind === 'events' && (coding === 'gzip' || coding === 'deflate'))
      return changed(reply, coding, new EventBody(source, coding, level, lease))
    const open = () => CODINGS[coding].compressor(level, kind)
    return changed(reply, coding, new CompressedBody({ source, lease, open, flushes: kind === 'events' }))
  }
}

/** As `compressor`, for a reply that must be there at once: what would take longer is sent plain. */
export function compressorNow(settings: CompressionSettings): (exchange: Exchange, reply: Reply) => Reply {
  const compress = compressor(settings)
  const { levels, codings } = settings
  return (exchange, reply) => {
    const size = sizeOf(reply.body)
    const isSmall = size !== null && codings.every(coding => isQuick(size, coding, levels[coding]))
    if (!isSmall) return reply
    const made = compress(exchange, reply)
    return made instanceof Reply ? made : reply
  }
}

/** Chooses by the request's Accept-Encoding; null for no coding. Most clients send the same, so the last answer is kept. */
function chooser(codings: readonly Coding[]): (exchange: Exchange) => Coding | null {
  let lastAccepted: string | undefined
  let lastChosen: Coding | null = null
  return ({ fields }) => {
    const accepted = fields.get('accept-encoding')
    if (accepted === undefined) return null
    if (accepted !== lastAccepted) {
      const chosen = chooseEncoding(accepted, codings)
      // Where even identity is refused, it is still better than no answer (RFC 9110 section 12.5.3).
      lastChosen = chosen === 'identity' ? null : (chosen as Coding | null)
      lastAccepted = accepted
    }
    return lastChosen
  }
}

function isPulled(body: string | Uint8Array | Content | Body): body is Body {
  return typeof body === 'object' && 'pull' in body
}

/** The bytes of content that is there as a whole; null for any other. */
function sizeOf(body: Reply['body']): number | null {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Content) return body.bytes.length
  return body instanceof Uint8Array ? body.length : null
}

/** What is pulled and does not tell its length may be anything. */
function isTooSmall(body: string | Uint8Array | Content | Body, minSize: number): boolean {
  if (typeof body === 'string') {
    // A character is one to three bytes.
    if (body.length >= minSize) return false
    return body.length * 3 < minSize || Buffer.byteLength(body) < minSize
  }
  const size = isPulled(body) ? body.length : sizeOf(body)
  return size !== undefined && size !== null && size < minSize
}

/** The reply as it is, for this client: for another it could be a compressed one. */
function plain(reply: Reply): Reply {
  const fields = plainFields(reply.fields)
  return fields === reply.fields ? reply : reply.withFields(fields)
}

const plainReplies = new WeakMap<Content, Reply>()

/** The same, of content that is sent many times: the reply that was made last, if only its fields are the same. */
function plainAgain(reply: Reply, content: Content): Reply {
  const fields = plainFields(reply.fields)
  if (fields === reply.fields) return reply
  const known = plainReplies.get(content)
  if (known !== undefined && known.fields === fields && known.status === reply.status && !reply.trailers) return known
  const made = reply.withFields(fields)
  if (reply.trailers === undefined) plainReplies.set(content, made)
  return made
}

function whole(reply: Reply, made: Uint8Array, coding: Coding): Reply {
  return made.length < (sizeOf(reply.body) ?? 0) ? changed(reply, coding, made) : plain(reply)
}

/** The reply with a kept form: the one that was made for the last request, if only its fields are the same. */
function inForm(reply: Reply, form: Form, coding: Coding): Reply {
  const { status, fields, trailers } = reply
  const { made } = form
  if (made !== null && made.fields === fields && made.status === status && trailers === undefined) return made.reply
  const sent = form.content === null ? plain(reply) : changed(reply, coding, form.content)
  // The plain reply holds the content itself, which a form must not.
  if (trailers === undefined && form.content !== null) form.made = { status, fields, reply: sent }
  return sent
}

function changed({ status, fields, trailers }: Reply, coding: Coding, body: Uint8Array | Content | Body): Reply {
  const after = trailers === undefined ? undefined : () => withoutDigests(trailers())
  return new Reply(status, fieldsIn(fields, coding), body, after)
}

const plainLists = new WeakMap<FieldList, FieldList>()

function plainFields(fields: FieldList): FieldList {
  let made = plainLists.get(fields)
  if (made === undefined) {
    made = varied(fields)
    plainLists.set(fields, made)
  }
  return made
}

let last: { readonly from: FieldList; readonly coding: Coding; readonly to: FieldList } | null = null

/** The fields of a compressed form; most programs use the same few lists over and over. */
function fieldsIn(fields: FieldList, coding: Coding): FieldList {
  if (last === null || last.from !== fields || last.coding !== coding)
    last = { from: fields, coding, to: compressedFields(fields, coding) }
  return last.to
}

/** Content that is not sent, with a length that nobody can tell. */
function ofUnknownLength(source: Body): Body {
  return {
    length: undefined,
    pull: () => null,
    cancel: reason => source.cancel(reason),
  }
}
