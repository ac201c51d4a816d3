// The states of a connection once its handshake is done, and what leads from one to another, as data (RFC 6455 sections 7.1.2 to 7.1.7).
// The peer's close frame is answered at once, so that it closes the connection whichever side was first.
//
//            +--------+     our close frame     +-----------+
//            |  open  |------------------------>|  closing  |
//            +--------+                         +-----------+
//                |                                    |
//                |  the peer's close frame, a broken  |
//                |  rule, or the connection's end     |
//                v                                    v
//            +----------------------------------------------+
//            |                    closed                    |
//            +----------------------------------------------+

/** Messages go both ways. */
export const OPEN = 0
/** Our close frame has been sent: no message goes out any more. The peer's still come in, until its close frame does. */
export const CLOSING = 1
/** Nothing goes either way. */
export const CLOSED = 2

export type ConnectionState = typeof OPEN | typeof CLOSING | typeof CLOSED

/** What happens to a connection. */
export type ConnectionEvent = 'close-sent' | 'close-received' | 'rule-broken' | 'ended'

const TRANSITIONS: Readonly<Record<ConnectionEvent, readonly ConnectionState[]>> = {
  //                 open     closing  closed
  'close-sent': [CLOSING, CLOSING, CLOSED],
  'close-received': [CLOSED, CLOSED, CLOSED],
  'rule-broken': [CLOSED, CLOSED, CLOSED],
  ended: [CLOSED, CLOSED, CLOSED],
}

/** The state after an event. */
export function after(event: ConnectionEvent, state: ConnectionState): ConnectionState {
  return TRANSITIONS[event][state]
}
