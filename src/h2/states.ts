// The states of a stream and what leads from one to another, as data (RFC 9113 section 5.1). PUSH_PROMISE is never sent nor
// taken, so the reserved states are missing.
//
//                       +--------+
//                  H /  |  idle  |
//                       +--------+
//                           | H
//                           v
//          recv ES    +--------+    send ES
//        ,------------|  open  |------------.
//        v            +--------+            v
//  +-----------+          | R          +----------+
//  | half-     |          |            | half-    |
//  | closed    |          |            | closed   |
//  | (remote)  |          |            | (local)  |
//  +-----------+          v            +----------+
//        |  send ES, R +--------+ recv ES, R |
//        `------------>| closed |<-----------'
//                      +--------+
//
//  H: HEADERS, with or without END_STREAM · ES: END_STREAM · R: RST_STREAM either way

export const IDLE = 0
export const OPEN = 1
export const HALF_CLOSED_REMOTE = 2
export const HALF_CLOSED_LOCAL = 3
export const CLOSED = 4

export type StreamState = 0 | 1 | 2 | 3 | 4

/** What happens to a stream. Heads open it; what else they carry is told by `received-end` and `sent-end`. */
export type StreamEvent = 'opened' | 'received-end' | 'sent-end' | 'reset'

const NEVER = -1

const TRANSITIONS: Record<StreamEvent, readonly (StreamState | typeof NEVER)[]> = {
  //              idle   open                half-closed (remote)  half-closed (local)  closed
  opened: [OPEN, NEVER, NEVER, NEVER, NEVER],
  'received-end': [NEVER, HALF_CLOSED_REMOTE, NEVER, CLOSED, NEVER],
  'sent-end': [NEVER, HALF_CLOSED_LOCAL, CLOSED, NEVER, NEVER],
  reset: [NEVER, CLOSED, CLOSED, CLOSED, CLOSED],
}

/** The state after an event. @throws Error for one that the state does not have: the caller has to look before */
export function after(event: StreamEvent, state: StreamState): StreamState {
  const next = TRANSITIONS[event][state]
  if (next === NEVER) throw impossible(event, state)
  return next
}

/** Whether the peer may still send on the stream. */
export function receives(state: StreamState): boolean {
  return state === OPEN || state === HALF_CLOSED_LOCAL
}

/** Whether we may still send on the stream. */
export function sends(state: StreamState): boolean {
  return state === OPEN || state === HALF_CLOSED_REMOTE
}

const NAMES = ['idle', 'open', 'half-closed (remote)', 'half-closed (local)', 'closed']

export function stateName(state: StreamState): string {
  return NAMES[state]
}

function impossible(event: StreamEvent, state: StreamState): Error {
  return new Error(`A stream that is ${stateName(state)} cannot be ${event}`)
}
