// Ending in order: nothing new is begun, what is under way may finish, and what does not finish in time is cut and named.
import type { Clock } from '../transport/index.ts'
import type { Driver } from './driver.ts'
import { TICK } from './patience.ts'

export interface DrainReport {
  /** Connections that ended in order. */
  readonly finished: number
  /** What the others were doing when they were cut: one entry for each request under way. */
  readonly cut: readonly CutRequest[]
}

export interface CutRequest {
  readonly connection: number
  readonly address: string
  /** The request under way, as `GET /path`; empty where its reply was complete and only not read yet. */
  readonly request: string
  /** Bytes of reply content that had been handed on. */
  readonly sent: number
}

/**
 * Drains the connections; fulfilled when all have ended, or at the deadline (in milliseconds), when the rest is cut.
 * @param emptied fulfilled when the last of them has ended: no timer of a clock keeps a process alive, so none is waited for
 */
export function drainAll(
  drivers: ReadonlySet<Driver>,
  clock: Clock,
  deadline: number,
  emptied: Promise<void>,
): Promise<DrainReport> {
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
      resolve({ finished: before - busy.length, cut })
    }
    if (drivers.size === 0 || deadline <= 0) return end()
    stop = clock.every(Math.min(TICK, 50), () => {
      if (clock.now() - start >= deadline) end()
    })
    emptied.then(end)
  })
}

function requestsOf({ channel, peer, underWay }: Driver): CutRequest[] {
  return underWay.map(({ request, sent }) => ({ connection: channel.id, address: peer.address, request, sent }))
}
