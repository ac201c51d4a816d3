// The HTTP/1.1 connection (RFC 9112), for both roles.
export { H1Connection } from './connection.ts'
export { type H1Error, RULES, type RuleName } from './errors.ts'
export { HeadFields } from './head-fields.ts'
export { DEFAULT_LIMITS, type H1Limits } from './limits.ts'
export { UNKNOWN_LENGTH } from './sender.ts'
export type { H1Head, H1Sink } from './sink.ts'
export { CLOSED, CONTENT, DONE, FAILED, IDLE, type SideState, TUNNEL } from './states.ts'
export { Preamble } from './writer.ts'
