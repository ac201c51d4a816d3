// The HTTP/2 connection (RFC 9113), in either role: bytes in, calls to a sink, bytes out. This file reads frames and heads.
// What they do is in the floors below: incoming-data.ts (content), control.ts (the connection as a whole), requesting.ts (a
// client's requests), receiving.ts and sending.ts (streams).
//
// Its law: `receive` takes everything. Content is passed on as it comes; of any other frame, what is incomplete is held.
import { HeldBytes } from '../bytes/held-bytes.ts'
import { latin1Bytes } from '../bytes/text.ts'
import { CODES, type RuleName } from './errors.ts'
import { FRAME_RULES } from './frame-rules.ts'
import {
  ACK,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEAD,
  GOAWAY,
  HEADERS,
  LEAST_FRAME_SIZE,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  WITH_PRIORITY,
} from './frames.ts'
import { HeadBlocks } from './head-blocks.ts'
import { DataSide } from './incoming-data.ts'
import { type H2Limits, WindowBudget } from './limits.ts'
import type { Role } from './settings.ts'
import type { H2Sink } from './sink.ts'
import { receives } from './states.ts'
import { uint31, uint32 } from './uint.ts'

const PREFACE_BYTES = latin1Bytes(PREFACE)
/** Stream and weight (RFC 7540 section 6.2). */
const OLD_PRIORITY = 5

/** An HTTP/2 connection without a socket: bytes in, calls of a sink out, and an output to be written. */
export class H2Connection extends DataSide {
  private readonly heads: HeadBlocks
  /** A frame that has not come whole; null where there is none. */
  private held: HeldBytes | null = null
  /** How much of the client's preface has come. */
  private prefaceAt: number
  /** Bytes received before the current call. */
  private receivedBefore = 0

  /** @param budget what the windows of all connections together may grow by */
  constructor(role: Role, limits: H2Limits, sink: H2Sink, budget: WindowBudget = new WindowBudget(0)) {
    super(role, limits, sink, budget)
    this.heads = new HeadBlocks(limits)
    this.prefaceAt = role === 'server' ? 0 : PREFACE_BYTES.length
  }

  /** Bytes held of a frame or a field that is not complete. */
  get heldBytes(): number {
    return (this.held === null ? 0 : this.held.size) + this.heads.heldBytes
  }

  /** A frame other than DATA, or a head, has begun and is not complete. */
  get midHead(): boolean {
    return this.held !== null || this.heads.stream !== 0 || (this.prefaceAt > 0 && !this.settingsCame)
  }

  /** Takes in the bytes from `start` to `end`, which are borrowed. Content that was waiting for a window goes out after that. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.failure !== null || this.peerEnded) return
    let at = start
    if (this.prefaceAt < PREFACE_BYTES.length) at = this.readPreface(bytes, at, end)
    if (this.held !== null) at = this.completeHeld(bytes, at, end)
    if (this.held === null && this.failure === null) {
      at = this.readFrames(bytes, at, end, start)
      if (at < end && this.failure === null) this.hold(bytes, at, end)
    }
    this.receivedBefore += end - start
    if (this.pendingContent && !this.contentWaits) this.produce()
  }

  /** The peer's FIN: what it has not completed is lost, what it waits for still goes out. */
  end(): void {
    if (this.peerEnded) return
    this.peerEnded = true
    this.held = null
    for (const stream of [...this.open.values()]) if (receives(stream.state)) this.lose(stream, CODES.CANCEL)
  }

  protected putPreface(): void {
    if (this.role === 'client') this.output.copy(PREFACE_BYTES, 0, PREFACE_BYTES.length)
  }

  private readPreface(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && this.prefaceAt < PREFACE_BYTES.length) {
      if (bytes[at++] === PREFACE_BYTES[this.prefaceAt++]) continue
      this.frameOffset = this.prefaceAt - 1
      this.fail('invalid-preface')
      return end
    }
    return at
  }

  /** Reads frames as long as they are whole. @returns where it stopped */
  private readFrames(bytes: Uint8Array, start: number, end: number, base: number): number {
    let at = start
    if (this.midData) at = this.readData(bytes, at, end)
    while (end - at >= FRAME_HEAD && this.failure === null) {
      this.frameOffset = this.receivedBefore + at - base
      const length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
      const type = bytes[at + 3]
      if (!this.mayCome(type, length, bytes, at)) return end
      const payload = at + FRAME_HEAD
      if (type === DATA) {
        const next = this.beginData(length, bytes[at + 4], streamOf(bytes, at), bytes, payload, end)
        if (next === -1) return at
        at = this.readData(bytes, next, end)
      } else {
        if (end - payload < length) return at
        at = payload + length
        this.frame(type, bytes[payload - 5], streamOf(bytes, payload - FRAME_HEAD), bytes, payload, at)
      }
    }
    return this.failure === null ? at : end
  }

  /** Adds what is missing to the frame that is held, and reads it once it is whole. @returns where it stopped */
  private completeHeld(bytes: Uint8Array, start: number, end: number): number {
    const held = this.held!
    let at = start
    while (at < end) {
      const missing = wanted(held) - held.size
      const taken = Math.min(missing, end - at)
      held.add(bytes, at, at + taken)
      at += taken
      if (taken < missing) break
      // The head alone tells how much more is needed, and whether the frame may come at all.
      if (held.size === FRAME_HEAD && !this.headMayCome(held.bytes)) return end
      if (wanted(held) > held.size) continue
      this.held = null
      const before = this.receivedBefore
      this.receivedBefore += at - start - held.size
      this.readFrames(held.bytes, 0, held.size, 0)
      this.receivedBefore = before
      return at
    }
    return at
  }

  private headMayCome(head: Uint8Array): boolean {
    return this.mayCome(head[3], (head[0] << 16) | (head[1] << 8) | head[2], head, 0)
  }

  private hold(bytes: Uint8Array, start: number, end: number): void {
    this.held = new HeldBytes()
    this.held.add(bytes, start, end)
  }

  /** What a frame's head alone says of whether it may come now. */
  private mayCome(type: number, length: number, bytes: Uint8Array, at: number): boolean {
    const rule = this.ruleAgainst(type, length, bytes, at)
    if (rule === null) return true
    this.fail(rule, streamOf(bytes, at))
    return false
  }

  private ruleAgainst(type: number, length: number, bytes: Uint8Array, at: number): RuleName | null {
    if (length > LEAST_FRAME_SIZE) return 'frame-too-large'
    if (!this.settingsCame && (type !== SETTINGS || (bytes[at + 4] & ACK) !== 0)) return 'settings-first'
    if (this.heads.stream !== 0) {
      if (type !== CONTINUATION || streamOf(bytes, at) !== this.heads.stream) return 'continuation-expected'
      return null
    }
    const rules = FRAME_RULES[type]
    if (rules === undefined) return null
    const zero = bytes[at + 8] === 0 && bytes[at + 7] === 0 && bytes[at + 6] === 0 && (bytes[at + 5] & 0x7f) === 0
    if (zero && rules.stream === 'needed') return 'stream-zero'
    if (!zero && rules.stream === 'none') return 'stream-not-zero'
    if (length < rules.least || length > rules.most || length % rules.multiple !== 0) return 'wrong-frame-size'
    return null
  }

  private frame(type: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    switch (type) {
      case HEADERS:
        this.headersFrame(flags, id, bytes, start, end)
        break
      case CONTINUATION:
        this.continuationFrame(flags, bytes, start, end)
        break
      case WINDOW_UPDATE:
        this.windowUpdateFrame(id, uint31(bytes, start))
        break
      case RST_STREAM:
        this.resetCame(id, uint32(bytes, start))
        break
      case SETTINGS:
        this.settingsFrame(flags, bytes, start, end)
        break
      case PING:
        this.pingFrame(flags, bytes, start)
        break
      case GOAWAY:
        this.goawayFrame(uint31(bytes, start), uint32(bytes, start + 4))
        break
      case PRIORITY:
        // The old priorities are read past (RFC 9113 section 5.3.2).
        if (uint31(bytes, start) === id) this.fail('self-dependency', id)
        else this.spend('idle-frame')
        break
      case PRIORITY_UPDATE:
        this.priorityUpdateFrame(bytes, start, end)
        break
      case PUSH_PROMISE:
        this.fail(this.role === 'server' ? 'push-from-client' : 'push-not-enabled', id)
        break
      default:
        // Extensions that are not known here are ignored (RFC 9113 section 5.5).
        this.spend('idle-frame')
    }
  }

  // --- Heads ---

  private headersFrame(flags: number, id: number, bytes: Uint8Array, from: number, to: number): void {
    const padded = (flags & PADDED) !== 0
    const prioritised = (flags & WITH_PRIORITY) !== 0
    const start = from + (padded ? 1 : 0) + (prioritised ? OLD_PRIORITY : 0)
    if (start > to) {
      this.fail('wrong-frame-size', id)
      return
    }
    const end = padded ? to - bytes[from] : to
    if (end < start) {
      this.fail('too-much-padding', id)
      return
    }
    if (prioritised && uint31(bytes, start - OLD_PRIORITY) === id) {
      this.fail('self-dependency', id)
      return
    }
    const ended = (flags & END_STREAM) !== 0
    if ((flags & END_HEADERS) !== 0) this.wholeHead(id, ended, bytes, start, end)
    else {
      this.heads.begin(id, ended)
      if (start === end) this.spend('idle-frame')
      this.fragment(bytes, start, end)
    }
  }

  private wholeHead(id: number, ended: boolean, bytes: Uint8Array, start: number, end: number): void {
    const { heads } = this
    const fresh = this.role === 'server' && id > this.past.last
    const repeated = fresh ? heads.repeated(bytes, start, end) : null
    if (repeated !== null) {
      this.headCame(id, ended, null, repeated)
      return
    }
    const { edition } = heads
    const fields = heads.whole(bytes, start, end)
    if (typeof fields === 'string') {
      this.fail(fields, id)
      return
    }
    if (heads.tooLarge) {
      this.largeHeadCame(id, ended, fields)
      return
    }
    const head = fresh ? this.judge(fields) : null
    if (head !== null) heads.remember(bytes, start, end, edition, head)
    this.headCame(id, ended, fields, head)
  }

  private continuationFrame(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const { heads } = this
    const id = heads.stream
    if (id === 0) {
      this.fail('unexpected-continuation')
      return
    }
    if (start === end) this.spend('idle-frame')
    if (!this.fragment(bytes, start, end) || (flags & END_HEADERS) === 0) return
    const fields = heads.finish()
    if (typeof fields === 'string') this.fail(fields, id)
    else if (heads.tooLarge) this.largeHeadCame(id, heads.ended, fields)
    else this.headCame(id, heads.ended, fields, null)
  }

  private fragment(bytes: Uint8Array, start: number, end: number): boolean {
    const rule = this.heads.add(bytes, start, end)
    if (rule !== null) this.fail(rule, this.heads.stream)
    return rule === null && this.failure === null
  }
}

/** How many bytes must be held before there is something to read. */
function wanted(held: HeldBytes): number {
  if (held.size < FRAME_HEAD) return FRAME_HEAD
  const { bytes } = held
  const length = (bytes[0] << 16) | (bytes[1] << 8) | bytes[2]
  // Content is passed on as it comes: only its padding's length must be there.
  if (bytes[3] === DATA) return FRAME_HEAD + (bytes[4] & PADDED && length > 0 ? 1 : 0)
  return FRAME_HEAD + length
}

function streamOf(bytes: Uint8Array, frame: number): number {
  return uint31(bytes, frame + 5)
}
