// Content that is compressed while it is sent: pulled from the source chunk by chunk, through the codec, to whoever pulls
// here. What has been fed is flushed as soon as the source makes us wait, so that nothing that it gave is held back.
import type { Body, Chunk } from '../../exchange/index.ts'
import { Codec } from './codec.ts'
import type { CodecStream } from './codings.ts'
import type { Lease } from './memory.ts'
import { SourceOfEvents } from './source-of-events.ts'

/** Bytes that are fed at a time: what comes out of a codec at once stays within a bound then. */
const AT_ONCE = 64 * 1024

export interface Compressing {
  readonly source: Body
  readonly lease: Lease
  /** The codec's own stream flushes each chunk by itself: for events. */
  readonly flushes: boolean
  /** Makes the codec's stream, when the first chunk is asked for. */
  readonly open: () => CodecStream
}

export class CompressedBody implements Body {
  /** How much it will be nobody knows. */
  readonly length = undefined
  readonly endless: boolean
  private readonly compressing: Compressing
  private readonly source: SourceOfEvents
  private codec: Codec | null = null
  /** What is left of the source's chunk. */
  private rest: Uint8Array | null = null
  /** A chunk of the source that is still being waited for. */
  private waited: Promise<Chunk> | null = null
  private unflushed = false
  private sourceEnded = false
  private over = false

  constructor(compressing: Compressing) {
    this.compressing = compressing
    this.source = new SourceOfEvents(compressing.source)
    this.endless = compressing.source.endless === true
  }

  async pull(): Promise<Chunk> {
    if (this.over) return null
    try {
      this.codec ??= new Codec(this.compressing.open(), false)
      const chunk = await this.next(this.codec)
      if (chunk === null) this.close()
      return chunk
    } catch (error) {
      // Cancelled while the codec worked: nobody waits for this any more.
      if (this.over) return null
      this.fail(error)
      throw error
    }
  }

  cancel(reason: unknown): void {
    if (this.over) return
    this.close()
    // The codec may still read the chunk that the source has lent; what it makes of it is thrown away.
    if (!this.sourceEnded) this.source.cancel(reason)
  }

  conclude(): void {
    if (!this.over) this.source.conclude()
  }

  private async next(codec: Codec): Promise<Chunk> {
    for (;;) {
      const made = codec.take()
      if (made !== undefined) return made
      if (this.over || codec.ended) return null
      if (this.rest !== null) await this.feed(codec, this.rest)
      else await this.turn(codec)
    }
  }

  /** Asks the source, and flushes where it has nothing at once. */
  private async turn(codec: Codec): Promise<void> {
    const pulled = this.waited ?? this.pullSource()
    if (pulled instanceof Promise && this.unflushed && !(await isSoon(pulled))) {
      if (this.over) return
      this.waited = pulled
      this.unflushed = false
      await codec.flush()
      return
    }
    const chunk = await pulled
    this.waited = null
    if (this.over) return
    if (chunk !== null) {
      this.rest = chunk.length > 0 ? chunk : null
      return
    }
    this.sourceEnded = true
    await codec.end()
  }

  private pullSource(): Chunk | Promise<Chunk> {
    try {
      const pulled = this.source.pull()
      if (!(pulled instanceof Promise)) return pulled
      return pulled.catch(error => this.sourceFailed(error))
    } catch (error) {
      return this.sourceFailed(error)
    }
  }

  /** A source that failed needs no cancelling. */
  private sourceFailed(error: unknown): never {
    this.sourceEnded = true
    throw error
  }

  private async feed(codec: Codec, chunk: Uint8Array): Promise<void> {
    this.rest = chunk.length > AT_ONCE ? chunk.subarray(AT_ONCE) : null
    this.unflushed = !this.compressing.flushes
    await codec.feed(this.rest === null ? chunk : chunk.subarray(0, AT_ONCE))
  }

  private fail(error: unknown): void {
    this.close()
    if (!this.sourceEnded) this.source.cancel(error)
  }

  private close(): void {
    this.over = true
    this.rest = null
    this.codec?.close()
    this.compressing.lease.end()
  }
}

/** Whether the promise settles before the thread has looked for anything else to do. */
async function isSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  await new Promise(resolve => setImmediate(resolve))
  return settled
}
