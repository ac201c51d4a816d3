// One who listens to a topic: a place in its log, which moves on as events are taken. Nothing is kept for it but that.
import type { Exchange } from '../exchange/index.ts'
import { encodeEvent, lastEventIdIn } from '../sse/index.ts'
import type { EventLog } from './event-log.ts'

/** What a listener needs of its topic. */
export interface ListenedTopic {
  readonly log: EventLog
  readonly closed: boolean
  join(listener: Listener): void
  leave(listener: Listener): void
}

/** Where one begins who brings no id. */
export type ListenFrom = 'now' | 'oldest'

/** The events of a topic, encoded, for one client. To be listened to once, with `for await` or by what an events handler answers with. */
export class Listener implements AsyncIterableIterator<Uint8Array, undefined> {
  /** The place of the next event. */
  place = 0
  private readonly topic: ListenedTopic
  private readonly exchange: Exchange
  private readonly from: ListenFrom
  /** Bytes of events there were before it joined. */
  private joinedAt = 0
  private joined = false
  private left = false
  private waiting: ((result: IteratorResult<Uint8Array, undefined>) => void) | null = null
  private watched: AbortSignal | null = null

  constructor(topic: ListenedTopic, exchange: Exchange, from: ListenFrom) {
    this.topic = topic
    this.exchange = exchange
    this.from = from
  }

  /** Bytes of events that came since it listens, and that it has not taken. What was there before waits for it as long as it needs. */
  get behind(): number {
    const { log } = this.topic
    return log.end - Math.max(this.joinedAt, log.offset(this.place))
  }

  /** For those who loop: a client that goes ends the loop. */
  [Symbol.asyncIterator](): this {
    const { signal } = this.exchange
    if (signal.aborted) this.leave()
    else if (this.watched === null && !this.left) {
      this.watched = signal
      signal.addEventListener('abort', this.gone)
    }
    return this
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.waiting !== null) throw askedTwice()
    if (!this.joined && !this.left && !this.topic.closed) {
      const opening = this.join()
      if (opening !== null) return Promise.resolve({ done: false, value: opening })
    }
    const events = this.take()
    if (events !== null) return Promise.resolve({ done: false, value: events })
    if (this.left || this.topic.closed) {
      this.leave()
      return Promise.resolve(END)
    }
    return new Promise(resolve => {
      this.waiting = resolve
    })
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.leave()
    return Promise.resolve(END)
  }

  /** There are new events, or the topic is closed. Returns whether somebody was waiting for that. */
  wake(): boolean {
    const { waiting } = this
    if (waiting === null) return false
    const events = this.take()
    if (events === null && !this.topic.closed) return true
    this.waiting = null
    if (events === null) this.leave()
    waiting(events === null ? END : { done: false, value: events })
    return true
  }

  /** Gives up on a client that does not read: what waits for it in its connection is let go at once. */
  drop(reason: Error): void {
    this.leave()
    this.exchange.cut(reason)
  }

  /** Finds its place. Gives what the client is told of that. */
  private join(): Uint8Array | null {
    const { log } = this.topic
    const asked = lastEventIdIn(this.exchange.fields.get('last-event-id'))
    const found = asked === '' ? null : log.after(asked)
    this.joined = true
    this.joinedAt = log.end
    this.place = found ?? (this.from === 'now' ? log.next : log.first)
    this.topic.join(this)
    if (found !== null) return null
    // An id before the first event: who loses the stream before that has missed nothing when it comes back.
    const id = this.from === 'now' ? log.lastId : log.idBefore
    return encodeEvent(asked === '' ? { id } : { event: 'reset', id, data: asked })
  }

  private take(): Uint8Array | null {
    const { log } = this.topic
    if (!this.joined || this.left || this.place === log.next) return null
    const { bytes, to } = log.batch(this.place)
    this.place = to
    return bytes
  }

  private readonly gone = (): void => this.leave()

  private leave(): void {
    if (this.left) return
    this.left = true
    this.topic.leave(this)
    this.watched?.removeEventListener('abort', this.gone)
    this.watched = null
    const { waiting } = this
    this.waiting = null
    waiting?.(END)
  }
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined }

function askedTwice(): Error {
  return new Error('A listener is asked for one event at a time: the last one has not come yet')
}
