// All connections of a server, whatever they came in by: gives each its driver, looks at all of them with one coarse
// clock, and knows what is buffered where. The time-outs' beat and the Date field come from here.
import type { Handler } from '../exchange/index.ts'
import { formatDate } from '../http/dates.ts'
import type { Channel } from '../transport/index.ts'
import { type DrainReport, drainAll } from './drain.ts'
import type { Driver, Held } from './driver.ts'
import { H1Driver } from './h1-driver.ts'
import { TICK } from './patience.ts'
import type { Settings } from './settings.ts'

/** Where a server's bytes are, summed over all its connections. */
export interface Ledger extends Held {
  readonly connections: number
}

export class Connections {
  private readonly settings: Settings
  private readonly drivers = new Set<Driver>()
  private readonly stopClock: () => void
  private whenEmptied: (() => void)[] = []

  constructor(settings: Settings) {
    this.settings = settings
    this.tick()
    this.stopClock = settings.clock.every(TICK, () => this.tick())
  }

  /** Serves the connection with the handler from now on. */
  add(channel: Channel, handler: Handler): void {
    const driver = new H1Driver(channel, handler, this.settings, this.remove)
    channel.user = driver
    this.drivers.add(driver)
    if (this.settings.reports.connections) {
      this.settings.report({ kind: 'opened', connection: channel.id, address: driver.peer.address })
    }
  }

  get ledger(): Ledger {
    const sum = { connections: this.drivers.size, head: 0, content: 0, waiting: 0, output: 0 }
    for (const driver of this.drivers) {
      const { head, content, waiting, output } = driver.held
      sum.head += head
      sum.content += content
      sum.waiting += waiting
      sum.output += output
    }
    return sum
  }

  /** Lets what is under way end; after `deadline` milliseconds what is left is cut. */
  drain(deadline: number): Promise<DrainReport> {
    const emptied = new Promise<void>(resolve => this.whenEmptied.push(resolve))
    return drainAll(this.drivers, this.settings.clock, deadline, emptied)
  }

  /** Lets go of the clock. */
  close(): void {
    this.stopClock()
  }

  private tick(): void {
    const { clock, preamble } = this.settings
    preamble.date = formatDate(clock.date())
    const now = Math.floor(clock.now())
    for (const driver of this.drivers) driver.look(now)
  }

  private readonly remove = (driver: Driver): void => {
    this.drivers.delete(driver)
    if (this.drivers.size === 0) {
      for (const tell of this.whenEmptied) tell()
      this.whenEmptied = []
    }
    if (!this.settings.reports.connections) return
    this.settings.report({
      kind: 'closed',
      connection: driver.channel.id,
      address: driver.peer.address,
      reason: driver.endedBy,
    })
  }
}
