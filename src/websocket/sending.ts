// What goes out on a WebSocket connection, in either role: messages, pings, and the close frame, after which there are no more
// messages. A large message that is compressed is made slice by slice as fragments (RFC 6455 section 5.4), with control
// frames between them; whatever is sent after it waits for its turn.
import { ByteOutput, SMALL_BLOCK } from '../bytes/byte-output.ts'
import { copyOf } from '../bytes/copy.ts'
import { putLatin1, putUtf8, utf8Bytes, utf8Length } from '../bytes/text.ts'
import { CODES, isSendableCode } from './errors.ts'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  MASKED,
  MOST_CONTROL,
  MOST_HEAD,
  PING,
  PONG,
  putHead,
  RSV1,
  TEXT,
} from './frames.ts'
import { mask } from './mask.ts'
import type { MessageCodec } from './message-codec.ts'
import { type Shareable, type SharedFrame, sharedFrame } from './shared-frames.ts'
import { after, type ConnectionState, OPEN } from './states.ts'

/** Payloads up to this size are copied behind their heads: cheaper than a piece of its own in the write. */
const COPIED = 16 * 1024

/** What is compressed in one go: at most 2 ms of the thread (bench/micro/websocket-deflate.ts). */
const SLICE = 32 * 1024

/** A reason goes behind a code of two bytes (RFC 6455 section 5.5.1). */
const MOST_REASON = MOST_CONTROL - 2

const NOTHING = new Uint8Array(0)
/** Text that is to be compressed: used up before anything else is done. */
const encoded = new Uint8Array(64 * 1024)

/** Text of so many UTF-16 units fits in there, whatever they are. */
const MOST_ENCODED = Math.floor(encoded.length / 3)

/** Outputs that nobody uses. */
const spare: ByteOutput[] = []
const MOST_SPARE = 1024

/** Makes masking keys: 32 bits that nobody can guess (RFC 6455 section 5.3). */
export type MaskKeys = () => number

/** The half of a connection that sends. */
export abstract class SendingSide {
  /** Where the connection is between open and closed (states.ts). */
  protected state: ConnectionState = OPEN
  /** Payload that is neither in the output nor gone, since it is to be compressed or stands behind what is: bytes. */
  pendingBytes = 0
  protected readonly codec: MessageCodec | null
  private readonly maskKeys: MaskKeys | null
  private borrowed: ByteOutput | null = null
  /** In order; null where nothing is pending, which is the usual case. */
  private pending: Pending[] | null = null

  constructor(codec: MessageCodec | null, maskKeys: MaskKeys | null) {
    this.codec = codec
    this.maskKeys = maskKeys
  }

  /** Our close frame has been sent, behind what is pending, or the connection is over without one: no message can be sent any more. */
  get closeSent(): boolean {
    return this.state !== OPEN
  }

  /** What is ready to be written. It is borrowed, since most connections have nothing to write most of the time. */
  get output(): ByteOutput {
    this.borrowed ??= spare.pop() ?? new ByteOutput(SMALL_BLOCK)
    return this.borrowed
  }

  /** permessage-deflate has been agreed on. */
  get compresses(): boolean {
    return this.codec !== null
  }

  /** Bytes that are ready to be written. */
  get outputSize(): number {
    return this.borrowed === null ? 0 : this.borrowed.size
  }

  /** All that was ready has been written: the output is there for others. */
  releaseOutput(): void {
    const { borrowed } = this
    if (borrowed === null || borrowed.size > 0) return
    this.borrowed = null
    if (spare.length < MOST_SPARE) spare.push(borrowed)
  }

  /**
   * Sends a message. Nothing is sent once the close frame has been.
   * @param owned the bytes will not change: large ones are not copied
   */
  sendMessage(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    if (this.closeSent) return
    if (this.pending !== null || (this.codec !== null && end - start > SLICE)) {
      const own = owned ? bytes.subarray(start, end) : copyOf(bytes, start, end)
      this.postpone({ kind: 'message', text, bytes: own, at: 0, begun: false })
    } else this.putMessage(text, bytes, start, end, owned)
  }

  /** Sends text. What is no part of a character becomes U+FFFD. */
  sendText(text: string): void {
    if (this.closeSent) return
    const { length } = text
    if (length > MOST_ENCODED || this.pending !== null) {
      const bytes = utf8Bytes(text)
      this.sendMessage(true, bytes, 0, bytes.length, true)
    } else if (this.codec === null) this.putText(text)
    else this.putMessage(true, encoded, 0, putUtf8(encoded, 0, text), false)
  }

  /** Sends a message that many get: its frame is made once for all of them. */
  sendShared(message: Shareable): void {
    if (this.closeSent) return
    if (this.maskKeys !== null) this.sendMessage(message.text, message.bytes, 0, message.bytes.length, true)
    else {
      const frame = sharedFrame(message, this.codec)
      if (this.pending !== null) this.postpone({ kind: 'shared', frame })
      else this.putShared(frame)
    }
  }

  /** Sends a ping. Nothing is sent once the close frame has been. @throws RangeError for a payload of more than 125 bytes */
  ping(payload: Uint8Array): void {
    if (payload.length > MOST_CONTROL) throw tooLong(payload.length)
    if (!this.closeSent) this.putFrame(FIN | PING, payload, 0, payload.length, false)
  }

  /**
   * Sends the close frame, behind what is pending. No message is sent afterwards.
   * @param code 1000 to 1014 but for those that stand for something that is never sent, 3000 to 4999; 1005 for a frame without a code
   * @param reason at most 123 bytes of UTF-8
   * @throws RangeError for a code that must not be sent, a reason that is too long, or one without a code
   * @throws TypeError for a code that is no number, or a reason that is no string
   */
  close(code: number, reason = ''): void {
    const payload = closePayload(code, reason)
    if (this.closeSent) return
    this.state = after('close-sent', this.state)
    if (this.pending !== null) this.postpone({ kind: 'close', payload })
    else this.putClose(payload)
  }

  /**
   * Makes more of what is pending: some 32 KB of payload, which takes at most 2 ms of the thread. To be called when the output has
   * been taken, in a turn of its own, as long as `pendingBytes` is above 0.
   */
  produce(): void {
    const { pending } = this
    if (pending === null) return
    let room = SLICE
    while (pending.length > 0 && (room > 0 || sizeOf(pending[0]) === 0)) {
      const [next] = pending
      const size = sizeOf(next)
      const over = this.putPending(next)
      const made = over ? size : size - sizeOf(next)
      this.pendingBytes -= made
      room -= made
      if (over) pending.shift()
    }
    if (pending.length === 0) this.pending = null
  }

  /** The connection is gone: lets go of what it holds. Nothing of it may be used afterwards. */
  letGo(): void {
    this.state = after('ended', this.state)
    this.dropPending()
    this.codec?.close()
  }

  /** What is pending is not sent, but for the close frame: a message may be broken off between two fragments where only that follows. */
  protected dropPending(): void {
    const last = this.pending?.at(-1)
    this.pending = null
    this.pendingBytes = 0
    if (last?.kind === 'close') this.putClose(last.payload)
  }

  /** Answers a ping: also behind our close frame, as long as the peer's has not come (RFC 6455 section 5.5.2). */
  protected pong(bytes: Uint8Array, start: number, end: number): void {
    this.putFrame(FIN | PONG, bytes, start, end, false)
  }

  // --- What is pending ---

  private postpone(what: Pending): void {
    this.pendingBytes += sizeOf(what)
    if (this.pending === null) {
      this.pending = [what]
      this.produce()
    } else this.pending.push(what)
  }

  /** Puts out the next of something that is pending. @returns whether that was all of it */
  private putPending(what: Pending): boolean {
    if (what.kind === 'shared') this.putShared(what.frame)
    else if (what.kind === 'close') this.putClose(what.payload)
    else return this.putSlice(what)
    return true
  }

  private putSlice(message: PendingMessage): boolean {
    const { codec } = this
    const { text, bytes, at } = message
    const end = Math.min(bytes.length, at + SLICE)
    const last = end === bytes.length
    message.at = end
    if (codec === null || (last && at === 0)) {
      this.putMessage(text, bytes, 0, bytes.length, true)
      return true
    }
    const made = codec.deflateSlice(bytes, at, end, at === 0, last)
    if (made === null) {
      message.at = bytes.length
      this.putFrame(FIN | opcodeOf(text), bytes, 0, bytes.length, true)
      return true
    }
    if (made.length > 0 || last) {
      const first = message.begun ? CONTINUATION : RSV1 | opcodeOf(text)
      message.begun = true
      this.putFrame(last ? FIN | first : first, made, 0, made.length, false)
    }
    return last
  }

  // --- Frames ---

  private putMessage(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    const first = FIN | opcodeOf(text)
    const compressed = this.codec === null ? null : this.codec.deflate(bytes, start, end)
    if (compressed !== null) this.putFrame(first | RSV1, compressed, 0, compressed.length, false)
    else this.putFrame(first, bytes, start, end, owned)
  }

  /** Text as it is, written where it goes: there are no bytes in between. */
  private putText(text: string): void {
    const { output } = this
    const length = utf8Length(text)
    output.reserve(MOST_HEAD + length)
    const key = this.putHead(FIN | TEXT, length)
    const payload = output.at
    if (length === text.length) putLatin1(output.bytes, payload, text)
    else putUtf8(output.bytes, payload, text)
    output.at = payload + length
    if (this.maskKeys !== null) mask(output.bytes, payload, output.at, key, 0)
  }

  private putShared({ bytes, compressed }: SharedFrame): void {
    if (compressed) this.codec!.forget()
    const { output } = this
    // A frame that goes out alone is lent. Behind others a small one is copied, since each piece has its price.
    if (bytes.length > COPIED || output.size === 0) output.lend(bytes)
    else output.copy(bytes, 0, bytes.length)
  }

  private putClose(payload: Uint8Array): void {
    this.putFrame(FIN | CLOSE, payload, 0, payload.length, false)
  }

  private putFrame(first: number, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    const { output } = this
    const length = end - start
    const lent = owned && this.maskKeys === null && length > COPIED
    output.reserve(MOST_HEAD + (lent ? 0 : length))
    const key = this.putHead(first, length)
    if (lent) output.lend(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
    else {
      const payload = output.at
      output.copy(bytes, start, end)
      if (this.maskKeys !== null) mask(output.bytes, payload, output.at, key, 0)
    }
  }

  /** Room must be reserved. @returns the masking key; 0 where there is none */
  private putHead(first: number, length: number): number {
    const { output, maskKeys } = this
    putHead(output, first, maskKeys === null ? 0 : MASKED, length)
    if (maskKeys === null) return 0
    const key = maskKeys()
    for (let shift = 24; shift >= 0; shift -= 8) output.bytes[output.at++] = key >>> shift
    return key
  }
}

/** What waits for its turn. */
type Pending =
  | PendingMessage
  | { readonly kind: 'shared'; readonly frame: SharedFrame }
  | { readonly kind: 'close'; readonly payload: Uint8Array }

interface PendingMessage {
  readonly kind: 'message'
  readonly text: boolean
  readonly bytes: Uint8Array
  /** Where it goes on. */
  at: number
  /** Its first frame is in the output. */
  begun: boolean
}

function sizeOf(what: Pending): number {
  if (what.kind === 'message') return what.bytes.length - what.at
  return what.kind === 'shared' ? what.frame.bytes.length : 0
}

function opcodeOf(text: boolean): number {
  return text ? TEXT : BINARY
}

function closePayload(code: number, reason: string): Uint8Array {
  if (typeof code !== 'number') throw notACode(code)
  if (typeof reason !== 'string') throw notAReason(reason)
  if (code === CODES.NO_STATUS) {
    if (reason !== '') throw reasonAlone()
    return NOTHING
  }
  if (!isSendableCode(code)) throw notSendable(code)
  const text = utf8Bytes(reason)
  if (text.length > MOST_REASON) throw reasonTooLong(text.length)
  const payload = new Uint8Array(2 + text.length)
  payload[0] = code >>> 8
  payload[1] = code
  payload.set(text, 2)
  return payload
}

function tooLong(length: number): RangeError {
  return new RangeError(`A ping has a payload of 125 bytes at most, not ${length} (RFC 6455 section 5.5)`)
}

function reasonTooLong(length: number): RangeError {
  return new RangeError(
    `The reason of a close frame has 123 bytes of UTF-8 at most, not ${length} (RFC 6455 section 5.5)`,
  )
}

function reasonAlone(): RangeError {
  return new RangeError('A close frame without a code (1005) has no reason either (RFC 6455 section 5.5.1)')
}

function notSendable(code: number): RangeError {
  return new RangeError(
    `${code} cannot be sent as a close code: 1000 to 1014 but for 1004 to 1006, and 3000 to 4999 can (RFC 6455 section 7.4)`,
  )
}

function notACode(code: unknown): TypeError {
  return new TypeError(`A close code is a number, not ${code === null ? 'null' : typeof code}`)
}

function notAReason(reason: unknown): TypeError {
  return new TypeError(`The reason of a close frame is a string, not ${reason === null ? 'null' : typeof reason}`)
}
