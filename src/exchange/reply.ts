// A reply: what a handler answers with, whatever the wire. Immutable, so that one reply can answer many requests.
import { FieldList } from '../http/fields.ts'
import type { Body, Content } from './body.ts'

/**
 * What a reply carries. A string is sent as UTF-8. `null` is no content at all. A `Tunnel` switches protocols: status
 * 101 or the 2xx reply to CONNECT.
 */
export type ReplyBody = string | Uint8Array | Content | Body | Tunnel | null

/** Both ways of a connection that stopped being HTTP: takes what comes in (the bytes read past the head first), gives what goes out. */
export class Tunnel {
  readonly open: (incoming: Body) => Body

  constructor(open: (incoming: Body) => Body) {
    this.open = open
  }
}

export class Reply {
  /** 200 to 599, or 101 with a tunnel. */
  readonly status: number
  readonly fields: FieldList
  readonly body: ReplyBody
  /** Fields to send after the content, asked for once it has ended (RFC 9110 section 6.5). */
  readonly trailers: (() => FieldList) | undefined

  /** @throws RangeError for a status that is no final one (RFC 9110 section 15) */
  constructor(status: number, fields: FieldList = FieldList.empty, body: ReplyBody = null, trailers?: () => FieldList) {
    if (!(Number.isInteger(status) && status >= 200 && status <= 999) && !(status === 101 && body instanceof Tunnel))
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

  /** This reply with one field set. */
  with(name: string, value: string | number): Reply {
    return this.withFields(this.fields.with(name, value))
  }
}

const TEXT = FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8' })
const HTML = FieldList.of({ 'Content-Type': 'text/html; charset=utf-8' })
const JSON_TYPE = FieldList.of({ 'Content-Type': 'application/json' })

export function text(content: string, status = 200, fields?: FieldList): Reply {
  return new Reply(status, fields ? TEXT.concat(fields) : TEXT, content)
}

export function html(content: string, status = 200, fields?: FieldList): Reply {
  return new Reply(status, fields ? HTML.concat(fields) : HTML, content)
}

export function json(value: unknown, status = 200, fields?: FieldList): Reply {
  return new Reply(status, fields ? JSON_TYPE.concat(fields) : JSON_TYPE, JSON.stringify(value))
}

/** A redirect to `location` (a URI reference, already percent-encoded). */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Reply {
  return new Reply(status, FieldList.of({ Location: location }))
}

function notFinal(status: number): RangeError {
  return new RangeError(
    `A reply's status must be a whole number from 200 to 999 (101 only with a Tunnel), not ${status}`,
  )
}
