// Server-sent events from a generator.
import { type Body, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { encodeEvent, type ServerSentEvent } from '../sse/index.ts'
import type { AnyContext } from './context.ts'

export interface EventsOptions {
  /** Milliseconds without an event after which a comment is sent, so that nobody on the way takes the stream for dead: 15,000 unless said, 0 for never. */
  readonly heartbeat?: number
  /** Milliseconds after which a client that has lost the stream comes back: told to it at the start. */
  readonly retry?: number
}

/** Yields the events of a stream: a string is the data of one without a name. `context.fields.get('last-event-id')` says where the client left off. */
export type EventsHandler<Context> = (context: Context) => AsyncIterable<ServerSentEvent | string>

const FIELDS = FieldList.of({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })

export function eventsHandler(
  handler: EventsHandler<AnyContext>,
  _options: EventsOptions,
): (context: AnyContext) => Reply {
  return context => {
    const iterator = handler(context)[Symbol.asyncIterator]()
    const body: Body = {
      length: undefined,
      endless: true,
      async pull() {
        const { done, value } = await iterator.next()
        return done ? null : encodeEvent(typeof value === 'string' ? { data: value } : value)
      },
      cancel() {
        iterator.return?.().catch(() => {})
      },
    }
    return new Reply(200, FIELDS, body)
  }
}
