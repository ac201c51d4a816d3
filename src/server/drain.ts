// Ending in order: nothing new is begun, what is under way may finish, and what does not finish in time is cut and named.
import type { Clock } from '../transport/index.ts'
import type { Afterwork } from './afterwork.ts'
import type { Driver } from './driver.ts'
import { TICK } from './patience.ts'

/** How a server ended. */
export interface DrainReport {
  /** Connections that ended in order. */
  readonly finished: number
  /** What the others were doing when they were cut: one entry for each request under way. */
  readonly cut: readonly CutRequest[]
}

/** A request that was cut off when time was up. */
export interface CutRequest {
  /** The connection it came over, as in `Peer`. */
  readonly connection: number
  /** The IP address of the connection's other end; empty for a Unix socket. */
  readonly address: string
  /** The request under way, as `GET /path`; empty where its reply was complete and only not read yet. */
  readonly request: string
  /** Bytes of reply content that had been handed on. */
  readonly sent: number
}

/** What is drained. */
export interface Draining {
  readonly drivers: ReadonlySet<Driver>
  readonly clock: Clock
  readonly afterwork: Afterwork
  /** Fulfilled when the last connection and the last work after a reply have ended: no timer of a clock keeps a process alive, so none is waited for. */
  readonly nothingLeft: Promise<void>
}

/** Drains the connections; fulfilled when all have ended, or at the deadline (in milliseconds), when the rest is cut. */
export function drainAll({ drivers, clock, afterwork, nothingLeft }: Draining, deadline: number): Promise<DrainReport> {
  const before = drivers.size
  for (const driver of [...drivers]) driver.drain()
  return new Promise(resolve => {
    const start = clock.now()
    let stop = (): void => {}
    const end = (): void => {
      stop()
      const busy = [...drivers].filter(driver => driver.underWay.length > 0)
      const cut = busy.flatMap(requestsOf)
      for (const driver of busy)
        driver.destroy('drain deadline', new Error('The server ended before this exchange did'))
      // The others have only not closed their side yet.
      for (const driver of [...drivers]) driver.destroy('drain deadline')
      afterwork.giveUp()
      resolve({ finished: before - busy.length, cut })
    }
    if ((drivers.size === 0 && afterwork.size === 0) || deadline <= 0) return end()
    stop = clock.every(Math.min(TICK, 50), () => {
      if (clock.now() - start >= deadline) end()
    })
    nothingLeft.then(end)
  })
}

function requestsOf({ channel, peer, underWay }: Driver): CutRequest[] {
  return underWay.map(({ request, sent }) => ({ connection: channel.id, address: peer.address, request, sent }))
}
