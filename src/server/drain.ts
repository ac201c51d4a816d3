// Ending in order: nothing new is begun, what is under way may finish, and what does not finish in time is cut and named.
import type { Clock } from '../transport/index.ts'
import type { H1Driver } from './h1-driver.ts'
import { TICK } from './patience.ts'

export interface DrainReport {
  /** Connections that ended in order. */
  readonly finished: number
  /** Those that were cut, and what they were doing. */
  readonly cut: readonly CutConnection[]
}

export interface CutConnection {
  readonly connection: number
  readonly address: string
  /** The request under way, as `GET /path`; empty where there was none. */
  readonly request: string
  /** Bytes of reply content that had been handed on. */
  readonly sent: number
}

/** Drains the connections; fulfilled when all have ended, or at the deadline (in milliseconds), when the rest is cut. */
export function drainAll(drivers: ReadonlySet<H1Driver>, clock: Clock, deadline: number): Promise<DrainReport> {
  const before = drivers.size
  for (const driver of [...drivers]) driver.drain()
  return new Promise(resolve => {
    const start = clock.now()
    const look = (): boolean => {
      const late = clock.now() - start >= deadline
      if (drivers.size > 0 && !late) return false
      const cut = [...drivers].filter(driver => driver.exchange !== null).map(cutOf)
      for (const driver of [...drivers])
        driver.destroy('drain deadline', new Error('The server ended before this exchange did'))
      resolve({ finished: before - cut.length, cut })
      return true
    }
    if (look()) return
    const stop = clock.every(Math.min(TICK, 50), () => {
      if (look()) stop()
    })
  })
}

function cutOf(driver: H1Driver): CutConnection {
  const { exchange } = driver
  return {
    connection: driver.channel.id,
    address: driver.peer.address,
    request: exchange === null ? '' : `${exchange.method} ${exchange.target}`,
    sent: driver.sent,
  }
}
