// Messages on their way through an application: borrowed ones, which are neither copied nor decoded unless asked for, and what a program
// may send.
import { type Backpressure, SharedMessage, type SocketLink, textOf } from '../exchange/index.ts'

/**
 * A message that a handler has borrowed (`borrow: true`): nothing of it is copied or decoded before it is asked for. Valid until the handler
 * returns, or comes to its first `await`: what it is to keep, it copies.
 */
export interface Message {
  /** Whether it is text; else it is bytes. */
  readonly isText: boolean
  /** Its length in bytes. */
  readonly size: number
  /** Its bytes, those of text in UTF-8: a view, which is overwritten after the call. @throws TypeError after that */
  readonly bytes: Uint8Array
  /** Its text, decoded each time it is asked for. @throws TypeError for a message of bytes, and after the call */
  readonly text: string
}

/** What can be sent: text, bytes, which must not change afterwards, or a message that was borrowed, as it came. */
export type Sendable = string | Uint8Array | Message

export class BorrowedMessage implements Message {
  readonly isText: boolean
  private lent: Uint8Array | null
  private readonly start: number
  private readonly end: number

  constructor(isText: boolean, bytes: Uint8Array, start: number, end: number) {
    this.isText = isText
    this.lent = bytes
    this.start = start
    this.end = end
  }

  get size(): number {
    return this.end - this.start
  }

  get bytes(): Uint8Array {
    return viewOf(this.whole, this.start, this.end)
  }

  get text(): string {
    if (!this.isText) throw noText()
    return textOf(this.whole, this.start, this.end)
  }

  /** The call is over. */
  giveBack(): void {
    this.lent = null
  }

  sendOn(link: SocketLink): Backpressure {
    return link.send(this.isText, this.whole, this.start, this.end, false)
  }

  copy(): Uint8Array {
    return copyOf(this.whole, this.start, this.end)
  }

  private get whole(): Uint8Array {
    if (this.lent === null) throw givenBack()
    return this.lent
  }
}

/** Sends whatever can be sent. @throws TypeError for anything else */
export function sendOver(link: SocketLink, message: Sendable): Backpressure {
  if (typeof message === 'string') return link.sendText(message)
  if (message instanceof BorrowedMessage) return message.sendOn(link)
  if (message instanceof Uint8Array) return link.send(false, message, 0, message.length, true)
  throw noMessage(message)
}

/** The message for many. @throws TypeError for what cannot be sent */
export function shared(message: Sendable): SharedMessage {
  if (typeof message === 'string') return new SharedMessage(true, encoder.encode(message))
  if (message instanceof BorrowedMessage) return new SharedMessage(message.isText, message.copy())
  if (message instanceof Uint8Array) return new SharedMessage(false, message)
  throw noMessage(message)
}

/** @throws TypeError for what JSON cannot say */
export function jsonText(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw notJson(value)
  return text
}

/** A view that is a Uint8Array and nothing else: of a Buffer, `slice` would be a view too, where a program means a copy. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
}

/** Up to here V8 keeps bytes on its heap, and copying them one by one costs less than the view that copying at once takes. */
const SHORT = 64

/** Bytes in memory of their own. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const size = end - start
  if (size > SHORT) return viewOf(bytes, start, end).slice()
  const copy = new Uint8Array(size)
  for (let i = 0; i < size; i++) copy[i] = bytes[start + i]
  return copy
}

const encoder = new TextEncoder()

function noMessage(value: unknown): TypeError {
  const what =
    value === null || value === undefined
      ? String(value)
      : typeof value === 'object'
        ? `a value of the class ${value.constructor?.name || 'without a name'}`
        : `a ${typeof value}`
  const hint =
    value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? 'new Uint8Array(…) makes one of it'
      : 'sendJson(…) sends any value'
  return new TypeError(`send(…) takes a string or a Uint8Array, not ${what}: ${hint}`)
}

function notJson(value: unknown): TypeError {
  return new TypeError(`JSON has no word for ${value === undefined ? 'undefined' : `a ${typeof value}`}; null is one`)
}

function noText(): TypeError {
  return new TypeError('This message is no text but bytes: isText tells')
}

function givenBack(): TypeError {
  return new TypeError(
    'This message was borrowed, and its handler has returned or waited since: copy what is to be kept, as message.text or message.bytes.slice()',
  )
}
