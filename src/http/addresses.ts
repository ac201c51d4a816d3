// IP addresses as text and as 16 bytes. An IPv4 address is kept as the IPv6 address that maps it (::ffff:a.b.c.d), so
// that the two spellings of one machine are one value. Zones (`fe80::1%eth0`) mean nothing beyond a host and are refused.
import { DIGIT, HEX_VALUE } from '../bytes/classes.ts'

const COLON = 0x3a
const DOT = 0x2e

/** The address's 16 bytes, or null where the text is no IPv4 address or IPv6 address (without brackets). */
export function parseAddress(text: string): Uint8Array | null {
  const bytes = new Uint8Array(16)
  if (readIPv4(text, 0, text.length, bytes, 12)) {
    bytes[10] = bytes[11] = 0xff
    return bytes
  }
  return readIPv6(text, 0, text.length, bytes) ? bytes : null
}

/** Whether `text` from `start` to `end` is an IPv6 address (RFC 3986 section 3.2.2). */
export function isIPv6(text: string, start: number, end: number): boolean {
  return readIPv6(text, start, end, new Uint8Array(16))
}

/** The address in its one recommended spelling: dotted where IPv4 is meant, else as RFC 5952 asks. */
export function formatAddress(bytes: Uint8Array): string {
  if (isIPv4(bytes)) return `${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] << 8) | bytes[2 * i + 1])
  const zeros = longestZeros(groups)
  if (zeros.length < 2) return hexadecimal(groups)
  return `${hexadecimal(groups.slice(0, zeros.start))}::${hexadecimal(groups.slice(zeros.start + zeros.length))}`
}

/** Whether the 16 bytes map an IPv4 address (RFC 4291 section 2.5.5.2). */
export function isIPv4(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false
  return bytes[10] === 0xff && bytes[11] === 0xff
}

/** Reads four numbers of 0 to 255, without leading zeros: some programs take those for octal. */
function readIPv4(text: string, start: number, end: number, into: Uint8Array, at: number): boolean {
  let position = start
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(position++) !== DOT) return false
    const first = position
    let value = 0
    while (position < end && position - first < 3 && isDigit(text.charCodeAt(position)))
      value = value * 10 + text.charCodeAt(position++) - 0x30
    const digits = position - first
    if (digits === 0 || value > 255 || (digits > 1 && text.charCodeAt(first) === 0x30)) return false
    into[at + part] = value
  }
  return position === end
}

function readIPv6(text: string, start: number, end: number, into: Uint8Array): boolean {
  let position = start
  let size = 0
  /** Where `::` stands, counted in bytes of the address. */
  let gap = -1
  if (text.startsWith('::', position)) {
    gap = 0
    position += 2
  }
  while (position < end) {
    const groupEnd = endOfGroup(text, position, end)
    if (groupEnd < end && text.charCodeAt(groupEnd) === DOT) {
      if (size > 12 || !readIPv4(text, position, end, into, size)) return false
      size += 4
      position = end
      break
    }
    if (groupEnd === position || size > 14) return false
    const value = Number.parseInt(text.slice(position, groupEnd), 16)
    into[size++] = value >> 8
    into[size++] = value & 0xff
    position = groupEnd
    if (position === end) break
    if (text.charCodeAt(position++) !== COLON || position === end) return false
    if (text.charCodeAt(position) === COLON) {
      if (gap !== -1) return false
      gap = size
      position++
    }
  }
  if (position !== end) return false
  if (gap === -1) return size === 16
  if (size > 14) return false
  into.copyWithin(16 - (size - gap), gap, size)
  into.fill(0, gap, 16 - (size - gap))
  return true
}

/** The end of at most four hexadecimal digits. */
function endOfGroup(text: string, start: number, end: number): number {
  let position = start
  while (position < end && position - start < 4) {
    const code = text.charCodeAt(position)
    if (code > 255 || HEX_VALUE[code] < 0) break
    position++
  }
  return position
}

function isDigit(code: number): boolean {
  return code < 256 && DIGIT[code] === 1
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

function hexadecimal(groups: readonly number[]): string {
  return groups.map(group => group.toString(16)).join(':')
}
