// The id that a client sends when it comes back (WHATWG HTML section 9.2.4).

/**
 * The value of a `Last-Event-ID` field as text; empty where there is none. Clients send ids as UTF-8, and fields are read byte by byte.
 * @param value the field's value, a character for each byte
 */
export function lastEventIdIn(value: string | undefined): string {
  if (value === undefined || !BEYOND_ASCII.test(value)) return value ?? ''
  return new TextDecoder().decode(Uint8Array.from(value, character => character.charCodeAt(0)))
}

const BEYOND_ASCII = /[\x80-\xff]/
