// The event stream that tells open pages what changed (WHATWG HTML, section 9.2). One `EventStream` for each page that
// listens; the `Listeners` count them, and there is an end to how many there may be.
import type { Body, Chunk } from '../../exchange/index.ts'
import type { Timer } from './changes.ts'

/** A browser opens at most six connections to a host over HTTP/1.1; this is for a desk full of browsers. */
export const MOST_LISTENERS = 64

/** A comment is sent after this long, so that a client that is gone is noticed. */
export const HEARTBEAT = 20_000

/** Events wait for a slow reader up to this many; then one that says to load the page again stands for all. */
const MOST_WAITING = 16

export class Listeners {
  private readonly open = new Set<EventStream>()
  private readonly timer: Timer

  constructor(timer: Timer) {
    this.timer = timer
  }

  get count(): number {
    return this.open.size
  }

  /** A stream that starts with the given event; null where there are too many already. */
  add(first: string): EventStream | null {
    if (this.open.size >= MOST_LISTENERS) return null
    const stream = new EventStream(this.timer, () => this.open.delete(stream))
    this.open.add(stream)
    stream.send(first)
    return stream
  }

  /** Sends an event to every page. */
  send(event: string): void {
    for (const stream of this.open) stream.send(event)
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of [...this.open]) stream.end()
  }
}

export class EventStream implements Body {
  readonly length = undefined
  readonly endless = true
  private readonly timer: Timer
  private readonly left: () => void
  private waiting: string[] = []
  private waiter: ((chunk: Chunk) => void) | null = null
  private stopHeartbeat: () => void = () => {}
  private ended = false

  constructor(timer: Timer, left: () => void) {
    this.timer = timer
    this.left = left
  }

  send(event: string): void {
    if (this.ended) return
    this.waiting.push(event)
    // Every event carries the newest version, so the last one says all that a page has to know.
    if (this.waiting.length > MOST_WAITING) this.waiting = [event.replace(/^event: .*$/m, 'event: reload')]
    this.deliver()
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.waiting.length > 0) return this.take()
    if (this.ended) return null
    this.stopHeartbeat = this.timer.after(HEARTBEAT, () => this.send(': still here\n\n'))
    return new Promise(resolve => {
      this.waiter = resolve
    })
  }

  cancel(): void {
    this.end()
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    this.left()
    this.deliver()
  }

  private deliver(): void {
    const { waiter } = this
    if (waiter === null) return
    this.waiter = null
    this.stopHeartbeat()
    waiter(this.waiting.length > 0 ? this.take() : null)
  }

  private take(): Uint8Array {
    const text = this.waiting.join('')
    this.waiting = []
    return new TextEncoder().encode(text)
  }
}

/** An event as text; the version comes back in Last-Event-ID when the page connects again. */
export function eventText(name: string, data: unknown, version: string): string {
  return `event: ${name}\nid: ${version}\ndata: ${JSON.stringify(data)}\n\n`
}
