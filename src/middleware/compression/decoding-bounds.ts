// How much a client may make of how little: the bounds of one request's content that is decompressed, over all its codings.
import { CODINGS, type Coding } from './codings.ts'
import { bomb, busy, tooMuch } from './decoding-errors.ts'
import type { CodecMemory, Lease } from './memory.ts'

/** Bytes that any content may be decompressed to: below that no ratio harms. */
const ANY_RATIO = 1024 * 1024

/** What has been received of a request's content, before it is decompressed. */
export interface Received {
  bytes: number
}

export interface Bounds {
  /** The most bytes that any of the codings may come to. */
  readonly limit: number
  /** The most bytes for each byte received. */
  readonly ratio: number
  readonly memory: CodecMemory
}

/** The bounds of one coding of one request's content. */
export class DecodingBounds {
  private readonly bounds: Bounds
  private readonly received: Received
  private readonly coding: Coding
  private lease: Lease | null = null
  private size = 0
  private counted = 0

  constructor(bounds: Bounds, received: Received, coding: Coding) {
    this.bounds = bounds
    this.received = received
    this.coding = coding
  }

  /** A codec is opened. @throws Refused where the codecs of all take too much memory already */
  open(): void {
    this.counted = CODINGS[this.coding].decoder.start
    this.lease = this.bounds.memory.lend(this.counted)
    if (this.lease === null) throw busy()
  }

  /** So many more bytes came out. @throws Refused where that is too much */
  made(count: number): void {
    const { limit, ratio } = this.bounds
    this.size += count
    if (this.size > limit) throw tooMuch(limit)
    if (this.size > ANY_RATIO && this.size > this.received.bytes * ratio) throw bomb(ratio)
    this.grow()
  }

  close(): void {
    this.lease?.end()
    this.lease = null
  }

  /** A window grows with what has been made, up to its bound. */
  private grow(): void {
    const { start, window } = CODINGS[this.coding].decoder
    const wanted = start + Math.min(window, this.size)
    // In steps, so that the usual small content is counted once.
    if (wanted <= this.counted + start) return
    if (!this.lease?.resize(wanted)) throw busy()
    this.counted = wanted
  }
}
