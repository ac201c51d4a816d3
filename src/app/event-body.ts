// The content of a stream of events: what a source yields, in whole events, with heartbeats between them. The source is asked for the next
// event when the wire has room for it, so a slow reader stops it.
import type { Body, Chunk } from '../exchange/index.ts'
import { encodeEvent, type ServerSentEvent } from '../sse/index.ts'
import type { Beat, Beaten } from './beat.ts'
import { Listener } from './listener.ts'

/** What a stream may yield: an event, the data of one without a name, or bytes of whole events that have been encoded before. */
export type YieldedEvent = ServerSentEvent | string | Uint8Array

/** What the streams of a route have in common. */
export interface EventStreamPlan {
  /** What is sent first, before there is an event. */
  readonly opening: Uint8Array
  readonly beat: Beat
  /** Beats without an event after which a heartbeat is sent; 0 for never. */
  readonly patience: number
}

/** A comment without a word: what nobody is told of, and keeps a connection alive. */
export const HEARTBEAT = Uint8Array.of(0x3a, 0x0a, 0x0a)

export class EventBody implements Body, Beaten {
  readonly length = undefined
  readonly endless = true
  private readonly source: AsyncIterable<YieldedEvent>
  private readonly plan: EventStreamPlan
  private readonly failed: ((error: unknown) => void) | null
  private iterator: AsyncIterator<YieldedEvent> | null = null
  /** The source has been asked for an event, and has not answered. */
  private asked = false
  /** What it has answered with while nobody was pulling: null for its end. */
  private ready: Chunk | undefined = undefined
  /** The pull that waits. */
  private waiting: PromiseWithResolvers<Chunk> | null = null
  private over = false
  /** Beats since something was sent. */
  private quiet = 0

  /** @param failed is told what the source throws, and the stream ends in order then; without it the content breaks off */
  constructor(source: AsyncIterable<YieldedEvent>, plan: EventStreamPlan, failed: ((error: unknown) => void) | null) {
    this.source = source
    this.plan = plan
    this.failed = failed
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.iterator === null && !this.over) {
      this.begin()
      return this.plan.opening
    }
    if (this.ready !== undefined) {
      const chunk = this.ready
      this.ready = undefined
      return chunk
    }
    if (this.over) return null
    // What settles this may do so before the source returns.
    const waiting = Promise.withResolvers<Chunk>()
    this.waiting = waiting
    if (!this.asked) this.ask()
    return waiting.promise
  }

  cancel(): void {
    this.ready = undefined
    this.waiting = null
    this.stop()
  }

  /** What the source has given already is still sent. */
  conclude(): void {
    if (this.over) return
    this.stop()
    this.waiting?.resolve(null)
    this.waiting = null
  }

  beat(): void {
    this.quiet++
    if (this.waiting === null || this.quiet < this.plan.patience) return
    this.settle(HEARTBEAT)
  }

  private begin(): void {
    const { source } = this
    // A listener is told by `return`; only those who cannot be told so must watch the signal.
    this.iterator = source instanceof Listener ? source : source[Symbol.asyncIterator]()
    if (this.plan.patience > 0) this.plan.beat.add(this)
  }

  private ask(): void {
    this.asked = true
    try {
      this.iterator!.next().then(this.answered, this.broke)
    } catch (error) {
      this.broke(error)
    }
  }

  private readonly answered = ({ done, value }: IteratorResult<YieldedEvent>): void => {
    this.asked = false
    if (this.over) return
    if (done) {
      this.finish()
      this.settle(null)
      return
    }
    let chunk: Uint8Array
    try {
      chunk = bytesOf(value)
    } catch (error) {
      this.returnSource()
      this.broke(error)
      return
    }
    this.settle(chunk)
  }

  private readonly broke = (error: unknown): void => {
    // Where nobody is waiting any more this is how the source took its end.
    if (this.over) return
    this.finish()
    if (this.failed === null) {
      this.waiting?.reject(error)
      this.waiting = null
      return
    }
    this.failed(error)
    this.settle(null)
  }

  private settle(chunk: Chunk): void {
    this.quiet = 0
    if (this.waiting === null) {
      this.ready = chunk
      return
    }
    this.waiting.resolve(chunk)
    this.waiting = null
  }

  /** The source is to stop. */
  private stop(): void {
    if (this.over) return
    this.finish()
    this.returnSource()
  }

  private finish(): void {
    this.over = true
    this.plan.beat.remove(this)
  }

  private returnSource(): void {
    // What a source throws while it is told to stop has nobody left to tell.
    const returned = async () => this.iterator?.return?.()
    returned().catch(() => {})
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return encodeEvent({ data: value })
  if (typeof value === 'object' && value !== null) return encodeEvent(value as ServerSentEvent)
  throw noEvent(value)
}

function noEvent(value: unknown): TypeError {
  return new TypeError(
    `A stream of events yields events ({ data }), text, or events that are encoded, not ${value === null ? 'null' : `${typeof value} ${String(value).slice(0, 40)}`}`,
  )
}
