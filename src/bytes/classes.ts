// The classes a byte can belong to in HTTP's grammar, as 256-entry tables: one load and a compare judges a byte.
// The names are those of RFC 9110 section 5.6 and RFC 3986.

/** tchar: what tokens (methods, field names) are made of (RFC 9110 section 5.6.2). */
export const TOKEN = table("!#$%&'*+-.^_`|~", [0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a])

/** What may stand inside a field value: HTAB, SP, VCHAR and obs-text (RFC 9110 section 5.5). */
export const FIELD_VALUE = table('\t', [0x20, 0x7e], [0x80, 0xff])

/** What may stand in a request target: any visible ASCII character but `#`, a fragment never being sent (RFC 9112 section 3.2). */
export const TARGET = table('!', [0x24, 0x7e], '"')

/** unreserved and sub-delims: what a host name is made of beside percent-encoding (RFC 3986 section 3.2.2). */
export const HOST_NAME = table("-._~!$&'()*+,;=", [0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a])

/** DIGIT (RFC 5234). */
export const DIGIT = table('', [0x30, 0x39])

/** The value of a hexadecimal digit, or -1 where the byte is none. */
export const HEX_VALUE = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(value) ? -1 : value
})

/** Whether every character of `text` belongs to the class; false for empty text. */
export function consistsOf(text: string, members: Uint8Array): boolean {
  if (text.length === 0) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255 || members[code] === 0) return false
  }
  return true
}

function table(...members: readonly (string | readonly [number, number])[]): Uint8Array {
  const result = new Uint8Array(256)
  for (const member of members) {
    if (typeof member === 'string') for (const char of member) result[char.charCodeAt(0)] = 1
    else result.fill(1, member[0], member[1] + 1)
  }
  return result
}
