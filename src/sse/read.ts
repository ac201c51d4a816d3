// How events are read (WHATWG HTML section 9.2.6): bytes in, in pieces of any size, and events out. Lines are told apart as bytes, since
// neither CR nor LF can be part of another character in UTF-8, and each is decoded when it is complete.
import { HeldBytes } from '../bytes/held-bytes.ts'

/** An event as a client is told of it. */
export interface ReceivedEvent {
  /** Its type: `message` where none was named. */
  readonly type: string
  /** Its lines, joined by LF. */
  readonly data: string
  /** The last id that came, with this event or one before it. */
  readonly lastEventId: string
}

/** Bounds of what is read, and where the stream goes on. */
export interface EventReaderOptions {
  /** The most bytes that a line, and the data of an event together, may have: 1 MB unless said. */
  readonly limit?: number
  /** The id that the stream was asked to go on after. */
  readonly lastEventId?: string
}

/** An event, or one line, that is longer than the reader allows. */
export class EventTooLarge extends RangeError {
  override name = 'EventTooLarge'
}

const CR = 13
const LF = 10
const BYTE_ORDER_MARK = '\uFEFF'
const MEGABYTE = 1024 * 1024

/** Reads one stream of events. What has come of an event when the stream ends is never told, as the standard asks. */
export class EventReader {
  /** The last id that came: what to ask for as `Last-Event-ID` when coming back. */
  lastEventId: string
  /** The last `retry` that came, in milliseconds; undefined before the first. */
  retry: number | undefined = undefined

  private readonly tell: (event: ReceivedEvent) => void
  private readonly limit: number
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** The line that is not complete yet. */
  private line: HeldBytes | null = null
  private first = true
  /** A LF that comes next belongs to the CR before it. */
  private afterCR = false
  private type = ''
  private data: string[] = []
  private dataSize = 0
  private id: string

  /** @param tell is given each event as soon as it is complete */
  constructor(tell: (event: ReceivedEvent) => void, { limit = MEGABYTE, lastEventId = '' }: EventReaderOptions = {}) {
    this.tell = tell
    this.limit = limit
    this.lastEventId = lastEventId
    this.id = lastEventId
  }

  /** Bytes that are held because their event is not complete. */
  get heldBytes(): number {
    return (this.line?.size ?? 0) + this.dataSize
  }

  /**
   * Takes the bytes from `start` to `end`; they are not kept.
   * @throws EventTooLarge for more than is allowed: the stream cannot be read on
   */
  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    let from = start
    if (this.afterCR && from < end) {
      this.afterCR = false
      if (bytes[from] === LF) from++
    }
    for (let at = from; at < end; at++) {
      const byte = bytes[at]
      if (byte !== LF && byte !== CR) continue
      this.endLine(bytes, from, at)
      if (byte === CR) {
        if (at + 1 === end) this.afterCR = true
        else if (bytes[at + 1] === LF) at++
      }
      from = at + 1
    }
    if (from === end) return
    this.line ??= new HeldBytes()
    this.allow(this.line.size + end - from)
    this.line.add(bytes, from, end)
  }

  private endLine(bytes: Uint8Array, start: number, end: number): void {
    const held = this.line
    this.line = null
    this.allow((held?.size ?? 0) + end - start)
    if (held !== null) held.add(bytes, start, end)
    let text = this.decoder.decode(held === null ? bytes.subarray(start, end) : held.bytes.subarray(0, held.size))
    if (this.first) {
      this.first = false
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1)
    }
    if (text === '') this.dispatch()
    else this.take(text)
  }

  /** One line that is not empty. */
  private take(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      this.dataSize += value.length + 1
      this.allow(this.dataSize)
      this.data.push(value)
    } else if (field === 'event') this.type = value
    else if (field === 'id') {
      if (!value.includes('\0')) this.id = value
    } else if (field === 'retry' && ONLY_DIGITS.test(value)) {
      this.retry = Math.min(Number(value), Number.MAX_SAFE_INTEGER)
    }
  }

  private dispatch(): void {
    this.lastEventId = this.id
    const { data, type } = this
    this.type = ''
    if (data.length === 0) return
    this.data = []
    this.dataSize = 0
    this.tell({ type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId: this.id })
  }

  private allow(size: number): void {
    if (size > this.limit) throw tooLarge(this.limit)
  }
}

const ONLY_DIGITS = /^[0-9]+$/

function tooLarge(limit: number): EventTooLarge {
  return new EventTooLarge(`An event is larger than ${limit} bytes`)
}
