// `serve`: a handler, options, and a running server. Checks the options, listens, gives each connection its driver, and
// looks at all of them with one coarse clock.
import { type Handler, plainRefusals, type Refuse, Reply, type Report } from '../exchange/index.ts'
import { DEFAULT_LIMITS as H1_DEFAULTS, Preamble } from '../h1/index.ts'
import { formatDate } from '../http/dates.ts'
import { FieldList } from '../http/fields.ts'
import { trustList } from '../http/forwarded.ts'
import {
  type Channel,
  type Clock,
  type ListenAddress,
  type Listener,
  listen,
  systemClock,
  TlsContext,
  type TlsMaterial,
  type Where,
} from '../transport/index.ts'
import { type DrainReport, drainAll } from './drain.ts'
import { H1Driver, type Held } from './h1-driver.ts'
import { type Limits, limitsFrom } from './limits.ts'
import { TICK } from './patience.ts'
import type { Settings } from './settings.ts'
import { turnAway } from './turn-away.ts'

export interface ServeOptions {
  /** The TCP port, 0 for any free one. 8000 unless something else to listen on is named. */
  readonly port?: number | undefined
  /** The address to bind. Without one only this machine can connect, over 127.0.0.1 and ::1 alike. */
  readonly host?: string | undefined
  /** Everything to listen on, instead of `port` and `host`: ports, Unix sockets, descriptors that listen already. */
  readonly listen?: readonly Where[] | undefined
  /** Speaks TLS with this certificate and key. */
  readonly tls?: TlsMaterial | TlsContext | undefined
  /** What plain connections get where `tls` is on: cut off (`refuse`, the default), redirected to https, or served as well. */
  readonly plain?: 'refuse' | 'redirect' | 'serve' | undefined
  readonly limits?: Partial<Limits> | undefined
  /** The Server field's value; `Wirewright` by default, empty for none. */
  readonly serverName?: string | undefined
  /** Addresses, networks (CIDR), `loopback`, `private` or `unix`: proxies whose word about their clients is believed. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Makes the replies to what is refused, and to failures. */
  readonly refuse?: Refuse | undefined
  /** Tells clients what was wrong, where, and why a handler failed. Not for a server that strangers can reach. */
  readonly development?: boolean | undefined
  /** Is told what happens: refusals, failures, notices. Standard error by default. */
  readonly report?: Report | undefined
  /** Reports every exchange to `report` as well, for an access log; it costs time for each request. */
  readonly reportExchanges?: boolean | undefined
  /** Reports every connection being opened and closed as well. */
  readonly reportConnections?: boolean | undefined
  /** Connections that the kernel holds until they are accepted: 511 by default, as nginx has it. */
  readonly backlog?: number | undefined
  readonly clock?: Clock | undefined
  /** `never` reads by way of Node's streams even where one buffer could be shared: for tests. */
  readonly sharedReads?: 'auto' | 'never' | undefined
}

/** Where a server's bytes are, summed over all its connections. */
export interface Ledger extends Held {
  readonly connections: number
}

export class Server {
  private readonly listeners: readonly Listener[]
  private readonly drivers: Set<H1Driver>
  private readonly clock: Clock
  private readonly stopClock: () => void
  private ending: Promise<void> | null = null

  /** Made by `serve`. */
  constructor(listeners: readonly Listener[], drivers: Set<H1Driver>, clock: Clock, stopClock: () => void) {
    this.listeners = listeners
    this.drivers = drivers
    this.clock = clock
    this.stopClock = stopClock
  }

  get addresses(): readonly ListenAddress[] {
    return this.listeners.flatMap(listener => listener.addresses)
  }

  /** The port of the first TCP address; 0 where there is none. */
  get port(): number {
    for (const address of this.addresses) if ('port' in address) return address.port
    return 0
  }

  /** What is buffered where: all 0 when nothing is under way. */
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

  /**
   * Stops accepting and lets exchanges under way end, then closes.
   * @param deadline milliseconds after which what is left is cut
   */
  async drain(deadline: number): Promise<DrainReport> {
    for (const listener of this.listeners) listener.stop()
    const report = await drainAll(this.drivers, this.clock, deadline)
    await this.close()
    return report
  }

  /** Cuts all connections and ends. Fulfilled once nothing of the server is left. */
  close(): Promise<void> {
    this.ending ??= Promise.all(this.listeners.map(listener => listener.close())).then(() => this.stopClock())
    return this.ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Serves a handler until the server is closed or drained.
 * @throws TypeError, TlsError or Error for options that are wrong, and for a port that is taken
 */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<Server> {
  if (typeof handler !== 'function') throw noHandler(handler)
  const clock = options.clock ?? systemClock
  const limits = limitsFrom(options.limits ?? {})
  const settings: Settings = {
    handler,
    refuse: options.refuse ?? plainRefusals(options.development ?? false),
    report: options.report ?? reportToStandardError,
    reports: { exchanges: options.reportExchanges ?? false, connections: options.reportConnections ?? false },
    limits,
    h1Limits: { ...H1_DEFAULTS, ...limits },
    clock,
    trust: trustList(options.trustedProxies ?? []),
    preamble: new Preamble(options.serverName ?? 'Wirewright'),
  }
  const tls =
    options.tls === undefined || options.tls instanceof TlsContext ? (options.tls ?? null) : new TlsContext(options.tls)
  const plain = options.plain ?? 'refuse'
  const drivers = new Set<H1Driver>()
  const whenClosed = (driver: H1Driver): void => {
    drivers.delete(driver)
    if (settings.reports.connections)
      settings.report({
        kind: 'closed',
        connection: driver.channel.id,
        address: driver.peer.address,
        reason: driver.endedBy,
      })
  }
  const accept = (channel: Channel): void => {
    const redirected = plain === 'redirect' && channel.ends.tls === null
    const driver = new H1Driver(channel, redirected ? redirectToHttps : handler, settings, whenClosed)
    channel.user = driver
    drivers.add(driver)
    if (settings.reports.connections)
      settings.report({ kind: 'opened', connection: channel.id, address: driver.peer.address })
  }
  const notice = (message: string, error?: unknown): void =>
    settings.report({ kind: 'notice', level: 'warn', message, error })
  const listeners: Listener[] = []
  try {
    for (const where of options.listen ?? [{ port: options.port ?? 8000, host: options.host }]) {
      listeners.push(
        await listen({
          where,
          tls,
          plainToo: tls !== null && plain !== 'refuse',
          accept,
          refused: channel => turnAway(channel, settings),
          notice,
          clock,
          maxConnections: limits.connections,
          connectionsPerAddress: limits.connectionsPerAddress,
          handshakeTimeout: limits.handshakeTimeout,
          backlog: options.backlog,
          sharedReads: options.sharedReads,
        }),
      )
    }
  } catch (error) {
    await Promise.all(listeners.map(listener => listener.close()))
    throw error
  }
  const tick = (): void => {
    settings.preamble.date = formatDate(clock.date())
    const now = Math.floor(clock.now())
    for (const driver of drivers) driver.patience.look(driver, now)
  }
  tick()
  return new Server(listeners, drivers, clock, clock.every(TICK, tick))
}

/** What a plain connection gets where everything is to be https. */
const redirectToHttps: Handler = exchange => {
  if (exchange.authority === '') return new Reply(400)
  return new Reply(
    308,
    FieldList.of({
      Location: `https://${exchange.authority}${exchange.target.startsWith('/') ? exchange.target : '/'}`,
    }),
  )
}

const reportToStandardError: Report = event => {
  if (event.kind === 'failed') console.error(`wirewright: failed while ${event.doing}:`, event.error)
  else if (event.kind === 'notice') console.error(`wirewright: ${event.message}`, event.error ?? '')
}

function noHandler(value: unknown): TypeError {
  return new TypeError(
    `serve needs a handler: a function from an exchange to a reply, not ${value === null ? 'null' : typeof value}`,
  )
}
