// Several hosts in one server: from what was configured to a plan of ports, each with its hosts and certificates. What
// cannot work is refused here, before anything listens.
import type { Handler, Refuse } from '../exchange/index.ts'
import type { TlsContext, Where } from '../transport/index.ts'
import type { Tls } from './certificates.ts'
import { type HostName, hostName, showName } from './host-names.ts'
import type { Site } from './host-routing.ts'
import { HostTable } from './host-table.ts'

/** A place to listen, and what is spoken there. */
export type Place = Where & {
  /** Whether TLS is spoken. Unless said, it is where there is a certificate to speak it with. */
  readonly tls?: boolean | undefined
}

/** One of several hosts on the same server. */
export interface VirtualHost {
  /**
   * The host names that it answers to: `a.example`, `*.b.example` for every name with one label more, `192.0.2.1`, or `*` for
   * what no other host answers to. With a port behind it, `a.example:8443`, a name is meant only by requests that name that
   * port. An internationalised name may be written as people do.
   */
  readonly names: string | readonly string[]
  /** Answers its requests. */
  readonly handler: Handler
  /** Its certificate, if not the one of the server's options. */
  readonly tls?: Tls | undefined
  /** Where it is served, if not everywhere that the server's options name. Equal places are opened once. */
  readonly listen?: readonly Place[] | undefined
  /** Makes the replies to what is refused, if they differ from the server's. */
  readonly refuse?: Refuse | undefined
}

/** A host whose names have been read and whose certificate has been loaded. */
export interface ReadHost {
  readonly host: VirtualHost
  readonly names: readonly HostName[]
  readonly context: TlsContext | null
}

/** What is to be opened. */
export interface DoorPlan {
  readonly where: Place
  readonly hosts: readonly ReadHost[]
  readonly sites: HostTable<Site>
  /** What is spoken with clients that ask for an unknown name, or none; null where the door is plain. */
  readonly fallback: TlsContext | null
  readonly contexts: HostTable<TlsContext>
}

export type HandlerAt = (host: VirtualHost, place: Place) => Handler

/** @throws TypeError for names that cannot be, or are given twice in one host */
export function readNames(host: VirtualHost, at: number): HostName[] {
  if (typeof host?.handler !== 'function')
    throw inHost(at, host, 'needs a handler: a function from an exchange to a reply')
  const texts = typeof host.names === 'string' ? [host.names] : host.names
  if (!Array.isArray(texts) || texts.length === 0)
    throw inHost(at, host, 'needs names: what requests call it, or * for a default host')
  return texts.map(text => {
    try {
      return hostName(text)
    } catch (error) {
      throw inHost(at, host, error instanceof TypeError ? error.message : String(error))
    }
  })
}

/**
 * The doors to open for the hosts.
 * @param places where hosts are served that do not say so themselves
 * @param common the certificate of hosts that have none of their own
 * @param handlerAt what answers for a host at a place
 * @throws TypeError for hosts that get in each other's way
 */
export function planDoors(
  hosts: readonly ReadHost[],
  places: readonly Place[],
  common: TlsContext | null,
  handlerAt: HandlerAt,
): DoorPlan[] {
  const doors = new Map<unknown, { place: Place; hosts: ReadHost[] }>()
  for (const read of hosts) {
    for (const place of read.host.listen ?? places) {
      const door = doors.get(keyOf(place))
      if (door === undefined) doors.set(keyOf(place), { place, hosts: [read] })
      else if (door.place.tls !== place.tls) throw twoMinds(place)
      else if (!door.hosts.includes(read)) door.hosts.push(read)
    }
  }
  const plans = [...doors.values()].map(door => planOf(door.place, door.hosts, common, handlerAt))
  for (const read of hosts) {
    const isUsed = plans.some(({ fallback, hosts }) => fallback !== null && hosts.includes(read))
    if (read.context !== null && !isUsed) throw plainEverywhere(read)
  }
  return plans
}

function planOf(place: Place, hosts: readonly ReadHost[], common: TlsContext | null, handlerAt: HandlerAt): DoorPlan {
  const isSecure = speaksTls(
    place,
    [common, ...hosts.map(({ context }) => context)].filter(one => one !== null),
  )
  const names = new Map<string, ReadHost>()
  const sites: [HostName, Site][] = []
  const contexts: [HostName, TlsContext][] = []
  for (const read of hosts) {
    const context = isSecure ? (read.context ?? common) : null
    if (isSecure && context === null) throw noCertificate(read, place)
    const site: Site = { handler: handlerAt(read.host, place), refuse: read.host.refuse, context }
    for (const name of read.names) {
      const other = names.get(showName(name))
      if (other !== undefined) throw sameName(name, other, read, place)
      names.set(showName(name), read)
      sites.push([name, site])
      // A client names no port in its handshake; the port it comes to is the one that counts.
      if (context !== null) contexts.push([{ name: name.name, port: null }, context])
    }
  }
  const table = new HostTable(contexts)
  const fallback = isSecure ? (table.find('*', 0) ?? common ?? contexts[0][1]) : null
  return { where: place, hosts, sites: new HostTable(sites), fallback, contexts: table }
}

/** Whether TLS is spoken at a place for which there are such certificates. @throws TypeError where it should be, and there are none */
export function speaksTls(place: Place, certificates: readonly TlsContext[]): boolean {
  if (place.tls === true && certificates.length === 0) throw noCertificateAtAll(place)
  return place.tls ?? certificates.length > 0
}

/** What is equal for places that are one: a free port is only one with itself. */
function keyOf(place: Place): unknown {
  if ('path' in place) return `path ${place.path}`
  if ('fd' in place) return `fd ${place.fd}`
  return place.port === 0 ? place : `${place.host ?? 'localhost'} ${place.port}`
}

/** A place in words. */
export function showPlace(place: Where): string {
  if ('path' in place) return `the socket ${place.path}`
  return 'fd' in place ? `the descriptor ${place.fd}` : `port ${place.port}`
}

function namesOf({ names }: ReadHost): string {
  return names.map(showName).join(', ')
}

function inHost(at: number, host: VirtualHost, problem: string): TypeError {
  const names = host?.names === undefined ? '' : ` (${[host.names].flat().join(', ')})`
  return new TypeError(`hosts[${at}]${names}: ${problem}`)
}

function sameName(name: HostName, one: ReadHost, other: ReadHost, place: Place): TypeError {
  const where = showPlace(place)
  return new TypeError(
    one === other
      ? `The host ${namesOf(one)} has the name ${showName(name)} twice`
      : `Two hosts have the name ${showName(name)} on ${where}; only one of them could answer`,
  )
}

function twoMinds(place: Place): TypeError {
  return new TypeError(`One host wants TLS on ${showPlace(place)}, and another one says it is plain`)
}

function noCertificate(read: ReadHost, place: Place): TypeError {
  return new TypeError(
    `The host ${namesOf(read)} has no certificate, and ${showPlace(place)} speaks TLS: give it one, or another port`,
  )
}

function noCertificateAtAll(place: Place): TypeError {
  return new TypeError(`There is no certificate to speak TLS with on ${showPlace(place)}`)
}

function plainEverywhere(read: ReadHost): TypeError {
  return new TypeError(`The host ${namesOf(read)} has a certificate, but TLS is spoken nowhere that it is served`)
}
