// The streams of the reference, and what the connection under test sends of its own accord (responses, windows): that is not foretold
// but watched, and must keep within what it was allowed.
import assert from 'node:assert/strict'
import {
  ERROR_CODES,
  endsHeaders,
  endsStream,
  errorCode,
  type Frame,
  increment,
  lastStream,
} from '../support/h2-frames.ts'
import { HpackReference } from './hpack-reference.ts'

export interface ReferenceLimits {
  readonly headBytes: number
  readonly fieldCount: number
  readonly contentBytes: number
  readonly streams: number
  readonly streamWindow: number
  readonly connectionWindow: number
}

/** A stream that is open, as the reference has it. */
export interface Stream {
  readonly id: number
  readonly method: string
  theirs: 'open' | 'ended'
  ours: 'open' | 'ended'
  /** Content that is due; -1 for any. */
  due: number
  received: number
  headed: boolean
  /** Refused already for its content's size. */
  refused: boolean
  receiveWindow: number
  sendWindow: number
  finalSent: boolean
  tunnelled: boolean
}

export const MOST = 2 ** 31 - 1

/** What costs the stream. */
export class StreamFault extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}
/** What costs the connection. */
export class ConnectionFault extends StreamFault {}

export class ReferenceStreams {
  readonly streams = new Map<number, Stream>()
  /** The connection has failed, or done what cannot be foretold: nothing more is compared. */
  over = false
  failed = false
  /** How much of each kind has come that costs something: whoever does too much of it is cut off. */
  readonly costs = { ping: 0, settings: 0, reset: 0, idle: 0, continuation: 0 }
  protected readonly role: 'server' | 'client'
  protected readonly limits: ReferenceLimits
  protected readonly resetsOnContent: boolean
  protected readonly hpack: HpackReference
  protected last = 0
  protected readonly used = new Set<number>()
  protected readonly resetByUs = new Set<number>()
  protected readonly early = new Set<number>()
  protected receiveWindow: number
  protected sendWindow = 65535
  protected initialWindow = 65535
  protected maxFrame = 16384
  protected connectProtocol = false
  protected priorities: boolean | null = null
  protected block: { id: number; ended: boolean; pieces: Uint8Array[] } | null = null
  protected sentBlock = 0
  protected told: string[] = []
  protected sent: string[] = []

  /** @param resetsOnContent the program ends a stream as soon as any of its content comes */
  constructor(
    role: 'server' | 'client',
    limits: ReferenceLimits,
    requests: readonly string[],
    resetsOnContent: boolean,
  ) {
    this.role = role
    this.resetsOnContent = resetsOnContent
    this.limits = limits
    this.receiveWindow = Math.max(65535, limits.connectionWindow)
    this.hpack = new HpackReference({
      tableBytes: 4096,
      listBytes: limits.headBytes,
      fieldCount: limits.fieldCount,
      stringBytes: 1e9,
    })
    for (const [i, method] of requests.entries()) this.open(2 * i + 1, method, false)
    // The peer's first SETTINGS, which were empty.
    this.priorities = false
  }

  /** Looks at what the connection has sent: it keeps the peer's windows and sizes, and each stream's order. */
  watch(frame: Frame): void {
    const { name, stream: id, payload } = frame
    const stream = this.streams.get(id)
    assert.ok(payload.length <= this.maxFrame, `${name} of ${payload.length} bytes`)
    if (name === 'CONTINUATION') {
      assert.equal(id, this.sentBlock, 'CONTINUATION of nothing')
      if (endsHeaders(frame)) this.sentBlock = 0
      return
    }
    assert.equal(this.sentBlock, 0, `${name} in a field block`)
    if (name === 'HEADERS' || name === 'DATA') {
      assert.ok(stream !== undefined && stream.ours === 'open', `${name} on stream ${id}, which is over`)
      if (name === 'HEADERS' && !endsHeaders(frame)) this.sentBlock = id
      if (name === 'DATA') {
        assert.ok(this.role === 'client' || stream.finalSent, 'DATA before HEADERS')
        stream.sendWindow -= payload.length
        this.sendWindow -= payload.length
        if (payload.length > 0) assert.ok(stream.sendWindow >= 0 && this.sendWindow >= 0, 'more than the window')
      } else stream.finalSent = true
      if (endsStream(frame)) {
        stream.ours = 'ended'
        this.closeIfOver(stream)
      }
    } else if (name === 'WINDOW_UPDATE') {
      const more = increment(frame)
      assert.ok(more > 0, 'WINDOW_UPDATE of nothing')
      if (id === 0) this.receiveWindow += more
      else if (stream !== undefined) stream.receiveWindow += more
      assert.ok(this.receiveWindow <= MOST && (stream?.receiveWindow ?? 0) <= MOST, 'a window above the most')
    } else if (name === 'RST_STREAM') {
      assert.ok((ERROR_CODES as readonly (string | number)[]).includes(errorCode(frame)), 'an unknown code')
      assert.ok(id % 2 === 1, 'RST_STREAM of a stream that cannot be')
      this.resetByUs.add(id)
      this.streams.delete(id)
    } else if (name === 'GOAWAY') {
      assert.ok((ERROR_CODES as readonly (string | number)[]).includes(errorCode(frame)), 'an unknown code')
      assert.ok(lastStream(frame) <= this.last, 'GOAWAY names a stream that was never open')
    }
  }

  /** How much may still be sent on a stream, which is over where there is none. */
  sendable(id: number): number {
    const stream = this.streams.get(id)
    return stream === undefined || stream.ours === 'ended' ? 0 : Math.min(stream.sendWindow, this.sendWindow)
  }

  /** A frame on a stream that is not open. */
  protected late(id: number): void {
    if (this.isIdle(id)) throw new ConnectionFault('PROTOCOL_ERROR')
    if (!this.resetByUs.has(id)) throw new ConnectionFault('STREAM_CLOSED')
    this.costs.idle++
  }

  protected isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.last
  }

  protected open(id: number, method: string, ended: boolean): Stream {
    const stream: Stream = {
      id,
      method,
      theirs: ended ? 'ended' : 'open',
      ours: 'open',
      due: -1,
      received: 0,
      headed: false,
      refused: false,
      receiveWindow: this.limits.streamWindow,
      sendWindow: this.initialWindow,
      finalSent: this.role === 'client',
      tunnelled: false,
    }
    this.streams.set(id, stream)
    this.used.add(id)
    if (this.role === 'client') this.last = id
    return stream
  }

  protected theyEnd(stream: Stream): void {
    this.told.push(`end ${stream.id}`)
    stream.theirs = 'ended'
    this.closeIfOver(stream)
  }

  protected closeIfOver(stream: Stream): void {
    if (stream.theirs === 'ended' && stream.ours === 'ended') this.streams.delete(stream.id)
  }

  protected refuse(id: number, code: string): void {
    this.costs.reset++
    this.resetByUs.add(id)
    this.told.push(`refused ${id} ${code}`)
    this.sent.push(`RST_STREAM ${id} ${code}`)
  }

  protected resetStream(id: number, code: string): void {
    this.costs.reset++
    this.streams.delete(id)
    this.resetByUs.add(id)
    this.told.push(`lost ${id} ${code}`)
    this.sent.push(`RST_STREAM ${id} ${code}`)
  }

  protected fail(code: string): void {
    this.over = true
    this.failed = true
    for (const id of this.streams.keys()) this.told.push(`lost ${id} ${code}`)
    this.streams.clear()
    this.told.push(`failed ${code}`)
    this.sent.push(`GOAWAY ${this.role === 'client' ? 0 : this.last} ${code}`)
  }
}
