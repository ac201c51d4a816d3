// All connections of a server, whatever they came in by: gives each its driver, looks at all of them with one coarse
// clock, and knows what is buffered where. The time-outs' beat and the Date field come from here.
import type { Handler } from '../exchange/index.ts'
import { formatDate } from '../http/dates.ts'
import type { Channel } from '../transport/index.ts'
import { type DrainReport, drainAll } from './drain.ts'
import type { Driver, DriverHost, Held } from './driver.ts'
import { H1Driver } from './h1-driver.ts'
import { H2Driver } from './h2-driver.ts'
import { Opening } from './opening.ts'
import { TICK } from './patience.ts'
import type { Settings } from './settings.ts'

/** Where a server's bytes are, summed over all its connections. */
export interface Ledger extends Held {
  /** Connections that are open. */
  readonly connections: number
}

/** A server's connections: begun, counted, looked at on the beat of one clock, and ended. */
export class Connections implements DriverHost {
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
    const { settings } = this
    const h2 = settings.http2 && channel.alpn === 'h2'
    const undecided = settings.http2 && channel.alpn === ''
    const driver = new (h2 ? H2Driver : undecided ? Opening : H1Driver)(channel, handler, settings, this)
    channel.user = driver
    this.drivers.add(driver)
    if (settings.reports.connections) {
      settings.report({ kind: 'opened', connection: channel.id, address: driver.peer.address })
    }
    if (driver instanceof H2Driver) driver.begin()
  }

  /** Where the bytes of all of them are. */
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
    const { clock, afterwork } = this.settings
    const emptied =
      this.drivers.size === 0 ? Promise.resolve() : new Promise<void>(resolve => this.whenEmptied.push(resolve))
    const nothingLeft = emptied.then(() => afterwork.done())
    return drainAll({ drivers: this.drivers, clock, afterwork, nothingLeft }, deadline)
  }

  /** One driver hands its connection to another: protocols switch. */
  replaced(driver: Driver, successor: Driver): void {
    this.drivers.delete(driver)
    this.drivers.add(successor)
  }

  /** A driver's connection has closed. */
  closed(driver: Driver): void {
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

  /** Lets go of the clock. */
  close(): void {
    this.stopClock()
  }

  private tick(): void {
    const { clock, preamble, usual } = this.settings
    const date = formatDate(clock.date())
    preamble.date = date
    usual.date = date
    const now = Math.floor(clock.now())
    for (const driver of this.drivers) driver.look(now)
  }
}
