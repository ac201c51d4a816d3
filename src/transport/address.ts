// IP addresses as text: the form everybody above sees, and the part of one that counts as "one client".

/** The address without a zone, and an IPv4-mapped one as IPv4 (RFC 4291 section 2.5.5.2): `::ffff:192.0.2.1` is `192.0.2.1`. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address
  const zone = address.indexOf('%')
  const bare = zone === -1 ? address : address.slice(0, zone)
  return MAPPED.test(bare) ? bare.slice(bare.lastIndexOf(':') + 1) : bare
}

/**
 * What connections are counted by: an IPv4 address, or the first 64 bits of an IPv6 one, as one subscriber is given
 * at least that many (RFC 6177). Takes a plain address in the form that the system prints.
 */
export function addressShare(address: string): string {
  if (!address.includes(':')) return address
  const [before, after] = address.split('::')
  const groups = before === '' ? [] : before.split(':')
  if (after !== undefined) {
    const rest = after === '' ? 0 : after.split(':').length
    for (let missing = 8 - groups.length - rest; missing > 0 && groups.length < 4; missing--) groups.push('0')
    if (groups.length < 4) groups.push(...after.split(':'))
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}

const MAPPED = /^::ffff:\d+\.\d+\.\d+\.\d+$/i
