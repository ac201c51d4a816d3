// What a connection receives as content, to be pulled: between the wire, which pushes, and the reader, who asks. It
// holds one chunk at the most; while nobody asks, the connection is paused.
import type { Body, Chunk } from '../exchange/index.ts'

/** Where the content comes from. */
export interface ContentSource {
  /** The reader waits: let content come in. It may be delivered before this returns. */
  wanted(): void
  /** The reader wants no more. */
  unwanted(): void
}

export class IncomingBody implements Body {
  readonly length: number | undefined
  /** Whether anybody has asked for content yet. */
  started = false
  private readonly source: ContentSource
  private ready: Uint8Array | null = null
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
    return this.ready === null ? 0 : this.ready.length
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
    this.ready = null
    this.error = new Error('This content was cancelled')
    this.source.unwanted()
  }

  /** Hands a chunk on, which is the reader's from now on. */
  deliver(chunk: Uint8Array): void {
    this.ready = chunk
    this.settle()
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
    this.ready = null
    return chunk
  }
}

/** The content of a request without any. */
export const NO_CONTENT: Body = { length: 0, pull: () => null, cancel() {} }

function pulledTwice(): Error {
  return new Error('Content is pulled one chunk at a time: the last pull has not settled yet')
}
