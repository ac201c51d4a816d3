// `serve`: a handler or several hosts, options, and a running server. Checks the options and listens.
import { type Handler, text } from '../exchange/index.ts'
import { type Channel, type Listener, listen, type TlsContext } from '../transport/index.ts'
import { Certificates, type Tls } from './certificates.ts'
import { Connections } from './connections.ts'
import { requestedName, showName } from './host-names.ts'
import { HostRouter } from './host-routing.ts'
import { type DoorPlan, type Place, planDoors, type ReadHost, readNames, speaksTls, type VirtualHost } from './hosts.ts'
import { redirectToHttps, refusePlain } from './plain.ts'
import { endOf, type Parts, Server } from './server.ts'
import { type Settings, type SettingsOptions, settingsFrom } from './settings.ts'
import { turnAway } from './turn-away.ts'

export interface ServeOptions extends SettingsOptions {
  /** The TCP port, 0 for any free one. 8000 unless something else to listen on is named. */
  readonly port?: number | undefined
  /** The address to bind. Without one only this machine can connect, over 127.0.0.1 and ::1 alike. */
  readonly host?: string | undefined
  /** Everything to listen on, instead of `port` and `host`: ports, Unix sockets, descriptors that listen already. */
  readonly listen?: readonly Place[] | undefined
  /** Speaks TLS with this certificate and key. Of several hosts, those without a certificate of their own use it. */
  readonly tls?: Tls | undefined
  /**
   * What plain connections get where TLS is spoken: 400 and an explanation (`refuse`, the default), a redirect to https, or
   * service as well. With `redirect`, places that say `tls: false` lead to those with TLS too.
   */
  readonly plain?: 'refuse' | 'redirect' | 'serve' | undefined
  /** Connections that the kernel holds until they are accepted: 511 by default, as nginx has it. */
  readonly backlog?: number | undefined
  /** `never` reads by way of Node's streams even where one buffer could be shared: for tests. */
  readonly sharedReads?: 'auto' | 'never' | undefined
}

/**
 * Serves a handler, or several hosts, until the server is closed or drained.
 * @throws TypeError, TlsError or Error for options that are wrong, and for a port that is taken
 */
export async function serve(what: Handler | readonly VirtualHost[], options: ServeOptions = {}): Promise<Server> {
  if (typeof what !== 'function' && !Array.isArray(what)) throw noHandler(what)
  const settings = settingsFrom(options)
  const certificates = new Certificates(settings)
  const listeners: Listener[] = []
  let doors: readonly Door[] = []
  const parts = (): Parts => ({
    listeners,
    places: listeners.map(({ addresses }, at) => ({
      addresses,
      secure: doors[at].tls !== null,
      hosts: doors[at].hosts,
    })),
    connections: [...new Set(doors.map(door => door.connections))],
    certificates,
  })
  try {
    const setUp = {
      options,
      settings,
      certificates,
      securePort: (host?: VirtualHost) => securePort(listeners, doors, host),
    }
    doors = typeof what === 'function' ? doorsOfOne(what, setUp) : doorsOfHosts(what, setUp)
    for (const door of doors) listeners.push(await open(door, options, settings))
  } catch (error) {
    await endOf(parts())
    throw error
  }
  return new Server(parts())
}

interface SetUp {
  readonly options: ServeOptions
  readonly settings: Settings
  readonly certificates: Certificates
  /** The first port where TLS is spoken, for that host, once it is known; null where there is none. */
  readonly securePort: (host?: VirtualHost) => number | null
}

/** A place to listen, and who answers there. */
interface Door {
  readonly where: Place
  readonly hosts: readonly VirtualHost[]
  readonly tls: TlsContext | null
  readonly tlsFor?: (serverName: string) => TlsContext | undefined
  readonly connections: Connections
  /** Answers over TLS. */
  readonly secure: Handler
  /** Answers in the clear. */
  readonly plain: Handler
}

function placesOf({ listen: places, port, host }: ServeOptions): readonly Place[] {
  return places ?? [{ port: port ?? 8000, host }]
}

function doorsOfOne(handler: Handler, setUp: SetUp): Door[] {
  const { options, settings, certificates } = setUp
  const context = options.tls === undefined ? null : certificates.load(options.tls)
  const connections = new Connections(settings)
  return placesOf(options).map((place): Door => {
    const tls = speaksTls(place, context === null ? [] : [context]) ? context : null
    const here = leads(place, options) ? redirectToHttps(handler, setUp.securePort) : handler
    return { where: place, hosts: [], tls, connections, secure: handler, plain: plainAnswer(here, tls, options) }
  })
}

function doorsOfHosts(hosts: readonly VirtualHost[], setUp: SetUp): Door[] {
  const { options, certificates } = setUp
  if (hosts.length === 0) return doorsOfOne(noHosts, setUp)
  const names = hosts.map(readNames)
  const texts = (at: number) => names[at].map(({ name }) => name)
  const without = hosts.flatMap((host, at) => (host.tls === undefined && !isPlain(host) ? texts(at) : []))
  const common = options.tls === undefined ? null : certificates.load(options.tls, without)
  const read = hosts.map((host, at): ReadHost => {
    const context = host.tls === undefined ? null : certificates.load(host.tls, texts(at))
    return { host, names: names[at], context }
  })
  const plans = planDoors(read, placesOf(options), common, (host, place) =>
    leads(place, options) ? redirectToHttps(host.handler, () => setUp.securePort(host)) : host.handler,
  )
  const told = new Set(plans.map(({ fallback }) => fallback))
  for (const { context, names } of read) {
    if (context !== null && !told.has(context)) certificates.tellNotices(context, names.map(showName).join(', '))
    told.add(context)
  }
  return plans.map(plan => doorOf(plan, setUp))
}

/** Each door has a router, and connections that refuse as the host does that is asked. */
function doorOf({ where, hosts, sites, fallback, contexts }: DoorPlan, { settings, options }: SetUp): Door {
  const tlsFor = (serverName: string) => contexts.find(requestedName(serverName), 0)
  const { trust, refuse } = settings
  const contextFor = fallback === null ? null : (serverName: string) => tlsFor(serverName) ?? fallback
  const plain = new HostRouter({ sites, contextFor: null, trust, refuse })
  const secure = contextFor === null ? plain : new HostRouter({ sites, contextFor, trust, refuse })
  return {
    where,
    hosts: hosts.map(({ host }) => host),
    tls: fallback,
    tlsFor,
    connections: new Connections({ ...settings, refuse: secure.refuse }),
    secure: secure.handler,
    plain: plainAnswer(plain.handler, fallback, options),
  }
}

const noHosts: Handler = () => text('There is no host on this server yet\n', 421)

function isPlain({ listen: places }: VirtualHost): boolean {
  return places?.every(({ tls }) => tls === false) ?? false
}

/** Whether a place is only there to lead to https. */
function leads({ tls }: Place, { plain }: ServeOptions): boolean {
  return tls === false && plain === 'redirect'
}

/** What plain connections get, where TLS may be spoken as well. */
function plainAnswer(handler: Handler, tls: TlsContext | null, { plain = 'refuse' }: ServeOptions): Handler {
  if (tls === null || plain === 'serve') return handler
  return plain === 'redirect' ? redirectToHttps(handler, null) : refusePlain
}

function securePort(listeners: readonly Listener[], doors: readonly Door[], host?: VirtualHost): number | null {
  for (const [at, { addresses }] of listeners.entries()) {
    if (doors[at].tls === null || (host !== undefined && !doors[at].hosts.includes(host))) continue
    for (const address of addresses) if ('port' in address) return address.port
  }
  return null
}

function open(door: Door, options: ServeOptions, settings: Settings): Promise<Listener> {
  const { where, tls, tlsFor, connections, secure, plain } = door
  const { limits, clock } = settings
  return listen({
    where,
    tls,
    tlsFor,
    plainToo: true,
    alpn: settings.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    accept:
      tls === null
        ? channel => connections.add(channel, plain)
        : channel => connections.add(channel, isSecure(channel) ? secure : plain),
    refused: channel => turnAway(channel, settings),
    notice: (message, error) => settings.report({ kind: 'notice', level: 'warn', message, error }),
    clock,
    maxConnections: limits.connections || Number.POSITIVE_INFINITY,
    connectionsPerAddress: limits.connectionsPerAddress,
    handshakeTimeout: limits.handshakeTimeout,
    backlog: options.backlog,
    sharedReads: options.sharedReads,
  })
}

function isSecure(channel: Channel): boolean {
  return channel.ends.tls !== null
}

function noHandler(value: unknown): TypeError {
  return new TypeError(
    `serve needs a handler, a function from an exchange to a reply, or a list of hosts, not ${value === null ? 'null' : typeof value}`,
  )
}
