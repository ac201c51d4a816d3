// A stream of events, compressed: each chunk of the source goes out at once and whole, so that no event waits for the next.
import type { Body, Chunk } from '../../exchange/index.ts'
import { EventDeflate } from './event-deflate.ts'
import type { Lease } from './memory.ts'
import { SourceOfEvents } from './source-of-events.ts'

export class EventBody implements Body {
  readonly length = undefined
  readonly endless: boolean
  private readonly source: SourceOfEvents
  private readonly lease: Lease
  private readonly deflate: EventDeflate
  private over = false

  constructor(source: Body, coding: 'gzip' | 'deflate', level: number, lease: Lease) {
    this.source = new SourceOfEvents(source)
    this.endless = source.endless === true
    this.lease = lease
    this.deflate = new EventDeflate(coding, level)
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.over) return null
    let chunk: Chunk | Promise<Chunk>
    try {
      chunk = this.source.pull()
    } catch (error) {
      return this.sourceFailed(error)
    }
    return chunk instanceof Promise ? chunk.then(this.compressed, this.sourceFailed) : this.compressed(chunk)
  }

  cancel(reason: unknown): void {
    if (this.over) return
    this.close()
    this.source.cancel(reason)
  }

  conclude(): void {
    if (!this.over) this.source.conclude()
  }

  private readonly compressed = (chunk: Chunk): Chunk | Promise<Chunk> => {
    if (this.over) return null
    if (chunk === null) {
      this.close()
      // The end of the stream; the next pull finds it over.
      return this.deflate.end()
    }
    if (chunk.length === 0) return chunk
    try {
      const made = this.deflate.next(chunk)
      return made instanceof Promise ? made.catch(this.codecFailed) : made
    } catch (error) {
      return this.codecFailed(error)
    }
  }

  private readonly codecFailed = (error: unknown): never => {
    this.cancel(error)
    throw error
  }

  private readonly sourceFailed = (error: unknown): never => {
    this.close()
    throw error
  }

  private close(): void {
    this.over = true
    this.lease.end()
  }
}
