// Trust lists: the addresses and networks of proxies whose word about the client is believed.
import { formatAddress, isIPv4, parseAddress } from './addresses.ts'

/** A compiled list. */
export interface TrustList {
  /** Nobody is trusted. */
  readonly empty: boolean
  /** Whether the IP address is trusted; an empty one stands for a Unix socket. */
  has(address: string): boolean
}

interface Network {
  readonly bytes: Uint8Array
  /** How many bits, of 128, belong to the network. */
  readonly bits: number
}

const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10']],
  ['unix', []],
])

/**
 * Compiles entries such as `10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`, `loopback` (127/8 and ::1), `private` (RFC 1918, RFC 4193
 * and link-local) and `unix` (peers on a Unix socket).
 * @throws TypeError for an entry that is none of these
 */
export function trustList(entries: readonly string[]): TrustList {
  const networks = entries.flatMap(entry => (NAMES.get(entry.toLowerCase()) ?? [entry]).map(network))
  const unix = entries.some(entry => entry.toLowerCase() === 'unix')
  return {
    empty: entries.length === 0,
    has(address) {
      if (address === '') return unix
      const bytes = parseAddress(address)
      return bytes !== null && networks.some(one => isWithin(bytes, one))
    },
  }
}

function network(entry: string): Network {
  const slash = entry.indexOf('/')
  const bytes = parseAddress(slash === -1 ? entry : entry.slice(0, slash))
  if (bytes === null) throw notAnEntry(entry)
  if (slash === -1) return { bytes, bits: 128 }
  const length = entry.slice(slash + 1)
  // An IPv4 network is one of the 32 last bits, as long as it was written dotted.
  const dotted = isIPv4(bytes) && !entry.includes(':')
  if (!/^\d{1,3}$/.test(length) || Number(length) > (dotted ? 32 : 128)) throw notALength(entry, dotted ? 32 : 128)
  const bits = Number(length) + (dotted ? 96 : 0)
  const base = masked(bytes, bits)
  if (!isWithin(bytes, { bytes: base, bits: 128 })) throw notTheBase(entry, `${formatAddress(base)}/${length}`)
  return { bytes, bits }
}

function isWithin(bytes: Uint8Array, { bytes: base, bits }: Network): boolean {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (bytes[i] !== base[i]) return false
  return (bits & 7) === 0 || (bytes[whole] ^ base[whole]) >> (8 - (bits & 7)) === 0
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))))
}

function notAnEntry(entry: string): TypeError {
  return new TypeError(
    `A trusted proxy is an IP address, a network such as 10.0.0.0/8, or one of ${[...NAMES.keys()].join(', ')}, not ${JSON.stringify(entry)}`,
  )
}

function notALength(entry: string, most: number): TypeError {
  return new TypeError(`The network ${JSON.stringify(entry)} must end with a number of bits from 0 to ${most}`)
}

function notTheBase(entry: string, base: string): TypeError {
  return new TypeError(`${JSON.stringify(entry)} is an address within a network; the network itself is ${base}`)
}
