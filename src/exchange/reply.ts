// A reply: what a handler answers with, whatever the wire. Immutable, so that one reply can answer many requests.
import { FieldList, type FieldsGiven } from '../http/fields.ts'
import type { Body, Content } from './body.ts'
import { externalLocation, RedirectError, siteLocation } from './location.ts'
import { type StreamSource, streamBody } from './stream.ts'

/**
 * What a reply carries. A string is sent as UTF-8. `null` is no content at all. A `Tunnel` switches protocols: status
 * 101 or the 2xx reply to CONNECT.
 */
export type ReplyBody = string | Uint8Array | Content | Body | Tunnel | null

/** Both ways of a connection that stopped being HTTP: takes what comes in (the bytes read past the head first), gives what goes out. */
export class Tunnel {
  /** Begins it: given what comes in, gives what goes out. */
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
  /** The fields, without those that frame the reply on its wire. */
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

  /**
   * This reply with other trailers (RFC 9110 section 6.5). A function is asked for them when the content has ended, so that they can tell
   * of it; the reply breaks off where it throws or gives what cannot be sent.
   * @throws FieldError for trailers that cannot be sent
   */
  withTrailers(trailers: FieldsGiven | (() => FieldsGiven)): Reply {
    if (typeof trailers === 'function') return this.ending(() => FieldList.of(trailers()))
    const fields = FieldList.of(trailers)
    return this.ending(() => fields)
  }

  /** This reply with other content. */
  withBody(body: ReplyBody): Reply {
    return new Reply(this.status, this.fields, body, this.trailers)
  }

  /** This reply with one field set. */
  with(name: string, value: string | number): Reply {
    return this.withFields(this.fields.with(name, value))
  }

  private ending(trailers: () => FieldList): Reply {
    return new Reply(this.status, this.fields, this.body, trailers)
  }
}

const TEXT = FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8' })
const HTML = FieldList.of({ 'Content-Type': 'text/html; charset=utf-8' })
const BYTES = FieldList.of({ 'Content-Type': 'application/octet-stream' })
const JSON_TYPE = FieldList.of({ 'Content-Type': 'application/json' })

/**
 * Text, as UTF-8. The fields may bring a Content-Type of their own.
 * @throws RangeError for a status that is no final one, FieldError for a field that cannot be sent
 */
export function text(content: string, status = 200, fields?: FieldsGiven): Reply {
  if (typeof content !== 'string') throw noContent('text', 'a string', content)
  return new Reply(status, typed(TEXT, fields), content)
}

/** A page, as UTF-8: nothing in it is escaped here. Otherwise as `text`. */
export function html(content: string, status = 200, fields?: FieldsGiven): Reply {
  if (typeof content !== 'string') throw noContent('html', 'a string', content)
  return new Reply(status, typed(HTML, fields), content)
}

/** Bytes as they are, which are not to be changed afterwards. Otherwise as `text`. */
export function bytes(content: Uint8Array, status = 200, fields?: FieldsGiven): Reply {
  if (!(content instanceof Uint8Array)) throw noContent('bytes', 'a Uint8Array', content)
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
 * Content that is made as it is sent: what an iterable or a Web `ReadableStream` yields, or what a function writes. A client that reads
 * slowly stops the source, one that goes away ends it: a generator's `finally` runs, a stream is cancelled, the signal given to
 * the function aborts. Otherwise as `bytes`: say what it is with a Content-Type.
 * @throws TypeError for what is no source. What the source throws later breaks the reply off.
 */
export function stream(source: StreamSource, status = 200, fields?: FieldsGiven): Reply {
  return new Reply(status, typed(BYTES, fields), streamBody(source))
}

/** The statuses of a redirect: 303 turns every request into a GET, 307 and 308 keep the method, 301 and 308 are remembered. */
export type RedirectStatus = 301 | 302 | 303 | 307 | 308

/**
 * A redirect within this site (RFC 9110 section 15.4): to a path (`/todos`), a path relative to the one asked for (`../`), or a
 * query (`?page=2`). What a URI has no place for is percent-encoded; escapes stay as they are. Paths are those that clients see: a mounted
 * handler puts `exchange.base` before its own.
 * @throws RedirectError for what a browser could take to another site; `externalRedirect` leads there
 */
export function redirect(location: string, status: RedirectStatus = 302, fields?: FieldsGiven): Reply {
  return redirectTo(siteLocation(location), status, fields)
}

/**
 * A redirect to any site. Who lets a client choose the URL has made an open redirect.
 * @param url an absolute http or https URL
 * @throws RedirectError for anything else
 */
export function externalRedirect(url: string | URL, status: RedirectStatus = 302, fields?: FieldsGiven): Reply {
  return redirectTo(externalLocation(url), status, fields)
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308] satisfies RedirectStatus[])

function redirectTo(location: string, status: number, fields: FieldsGiven | undefined): Reply {
  if (!REDIRECTS.has(status)) throw noRedirect(status)
  const to = FieldList.of({ Location: location })
  return new Reply(status, fields === undefined ? to : to.concat(FieldList.of(fields).without('Location')))
}

/** The fields with a Content-Type: their own, if they have one. */
function typed(type: FieldList, given: FieldsGiven | undefined): FieldList {
  if (given === undefined) return type
  const fields = FieldList.of(given)
  return fields.has('Content-Type') ? fields : type.concat(fields)
}

function noContent(maker: string, wanted: string, given: unknown): TypeError {
  const what = given === null || given === undefined ? String(given) : `a value of type ${typeof given}`
  return new TypeError(`${maker}(…) takes ${wanted}, not ${what}; json(…) sends any value`)
}

function noRedirect(status: number): RedirectError {
  return new RedirectError(`A redirect's status is 301, 302, 303, 307 or 308, not ${status}`)
}

function notJson(value: unknown): TypeError {
  return new TypeError(`JSON has no word for ${value === undefined ? 'undefined' : `a ${typeof value}`}; null is one`)
}

function notFinal(status: number): RangeError {
  return new RangeError(
    `A reply's status must be a whole number from 200 to 599 (101 only with a Tunnel), not ${status}`,
  )
}
