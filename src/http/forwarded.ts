// Who the client is, where proxies stand in between. One rule: starting from the peer, each trusted hop is believed about
// the hop before it, read from the right end of Forwarded (RFC 7239), or of X-Forwarded-For, -Proto and -Host where
// there is no Forwarded. The first hop that is not trusted is the client. Where a hop is malformed or hides itself nobody
// knows who is behind it: the address is `unknown` then, and never a proxy's, which may be one that others trust.
//
// A proxy that speaks one dialect passes the other on as the client sent it. So where both are there they must
// tell the same, or neither is believed.
import { formatAddress, isIPv4, parseAddress } from './addresses.ts'
import { isValidAuthority } from './authority.ts'
import type { Fields } from './fields.ts'
import { parseParameters, trimmed } from './lists.ts'
import type { TrustList } from './trust.ts'

export { type TrustList, trustList } from './trust.ts'

/** Who asked, before the request met trusted proxies. */
export interface Client {
  /** An IP address, IPv4 dotted even where the socket maps it; empty for a Unix socket; `unknown` where trusted proxies do not tell. */
  readonly address: string
  /** What the client spoke to the first trusted proxy, or to this server. */
  readonly scheme: 'http' | 'https'
  /** Host and port that the client asked for. */
  readonly host: string
}

/** What a server sees of a request's way. */
export interface Seen {
  /** The peer's IP address; empty for a Unix socket. */
  readonly peerAddress: string
  /** How the peer reached this server. */
  readonly scheme: 'http' | 'https'
  /** The authority of the request as it came. */
  readonly host: string
  /** The request's fields. */
  readonly fields: Fields
  /** The proxies whose word is believed. */
  readonly trust: TrustList
}

/** Who the client is, seen through trusted proxies. The peer itself where it is not trusted. */
export function clientOf(seen: Seen): Client {
  const peer: Client = { address: withoutMapping(seen.peerAddress), scheme: seen.scheme, host: seen.host }
  if (seen.trust.empty || !seen.trust.has(seen.peerAddress)) return peer
  const forwarded = seen.fields.all('forwarded')
  const legacy = LEGACY.map(name => seen.fields.all(name))
  const isLegacy = legacy.some(lines => lines.length > 0)
  if (forwarded.length === 0) return isLegacy ? walk(peer, hopsOfLegacy(legacy), seen.trust) : peer
  const client = walk(peer, hopsOfForwarded(forwarded), seen.trust)
  return !isLegacy || isSame(client, walk(peer, hopsOfLegacy(legacy), seen.trust))
    ? client
    : { ...peer, address: UNKNOWN }
}

/** As RFC 7239 section 6.2 says it. */
const UNKNOWN = 'unknown'

const LEGACY = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'] as const

/** What one proxy says of the hop before it. */
interface Hop {
  /** null where the proxy does not tell. */
  readonly address: string | null
  readonly scheme: 'http' | 'https' | null
  readonly host: string | null
}

/** Goes back hop by hop, nearest first, for as long as the one who tells is trusted. */
function walk(peer: Client, hops: Iterable<Hop | null>, trust: TrustList): Client {
  let client = peer
  for (const hop of hops) {
    if (hop === null) return { ...client, address: UNKNOWN }
    client = {
      address: hop.address ?? client.address,
      scheme: hop.scheme ?? client.scheme,
      host: hop.host ?? client.host,
    }
    if (hop.address === null || !trust.has(hop.address)) break
  }
  return client
}

/** The elements of Forwarded, last first; null for one that is malformed. */
function* hopsOfForwarded(lines: readonly string[]): Generator<Hop | null, void, undefined> {
  for (const element of fromTheRight(lines)) {
    const pairs = parseParameters(element)
    yield pairs && hopOf(pairs.get('for'), pairs.get('proto'), pairs.get('host'))
  }
}

/** The elements of the three fields side by side, last first. A field with fewer elements has no more to say. */
function* hopsOfLegacy([addresses, schemes, hosts]: readonly string[][]): Generator<Hop | null, void, undefined> {
  const fromRight = [addresses, schemes, hosts].map(lines => fromTheRight(lines))
  for (;;) {
    const [address, scheme, host] = fromRight.map(elements => elements.next().value ?? undefined)
    if (address === undefined && scheme === undefined && host === undefined) return
    yield hopOf(address, scheme, host)
  }
}

/** null where a part is malformed. */
function hopOf(node: string | undefined, proto: string | undefined, host: string | undefined): Hop | null {
  const address = node === undefined ? null : addressOfNode(node)
  const scheme = proto?.toLowerCase() ?? null
  if (address === undefined || (host !== undefined && !isValidAuthority(host))) return null
  if (scheme !== null && scheme !== 'http' && scheme !== 'https') return null
  return { address, scheme, host: host ?? null }
}

/**
 * The address of a node (RFC 7239 section 6), with or without a port; X-Forwarded-For has IPv6 without brackets too.
 * `unknown` for a node that hides itself (`unknown`, `_gazonk`), undefined for one that is malformed.
 */
function addressOfNode(node: string): string | undefined {
  if (/^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i.test(node)) return UNKNOWN
  const bare = parseAddress(node)
  if (bare !== null) return formatAddress(bare)
  const [, literal, dotted] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/i.exec(node) ?? []
  // Brackets are for IPv6 alone.
  const bytes = literal?.includes(':') === false ? null : parseAddress(literal ?? dotted ?? '')
  return bytes === null ? undefined : formatAddress(bytes)
}

/**
 * The elements of a list, last first. Read from the right, because there stands what the trusted proxy wrote: a quote that
 * the client left open further left can swallow nothing of it.
 */
function* fromTheRight(lines: readonly string[]): Generator<string, void, undefined> {
  for (let line = lines.length - 1; line >= 0; line--) {
    const text = lines[line]
    let end = text.length
    let inQuotes = false
    for (let at = text.length - 1; at >= -1; at--) {
      if (at === -1 || (text[at] === ',' && !inQuotes)) {
        const element = trimmed(text, at + 1, end)
        if (element !== '') yield element
        end = at
      } else if (text[at] === '"' && !(inQuotes && isEscaped(text, at))) inQuotes = !inQuotes
    }
  }
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let count = 0
  while (text[at - 1 - count] === '\\') count++
  return count % 2 === 1
}

const MAPPED = '::ffff:'

/** IPv4 as itself, where a socket of both families maps it. */
function withoutMapping(address: string): string {
  if (!address.startsWith(MAPPED)) return address
  const bytes = parseAddress(address)
  return bytes !== null && isIPv4(bytes) ? formatAddress(bytes) : address
}

function isSame(a: Client, b: Client): boolean {
  return a.address === b.address && a.scheme === b.scheme && a.host === b.host
}
