// What is about the connection as a whole: SETTINGS, PING, GOAWAY, windows, priorities, and its end in order.
import { CODES, type RuleName } from './errors.ts'
import { putGoaway, putPing, putPong, putSettings, putSettingsAck } from './frame-writer.ts'
import { ACK, MOST_STREAM_ID, MOST_WINDOW } from './frames.ts'
import type { H2Head, Priority } from './head.ts'
import type { H2Limits, WindowBudget } from './limits.ts'
import { priorityUpdate } from './priority.ts'
import { RequestingSide } from './requesting.ts'
import { applySettings, type Role, settingsPayload } from './settings.ts'
import type { H2Sink } from './sink.ts'
import { uint32 } from './uint.ts'

/** So many parameters cost as much as a frame. */
const PARAMETERS_AT_ONCE = 32
const PARAMETER = 6

export abstract class ControlSide extends RequestingSide {
  /** Acknowledgements of our PINGs. */
  pingsAnswered = 0
  protected settingsCame = false
  protected peerEnded = false
  private peerGoes = false
  private drainSent = false
  private pings = 0
  private drainPing = 0
  /** The number of the last PING that was acknowledged: each counts once. */
  private answeredPing = 0
  /** Those of streams that are not open yet: with those that are, no more than may be open. */
  private earlyPriorities: Map<number, Priority> | null = null

  constructor(role: Role, limits: H2Limits, sink: H2Sink, budget: WindowBudget) {
    super(role, limits, sink, budget)
    this.putPreface()
    putSettings(this.output, settingsPayload(limits, role))
    this.windows.start()
  }

  /** The peer's preface has come whole: its first SETTINGS are part of it. */
  get started(): boolean {
    return this.settingsCame
  }

  /** Nothing more can happen: once the output has been written, the transport is to be closed. */
  get finished(): boolean {
    if (this.failure !== null) return true
    return this.open.size === 0 && (this.peerEnded || this.peerGoes || Number.isFinite(this.lastAnswered))
  }

  /** One of the two sides has announced the connection's end. */
  get goingAway(): boolean {
    return this.drainSent || this.peerGoes || this.failure !== null
  }

  /** The peer's SETTINGS allow extended CONNECT (RFC 8441). */
  get takesExtendedConnect(): boolean {
    return this.peer.enableConnectProtocol
  }

  /** The coarse clock's beat: what abuse has cost is forgiven bit by bit. */
  tick(): void {
    this.budgets?.tick()
  }

  /** Announces the end; no new streams are taken once the peer has had a chance to know of it (RFC 9113 section 6.8). */
  drain(): void {
    if (this.drainSent || this.failure !== null) return
    this.drainSent = true
    putGoaway(this.output, MOST_STREAM_ID, CODES.NO_ERROR, '')
    this.ping()
    this.drainPing = this.pings
  }

  /** Ends the taking of streams at once. */
  drainNow(): void {
    if (Number.isFinite(this.lastAnswered) || this.failure !== null) return
    this.drainSent = true
    this.lastAnswered = this.past.last
    putGoaway(this.output, this.past.last, CODES.NO_ERROR, '')
  }

  /** Sends something that needs no answer: where the peer is gone altogether, the transport will say so. */
  nudge(): void {
    if (this.failure === null) this.windows.nudge()
  }

  /** Asks whether the peer is there: `pingsAnswered` grows when it says so. */
  ping(): void {
    const payload = new Uint8Array(8)
    new DataView(payload.buffer).setUint32(4, ++this.pings)
    putPing(this.output, payload)
  }

  /**
   * Takes over from HTTP/1.1 (RFC 7540 section 3.2): the request that asked for it is stream 1.
   * @param settings the payload that came in HTTP2-Settings
   */
  upgrade(settings: Uint8Array, head: H2Head): void {
    const rule = this.applySettings(settings, 0, settings.length)
    if (rule !== null) {
      this.fail(rule)
      return
    }
    // What must not change after the first SETTINGS frame may still be said in it.
    this.peer.received = false
    this.past.use(1)
    this.admit(this.register(1, true), head, true)
  }

  /** What a client sends before all else. */
  protected abstract putPreface(): void

  protected earlyPriority(id: number): Priority | null {
    const early = this.earlyPriorities?.get(id)
    if (early === undefined) return null
    this.earlyPriorities?.delete(id)
    return early
  }

  protected settingsFrame(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if ((flags & ACK) !== 0) {
      if (start !== end) this.fail('settings-ack-with-payload')
      else if (this.settingsAcknowledged) this.spend('idle-frame')
      this.settingsAcknowledged = true
      return
    }
    // The first one is part of the preface.
    if (this.settingsCame) this.spend('settings', 1 + Math.floor((end - start) / PARAMETER / PARAMETERS_AT_ONCE))
    this.settingsCame = true
    const rule = this.applySettings(bytes, start, end)
    if (rule !== null) {
      this.fail(rule)
      return
    }
    if (this.failure === null) putSettingsAck(this.output)
  }

  private applySettings(bytes: Uint8Array, start: number, end: number): RuleName | null {
    const { peer } = this
    const window = peer.initialWindowSize
    const table = peer.headerTableSize
    const rule = applySettings(peer, this.role === 'server' ? 'client' : 'server', bytes, start, end)
    if (rule !== null) return rule
    if (peer.leastHeaderTableSize !== table || peer.headerTableSize !== table) {
      this.blocks.encoder.peerLimit(peer.leastHeaderTableSize)
      this.blocks.encoder.peerLimit(peer.headerTableSize)
    }
    const change = peer.initialWindowSize - window
    if (change === 0) return null
    for (const stream of this.open.values()) {
      if (stream.sendWindow + change > MOST_WINDOW) return 'window-overflow'
      this.widen(stream, change)
    }
    return null
  }

  protected pingFrame(flags: number, bytes: Uint8Array, start: number): void {
    if ((flags & ACK) === 0) {
      this.spend('ping')
      if (this.failure === null) putPong(this.output, bytes, start)
      return
    }
    const number = uint32(bytes, start + 4)
    if (uint32(bytes, start) !== 0 || number <= this.answeredPing || number > this.pings) {
      this.spend('idle-frame')
      return
    }
    this.answeredPing = number
    this.pingsAnswered++
    if (number === this.drainPing) this.drainNow()
  }

  protected goawayFrame(last: number, code: number): void {
    this.spend('idle-frame')
    if (this.failure !== null) return
    this.peerGoes = true
    if (this.role === 'client') {
      for (const stream of [...this.open.values()]) if (stream.id > last) this.lose(stream, CODES.REFUSED_STREAM)
    }
    this.sink.goingAway(last, code)
  }

  protected windowUpdateFrame(id: number, increment: number): void {
    if (id === 0) {
      if (increment === 0) {
        this.fail('zero-window-update')
        return
      }
      if (this.sendWindow + increment > MOST_WINDOW) {
        this.fail('window-overflow')
        return
      }
      this.sendWindow += increment
      this.spend('idle-frame')
      return
    }
    const stream = this.open.get(id)
    if (stream === undefined) {
      this.lateFrame(id, 'idle-stream')
      return
    }
    if (increment === 0) {
      this.streamError(stream, 'zero-stream-window-update')
      return
    }
    if (stream.sendWindow + increment > MOST_WINDOW) {
      this.streamError(stream, 'stream-window-overflow')
      return
    }
    this.widen(stream, increment)
    this.spend('idle-frame')
  }

  /** RFC 9218 section 7.1. */
  protected priorityUpdateFrame(bytes: Uint8Array, start: number, end: number): void {
    if (this.role === 'client') {
      this.fail('priority-update-from-server')
      return
    }
    this.spend('idle-frame')
    const update = priorityUpdate(bytes, start, end)
    if (typeof update === 'string') {
      this.fail(update)
      return
    }
    if (update.stream % 2 === 0) this.fail('priority-of-push', update.stream)
    else if (update.priority !== null) this.prioritise(update.stream, update.priority)
  }

  private prioritise(id: number, priority: Priority): void {
    this.prioritises = true
    const stream = this.open.get(id)
    if (stream !== undefined) this.scheduler.reprioritise(stream, priority)
    else if (this.isIdle(id)) {
      this.earlyPriorities ??= new Map()
      this.earlyPriorities.set(id, priority)
      if (this.earlyPriorities.size + this.open.size <= this.limits.streams) return
      // Streams that were passed over will never be open.
      for (const early of this.earlyPriorities.keys()) if (!this.isIdle(early)) this.earlyPriorities.delete(early)
      if (this.earlyPriorities.size + this.open.size > this.limits.streams) this.fail('too-many-priorities', id)
    }
  }
}
