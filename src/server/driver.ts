// What joins one connection to the handler, whatever it speaks, as far as the server looks after all of its connections:
// it gives each its driver, looks at its time, ends it, and adds up what it holds.
import type { Peer } from '../exchange/index.ts'
import type { Channel, ChannelUser } from '../transport/index.ts'

export interface Driver extends ChannelUser {
  readonly channel: Channel
  readonly peer: Peer
  /** Bytes in the connection's keeping, by where they wait: 0 at rest. */
  readonly held: Held
  /** Whose doing the end was, for the log. */
  readonly endedBy: string
  /** Requests whose replies are awaited or have not all gone out, for the report of a drain. */
  readonly underWay: readonly UnderWay[]
  /** Looks at what the connection waits for, at the time `now` in milliseconds. */
  look(now: number): void
  /** Takes up no new requests, and ends the connection when those under way are answered. */
  drain(): void
  /** Cuts the connection. With an error the peer sees a reset, so that it does not take half a reply for a whole one. */
  destroy(why: string, error?: Error): void
}

/** Bytes in a connection's keeping: of an incomplete head, of content for the program, behind them, and on the way out. */
export interface Held {
  /** Bytes of heads that are not complete yet. */
  readonly head: number
  /** Bytes of content that no handler has asked for yet. */
  readonly content: number
  /** Bytes of requests that wait for their turn. */
  readonly waiting: number
  /** Bytes of replies that the kernel has not taken yet. */
  readonly output: number
}

export const NOTHING_HELD: Held = { head: 0, content: 0, waiting: 0, output: 0 }

export interface UnderWay {
  /** As `GET /path`; empty where the reply is complete and only not read yet. */
  readonly request: string
  /** Bytes of reply content that have been handed on. */
  readonly sent: number
}

/** Who has made a driver, and looks after it. */
export interface DriverHost {
  /** The driver's connection is closed. */
  closed(driver: Driver): void
  /** Another driver has the connection from now on. */
  replaced(driver: Driver, successor: Driver): void
}
