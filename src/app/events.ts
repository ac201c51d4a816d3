// Server-sent events (WHATWG HTML section 9.2) as a reply: from an async generator, or anything else that yields events.
import { type Body, isThenable, messageOf, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { encodeEvent } from '../sse/index.ts'
import { BEAT, Beat, type EventsClock } from './beat.ts'
import type { AnyContext } from './context.ts'
import { EventBody, type EventStreamPlan, HEARTBEAT, type YieldedEvent } from './event-body.ts'

/** How a stream of events is kept alive, and how clients come back to it. */
export interface EventsOptions {
  /**
   * Milliseconds without an event after which a comment is sent, so that nobody on the way takes the stream for dead: 15,000 unless said, as
   * the standard advises, at least 1,000; 0 for never. Sent up to a second early.
   */
  readonly heartbeat?: number
  /** Milliseconds after which a client that has lost the stream comes back: told to it at the start. Clients have a default of their own, of a few seconds. */
  readonly retry?: number
  /** What the heartbeats go by: the machine's clock unless said. For tests. */
  readonly clock?: EventsClock
}

/** The events of a stream: objects with `data`, text as the data of an event without a type, or what `encodeEvent` made. */
export type Events = AsyncIterable<YieldedEvent>

/**
 * Gives the events of a stream, as an async generator does, or a reply in place of one: `context.empty()` (204) tells a client not to come
 * back, which it does after a stream that merely ended. `context.lastEventId` says where the client left off.
 */
export type EventsHandler<Context> = (context: Context) => Events | Reply | Promise<Events | Reply>

const FIELDS = FieldList.of({
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  // Asks nginx, and others that know it, to pass on each event as it comes.
  'X-Accel-Buffering': 'no',
})

const HEARTBEAT_DEFAULT = 15_000

/**
 * A reply that sends events as its source yields them, until that ends or the client has gone: for handlers that are not an `app.events`.
 * What the source throws cuts the reply off. A client that comes back says in `Last-Event-ID` where it left off.
 * @throws RangeError for options that are no such numbers
 * @throws TypeError where the source is no async iterable
 */
export function eventStream(source: Events, options: EventsOptions = {}): Reply {
  return streamOf(source, planOf(options), null)
}

/**
 * Answers with what the handler yields. For HEAD the handler is not asked.
 * @throws RangeError for options that are no such numbers
 */
export function eventsHandler(
  handler: EventsHandler<AnyContext>,
  options: EventsOptions,
): (context: AnyContext) => Reply | Promise<Reply> {
  const plan = planOf(options)
  return context => {
    if (context.method === 'HEAD') return new Reply(200, FIELDS, NOTHING_YET)
    const failed = (error: unknown): void => {
      context.exchange.refuse(brokeOff(context.route, error))
    }
    const answered = (answer: Events | Reply): Reply =>
      answer instanceof Reply ? answer : streamOf(answer, plan, failed)
    const answer = handler(context)
    return isThenable(answer) ? Promise.resolve(answer).then(answered) : answered(answer)
  }
}

function planOf({ heartbeat = HEARTBEAT_DEFAULT, retry, clock }: EventsOptions): EventStreamPlan {
  if (!Number.isSafeInteger(heartbeat) || heartbeat < 0 || (heartbeat > 0 && heartbeat < BEAT))
    throw noHeartbeat(heartbeat)
  return {
    // The first bytes go out at once: some who pass replies on, or compress them, show nothing of them before.
    opening: retry === undefined ? HEARTBEAT : encodeEvent({ retry }),
    beat: Beat.of(clock),
    patience: Math.floor(heartbeat / BEAT),
  }
}

function streamOf(source: Events, plan: EventStreamPlan, failed: ((error: unknown) => void) | null): Reply {
  if (typeof source?.[Symbol.asyncIterator] !== 'function') throw noEvents(source)
  return new Reply(200, FIELDS, new EventBody(source, plan, failed))
}

/** What a reply to HEAD has as content, so that its fields are those of a stream. */
const NOTHING_YET: Body = { length: undefined, endless: true, pull: () => null, cancel() {} }

function brokeOff(route: string, cause: unknown): Error {
  return new Error(`The events of ${route} broke off: ${messageOf(cause)}`, { cause })
}

function noHeartbeat(value: unknown): RangeError {
  return new RangeError(
    `A heartbeat is a whole number of milliseconds from ${BEAT} on, or 0 for none, not ${String(value)}`,
  )
}

function noEvents(source: unknown): TypeError {
  return new TypeError(
    `Events come from an async generator (async function* (context) { yield … }) or another async iterable, not ${source === null ? 'null' : typeof source}`,
  )
}
