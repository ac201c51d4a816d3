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
  drivers: ReadonlySet<H1Driver>,
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
      const cut = [...drivers].filter(isUnderWay)
      const reports = cut.map(cutOf)
      for (const driver of cut) driver.destroy('drain deadline', new Error('The server ended before this exchange did'))
      for (const driver of [...drivers]) driver.destroy('drain deadline')
      resolve({ finished: before - cut.length, cut: reports })
    }
    if (drivers.size === 0 || deadline <= 0) return end()
    stop = clock.every(Math.min(TICK, 50), () => {
      if (clock.now() - start >= deadline) end()
    })
    emptied.then(end)
  })
}

/** Whether a reply is awaited, or has not all gone out; the others have only not closed their side yet. */
function isUnderWay(driver: H1Driver): boolean {
  return driver.exchange !== null || driver.channel.backlog > 0
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
