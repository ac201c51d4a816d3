// Messages, put together of frames and of the pieces in which frames come (RFC 6455 section 5.4). What came whole in one read is told
// where it lies; anything else is gathered in a buffer, which becomes the user's.
import { ControlSide } from './control.ts'
import type { RuleName } from './errors.ts'
import { FIN, OPCODE, RSV1, TEXT } from './frames.ts'
import { IncompleteMessage } from './incomplete-message.ts'
import type { WebSocketLimits } from './limits.ts'
import type { InflateFault, MessageCodec } from './message-codec.ts'
import type { MaskKeys } from './sending.ts'
import type { WebSocketSink } from './sink.ts'
import type { ConnectionEvent } from './states.ts'
import { wrongByteOf } from './utf8.ts'

/** A compressed message may be larger than what it stands for: by what honest compressors add to what they cannot compress, and more. */
const MOST_EXPANSION = 2
const COMPRESSED_FREE = 1024

/** Puts messages together. */
export abstract class MessageSide extends ControlSide {
  protected readonly limits: WebSocketLimits
  /** The message that has come in part; null between messages. */
  protected message: IncompleteMessage | null = null
  /** To be added to a place in the bytes at hand to have the offset in all of the connection's. */
  protected base = 0

  constructor(limits: WebSocketLimits, codec: MessageCodec | null, maskKeys: MaskKeys | null) {
    super(codec, maskKeys)
    this.limits = limits
  }

  /** The connection is gone: lets go of all that is held for it. Nothing of it may be used afterwards. */
  override letGo(): void {
    this.finish('ended')
    super.letGo()
  }

  protected override finish(event: ConnectionEvent): void {
    super.finish(event)
    this.message?.letGo()
    this.message = null
  }

  /** What a data frame's head says against its being taken. */
  protected ruleAgainstSize(first: number, length: number): RuleName | null {
    const { message, limits } = this
    if (length > Number.MAX_SAFE_INTEGER) return 'message-too-large'
    if (message === null ? first & RSV1 : message.compressed) {
      const most = limits.messageBytes * MOST_EXPANSION + COMPRESSED_FREE
      if (length + (message === null ? 0 : message.compressedSize) > most) return 'message-too-large'
    } else if (length + (message === null ? 0 : message.size) > limits.messageBytes) return 'message-too-large'
    return null
  }

  /**
   * A data frame has come whole: its payload, unmasked, is from `start` to `end`.
   * @param ascii all of it is known to be ASCII
   */
  protected wholeFrame(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    ascii: boolean,
    sink: WebSocketSink,
  ): void {
    if (this.message !== null || !(first & FIN)) {
      this.piece(first, bytes, start, end, 0, ascii, sink)
      return
    }
    const text = (first & OPCODE) === TEXT
    if (first & RSV1) {
      this.compressedFrame(text, bytes, start, end, sink)
      return
    }
    if (text && !ascii) {
      const wrong = wrongByteOf(bytes, start, end)
      if (wrong !== -1) {
        this.fail('invalid-utf8', sink, this.base + wrong)
        return
      }
    }
    sink.message(text, bytes, start, end, false)
  }

  /** A piece of a data frame's payload. @param left how much of the frame is still due */
  protected piece(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    left: number,
    ascii: boolean,
    sink: WebSocketSink,
  ): void {
    this.message ??= new IncompleteMessage((first & OPCODE) === TEXT, (first & RSV1) !== 0, this.limits)
    const { message } = this
    const isFinal = (first & FIN) !== 0
    const isLast = isFinal && left === 0
    if (start === end && !isFinal && ++message.emptyFragments > this.limits.emptyFragments) {
      this.fail('too-many-fragments', sink)
      return
    }
    if (message.compressed) {
      this.compressedPiece(message, bytes, start, end, isLast, sink)
      return
    }
    if (message.judge !== null && !(ascii && message.judge.complete)) {
      const wrong = message.judge.wrongByte(bytes, start, end)
      if (wrong !== -1) {
        this.fail('invalid-utf8', sink, this.base + wrong)
        return
      }
    }
    if (!message.add(bytes, start, end, left, isFinal)) {
      this.fail('no-message-memory', sink)
      return
    }
    if (isLast) this.completed(message, sink, this.base + end)
  }

  /** A compressed message in one frame. Where all of it comes out at once it is told where it lies. */
  private compressedFrame(text: boolean, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    const codec = this.codec!
    const inflated = codec.inflate(bytes, start, end, true, this.limits.messageBytes)
    if (typeof inflated === 'string' || codec.more) {
      this.message = new IncompleteMessage(text, true, this.limits)
      this.inflated(this.message, inflated, true, sink)
      return
    }
    if (text && wrongByteOf(inflated, 0, inflated.length) !== -1) this.fail('invalid-utf8', sink)
    else sink.message(text, inflated, 0, inflated.length, false)
  }

  private compressedPiece(
    message: IncompleteMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
    sink: WebSocketSink,
  ): void {
    message.compressedSize += end - start
    const most = this.limits.messageBytes - message.size
    this.inflated(message, this.codec!.inflate(bytes, start, end, isLast, most), isLast, sink)
  }

  /** What has come out of a piece: its first chunk, after which the others are asked for. */
  private inflated(
    message: IncompleteMessage,
    firstChunk: Uint8Array | InflateFault,
    isLast: boolean,
    sink: WebSocketSink,
  ): void {
    const codec = this.codec!
    let chunk = firstChunk
    for (;;) {
      const fault = typeof chunk === 'string' ? chunk : addInflated(message, chunk, isLast && !codec.more)
      if (fault !== null) {
        this.fail(fault, sink)
        return
      }
      if (!codec.more) break
      chunk = codec.inflateMore(this.limits.messageBytes - message.size)
    }
    if (isLast) this.completed(message, sink, this.frameOffset)
  }

  /** @param offset of its end, in the connection's bytes */
  private completed(message: IncompleteMessage, sink: WebSocketSink, offset: number): void {
    const { judge, bytes, size } = message
    if (judge !== null && !judge.complete) {
      this.fail('invalid-utf8', sink, offset)
      return
    }
    this.message = null
    message.letGo()
    sink.message(judge !== null, bytes, 0, size, true)
  }
}

function addInflated(message: IncompleteMessage, chunk: Uint8Array, isLast: boolean): RuleName | null {
  const { judge } = message
  if (judge !== null && judge.wrongByte(chunk, 0, chunk.length) !== -1) return 'invalid-utf8'
  return message.add(chunk, 0, chunk.length, 0, isLast) ? null : 'no-message-memory'
}
