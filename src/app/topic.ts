// A topic: events that many clients listen to at the same time. Each event is encoded once and kept once, for all that have not got it
// yet and for those that come back; who falls too far behind is dropped, so that it costs the others nothing.
import type { Exchange } from '../exchange/index.ts'
import { encodeEvent, type ServerSentEvent } from '../sse/index.ts'
import { EventLog } from './event-log.ts'
import { type ListenedTopic, Listener, type ListenFrom } from './listener.ts'

/** How much a topic keeps, and how far a listener may fall behind. */
export interface TopicOptions {
  /** Events that are kept for clients that come back: 1,000 unless said. */
  readonly history?: number
  /** Bytes that these may have together: 1 MB unless said; the oldest are let go beyond that. */
  readonly historyBytes?: number
  /**
   * Bytes of events that may wait for one listener before it is dropped: 1 MB unless said (Redis drops its subscribers at 8 MB). They
   * are not held for each listener but once for all. Must be more than what is ever published at one go.
   */
  readonly limit?: number
  /**
   * The id of the last event that there was before this topic, as an earlier run of the program has kept it. A client that has it has
   * missed nothing, and ids go on from it: after `41` or `a-41` comes 42 or `a-42`.
   */
  readonly lastId?: string | number
}

/** What a listener that brings no id is given. */
export interface ListenOptions {
  /** What a client gets that brings no id, or one that is not known any more: events from `now` on, or all that are kept, from the `oldest` on. `now` unless said. */
  readonly from?: ListenFrom
}

/** Reads too slowly: more waits for a listener than its topic allows. What its connection's signal aborts with. */
export class ListenerTooSlow extends Error {
  override name = 'ListenerTooSlow'
}

const MEGABYTE = 1024 * 1024

/**
 * Events for many clients.
 *
 *     const prices = new Topic()
 *     app.events('/prices', context => prices.listen(context))
 *     prices.publish({ event: 'price', data: { name: 'tea', price: 4.2 } })
 *
 * A client that comes back gets what it has missed, by the id of the last event that it got. Where that is not known, because it is too
 * old or of a run of the program whose events are not kept, it is sent an event of the type `reset` first, whose data is that id.
 */
export class Topic {
  private readonly state: TopicState

  /** @throws RangeError for bounds that are no whole numbers, TypeError for a last id that cannot be one */
  constructor(options: TopicOptions = {}) {
    this.state = new TopicState(options)
  }

  /** How many listen. */
  get listeners(): number {
    return this.state.listeners.size
  }

  /** The last event's id; before the first, the one that the topic was given, or made for itself. To be kept over a restart. */
  get lastId(): string {
    return this.state.log.lastId
  }

  /**
   * Sends an event to all who listen; a string is the data of one without a type. What is published within one turn leaves in one write
   * to each. An event that brings no id gets the one behind the last; those that are given must each be another.
   * @returns the event's id
   * @throws TypeError for what cannot be sent, for an empty id, and once the topic is closed
   */
  publish(event: ServerSentEvent | string): string {
    return this.state.publish(typeof event === 'string' ? { data: event } : event)
  }

  /**
   * Listens for a client: what an events handler answers with, or `yield*` passes on. It counts as a listener from the first event
   * that it is asked for until it is returned or the client has gone.
   * @param client the context, or the exchange, of the client's request: its `Last-Event-ID` says where it left off
   * @throws TypeError for a place to begin at that there is not
   */
  listen(
    client: Exchange | { readonly exchange: Exchange },
    { from = 'now' }: ListenOptions = {},
  ): AsyncIterable<Uint8Array> {
    if (from !== 'now' && from !== 'oldest') throw noSuchPlace(from)
    return new Listener(this.state, 'exchange' in client ? client.exchange : client, from)
  }

  /** Ends all streams when they have got what waits for them, and lets go of what is kept. What listens later ends at once. */
  close(): void {
    this.state.close()
  }
}

class TopicState implements ListenedTopic {
  readonly log: EventLog
  readonly listeners = new Set<Listener>()
  closed = false
  private readonly history: number
  private readonly historyBytes: number
  private readonly limit: number
  private readonly ids = new Ids()
  /** What was published before the listeners were last woken. */
  private toldUpTo = 0
  private tellingLater = false
  private telling = false

  constructor({ history = 1000, historyBytes = MEGABYTE, limit = MEGABYTE, lastId }: TopicOptions) {
    this.history = whole('history', history, 0)
    this.historyBytes = whole('historyBytes', historyBytes, 0)
    this.limit = whole('limit', limit, 1)
    if (lastId !== undefined) this.ids.goOnFrom(idOf(lastId))
    this.log = new EventLog(lastId === undefined ? this.ids.first : idOf(lastId))
  }

  publish(event: ServerSentEvent): string {
    if (this.closed) throw isClosed()
    const id = event.id === undefined ? this.ids.following : idOf(event.id)
    // In memory of its own: small buffers share theirs, and an event that is kept would keep all of it.
    const bytes = new Uint8Array(encodeEvent({ ...event, id }))
    this.ids.goOnFrom(id)
    this.log.add(id, bytes)
    if (this.listeners.size === 0) this.trim()
    else if (this.log.end - this.toldUpTo > this.limit && !this.telling) this.tell()
    else this.tellLater()
    return id
  }

  join(listener: Listener): void {
    this.listeners.add(listener)
  }

  leave(listener: Listener): void {
    this.listeners.delete(listener)
    if (this.closed && this.listeners.size === 0) this.trim()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.tellLater()
  }

  private tellLater(): void {
    if (this.tellingLater) return
    this.tellingLater = true
    queueMicrotask(() => {
      this.tellingLater = false
      this.tell()
    })
  }

  /** Wakes those who wait, and drops those who have not taken enough for too long. */
  private tell(): void {
    if (this.telling) return
    this.telling = true
    this.toldUpTo = this.log.end
    for (const listener of this.listeners) {
      if (!listener.wake() && listener.behind > this.limit) listener.drop(tooSlow(this.limit))
    }
    this.telling = false
    this.trim()
  }

  private trim(): void {
    const { log } = this
    let needed = log.next
    for (const listener of this.listeners) needed = Math.min(needed, listener.place)
    if (this.closed) log.trim(0, 0, needed)
    else log.trim(this.history, this.historyBytes, needed)
  }
}

/** Makes ids that go on from the last one. Where there was none they begin with what no other run of the program begins with. */
class Ids {
  private prefix = `${crypto.randomUUID().slice(0, 8)}-`
  private count = 0
  private next: string | null = null

  get following(): string {
    this.next ??= `${this.prefix}${this.count + 1}`
    return this.next
  }

  /** This is the last one: the next goes on from it, if it ends in a number. */
  goOnFrom(id: string): void {
    if (id === this.next) this.count++
    else {
      const [, prefix, digits] = /^(.*?)(0|[1-9][0-9]{0,14})$/su.exec(id) ?? []
      if (prefix === undefined) return
      this.prefix = prefix
      this.count = Number(digits)
    }
    this.next = null
  }

  /** What stands for the place before all events. */
  get first(): string {
    return `${this.prefix}${this.count}`
  }
}

function idOf(given: string | number): string {
  const id = String(given)
  // What an event cannot be sent with is refused as such.
  encodeEvent({ id: given })
  if (id === '' || CANNOT_COME_BACK.test(id)) throw noWayBack(id)
  return id
}

/** What a client cannot send as the value of a field (RFC 9110 section 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
const CANNOT_COME_BACK = /^[ \t]|[\x00-\x1f\x7f]|[ \t]$/

function whole(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) throw notWhole(name, value, least)
  return value
}

function notWhole(name: string, value: unknown, least: number): RangeError {
  return new RangeError(`A topic's ${name} is a whole number from ${least} on, not ${String(value)}`)
}

function noWayBack(id: string): TypeError {
  return new TypeError(
    `An id of a topic must not be empty, begin or end with a space, or hold control characters, since a client could not come back with it: ${JSON.stringify(id.slice(0, 100))}`,
  )
}

function noSuchPlace(from: unknown): TypeError {
  return new TypeError(`A listener begins at 'now' or at the 'oldest' event, not at ${JSON.stringify(from)}`)
}

function isClosed(): TypeError {
  return new TypeError('This topic is closed: nothing can be published any more')
}

function tooSlow(limit: number): ListenerTooSlow {
  return new ListenerTooSlow(`The client reads too slowly: more than ${limit} bytes of events wait for it`)
}
