// A connection of which nobody knows yet what it speaks: its first bytes decide. Everybody but HTTP/2, whose clients
// start with `PRI * `, is taken to speak HTTP/1.1, and so is whoever says nothing: ends, waits too long, or is there
// when the server ends. A first line that has nothing of HTTP/1.1 but its three words is taken for a broken preface.
import { latin1 } from '../bytes/text.ts'
import type { Handler } from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'
import { type Driver, type DriverHost, type Held, NOTHING_HELD, type UnderWay } from './driver.ts'
import { Flow } from './flow.ts'
import { H1Driver } from './h1-driver.ts'
import { HEAD } from './h1-patience.ts'
import { H2Driver } from './h2-driver.ts'
import { Patience, type Wait, within } from './patience.ts'
import type { Settings } from './settings.ts'

/** So far the first line is looked at. */
const MOST_LOOKED_AT = 64

/** What HTTP/2's preface starts with: what no request of HTTP/1.1 does that can be answered (RFC 9113 section 3.4). */
const BEGIN = Uint8Array.from('PRI * ', char => char.charCodeAt(0))

const FIRST_BYTES: Wait<Opening> = within(
  'headTimeout',
  () => 0,
  opening => opening.giveUp(),
)

export class Opening extends Flow implements Driver {
  private readonly handler: Handler
  private readonly settings: Settings
  private readonly host: DriverHost
  /** How many bytes have come: they are the first ones of `BEGIN`. */
  private matched = 0
  private draining = false
  private patience: Patience<Opening> | null = null

  constructor(channel: Channel, handler: Handler, settings: Settings, host: DriverHost) {
    super(channel)
    this.handler = handler
    this.settings = settings
    this.host = host
  }

  get held(): Held {
    return this.matched === 0 ? NOTHING_HELD : { ...NOTHING_HELD, head: this.matched }
  }

  get underWay(): readonly UnderWay[] {
    return []
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    let at = start
    let matching = this.matched
    while (at < end && matching < BEGIN.length && bytes[at] === BEGIN[matching]) {
      at++
      matching++
    }
    if (at === end && matching < BEGIN.length) {
      this.matched = matching
      return
    }
    const isHttp2 = matching === BEGIN.length || (this.matched === 0 && isBrokenPreface(bytes, start, end))
    const driver = this.handOver(isHttp2)
    if (!this.channel.closed) driver.receive(bytes, start, end)
    if (this.draining && !this.channel.closed) driver.drain()
  }

  drained(): void {}

  ended(): void {
    this.handOver(false).ended()
  }

  closed(): void {
    this.host.closed(this)
  }

  look(now: number): void {
    this.patience ??= new Patience()
    this.patience.look(this, FIRST_BYTES, this.settings.limits, now)
  }

  drain(): void {
    if (this.matched === 0) this.handOver(false).drain()
    else this.draining = true
  }

  /** The first bytes have not come in time. */
  giveUp(): void {
    HEAD.expire(this.handOver(false) as H1Driver)
  }

  protected flush(): void {}

  /** Gives the connection to a driver of what it speaks, and that the bytes that have come before. */
  private handOver(isHttp2: boolean): Driver {
    const { channel, handler, settings, host } = this
    const driver = isHttp2
      ? new H2Driver(channel, handler, settings, host)
      : this.startedAt(new H1Driver(channel, handler, settings, host))
    channel.user = driver
    host.replaced(this, driver)
    if (this.matched > 0) driver.receive(BEGIN, 0, this.matched)
    return driver
  }

  /** The time for the first head goes on. */
  private startedAt(driver: H1Driver): H1Driver {
    if (this.patience !== null) driver.patience.start(driver, HEAD, this.patience.since)
    return driver
  }
}

/**
 * Whether the bytes start with a line of three words of which the second is no target and the third no version of HTTP/1.1.
 * The answer is HTTP/2's: an invalid preface is an error of type PROTOCOL_ERROR (RFC 9113 section 3.4), and test suites read
 * anything else as half a frame.
 */
function isBrokenPreface(bytes: Uint8Array, start: number, end: number): boolean {
  const target = bytes.indexOf(SP, start) + 1
  // The usual request is known by its path alone.
  if (target === 0 || target >= end || bytes[target] === SLASH) return false
  return BROKEN_PREFACE.test(latin1(bytes, start, Math.min(end, start + MOST_LOOKED_AT)))
}

const SP = 0x20
const SLASH = 0x2f
const BROKEN_PREFACE = /^[!-~]+ [^\s/*:]+ (?!HTTP)[!-~]+[ !-~]*\r?\n/
