// The frame's head as data (RFC 6455 section 5.2), and its writing.
//
//   FIN RSV1 RSV2 RSV3 OPCODE(4) │ MASK LENGTH(7) │ LENGTH(16 or 64) │ KEY(32, where MASK) │ payload
import type { ByteOutput } from '../bytes/byte-output.ts'

// Opcodes

/** A further fragment of a message. */
export const CONTINUATION = 0x0
export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8
export const PING = 0x9
export const PONG = 0xa

/** Set in opcodes of control frames. */
export const CONTROL = 0x8

// Bits of a head

/** The last fragment of its message, and of most the only one. */
export const FIN = 0x80
/** The message is compressed (RFC 7692 section 6). */
export const RSV1 = 0x40
/** Reserved for extensions that nobody has agreed on. */
export const RSV23 = 0x30
/** Where the opcode is in the first byte. */
export const OPCODE = 0x0f
/** In the second byte: the payload is masked, and a key stands before it. */
export const MASKED = 0x80

// Lengths

/** A head with the longest length and a key. */
export const MOST_HEAD = 14
/** A control frame's payload (section 5.5). */
export const MOST_CONTROL = 125

/** A length of so many bits follows: what the seven bits say then. */
export const LENGTH_16 = 126
export const LENGTH_64 = 127
/** The bits of a head's second byte that are the length. */
export const LENGTH = 0x7f

/** How long a head is, by its second byte. */
export function headLength(second: number): number {
  const length = second & LENGTH
  return 2 + (length < LENGTH_16 ? 0 : length === LENGTH_16 ? 2 : 8) + (second & MASKED ? 4 : 0)
}

/** The payload's length from a head that begins at `at`. Beyond 2 to the power of 53 it is not exact; Infinity where the highest of 64 bits is set. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] & LENGTH
  if (length < LENGTH_16) return length
  if (length === LENGTH_16) return (bytes[at + 2] << 8) | bytes[at + 3]
  if (bytes[at + 2] & 0x80) return Number.POSITIVE_INFINITY
  return uint32(bytes, at + 2) * 4_294_967_296 + uint32(bytes, at + 6)
}

/** The 32 bits of a masking key as `mask` takes them. */
export function maskingKey(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
}

function uint32(bytes: Uint8Array, at: number): number {
  return maskingKey(bytes, at) >>> 0
}

/** Writes the head of a frame without its key; room must be reserved. */
export function putHead(output: ByteOutput, first: number, mask: 0 | typeof MASKED, length: number): void {
  const { bytes } = output
  let { at } = output
  bytes[at++] = first
  if (length < LENGTH_16) bytes[at++] = mask | length
  else if (length < 65_536) {
    bytes[at++] = mask | LENGTH_16
    bytes[at++] = length >>> 8
    bytes[at++] = length
  } else {
    bytes[at++] = mask | LENGTH_64
    const high = Math.floor(length / 4_294_967_296)
    for (const half of [high, length >>> 0]) for (let shift = 24; shift >= 0; shift -= 8) bytes[at++] = half >>> shift
  }
  output.at = at
}
