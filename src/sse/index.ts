// Event streams (WHATWG HTML section 9.2): how events are written and read.
export { encodeEvent, type ServerSentEvent } from './encode.ts'
export { lastEventIdIn } from './last-event-id.ts'
export { EventReader, type EventReaderOptions, EventTooLarge, type ReceivedEvent } from './read.ts'
