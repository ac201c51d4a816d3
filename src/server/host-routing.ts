// Which host a request is for, on one port, and whether the connection it came over may ask for it (RFC 9110 section
// 7.4). A request for a host seen before costs one look into a map; over TLS, one more for the connection's own host.
import { type Exchange, type Handler, type Refusal, type Refuse, Refused } from '../exchange/index.ts'
import type { TrustList } from '../http/forwarded.ts'
import type { TlsContext } from '../transport/index.ts'
import { requestedHost, requestedName } from './host-names.ts'
import type { HostTable } from './host-table.ts'

/** A host as one port has it. */
export interface Site {
  readonly handler: Handler
  readonly refuse: Refuse | undefined
  /** Its certificate; null where the port is plain. */
  readonly context: TlsContext | null
}

export interface Routing {
  readonly sites: HostTable<Site>
  /** Which certificate a client gets that asks for a name (SNI), or for none: ''. Null for plain connections. */
  readonly contextFor: ((serverName: string) => TlsContext) | null
  /** Proxies may send requests for any host over their connections. */
  readonly trust: TrustList
  /** Makes the replies to what no host is asked for. */
  readonly refuse: Refuse
}

/** Clients can ask for any number of names, and for long ones: those that can be are 253 characters, and a port. */
const MOST_REMEMBERED = 1000
const LONGEST_REMEMBERED = 260

export class HostRouter {
  private readonly routing: Routing
  private readonly known = new Map<string, Found>()
  private readonly contexts = new Map<string, TlsContext>()

  constructor(routing: Routing) {
    this.routing = routing
  }

  readonly handler: Handler = exchange => {
    const found = this.find(exchange)
    if ('refusal' in found) throw new Refused(found.refusal)
    return found.site.handler(exchange)
  }

  /** As the host has it that the request was for. */
  readonly refuse: Refuse = (refusal, exchange) => {
    const found = exchange === null ? null : this.find(exchange)
    const refuse = found !== null && 'site' in found ? found.site.refuse : undefined
    return (refuse ?? this.routing.refuse)(refusal, exchange)
  }

  private find(exchange: Exchange): Found | { readonly refusal: Refusal } {
    const { authority, peer } = exchange
    const found = this.known.get(authority) ?? this.lookUp(authority, exchange)
    if (found === null) return { refusal: authority === '' ? noHostNamed : unknownHost(authority) }
    if (peer.tls === null || found.site.context === null) return found
    const own = this.contextOf(peer.tls.serverName)
    if (own === found.site.context || own.covers(found.name) || this.routing.trust.has(peer.address)) return found
    return { refusal: otherHost(authority, peer.tls.serverName) }
  }

  /** The site for an authority; for none at all the one that the TLS client asked for, or the default one. */
  private lookUp(authority: string, { peer }: Exchange): Found | null {
    const host = requestedHost(authority)
    const name = host?.name ?? requestedName(peer.tls?.serverName ?? '')
    const site = this.routing.sites.find(name, host?.port ?? (this.routing.contextFor === null ? 80 : 443))
    if (site === undefined) return null
    const found = { site, name }
    if (host !== null) remember(this.known, authority, found)
    return found
  }

  private contextOf(serverName: string): TlsContext {
    const known = this.contexts.get(serverName)
    if (known !== undefined) return known
    const context = this.routing.contextFor!(serverName)
    remember(this.contexts, serverName, context)
    return context
  }
}

interface Found {
  readonly site: Site
  /** The host's name in its one spelling. */
  readonly name: string
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (key.length > LONGEST_REMEMBERED) return
  if (map.size >= MOST_REMEMBERED) map.clear()
  map.set(key, value)
}

const MISDIRECTED = { status: 421, section: 'RFC 9110 section 15.5.20' } as const

const noHostNamed: Refusal = {
  ...MISDIRECTED,
  rule: 'no-host-named',
  detail: 'This server has several hosts and the request names none of them: it needs a Host field',
}

function unknownHost(authority: string): Refusal {
  return {
    ...MISDIRECTED,
    rule: 'unknown-host',
    detail: `This server has no host ${JSON.stringify(authority)} on this port`,
  }
}

function otherHost(authority: string, serverName: string): Refusal {
  return {
    ...MISDIRECTED,
    rule: 'misdirected-request',
    section: 'RFC 9110 section 7.4',
    detail: `The certificate of this connection, made for ${serverName === '' ? 'no host name' : JSON.stringify(serverName)}, is not for ${JSON.stringify(authority)}: another connection is needed`,
  }
}
