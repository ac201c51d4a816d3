// The names of hosts: as they are configured, with wildcards, and as requests bring them (RFC 9110 section 4.2.3: case
// does not matter, nor does the dot that ends a complete name).
import { formatAddress, parseAddress } from '../http/addresses.ts'
import { parseAuthority } from '../http/authority.ts'

/** A configured name. */
export interface HostName {
  /** `a.example`; `*.b.example` for names with one label more; `*` for all others. An IPv6 address has its brackets. */
  readonly name: string
  /** Only requests that name this port are meant; null for any. */
  readonly port: number | null
}

/** The host that a request names. */
export interface RequestedHost {
  readonly name: string
  /** null where the request names none, which is the scheme's own. */
  readonly port: number | null
}

/** The one spelling of a requested host; null where there is none, as in HTTP/1.0 without Host. */
export function requestedHost(authority: string): RequestedHost | null {
  const parsed = parseAuthority(authority)
  if (parsed === null) return null
  return { name: oneSpelling(parsed.host), port: parsed.port }
}

/** The one spelling of the name that a TLS client asks for (RFC 6066 section 3). */
export function requestedName(serverName: string): string {
  return oneSpelling(serverName.toLowerCase())
}

/** A host's name in the one spelling that it is compared in. @throws TypeError for what cannot be the name of a host */
export function hostName(text: string): HostName {
  const [, name, digits] = WITH_PORT.exec(text) ?? ['', text, undefined]
  const port = digits === undefined ? null : Number(digits)
  if (port !== null && (port < 1 || port > 65_535)) throw notAPort(text)
  if (name === '*') return { name, port }
  const isWildcard = name.startsWith('*.')
  const host = isWildcard ? name.slice(2) : name
  if (host.includes('*')) throw misplacedWildcard(text)
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'))
  if (address !== null && !isWildcard) return { name: bracketed(formatAddress(address)), port }
  const plain = oneSpelling(inAscii(host, text).toLowerCase())
  if (address !== null || !isHostName(plain)) throw notAName(text)
  return { name: isWildcard ? `*.${plain}` : plain, port }
}

/** As text again, for messages. */
export function showName({ name, port }: HostName): string {
  return port === null ? name : `${name}:${port}`
}

/** A port behind a name; what is left of an IPv6 address without brackets is none. */
const WITH_PORT = /^(\[[^\]]*\]|[^:]*):(\d+)$/

function oneSpelling(host: string): string {
  if (host.startsWith('[')) {
    const address = parseAddress(host.slice(1, -1))
    return address === null ? host : bracketed(formatAddress(address))
  }
  return host.length > 1 && host.endsWith('.') ? host.slice(0, -1) : host
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** An internationalised name as it stands in requests (RFC 5890: its A-labels). */
function inAscii(host: string, text: string): string {
  if (/^[\x20-\x7e]*$/.test(host)) return host
  const ascii = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  if (!/(^|\.)xn--/.test(ascii)) throw notAName(text)
  return ascii
}

/** Labels of letters, digits and hyphens (RFC 1123 section 2.1), and of underscores, which people use all the same. */
function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every(label => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label))
}

function misplacedWildcard(text: string): TypeError {
  return new TypeError(
    `${JSON.stringify(text)} is no host name: * stands for one whole label at the begin, as in *.example.org, or alone for all other hosts`,
  )
}

function notAName(text: string): TypeError {
  return new TypeError(
    `${JSON.stringify(text)} is no host name: such are www.example.org, *.example.org, 192.0.2.1 and [2001:db8::1], without scheme and path`,
  )
}

function notAPort(text: string): TypeError {
  return new TypeError(`${JSON.stringify(text)} must end with a port from 1 to 65535, or with none`)
}
