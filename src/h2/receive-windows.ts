// Flow control of what comes in (RFC 9113 section 5.2): how much the peer may send before it must wait, and when it is
// told that it may go on. What was used is given back in halves of a window. A window that is used up while its reader
// keeps pace is doubled, so that a fast upload over a long path fills it; all connections share what they may grow by.
import type { ByteOutput } from '../bytes/byte-output.ts'
import { putWindowUpdate } from './frame-writer.ts'
import { DEFAULT_WINDOW } from './frames.ts'
import type { H2Limits, WindowBudget } from './limits.ts'
import { receives } from './states.ts'
import type { H2Stream } from './stream.ts'

export class ReceiveWindows {
  private readonly limits: H2Limits
  private readonly budget: WindowBudget
  private readonly output: ByteOutput
  /** What the peer may still send on all streams together, what that was opened to, and what is to be given back. */
  private window = DEFAULT_WINDOW
  private size = DEFAULT_WINDOW
  private consumed = 0
  /** What this connection has of the shared budget for its own window. */
  private grown = 0
  private closed = false

  constructor(limits: H2Limits, budget: WindowBudget, output: ByteOutput) {
    this.limits = limits
    this.budget = budget
    this.output = output
  }

  /** Opens the connection's window to what it is to be: it begins with the protocol's default, whatever SETTINGS say (section 6.9.2). */
  start(): void {
    const more = this.limits.connectionWindow - DEFAULT_WINDOW
    if (more <= 0) return
    this.window += more
    this.size += more
    putWindowUpdate(this.output, 0, more)
  }

  /** A DATA frame takes its whole length of the connection's window. @returns false where it takes too much */
  take(length: number): boolean {
    this.window -= length
    return this.window >= 0
  }

  /** And of its stream's. @returns false where it takes too much */
  takeOf(stream: H2Stream, length: number): boolean {
    stream.receiveWindow -= length
    return stream.receiveWindow >= 0
  }

  /** What was used of a stream's content, or was only padding. @param mayGrow the reader keeps pace, if all has been used now */
  giveBack(stream: H2Stream, count: number, mayGrow = true): void {
    this.giveBackToConnection(count)
    if (!receives(stream.state)) return
    stream.consumed += count
    if (stream.consumed < stream.windowSize >> 1) return
    // What is announced to come fits already: no need to say more.
    if (stream.contentDue >= 0 && stream.contentDue <= stream.receiveWindow) return
    let increment = stream.consumed
    if (mayGrow && stream.unread === 0) {
      const growth = this.growth(stream.windowSize)
      stream.windowSize += growth
      increment += growth
    }
    stream.consumed = 0
    stream.receiveWindow += increment
    putWindowUpdate(this.output, stream.id, increment)
  }

  giveBackToConnection(count: number): void {
    this.consumed += count
    if (this.consumed < this.size >> 1 || this.closed) return
    let increment = this.consumed
    // Nothing is left unread when all but what may still come has been used.
    if (this.window + this.consumed >= this.size) {
      const growth = this.growth(this.size)
      this.size += growth
      this.grown += growth
      increment += growth
    }
    this.consumed = 0
    this.window += increment
    putWindowUpdate(this.output, 0, increment)
  }

  /** The stream is over: what it had of the budget is free, and what nobody will read is given back to the connection. */
  release(stream: H2Stream): void {
    this.budget.left += stream.windowSize - this.limits.streamWindow
    stream.windowSize = this.limits.streamWindow
    const { unread } = stream
    stream.unread = 0
    if (unread > 0) this.giveBackToConnection(unread)
  }

  /** Opens the connection's window by the least there is: a frame that asks for no answer. */
  nudge(): void {
    this.window++
    this.size++
    putWindowUpdate(this.output, 0, 1)
  }

  /** Nothing more is to be received: no window is opened again. */
  close(): void {
    this.closed = true
  }

  /** The connection is over. */
  releaseAll(): void {
    this.budget.left += this.grown
    this.grown = 0
  }

  private growth(size: number): number {
    const growth = Math.max(0, Math.min(size, this.limits.mostWindow - size, this.budget.left))
    this.budget.left -= growth
    return growth
  }
}
