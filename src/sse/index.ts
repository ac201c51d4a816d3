// Event streams (WHATWG HTML section 9.2): how events are written and read.
export { encodeEvent, type ServerSentEvent } from './encode.ts'
