// What the wire and the clock refuse, in the form that logs and pages show.

import type { Refusal } from '../exchange/index.ts'
import { ConnectionLost, Refused, Reply } from '../exchange/index.ts'
import type { H1Error } from '../h1/index.ts'
import { codeName, type H2Error } from '../h2/index.ts'
import { FieldList } from '../http/fields.ts'
import { excerpt } from '../http/secrets.ts'

/** What a broken rule of HTTP/1.1 looks like to users. */
export function refusalOf(error: H1Error): Refusal {
  return {
    status: error.status,
    rule: error.rule,
    section: error.section,
    detail: error.detail,
    offset: error.offset,
    excerpt: excerpt(error.around, error.before, error.offset),
  }
}

/** What a broken rule of HTTP/2 looks like to users. Most are answered with an error code instead of a status. */
export function refusalOfH2({ rule, section, detail, offset, status, code }: H2Error): Refusal {
  return status === 0
    ? { status: 400, code: codeName(code), rule, section, detail, offset }
    : { status, rule, section, detail, offset }
}

/** A request over HTTP/2 while too many that were reset are still being worked on. */
export function tooManyRunning(): Refusal {
  return {
    status: 503,
    code: 'REFUSED_STREAM',
    rule: 'too-many-running',
    section: 'RFC 9113 section 10.5',
    detail:
      'As many requests of this connection are still being worked on though they were reset as it may have streams',
  }
}

const TIMEOUT = 'RFC 9110 section 15.5.9'

/** The deadlines of a connection, by the rule that a missed one breaks. */
export const OVERDUE = {
  'head-timeout': { status: 408, section: TIMEOUT, detail: 'The request head was not complete in time' },
  'content-timeout': {
    status: 408,
    section: TIMEOUT,
    detail: 'The content came more slowly than this server waits for',
  },
  'reply-timeout': { status: 503, section: 'RFC 9110 section 15.6.4', detail: 'The program did not answer in time' },
  'write-timeout': { status: 408, section: TIMEOUT, detail: 'The client did not read its reply in time' },
  'tunnel-timeout': {
    status: 408,
    section: TIMEOUT,
    detail: 'This side of the tunnel has ended, and nothing has come from the other for too long',
  },
  'message-timeout': {
    status: 408,
    section: 'RFC 6455 section 10.4',
    detail: 'The message came more slowly than this server waits for',
  },
} as const

export type Overdue = keyof typeof OVERDUE

export function overdue(rule: Overdue): Refusal {
  return { rule, ...OVERDUE[rule] }
}

export function noReply(value: unknown): TypeError {
  return new TypeError(`A handler must answer with a Reply, such as text('…') makes, not ${describe(value)}`)
}

export function noPage(value: unknown): TypeError {
  return new TypeError(
    `The page of a refusal must be a Reply, made at once and without a tunnel, not ${value instanceof Reply ? 'a tunnel' : describe(value)}`,
  )
}

/** What a reader of content meets that goes on after the reply is complete. */
export function contentUnread(): Error {
  return new Error('The reply was complete before the content was read: the rest of it is not kept')
}

/** More waits for a WebSocket peer than may. */
export function queueFull(limit: number): Refusal {
  return {
    status: 408,
    rule: 'queue-full',
    section: 'RFC 6455 section 10.4',
    detail: `More than ${limit} bytes wait for a peer that reads its messages too slowly`,
  }
}

/** What the exchange of a WebSocket connection is aborted with when that is over. */
export function socketOver(code: number): ConnectionLost {
  return new ConnectionLost(`The WebSocket connection is over (${code})`)
}

/** What an exchange is aborted with when its connection is lost. */
export function peerGone(cause: Error | null = null): ConnectionLost {
  if (cause === null) return new ConnectionLost('The connection was closed before the exchange was complete')
  return new ConnectionLost(cause.message, { cause })
}

/** What it is aborted with when its reply would never end and the server does. */
export function serverEnds(): ConnectionLost {
  return new ConnectionLost('The server ends: this reply, which would go on for ever, is over')
}

/** What it is aborted with when its stream is. */
export function lostBy({ rule, detail }: H2Error): ConnectionLost {
  return new ConnectionLost(rule === 'peer-reset' ? 'The client has reset the stream' : detail)
}

export function noSwitch(): TypeError {
  return new TypeError(
    'A reply with a tunnel answers a request that asks for it: CONNECT with 2xx, or Upgrade with 101 and the Upgrade field that names the protocol',
  )
}

/** A reply of success, and no tunnel, to an extended CONNECT: whoever made it took that for a request like any other. */
export function notSpoken(protocol: string): Refused {
  return new Refused({
    status: 501,
    rule: 'protocol-unknown',
    section: 'RFC 9220 section 3',
    detail: `Nobody speaks ${protocol.slice(0, 40)} here: what answers would be taken for the protocol`,
  })
}

/** The reply where even making a reply failed. */
export const BARE_FAILURE: Reply = new Reply(
  500,
  FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8' }),
  '500 Internal Server Error\n',
)

function describe(value: unknown): string {
  if (value === undefined) return 'undefined (is a return missing?)'
  if (typeof value === 'object' && value !== null) return `an object of ${classOf(value)}`
  return `${typeof value} ${String(value).slice(0, 40)}`
}

/** The name of an object's class, whatever its getters do. */
function classOf(value: object): string {
  try {
    return String(value.constructor?.name ?? 'no class')
  } catch {
    return 'a class that cannot be told'
  }
}
