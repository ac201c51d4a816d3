// The WebSocket connection (RFC 6455, 7692), in either role: bytes in, calls to a sink, bytes out. This file reads frames. What
// they do is in the floors below: messages.ts (messages), control.ts (pings, closing, broken rules) and sending.ts.
//
// Its law: what has come is told at once, and a frame that has come in part is kept as little as can be: its head, or the payload of
// a control frame. A whole frame is read where it lies, and makes no object.
import { CutFrame } from './cut-frame.ts'
import type { RuleName } from './errors.ts'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  CONTROL,
  FIN,
  headLength,
  LENGTH,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  MOST_CONTROL,
  maskingKey,
  OPCODE,
  PONG,
  payloadLength,
  RSV1,
  RSV23,
} from './frames.ts'
import type { WebSocketLimits } from './limits.ts'
import { mask } from './mask.ts'
import type { MessageCodec } from './message-codec.ts'
import { MessageSide } from './messages.ts'
import type { MaskKeys } from './sending.ts'
import type { WebSocketSink } from './sink.ts'
import type { ConnectionEvent } from './states.ts'

/** The bytes of a head that say how long it is. */
const START = 2

/** A WebSocket connection without a socket: bytes in, calls of a sink out, and an output to be written. */
export class WebSocketConnection extends MessageSide {
  /** What the peer's frames must have where MASKED is. */
  private readonly masked: number
  private paused = false
  /** The frame that has come in part; null between frames. */
  private cut: CutFrame | null = null
  /** Bytes received before the current call. */
  private received = 0

  /**
   * @param codec for the messages, where permessage-deflate has been agreed on
   * @param maskKeys makes the keys of frames that are sent: a client must have it, a server must not
   * @throws TypeError where it is otherwise
   */
  constructor(
    role: 'server' | 'client',
    limits: WebSocketLimits,
    codec: MessageCodec | null = null,
    maskKeys: MaskKeys | null = null,
  ) {
    super(limits, codec, maskKeys)
    if ((role === 'client') !== (maskKeys !== null)) throw wrongMaskKeys(role)
    this.masked = role === 'server' ? MASKED : 0
  }

  /** Bytes held of a message or frame that is incomplete. */
  get heldBytes(): number {
    return (this.cut === null ? 0 : this.cut.heldBytes) + (this.message === null ? 0 : this.message.size)
  }

  /** A message or frame has begun and is not complete. */
  get midMessage(): boolean {
    return this.cut !== null || this.message !== null
  }

  /** Takes nothing until `resume`. Inside a call of the sink it holds from the next frame on. */
  pause(): void {
    this.paused = true
  }

  /** Takes bytes again: those that it did not take must be given to it again. */
  resume(): void {
    this.paused = false
  }

  /**
   * Takes in the bytes from `start` to `end`. They are overwritten where they are unmasked.
   * @returns how many it took: all of them unless it is paused
   */
  receive(bytes: Uint8Array, sink: WebSocketSink, start: number, end: number): number {
    if (this.finished) return end - start
    if (this.paused) return 0
    this.base = this.received - start
    let at = this.cut === null ? start : this.goOn(this.cut, bytes, start, end, sink)
    while (at < end && !this.paused && !this.finished) at = this.readFrame(bytes, at, end, sink)
    if (this.finished) return end - start
    this.received += at - start
    return at - start
  }

  /** The peer stopped sending: FIN, or END_STREAM. Where that came without a close frame the sink is told. */
  end(sink: WebSocketSink): void {
    if (this.finished) return
    if (this.midMessage) {
      this.fail('incomplete-message', sink, this.received)
      return
    }
    this.peerGone(sink)
  }

  protected override finish(event: ConnectionEvent): void {
    super.finish(event)
    this.cut = null
  }

  /** Reads the frame that begins at `at`, as far as it has come. @returns where it stopped */
  private readFrame(bytes: Uint8Array, at: number, end: number, sink: WebSocketSink): number {
    this.frameOffset = this.base + at
    if (end - at < START) return this.cutHead(bytes, at, end, sink)
    const first = bytes[at]
    const second = bytes[at + 1]
    const payload = at + headLength(second)
    if (payload > end) return this.cutHead(bytes, at, end, sink)
    const length = payloadLength(bytes, at)
    const rule = this.ruleAgainstStart(first, second) ?? this.ruleAgainstLength(first, second, length)
    if (rule !== null) {
      this.fail(rule, sink)
      return end
    }
    const key = this.masked === 0 ? 0 : maskingKey(bytes, payload - 4)
    if (length <= end - payload) {
      this.frame(first, key, bytes, payload, payload + length, sink)
      return payload + length
    }
    const cut = new CutFrame()
    cut.begin(first, key, length)
    this.cut = cut
    return this.goOn(cut, bytes, payload, end, sink)
  }

  /** A frame whose payload is from `start` to `end`. */
  private frame(first: number, key: number, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    const ascii = this.masked !== 0 && mask(bytes, start, end, key, 0)
    if (first & CONTROL) this.controlFrame(first & OPCODE, bytes, start, end, sink)
    else this.wholeFrame(first, bytes, start, end, ascii, sink)
  }

  // --- Frames that have come in part ---

  /** Keeps a head that is not complete. What it says so far is judged. */
  private cutHead(bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): number {
    const cut = new CutFrame()
    cut.beginHead()
    this.cut = cut
    return this.goOn(cut, bytes, start, end, sink)
  }

  /** Goes on with the frame that has come in part. @returns where it stopped */
  private goOn(cut: CutFrame, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): number {
    let at = start
    if (cut.head !== null) {
      at = this.goOnWithHead(cut, cut.head, bytes, start, end, sink)
      if (cut.head !== null || this.finished) return end
    }
    const size = Math.min(cut.length - cut.taken, end - at)
    if (size === cut.length) {
      this.cut = null
      this.frame(cut.first, cut.key, bytes, at, at + size, sink)
    } else if (size > 0) this.goOnWithPayload(cut, bytes, at, at + size, sink)
    return at + size
  }

  private goOnWithHead(
    cut: CutFrame,
    head: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    sink: WebSocketSink,
  ): number {
    for (let at = start; at < end; ) {
      head[cut.headSize++] = bytes[at++]
      if (cut.headSize < START) continue
      const rule = cut.headSize === START ? this.ruleAgainstStart(head[0], head[1]) : null
      if (rule !== null) {
        this.fail(rule, sink)
        return end
      }
      const headSize = headLength(head[1])
      if (cut.headSize < headSize) continue
      const length = payloadLength(head, 0)
      const against = this.ruleAgainstLength(head[0], head[1], length)
      if (against !== null) {
        this.fail(against, sink)
        return end
      }
      cut.begin(head[0], this.masked === 0 ? 0 : maskingKey(head, headSize - 4), length)
      return at
    }
    return end
  }

  /** A piece of the payload that is not all of it. */
  private goOnWithPayload(cut: CutFrame, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    const ascii = this.masked !== 0 && mask(bytes, start, end, cut.key, cut.taken)
    const left = cut.length - cut.taken - (end - start)
    if (left === 0) this.cut = null
    if (cut.first & CONTROL) {
      cut.keep(bytes, start, end)
      if (left === 0) this.controlFrame(cut.first & OPCODE, cut.payload!, 0, cut.length, sink)
    } else {
      cut.taken += end - start
      this.piece(cut.first, bytes, start, end, left, ascii, sink)
    }
  }

  // --- What heads must keep to ---

  /** What the first two bytes of a head say against the frame. */
  private ruleAgainstStart(first: number, second: number): RuleName | null {
    const opcode = first & OPCODE
    if (first & RSV23) return 'reserved-bits'
    if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) return 'reserved-opcode'
    if ((second & MASKED) !== this.masked) return this.masked === 0 ? 'mask-forbidden' : 'mask-missing'
    if (first & RSV1 && (this.codec === null || opcode === CONTINUATION || opcode >= CLOSE)) return 'reserved-bits'
    if (first & CONTROL) {
      if (!(first & FIN)) return 'fragmented-control'
      if ((second & LENGTH) > MOST_CONTROL) return 'control-too-long'
      return null
    }
    if (opcode === CONTINUATION && this.message === null) return 'unexpected-continuation'
    if (opcode !== CONTINUATION && this.message !== null) return 'continuation-expected'
    return null
  }

  /** What the length says against the frame. */
  private ruleAgainstLength(first: number, second: number, length: number): RuleName | null {
    if (first & CONTROL) return null
    const written = second & LENGTH
    if (written === LENGTH_16 && length < LENGTH_16) return 'length-not-minimal'
    if (written === LENGTH_64 && length < 65_536) return 'length-not-minimal'
    if (length === Number.POSITIVE_INFINITY) return 'length-too-large'
    return this.ruleAgainstSize(first, length)
  }
}

function wrongMaskKeys(role: 'server' | 'client'): TypeError {
  return new TypeError(
    role === 'client'
      ? 'A client masks its frames: it needs what makes keys (RFC 6455 section 5.1)'
      : 'A server does not mask its frames: it takes nothing that makes keys (RFC 6455 section 5.1)',
  )
}
