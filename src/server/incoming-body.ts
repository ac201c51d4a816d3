// What a connection receives as content, to be pulled: between the wire, which pushes, and the reader, who asks. How
// much it holds is bounded by the wire: one chunk where the connection is paused while nobody asks, else a window.
import { ByteQueue } from '../bytes/byte-queue.ts'
import { copyOf } from '../bytes/copy.ts'
import type { Body, Chunk } from '../exchange/index.ts'

/** Where the content comes from. */
export interface ContentSource {
  /** The reader waits: let content come in. It may be delivered before this returns. */
  wanted(): void
  /** The reader wants no more. */
  unwanted(): void
  /** So many bytes are the reader's now, or thrown away. */
  taken(count: number): void
}

export class IncomingBody implements Body {
  readonly length: number | undefined
  /** Whether anybody has asked for content yet. */
  started = false
  /** Bytes that have come. */
  received = 0
  private readonly source: ContentSource
  private ready: Uint8Array | null = null
  /** What has come behind that; only where the wire does not pause. */
  private behind: ByteQueue | null = null
  private ended = false
  private error: unknown = null
  private waiting: PromiseWithResolvers<Chunk> | null = null

  constructor(source: ContentSource, length: number | undefined) {
    this.source = source
    this.length = length
  }

  /** Whether a reader waits for content. */
  get pulling(): boolean {
    return this.waiting !== null
  }

  /** Whether the reader will get no more: the content has ended, or was cancelled, or cannot be completed. */
  get over(): boolean {
    return this.ended || this.error !== null
  }

  /** Bytes held for the reader. */
  get heldBytes(): number {
    return this.ready === null ? 0 : this.ready.length + (this.behind?.size ?? 0)
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.waiting !== null) throw pulledTwice()
    this.started = true
    if (this.nothing) this.source.wanted()
    if (!this.nothing) return this.settled()
    this.waiting = Promise.withResolvers<Chunk>()
    // A reader that has lost interest by the time the client is gone has nobody to tell.
    this.waiting.promise.catch(() => {})
    return this.waiting.promise
  }

  cancel(): void {
    if (this.ended || this.error !== null) return
    const unread = this.heldBytes
    this.ready = null
    this.behind = null
    this.error = new Error('This content was cancelled')
    if (unread > 0) this.source.taken(unread)
    this.source.unwanted()
  }

  /** Hands on a copy of the bytes from `start` to `end`. */
  deliver(bytes: Uint8Array, start: number, end: number): void {
    this.received += end - start
    if (this.ready === null) {
      this.ready = copyOf(bytes, start, end)
      this.settle()
    } else {
      this.behind ??= new ByteQueue()
      this.behind.add(bytes, start, end)
    }
  }

  finish(): void {
    this.ended = true
    this.settle()
  }

  /** The content cannot be completed. */
  fail(error: unknown): void {
    if (this.ended || this.error !== null) return
    this.error = error
    this.settle()
  }

  /** Nor is what has come of it worth reading. */
  abandon(error: unknown): void {
    if (this.ended) return
    this.fail(error)
    this.ready = null
    this.behind = null
  }

  private get nothing(): boolean {
    return this.ready === null && !this.ended && this.error === null
  }

  private settle(): void {
    const { waiting } = this
    if (waiting === null) return
    this.waiting = null
    if (this.ready === null && !this.ended) waiting.reject(this.error)
    else waiting.resolve(this.settled())
  }

  private settled(): Chunk {
    if (this.ready === null && !this.ended) throw this.error
    const chunk = this.ready
    this.ready = this.behind === null ? null : this.behind.take()
    if (chunk !== null) this.source.taken(chunk.length)
    return chunk
  }
}

/** The content of a request without any. */
export const NO_CONTENT: Body = { length: 0, pull: () => null, cancel() {} }

function pulledTwice(): Error {
  return new Error('Content is pulled one chunk at a time: the last pull has not settled yet')
}
