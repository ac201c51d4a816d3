// The states of each side of a connection, and what may follow what. A connection has two sides: what comes in and
// what goes out; each is a line of messages, and each message is a head, content and an end.
//
//              head            end            next
//     idle ────────▶ content ───────▶ done ────────▶ idle
//      │ ▲            │                │
//      └─┘ interim    │ switch         │ switch (a request that asked for it)
//      │              ▼                ▼
//      │ close       tunnel ◀──────────┘            any ──fail──▶ failed
//      ▼
//     closed ◀── done (the peer or this side will send no more)
//
// (RFC 9112 section 9: persistence; RFC 9110 section 15.2: interim responses; section 7.8: Upgrade.)

/** No message has begun. */
export const IDLE = 0
/** A head has gone by; content, or the message's end, follows. */
export const CONTENT = 1
/** A message has ended. */
export const DONE = 2
/** The bytes are no messages any more. */
export const TUNNEL = 3
/** The side will send no more. */
export const CLOSED = 4
/** Something went wrong that cannot be mended. */
export const FAILED = 5

/** Where one side of a connection is. */
export type SideState = typeof IDLE | typeof CONTENT | typeof DONE | typeof TUNNEL | typeof CLOSED | typeof FAILED
export type SideEvent = 'interim' | 'head' | 'end' | 'next' | 'switch' | 'close' | 'fail'

const NAMES = ['idle', 'content', 'done', 'tunnel', 'closed', 'failed'] as const

/** For each event, the state it leads to from each state; null where it cannot happen. */
const TRANSITIONS: Record<SideEvent, readonly (SideState | null)[]> = {
  //         idle     content  done     tunnel   closed   failed
  interim: [IDLE, null, null, null, null, null],
  head: [CONTENT, null, null, null, null, null],
  end: [null, DONE, null, null, null, null],
  next: [null, null, IDLE, null, null, null],
  switch: [null, TUNNEL, TUNNEL, null, null, null],
  close: [CLOSED, FAILED, CLOSED, CLOSED, CLOSED, FAILED],
  fail: [FAILED, FAILED, FAILED, FAILED, FAILED, FAILED],
}

/**
 * The state after the event.
 * @throws Error where the event cannot happen in that state: a mistake of the program, never of the peer
 */
export function after(event: SideEvent, state: SideState): SideState {
  const next = TRANSITIONS[event][state]
  if (next === null) throw outOfOrder(event, state)
  return next
}

function outOfOrder(event: SideEvent, state: SideState): Error {
  return new Error(`An HTTP/1.1 message cannot take "${event}" while it is ${NAMES[state]}`)
}
