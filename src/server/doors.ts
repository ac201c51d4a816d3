// The doors of a server: for each place to listen, who answers there, in the clear and over TLS, and with which certificates.
import { type Handler, text } from '../exchange/index.ts'
import type { TlsContext } from '../transport/index.ts'
import type { Certificates } from './certificates.ts'
import { Connections } from './connections.ts'
import { requestedName } from './host-names.ts'
import { HostRouter } from './host-routing.ts'
import { type DoorPlan, type Place, planDoors, type ReadHost, readNames, speaksTls, type VirtualHost } from './hosts.ts'
import { redirectToHttps, refusePlain } from './plain.ts'
import type { ServeOptions } from './serve-options.ts'
import type { Settings } from './settings.ts'

export interface SetUp {
  readonly options: ServeOptions
  readonly settings: Settings
  readonly certificates: Certificates
  /** The first port where TLS is spoken, for that host, once it is known; null where there is none. */
  readonly securePort: (host?: VirtualHost) => number | null
}

/** A place to listen, and who answers there. */
export interface Door {
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

/** The doors of a handler that answers for everything. */
export function doorsOfOne(handler: Handler, setUp: SetUp): Door[] {
  const { options, settings, certificates } = setUp
  const context = options.tls === undefined ? null : certificates.load(options.tls)
  const found = context === null ? [] : [context]
  const places = placesOf(options).map(place => ({ place, tls: speaksTls(place, found) ? context : null }))
  const connections = new Connections(settings)
  return places.map(({ place, tls }): Door => {
    const here = leads(place, options) ? redirectToHttps(handler, setUp.securePort) : handler
    return { where: place, hosts: [], tls, connections, secure: handler, plain: plainAnswer(here, tls, options) }
  })
}

/** The doors of several hosts. @throws TypeError, TlsError for hosts that cannot be */
export function doorsOfHosts(hosts: readonly VirtualHost[], setUp: SetUp): Door[] {
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
