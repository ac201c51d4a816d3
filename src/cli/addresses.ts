// The addresses under which a server can be opened, as links.
import { networkInterfaces } from 'node:os'

export interface Listening {
  readonly host: string
  readonly port: number
}

export interface Links {
  /** For this machine; the first one is for `--open`. */
  readonly local: readonly string[]
  /** For other machines. */
  readonly network: readonly string[]
}

export type Interfaces = () => readonly {
  readonly address: string
  readonly family: string
  readonly internal: boolean
}[]

const WILDCARDS = new Set(['0.0.0.0', '::'])
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/

/** The links for what is listened on; every address of the machine where that is a wildcard. */
export function linksFor(
  scheme: 'http' | 'https',
  listening: readonly Listening[],
  interfaces: Interfaces = machine,
): Links {
  const local = new Set<string>()
  // Not every client looks for `localhost` at ::1, so ::1 alone is called by its number.
  const hasIPv4 = listening.some(({ host }) => host === '127.0.0.1')
  const isLocalhost = (host: string) => host === '127.0.0.1' || (host === '::1' && hasIPv4)
  const network = new Set<string>()
  for (const { host, port } of listening) {
    if (WILDCARDS.has(host)) {
      local.add(link(scheme, 'localhost', port))
      for (const { address, family, internal } of interfaces())
        if (!internal && !isLinkLocal(address) && (host === '::' || family === 'IPv4'))
          network.add(link(scheme, address, port))
    } else if (LOOPBACK.test(host)) local.add(link(scheme, isLocalhost(host) ? 'localhost' : host, port))
    else network.add(link(scheme, host, port))
  }
  return { local: [...local], network: [...network] }
}

/** `http://localhost:8000/`, without the scheme's own port, an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function link(scheme: 'http' | 'https', host: string, port: number): string {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${scheme}://${authority}${port === (scheme === 'http' ? 80 : 443) ? '' : `:${port}`}/`
}

/** Such an address needs a zone, which no browser takes. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address) || address.startsWith('169.254.')
}

function machine() {
  return Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
}
