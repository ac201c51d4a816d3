// A reply: what a handler answers with, whatever the wire. Immutable, so that one reply can answer many requests.
import { FieldList, type FieldsGiven } from '../http/fields.ts'
import type { Body, Content } from './body.ts'

/**
 * What a reply carries. A string is sent as UTF-8. `null` is no content at all. A `Tunnel` switches protocols: status
 * 101 or the 2xx reply to CONNECT.
 */
export type ReplyBody = string | Uint8Array | Content | Body | Tunnel | null

/** Both ways of a connection that stopped being HTTP: takes what comes in (the bytes read past the head first), gives what goes out. */
export class Tunnel {
  readonly open: (incoming: Body) => Body

  /** @param open called once when the head has been sent; what it gives is sent until it ends */
  constructor(open: (incoming: Body) => Body) {
    this.open = open
  }
}

/** A final response (RFC 9110 section 15). What frames it on the wire is written by the wire: such fields are left out. */
export class Reply {
  /** 200 to 599, or 101 with a tunnel. */
  readonly status: number
  readonly fields: FieldList
  /** The content. None is sent in answer to HEAD, nor with 204, 205 and 304. */
  readonly body: ReplyBody
  /** Fields to send after the content, asked for once it has ended (RFC 9110 section 6.5). */
  readonly trailers: (() => FieldList) | undefined

  /** @throws RangeError for a status that is no final one (RFC 9110 section 15) */
  constructor(status: number, fields: FieldList = FieldList.empty, body: ReplyBody = null, trailers?: () => FieldList) {
    if (!(Number.isInteger(status) && status >= 200 && status <= 599) && !(status === 101 && body instanceof Tunnel))
      throw notFinal(status)
    this.status = status
    this.fields = fields
    this.body = body
    this.trailers = trailers
  }

  /** This reply with other fields. */
  withFields(fields: FieldList): Reply {
    return new Reply(this.status, fields, this.body, this.trailers)
  }

  /** This reply with other trailers: asked for when the content has ended (RFC 9110 section 6.5). */
  withTrailers(trailers: () => FieldList): Reply {
    return new Reply(this.status, this.fields, this.body, trailers)
  }

  /** This reply with other content. */
  withBody(body: ReplyBody): Reply {
    return new Reply(this.status, this.fields, body, this.trailers)
  }

  /** This reply with one field set. */
  with(name: string, value: string | number): Reply {
    return this.withFields(this.fields.with(name, value))
  }
}

const TEXT = FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8' })
const HTML = FieldList.of({ 'Content-Type': 'text/html; charset=utf-8' })
const BYTES = FieldList.of({ 'Content-Type': 'application/octet-stream' })
const JSON_TYPE = FieldList.of({ 'Content-Type': 'application/json' })

/** Text, as UTF-8. The fields may bring a Content-Type of their own. @throws RangeError for a status that is no final one */
export function text(content: string, status = 200, fields?: FieldsGiven): Reply {
  return new Reply(status, typed(TEXT, fields), content)
}

/** A page, as UTF-8: nothing in it is escaped here. Otherwise as `text`. */
export function html(content: string, status = 200, fields?: FieldsGiven): Reply {
  return new Reply(status, typed(HTML, fields), content)
}

/** Bytes as they are. Otherwise as `text`. */
export function bytes(content: Uint8Array, status = 200, fields?: FieldsGiven): Reply {
  return new Reply(status, typed(BYTES, fields), content)
}

/** No content. Otherwise as `text`. */
export function empty(status = 204, fields?: FieldsGiven): Reply {
  return new Reply(status, fields === undefined ? FieldList.empty : FieldList.of(fields))
}

/**
 * A value as JSON (RFC 8259). Otherwise as `text`.
 * @throws TypeError for what JSON cannot say: undefined, a function, a bigint, an object that holds itself
 */
export function json(value: unknown, status = 200, fields?: FieldsGiven): Reply {
  const content: string | undefined = JSON.stringify(value)
  if (content === undefined) throw notJson(value)
  return new Reply(status, typed(JSON_TYPE, fields), content)
}

/**
 * A redirect (RFC 9110 section 15.4).
 * @param location a URI reference, already percent-encoded. What a client chose must not decide its host.
 * @throws FieldError for a location that cannot be sent
 */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Reply {
  return new Reply(status, FieldList.of({ Location: location }))
}

/** The fields with a Content-Type: their own, if they have one. */
function typed(type: FieldList, given: FieldsGiven | undefined): FieldList {
  if (given === undefined) return type
  const fields = FieldList.of(given)
  return fields.has('Content-Type') ? fields : type.concat(fields)
}

function notJson(value: unknown): TypeError {
  return new TypeError(`JSON has no word for ${value === undefined ? 'undefined' : `a ${typeof value}`}; null is one`)
}

function notFinal(status: number): RangeError {
  return new RangeError(
    `A reply's status must be a whole number from 200 to 599 (101 only with a Tunnel), not ${status}`,
  )
}
