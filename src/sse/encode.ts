// How events are written (WHATWG HTML section 9.2.6). Its law: what is written is read as it was meant, by every reader that keeps to the
// standard; what cannot be is an error, and nothing of it is written.
import { utf8Bytes } from '../bytes/text.ts'

/** One event of a stream. */
export interface ServerSentEvent {
  /** Text as it is; anything else as JSON. Clients are told of events with data only. */
  readonly data?: unknown
  /** The event's type, which a page listens to: `message` where none is named. */
  readonly event?: string
  /** What the client sends as `Last-Event-ID` when it comes back. It remembers the id of an event without data, too. */
  readonly id?: string | number
  /** Milliseconds after which the client comes back once it has lost the stream. */
  readonly retry?: number
  /** A note that clients pass over. */
  readonly comment?: string
}

/**
 * An event as bytes. Lone surrogates in data and comments become U+FFFD; a line of data may end in CR, LF or CRLF, and is read with LF.
 * @throws TypeError for an event that no client would be told of as it is meant: with a line break in its type or id, with data that
 *   JSON cannot say, with a type and no data, or with nothing in it
 * @throws RangeError for a retry that is no whole number
 */
export function encodeEvent(event: ServerSentEvent): Uint8Array {
  return utf8Bytes(textOf(event))
}

function textOf(given: ServerSentEvent): string {
  const { comment, event, id, retry, data } = given
  let text = comment === undefined ? '' : linesOf(': ', comment)
  if (event !== undefined) text += `event: ${typeIn(event)}\n`
  if (id !== undefined) text += `id: ${idIn(id)}\n`
  if (retry !== undefined) text += `retry: ${retryIn(retry)}\n`
  if ('data' in given) text += linesOf('data: ', dataIn(data))
  else if (event !== undefined) throw noData(event)
  if (text === '') throw nothingGiven()
  return `${text}\n`
}

/** Each line of the text behind a field's name. */
function linesOf(name: string, text: string): string {
  if (!BREAKS.test(text)) return `${name}${text}\n`
  return text
    .split(LINE_END)
    .map(line => `${name}${line}\n`)
    .join('')
}

const BREAKS = /[\r\n]/
const LINE_END = /\r\n|\r|\n/

function typeIn(event: unknown): string {
  if (typeof event !== 'string') throw noText('type', event)
  if (BREAKS.test(event)) throw holds('type', event, 'a line break')
  if (!isWellFormed(event)) throw holds('type', event, 'a lone surrogate, which UTF-8 cannot say')
  return event
}

function idIn(id: unknown): string {
  if (typeof id === 'number' && Number.isFinite(id)) return String(id)
  if (typeof id !== 'string') throw noText('id', id)
  if (BREAKS.test(id)) throw holds('id', id, 'a line break')
  if (id.includes('\0')) throw holds('id', id, 'NUL: clients ignore such ids')
  if (!isWellFormed(id)) throw holds('id', id, 'a lone surrogate, which UTF-8 cannot say')
  return id
}

function retryIn(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0) throw notMilliseconds(retry)
  return retry
}

function dataIn(data: unknown): string {
  if (typeof data === 'string') return data
  const text: string | undefined = JSON.stringify(data)
  if (text === undefined) throw notJson(data)
  return text
}

/** Whether the text has no half of a character beyond U+FFFF that stands alone. */
function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

const LONE_SURROGATE = /\p{Surrogate}/u

function noText(what: string, value: unknown): TypeError {
  const numbers = what === 'id' ? ' or a finite number' : ''
  return new TypeError(
    `An event's ${what} must be text${numbers}, not ${typeof value === 'object' ? 'an object' : String(value)}`,
  )
}

function holds(what: string, value: string, found: string): TypeError {
  return new TypeError(`An event's ${what} must not hold ${found}: ${JSON.stringify(value.slice(0, 100))}`)
}

function notMilliseconds(retry: unknown): RangeError {
  return new RangeError(`An event's retry is a whole number of milliseconds from 0 on, not ${String(retry)}`)
}

function notJson(data: unknown): TypeError {
  return new TypeError(
    `An event's data must be text or what JSON can say, not ${data === undefined ? 'undefined' : `a ${typeof data}`}; null is a value`,
  )
}

function noData(event: unknown): TypeError {
  return new TypeError(
    `Clients are not told of an event without data: give ${JSON.stringify(event)} some, be it the empty text`,
  )
}

function nothingGiven(): TypeError {
  return new TypeError('An event needs data, or at least an id, a retry or a comment')
}
