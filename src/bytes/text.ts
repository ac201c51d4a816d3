// Between bytes and text. Where the runtime has Buffer its native conversions are used; elsewhere plain code does the same.

const BLOCK = 4096

/** Up to here a loop is quicker than a call. */
const SHORT = 24

interface NativeSlices {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  latin1Write(text: string, start: number, length: number): number
  utf8Write(text: string, start: number, length: number): number
}

const native: (NativeSlices & Pick<typeof Buffer.prototype, never>) | null =
  typeof Buffer === 'function' && typeof (Buffer.prototype as unknown as NativeSlices).latin1Slice === 'function'
    ? (Buffer.prototype as unknown as NativeSlices)
    : null

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The bytes from `start` to `end` as text, one character for each byte. */
export const latin1: (bytes: Uint8Array, start: number, end: number) => string =
  native === null ? latin1InBlocks : (bytes, start, end) => native.latin1Slice.call(bytes, start, end)

/**
 * UTF-8 from `start` to `end` as text: a byte order mark is a character like any other, and what is no UTF-8 becomes U+FFFD. For 64 bytes it takes
 * two thirds of what a TextDecoder does, which needs a view of them as well.
 */
export const utf8: (bytes: Uint8Array, start: number, end: number) => string =
  native === null
    ? (bytes, start, end) => decoder.decode(bytes.subarray(start, end))
    : (bytes, start, end) => native.utf8Slice.call(bytes, start, end)

/** Text whose characters are all below U+0100 as bytes, one for each character. */
export function latin1Bytes(text: string): Uint8Array {
  if (native !== null) return Buffer.from(text, 'latin1')
  return Uint8Array.from(text, char => char.charCodeAt(0))
}

/** Writes text whose characters are all below U+0100 into `bytes`, one byte for each, from `at` on. There must be room. */
export function putLatin1(bytes: Uint8Array, at: number, text: string): void {
  if (text.length > SHORT && native !== null) native.latin1Write.call(bytes, text, at, text.length)
  else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}

/** Text as UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  return native === null ? encoder.encode(text) : Buffer.from(text, 'utf8')
}

/** Writes text as UTF-8 into `bytes` from `at` on. There must be room for all of it: three bytes for each UTF-16 unit do. @returns how many bytes it took */
export const putUtf8: (bytes: Uint8Array, at: number, text: string) => number =
  native === null
    ? (bytes, at, text) => encoder.encodeInto(text, bytes.subarray(at)).written
    : (bytes, at, text) => native.utf8Write.call(bytes, text, at, bytes.length - at)

/** How many bytes the text takes as UTF-8; equal to its length exactly where it is ASCII. */
export const utf8Length: (text: string) => number =
  native === null ? text => encoder.encode(text).length : text => Buffer.byteLength(text, 'utf8')

function latin1InBlocks(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += BLOCK)
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + BLOCK)))
  return text
}
