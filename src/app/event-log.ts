// The events of a topic that somebody may still ask for, in order, each encoded once. A listener is a place in it: what waits for a
// thousand listeners is here one time.

/** Events are sent together up to this many bytes: what a connection holds at most besides what its kernel has taken. */
const BATCH = 16 * 1024

interface Entry {
  readonly id: string
  readonly bytes: Uint8Array
  /** Bytes of all events before it. */
  readonly at: number
}

/** Events behind each other, as they are sent. */
interface Batch {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

export class EventLog {
  /** The place of the oldest event that is kept; places are numbers that only ever grow. */
  first = 0
  /** The id of the event before that. */
  idBefore: string
  /** The last event's id. */
  lastId: string
  /** Bytes of all events that there ever were. */
  end = 0
  private entries: Entry[] = []
  /** How many at the begin of `entries` have been let go. */
  private gone = 0
  private readonly places = new Map<string, number>()
  /** Most listeners are at the same place: what the last one got is what the next one gets. */
  private last: Batch | null = null

  constructor(lastId: string) {
    this.idBefore = lastId
    this.lastId = lastId
  }

  /** The place behind the last event. */
  get next(): number {
    return this.first + this.count
  }

  private get count(): number {
    return this.entries.length - this.gone
  }

  /** Bytes of the events before a place. */
  offset(place: number): number {
    return place === this.next ? this.end : this.entryAt(place).at
  }

  /** @param bytes the event, encoded; kept as it is */
  add(id: string, bytes: Uint8Array): void {
    this.places.set(id, this.next)
    this.entries.push({ id, bytes, at: this.end })
    this.end += bytes.length
    this.lastId = id
  }

  /** The place behind the event with that id; null where it is not known, or no longer. */
  after(id: string): number | null {
    const place = this.places.get(id)
    if (place !== undefined) return place + 1
    return id === this.idBefore ? this.first : null
  }

  /** The events from a place on that are sent together, and the place behind them. There must be one. */
  batch(from: number): Batch {
    const { last } = this
    if (last?.from === from && (last.to === this.next || last.bytes.length >= BATCH)) return last
    let to = from
    const begin = this.offset(from)
    do to++
    while (to < this.next && this.offset(to + 1) - begin <= BATCH)
    const bytes = to === from + 1 ? this.entryAt(from).bytes : this.joined(from, to)
    this.last = { from, to, bytes }
    return this.last
  }

  /** Lets go of events that are neither among the last `count`, within `bytes`, nor at the place `needed` or behind it. */
  trim(count: number, bytes: number, needed: number): void {
    while (this.first < needed && (this.count > count || this.end - this.entries[this.gone].at > bytes)) {
      const { id } = this.entries[this.gone]
      if (this.places.get(id) === this.first) this.places.delete(id)
      this.idBefore = id
      this.gone++
      this.first++
    }
    if (this.last !== null && this.last.from < this.first) this.last = null
    // Moving the others costs as much as letting go of as many as there are of them.
    if (this.gone <= this.count) return
    this.entries = this.entries.slice(this.gone)
    this.gone = 0
  }

  /** Lets go of everything. */
  clear(): void {
    this.trim(0, 0, this.next)
  }

  private entryAt(place: number): Entry {
    return this.entries[this.gone + place - this.first]
  }

  private joined(from: number, to: number): Uint8Array {
    const begin = this.offset(from)
    const whole = new Uint8Array(this.offset(to) - begin)
    for (let place = from; place < to; place++) {
      const { bytes, at } = this.entryAt(place)
      whole.set(bytes, at - begin)
    }
    return whole
  }
}
