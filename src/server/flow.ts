// What every driver does with its channel: stops and resumes reading, ends in order with a lingering close, or cuts.
import type { Peer } from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'

/** Replies that may wait to be written, or for the kernel to take them, while further requests are taken up: a client that asks for many must also read. */
export const OUTPUT_AHEAD = 256 * 1024

export abstract class Flow {
  readonly channel: Channel
  /** FIN has been sent: what still comes in is thrown away until the peer closes too. */
  lingering = false
  /** Whose doing the end was, for the log. */
  endedBy = 'peer'

  /** The connection is taking bytes in: replies wait until it is through, to leave together. */
  protected receiving = false
  /** The kernel has not taken all of what was written. */
  protected stalled = false
  protected peerEnded = false
  protected readingPaused = false
  private peerMade: Peer | null = null

  constructor(channel: Channel) {
    this.channel = channel
  }

  get peer(): Peer {
    this.peerMade ??= { connection: this.channel.id, ...this.channel.ends }
    return this.peerMade
  }

  /** Writes what has gathered. */
  protected abstract flush(): void

  /** Sends FIN behind what was written, and lingers: a close at once could cost the peer the last reply (RFC 9112 section 9.6). */
  finish(why: string): void {
    if (this.lingering) return
    this.flush()
    this.lingering = true
    this.endedBy = why
    this.setReading(true)
    this.channel.finish()
  }

  /** Cuts the connection. With an error the peer sees a reset, so that it does not take half a reply for a whole one. */
  destroy(why: string, error?: Error): void {
    this.endedBy = why
    this.channel.destroy(error)
  }

  protected setReading(on: boolean): void {
    if (on !== this.readingPaused) return
    this.readingPaused = !on
    if (on) this.channel.resume()
    else this.channel.pause()
  }
}
