// The WebSocket connection (RFC 6455), in either role: bytes in, calls to a sink, bytes out. This file reads frames and puts
// messages together; sending.ts writes them.
import { CODES, isSendableCode, type RuleName } from './errors.ts'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  CONTROL,
  FIN,
  headLength,
  MASKED,
  MOST_CONTROL,
  MOST_HEAD,
  OPCODE,
  PING,
  PONG,
  RSV1,
  RSV23,
  TEXT,
} from './frames.ts'
import type { WebSocketLimits } from './limits.ts'
import { mask } from './mask.ts'
import type { MessageCodec } from './message-codec.ts'
import { type MaskKeys, SendingSide } from './sending.ts'
import type { WebSocketSink } from './sink.ts'
import { isUtf8, Utf8Judge } from './utf8.ts'

const NOTHING = new Uint8Array(0)
const decoder = new TextDecoder()

/** A WebSocket connection without a socket. */
export class WebSocketConnection extends SendingSide {
  /** The peer's close frame has come, or it broke a rule: nothing more is taken. */
  finished = false
  private readonly role: 'server' | 'client'
  private readonly limits: WebSocketLimits
  private paused = false
  /** The head, as far as it has come; only while it is incomplete. */
  private head: Uint8Array | null = null
  private headSize = 0
  // The frame being read.
  private first = 0
  private key = 0
  private left = 0
  private taken = 0
  private inFrame = false
  /** A control frame's payload, as far as it has come. */
  private control: Uint8Array | null = null
  private message: Incomplete | null = null

  constructor(
    role: 'server' | 'client',
    limits: WebSocketLimits,
    codec: MessageCodec | null = null,
    maskKeys: MaskKeys | null = null,
  ) {
    super(codec, maskKeys)
    this.role = role
    this.limits = limits
  }

  /** Bytes held of what is incomplete. */
  get heldBytes(): number {
    return this.headSize + (this.message?.size ?? 0) + (this.control === null ? 0 : this.taken)
  }

  /** In the middle of a message or frame. */
  get midMessage(): boolean {
    return this.inFrame || this.headSize > 0 || this.message !== null
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  /**
   * Takes bytes in. They are overwritten where they are unmasked.
   * @returns how many it took: fewer where it was paused
   */
  receive(bytes: Uint8Array, sink: WebSocketSink, start: number, end: number): number {
    let at = start
    while (!this.paused && !this.finished) {
      if (!this.inFrame) {
        const next = this.readHead(bytes, at, end, sink)
        if (next === -1) return end - start
        at = next
        if (this.finished) break
        continue
      }
      const size = Math.min(this.left, end - at)
      if (size === 0 && this.left > 0) break
      if (this.role === 'server') mask(bytes, at, at + size, this.key, this.taken)
      this.take(bytes, at, at + size, sink)
      at += size
    }
    return this.finished ? end - start : at - start
  }

  /** The head from `at` on. @returns where its payload begins; -1 where it is incomplete, and has been kept */
  private readHead(bytes: Uint8Array, at: number, end: number, sink: WebSocketSink): number {
    if (this.headSize > 0 || end - at < 2 || end - at < headLength(bytes[at + 1])) {
      let from = at
      this.head ??= new Uint8Array(MOST_HEAD)
      while (this.headSize < 2 || this.headSize < headLength(this.head[1])) {
        if (from === end) return -1
        this.head[this.headSize++] = bytes[from++]
      }
      const { head } = this
      this.head = null
      this.headSize = 0
      this.judgeHead(head, 0, sink)
      return from
    }
    return this.judgeHead(bytes, at, sink)
  }

  private judgeHead(bytes: Uint8Array, start: number, sink: WebSocketSink): number {
    const first = bytes[start]
    const second = bytes[start + 1]
    let at = start + 2
    const opcode = first & OPCODE
    let length = second & 0x7f
    if (first & RSV23) return this.fail('reserved-bits', sink)
    if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) return this.fail('reserved-opcode', sink)
    if (((second & MASKED) !== 0) !== (this.role === 'server'))
      return this.fail(this.role === 'server' ? 'mask-missing' : 'mask-forbidden', sink)
    if (first & RSV1 && (this.codec === null || opcode === CONTINUATION || opcode & CONTROL))
      return this.fail('reserved-bits', sink)
    if (opcode & CONTROL) {
      if (!(first & FIN)) return this.fail('fragmented-control', sink)
      if (length > MOST_CONTROL) return this.fail('control-too-long', sink)
    } else {
      if (opcode === CONTINUATION && this.message === null) return this.fail('unexpected-continuation', sink)
      if (opcode !== CONTINUATION && this.message !== null) return this.fail('continuation-expected', sink)
    }
    if (length === 126) {
      length = (bytes[at] << 8) | bytes[at + 1]
      if (length < 126) return this.fail('length-not-minimal', sink)
      at += 2
    } else if (length === 127) {
      if (bytes[at] & 0x80) return this.fail('length-too-large', sink)
      length = 0
      for (let i = 0; i < 8; i++) length = length * 256 + bytes[at + i]
      if (length < 65_536) return this.fail('length-not-minimal', sink)
      at += 8
    }
    if (!(opcode & CONTROL) && length + (this.message?.size ?? 0) > this.limits.messageBytes)
      return this.fail('message-too-large', sink)
    if (second & MASKED) {
      this.key = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
      at += 4
    }
    this.first = first
    this.left = length
    this.taken = 0
    this.inFrame = true
    return at
  }

  private take(bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    const { first } = this
    const whole = end - start === this.left && this.taken === 0
    this.left -= end - start
    if (first & CONTROL) {
      if (whole) {
        this.inFrame = false
        this.controlFrame(first & OPCODE, bytes, start, end, sink)
        return
      }
      this.control ??= new Uint8Array(MOST_CONTROL)
      this.control.set(bytes.subarray(start, end), this.taken)
      this.taken += end - start
      if (this.left > 0) return
      const { control } = this
      this.control = null
      this.inFrame = false
      this.controlFrame(first & OPCODE, control, 0, this.taken, sink)
      return
    }
    if (whole && first & FIN && this.message === null && !(first & RSV1)) {
      this.inFrame = false
      const text = (first & OPCODE) === TEXT
      if (text && !isUtf8(bytes, start, end)) this.fail('invalid-utf8', sink)
      else sink.message(text, bytes, start, end, false)
      return
    }
    this.taken += end - start
    this.message ??= new Incomplete((first & OPCODE) === TEXT, (first & RSV1) !== 0)
    const { message } = this
    if (this.taken === 0 && this.left === 0 && ++message.emptyFragments > this.limits.emptyFragments) {
      this.fail('too-many-fragments', sink)
      return
    }
    const last = this.left === 0 && (first & FIN) !== 0
    let [from, to, piece] = [start, end, bytes]
    if (message.compressed) {
      const inflated = this.codec!.inflate(bytes, start, end, last, this.limits.messageBytes - message.size)
      if (typeof inflated === 'string') {
        this.fail(inflated, sink)
        return
      }
      ;[from, to, piece] = [0, inflated.length, inflated]
    }
    if (message.judge !== null && !message.judge.takes(piece, from, to)) {
      this.fail('invalid-utf8', sink)
      return
    }
    message.add(piece, from, to)
    if (this.left > 0) return
    this.inFrame = false
    if (!last) return
    this.message = null
    if (message.judge !== null && !message.judge.complete) this.fail('invalid-utf8', sink)
    else sink.message(message.judge !== null, message.bytes, 0, message.size, true)
  }

  private controlFrame(opcode: number, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    if (opcode === PING) this.pong(bytes, start, end)
    else if (opcode === PONG) sink.pong(bytes, start, end)
    else if (opcode === CLOSE) this.closeFrame(bytes, start, end, sink)
  }

  private closeFrame(bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    let code: number = CODES.NO_STATUS
    let reason = ''
    if (end - start === 1) {
      this.fail('invalid-close', sink)
      return
    }
    if (end > start) {
      code = (bytes[start] << 8) | bytes[start + 1]
      if (!isSendableCode(code)) {
        this.fail('invalid-close-code', sink)
        return
      }
      if (!isUtf8(bytes, start + 2, end)) {
        this.fail('invalid-close-reason', sink)
        return
      }
      reason = decoder.decode(bytes.subarray(start + 2, end))
    }
    this.finished = true
    this.close(code)
    sink.closing(code, reason)
  }

  private fail(name: RuleName, sink: WebSocketSink): number {
    this.finished = true
    this.message = null
    sink.failed(this.failWith(name))
    return 0
  }
}

/** A message that has come in part. */
class Incomplete {
  readonly compressed: boolean
  readonly judge: Utf8Judge | null
  emptyFragments = 0
  size = 0
  bytes: Uint8Array = NOTHING

  constructor(text: boolean, compressed: boolean) {
    this.compressed = compressed
    this.judge = text ? new Utf8Judge() : null
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    const size = this.size + end - start
    if (size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, this.size))
      this.bytes = larger
    }
    this.bytes.set(bytes.subarray(start, end), this.size)
    this.size = size
  }
}
