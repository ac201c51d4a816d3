// Content that is decompressed while it is read: one coding taken off. Its laws: no more than a few pieces of output are
// held, whatever the input promises; what is not exactly one coded content, to its last byte, is refused.
import type { Body, Chunk } from '../../exchange/index.ts'
import { Codec } from './codec.ts'
import { CODINGS, type Coding } from './codings.ts'
import type { DecodingBounds } from './decoding-bounds.ts'
import { brokenContent, contentBehindTheEnd } from './decoding-errors.ts'

export class DecodedBody implements Body {
  readonly length = undefined
  private readonly source: Body
  private readonly coding: Coding
  private readonly bounds: DecodingBounds
  private codec: Codec | null = null
  private sourceEnded = false
  private over = false

  constructor(source: Body, coding: Coding, bounds: DecodingBounds) {
    this.source = source
    this.coding = coding
    this.bounds = bounds
  }

  async pull(): Promise<Chunk> {
    if (this.over) return null
    try {
      const chunk = await this.next()
      if (chunk === null) this.close()
      return chunk
    } catch (error) {
      if (this.over) return null
      const told = error === this.codec?.failed ? brokenContent(this.coding, error as Error) : error
      this.close()
      if (!this.sourceEnded) this.source.cancel(told)
      throw told
    }
  }

  cancel(reason: unknown): void {
    if (this.over) return
    this.close()
    if (!this.sourceEnded) this.source.cancel(reason)
  }

  private async next(): Promise<Chunk> {
    for (;;) {
      const made = this.codec?.take()
      if (made !== undefined) {
        this.bounds.made(made.length)
        return made
      }
      if (this.codec?.busy) await this.codec.progress()
      else if (!(await this.feed())) return null
      if (this.over) return null
    }
  }

  /** Goes on with what comes next of the source; false where all has been made. */
  private async feed(): Promise<boolean> {
    const { codec } = this
    if (codec?.ended && codec.unused > 0) throw contentBehindTheEnd(this.coding)
    if (this.sourceEnded) return false
    const chunk = await this.pullSource()
    if (this.over) return false
    if (chunk === null) {
      this.sourceEnded = true
      // No byte at all is no content, whatever its coding is said to be.
      if (codec === null) return false
      if (!codec.ended) codec.end()
      return true
    }
    if (chunk.length === 0) return true
    // Some runtimes end here only, and not with the bytes themselves.
    if (codec?.ended) throw contentBehindTheEnd(this.coding)
    this.codec ??= this.opened()
    this.codec.feed(chunk)
    return true
  }

  private opened(): Codec {
    this.bounds.open()
    return new Codec(CODINGS[this.coding].decompressor(), true)
  }

  private async pullSource(): Promise<Chunk> {
    try {
      return await this.source.pull()
    } catch (error) {
      this.sourceEnded = true
      throw error
    }
  }

  private close(): void {
    this.over = true
    this.codec?.close()
    this.bounds.close()
  }
}
