// What goes out on a WebSocket connection: messages, pings, and the close frame, after which there is nothing more.
import { ByteOutput } from '../bytes/byte-output.ts'
import { utf8Bytes } from '../bytes/text.ts'
import { broken, CODES, isSendableCode, type RuleName, type WebSocketError } from './errors.ts'
import { BINARY, CLOSE, FIN, MASKED, MOST_CONTROL, MOST_HEAD, PING, PONG, putHead, RSV1, TEXT } from './frames.ts'
import { mask } from './mask.ts'
import type { MessageCodec } from './message-codec.ts'

/** Payloads up to this size are copied behind their heads: cheaper than a piece of its own in the write. */
const COPIED = 16 * 1024

/** Makes masking keys: 32 bits that nobody can guess (RFC 6455 section 5.3). */
export type MaskKeys = () => number

export abstract class SendingSide {
  /** What is ready to be written. */
  readonly output = new ByteOutput()
  /** Our close frame is in the output: nothing more may be sent. */
  closeSent = false
  protected readonly codec: MessageCodec | null
  private readonly maskKeys: MaskKeys | null

  constructor(codec: MessageCodec | null, maskKeys: MaskKeys | null) {
    this.codec = codec
    this.maskKeys = maskKeys
  }

  /**
   * Sends a message. Nothing is sent once the close frame has been.
   * @param owned the bytes will not change: large ones are lent to the output
   */
  sendMessage(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    if (this.closeSent) return
    const first = FIN | (text ? TEXT : BINARY)
    const compressed = this.codec === null ? null : this.codec.deflate(bytes, start, end)
    if (compressed !== null) this.putFrame(first | RSV1, compressed, 0, compressed.length, false)
    else this.putFrame(first, bytes, start, end, owned)
  }

  /** Sends text. */
  sendText(text: string): void {
    const bytes = utf8Bytes(text)
    this.sendMessage(true, bytes, 0, bytes.length, true)
  }

  /** Sends a frame that was made before, whole. */
  sendFrame(frame: Uint8Array): void {
    if (!this.closeSent) this.output.lend(frame)
  }

  /** @throws RangeError for a payload of more than 125 bytes */
  ping(payload: Uint8Array): void {
    if (payload.length > MOST_CONTROL) throw tooLong(payload.length)
    if (!this.closeSent) this.putFrame(FIN | PING, payload, 0, payload.length, false)
  }

  /**
   * Sends the close frame, after which nothing more is sent.
   * @param code 1005 for a frame without a code
   * @throws RangeError for a code that must not be sent, or a reason of more than 123 bytes
   */
  close(code: number, reason = ''): void {
    if (this.closeSent) return
    if (code !== CODES.NO_STATUS && !isSendableCode(code)) throw notSendable(code)
    const text = utf8Bytes(reason)
    if (text.length > MOST_CONTROL - 2) throw tooLong(text.length)
    const payload = new Uint8Array(code === CODES.NO_STATUS ? 0 : 2 + text.length)
    if (payload.length > 0) {
      payload[0] = code >>> 8
      payload[1] = code
      payload.set(text, 2)
    }
    this.putFrame(FIN | CLOSE, payload, 0, payload.length, false)
    this.closeSent = true
  }

  protected pong(bytes: Uint8Array, start: number, end: number): void {
    if (!this.closeSent) this.putFrame(FIN | PONG, bytes, start, end, false)
  }

  protected failWith(name: RuleName): WebSocketError {
    const error = broken(name)
    this.close(error.code, error.rule)
    return error
  }

  private putFrame(first: number, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    const { output, maskKeys } = this
    const length = end - start
    const lent = owned && maskKeys === null && length > COPIED
    output.reserve(MOST_HEAD + (lent ? 0 : length))
    putHead(output, first, maskKeys === null ? 0 : MASKED, length)
    if (maskKeys !== null) {
      const key = maskKeys()
      for (let shift = 24; shift >= 0; shift -= 8) output.bytes[output.at++] = key >>> shift
      const at = output.at
      output.copy(bytes, start, end)
      mask(output.bytes, at, output.at, key, 0)
    } else if (lent) output.lend(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
    else output.copy(bytes, start, end)
  }
}

function tooLong(length: number): RangeError {
  return new RangeError(
    `A control frame has a payload of 125 bytes at most (a close reason 123), not ${length} (RFC 6455 section 5.5)`,
  )
}

function notSendable(code: number): RangeError {
  return new RangeError(
    `${code} cannot be sent as a close code: 1000 and 3000 to 4999 are a program's (RFC 6455 section 7.4)`,
  )
}
