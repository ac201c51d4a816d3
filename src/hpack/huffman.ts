// The Huffman code of strings (RFC 7541 section 5.2), four bits at a time.
import { BROKEN, CODES, EMITS, LENGTHS, STEPS } from './huffman-table.ts'

/** What `decodeHuffman` returns for strings that are none. */
export const END_OF_STRING = -1
export const LONG_PADDING = -2
export const WRONG_PADDING = -3

/** No code is shorter: so many bits make at most one byte. */
const SHORTEST_CODE = 5
/** The longest codes; only the end of string, which is never encoded, and three bytes have one. */
const LONGEST_CODE = 30
/** The place in the tree behind so many 1s is the last that padding may lead to; those behind more have the numbers above, up to 29. */
const MOST_PADDING = 7
const PLACE_SHIFT = 13
/** So a step is shifted to be the place's row in the table, of 16 steps each. */
const ROW_SHIFT = PLACE_SHIFT - 4

/** How many bytes `length` bytes of code can stand for at the most. */
export function mostDecoded(length: number): number {
  return Math.ceil((length * 8) / SHORTEST_CODE)
}

/**
 * Decodes the bytes from `start` to `end`.
 * @param into has room for `mostDecoded`
 * @returns how many bytes they stand for; or END_OF_STRING, LONG_PADDING or WRONG_PADDING
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let length = 0
  let step = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    step = STEPS[(step >>> ROW_SHIFT) | (byte >>> 4)]
    if ((step & EMITS) !== 0) into[length++] = step
    else if (step === BROKEN) return END_OF_STRING
    step = STEPS[(step >>> ROW_SHIFT) | (byte & 15)]
    if ((step & EMITS) !== 0) into[length++] = step
    else if (step === BROKEN) return END_OF_STRING
  }
  const place = step >>> PLACE_SHIFT
  if (place <= MOST_PADDING) return length
  return place < LONGEST_CODE ? LONG_PADDING : WRONG_PADDING
}

/**
 * How many bytes a text takes in Huffman code.
 * @throws RangeError where a character is not a byte: what it would be taken for is not what was meant
 */
export function huffmanLength(text: string): number {
  let bits = 0
  let all = 0
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i)
    all |= byte
    bits += LENGTHS[byte & 0xff]
  }
  if (all > 0xff) throw new RangeError(`A field has one character for each byte; this has others: ${text}`)
  return (bits + 7) >>> 3
}

/** Writes a text's Huffman code, for which there must be room. Returns where it ends. */
export function encodeHuffman(text: string, into: Uint8Array, start: number): number {
  let at = start
  /** The last bits that have not been written, `count` of them; what is above them has been. */
  let bits = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i)
    let code = CODES[byte]
    let length = LENGTHS[byte]
    if (count + length > 32) {
      for (; count >= 8; count -= 8) into[at++] = bits >>> (count - 8)
      if (count + length > 32) {
        // The longest codes, behind as many as seven bits, go in two parts.
        length -= 8
        into[at++] = ((bits << 8) | (code >>> length)) >>> count
        bits = code >>> length
        code &= (1 << length) - 1
      }
    }
    bits = (bits << length) | code
    count += length
  }
  for (; count >= 8; count -= 8) into[at++] = bits >>> (count - 8)
  if (count > 0) into[at++] = (bits << (8 - count)) | (0xff >>> count)
  return at
}
