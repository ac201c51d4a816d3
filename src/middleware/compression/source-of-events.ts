// The source of compressed content that may be endless: one that knows nothing of being ended in order is ended for it,
// since compressed content that only breaks off cannot be read to its end.
import type { Body, Chunk } from '../../exchange/index.ts'

export class SourceOfEvents {
  private readonly body: Body
  /** Settles the pull under way with the end. */
  private stop: (() => void) | null = null
  private concluded = false

  constructor(body: Body) {
    this.body = body
  }

  /** As a body's. */
  pull(): Chunk | Promise<Chunk> {
    if (this.concluded) return null
    const chunk = this.body.pull()
    if (!(chunk instanceof Promise) || !this.body.endless || this.body.conclude !== undefined) return chunk
    return new Promise((resolve, reject) => {
      this.stop = () => resolve(null)
      chunk.then(resolve, reject)
    })
  }

  cancel(reason: unknown): void {
    if (!this.concluded) this.body.cancel(reason)
  }

  conclude(): void {
    if (this.concluded) return
    if (this.body.conclude !== undefined) {
      this.body.conclude()
      return
    }
    this.concluded = true
    this.body.cancel('The stream is ended')
    this.stop?.()
  }
}
