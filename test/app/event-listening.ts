// A client of a stream of events: asks for it over whatever wire, and reads event after event.
import { EventReader, type ReceivedEvent } from '../../src/sse/index.ts'
import type { Opened, Wire } from './support.ts'

export class EventListening {
  readonly opened: Opened
  /** All that came, as text. */
  text = ''
  readonly events: ReceivedEvent[] = []
  readonly reader: EventReader
  private taken = 0

  static async at(wire: Wire, path: string, lastEventId?: string): Promise<EventListening> {
    const fields = lastEventId === undefined ? {} : { 'Last-Event-ID': Buffer.from(lastEventId).toString('latin1') }
    return new EventListening(await wire.open('GET', path, { fields }), lastEventId)
  }

  private constructor(opened: Opened, lastEventId = '') {
    this.opened = opened
    this.reader = new EventReader(event => this.events.push(event), { lastEventId })
  }

  /** The data of the next event. @throws Error where the stream ends, or breaks off, before */
  async next(): Promise<string> {
    return (await this.nextEvent()).data
  }

  async nextEvent(): Promise<ReceivedEvent> {
    while (this.taken === this.events.length) {
      if (!(await this.piece())) throw new Error('The stream has ended')
    }
    return this.events[this.taken++]
  }

  /** The data of so many events. */
  async take(count: number): Promise<string[]> {
    const taken: string[] = []
    while (taken.length < count) taken.push(await this.next())
    return taken
  }

  /** Reads until the text has come. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (!(await this.piece())) throw new Error(`The stream has ended before ${JSON.stringify(text)}: ${this.text}`)
    }
  }

  /** Reads to the end of the stream: the data of what was left. @throws Error where it breaks off */
  async rest(): Promise<string[]> {
    while (await this.piece());
    return this.events.slice(this.taken).map(({ data }) => data)
  }

  vanish(): void {
    this.opened.vanish()
  }

  private async piece(): Promise<boolean> {
    const piece = await this.opened.read()
    if (piece === null) return false
    this.text += piece.toString()
    this.reader.receive(piece)
    return true
  }
}
