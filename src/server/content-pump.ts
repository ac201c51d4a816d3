// Moves content from a body, which is pulled, to a channel, which pushes back: the next chunk is asked for when the
// kernel has taken the last one, so a slow reader stops the producer and one chunk is all that is held.
import type { Body, Chunk } from '../exchange/index.ts'

/** Bytes moved without a break before others get their turn: a producer that never waits must not keep the thread. */
const AT_ONCE = 1024 * 1024

/** Where the content goes. */
export interface ContentTarget {
  /** Writes the chunk; false where the kernel has not taken all of it yet: `resume` is called when it has. */
  take(chunk: Uint8Array): boolean
  /** The content has ended. */
  completed(): void
  /** The content cannot be completed; the body needs no cancelling. */
  brokeOff(error: unknown): void
  /** The body failed while it let go of what it holds: nothing waits for it. */
  letGoFailed(error: unknown): void
}

export class ContentPump {
  readonly body: Body
  private readonly target: ContentTarget
  private movedAtOnce = 0
  private state: 'ready' | 'pulling' | 'blocked' | 'over' = 'ready'

  constructor(body: Body, target: ContentTarget) {
    this.body = body
    this.target = target
  }

  /** Whether the producer is being waited for. */
  get pulling(): boolean {
    return this.state === 'pulling'
  }

  /** Moves what can be moved. */
  start(): void {
    this.state = 'ready'
    while (this.state === 'ready') {
      if (this.movedAtOnce > AT_ONCE) {
        this.state = 'blocked'
        setImmediate(() => this.resume())
        return
      }
      let chunk: Chunk | Promise<Chunk>
      try {
        chunk = this.body.pull()
      } catch (error) {
        this.fail(error)
        return
      }
      // Pulling is the program's code: it may have ended everything.
      if (this.isOver) {
        if (chunk instanceof Promise) chunk.catch(() => {})
        return
      }
      if (chunk instanceof Promise) {
        this.state = 'pulling'
        chunk.then(this.pulled, this.fail)
        return
      }
      this.move(chunk)
    }
  }

  /** The kernel has taken everything: goes on. */
  resume(): void {
    if (this.state !== 'blocked') return
    this.movedAtOnce = 0
    this.start()
  }

  /** Stops for good, where the content has not ended by itself. */
  cancel(reason: unknown): void {
    if (this.state === 'over') return
    this.state = 'over'
    letGo(this.body, reason, this.target)
  }

  /** Ends endless content in order, behind what is owed of it; `completed` is told, at once or later. */
  conclude(reason: unknown): void {
    if (this.state === 'over') return
    if (this.body.conclude === undefined) {
      this.cancel(reason)
      this.target.completed()
      return
    }
    try {
      this.body.conclude()
    } catch (error) {
      this.cancel(reason)
      this.target.brokeOff(error)
    }
  }

  private get isOver(): boolean {
    return this.state === 'over'
  }

  private readonly pulled = (chunk: Chunk): void => {
    if (this.state !== 'pulling') return
    this.state = 'ready'
    this.move(chunk)
    if (this.state === 'ready') this.start()
  }

  private move(chunk: Chunk): void {
    if (chunk === null) {
      this.state = 'over'
      this.target.completed()
      return
    }
    // An empty chunk is a step too, or a producer of nothing but these would never let go.
    this.movedAtOnce += chunk.length + 1
    if (chunk.length === 0) return
    let taken: boolean
    try {
      taken = this.target.take(chunk)
    } catch (error) {
      // More content than was promised: the body still holds what it holds.
      this.cancel(error)
      this.target.brokeOff(error)
      return
    }
    if (!taken && this.state === 'ready') this.state = 'blocked'
  }

  private readonly fail = (error: unknown): void => {
    if (this.state === 'over') return
    this.state = 'over'
    this.target.brokeOff(error)
  }
}

/** Tells a body that the rest of it is not wanted. A program that fails at that must not take the connection's end with it. */
export function letGo(body: Body, reason: unknown, target: Pick<ContentTarget, 'letGoFailed'>): void {
  try {
    body.cancel(reason)
  } catch (error) {
    target.letGoFailed(error)
  }
}
