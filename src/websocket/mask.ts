// Masking (RFC 6455 section 5.3): each byte of a payload is combined with one of the four of a key. Four words of eight bytes are
// done at a time, which is about 20 times as quick as one byte at a time. On the way it is found out whether the text is ASCII: then nobody
// needs to judge it as UTF-8.
import { wordsOf } from './words.ts'

/** Shorter payloads are done byte by byte. */
const SHORT = 24
const WORD = 8

/** The key at hand: the byte at place `i` is for memory whose address ends with these three bits. As a word it is for eight bytes at once. */
const key = new Uint8Array(WORD)
const keyWord = new BigUint64Array(key.buffer)
/** All words that came out, one laid over the other. In memory, since a BigInt in a variable would be an object for each word. */
const seen = new BigUint64Array(1)
/** The highest bit of each byte. */
const HIGHEST = 0x8080808080808080n

/**
 * Masks or unmasks the bytes from `start` to `end` in place.
 * @param maskingKey the four bytes, the first one in the highest place
 * @param phase how many bytes of the payload went before
 * @returns whether all that came out is ASCII
 */
export function mask(bytes: Uint8Array, start: number, end: number, maskingKey: number, phase: number): boolean {
  const address = bytes.byteOffset
  if (end - start < SHORT) {
    let all = 0
    for (let at = start, turn = phase; at < end; at++, turn++) {
      // Only the lowest byte counts: the key's higher ones are still above it.
      all |= bytes[at] ^= maskingKey >>> (24 - ((turn & 3) << 3))
    }
    return (all & 0x80) === 0
  }
  const shift = ((phase - start - address) & 3) << 3
  const turned = (maskingKey << shift) | (maskingKey >>> (32 - shift))
  key[0] = key[4] = turned >>> 24
  key[1] = key[5] = turned >>> 16
  key[2] = key[6] = turned >>> 8
  key[3] = key[7] = turned
  const from = (start + address + WORD - 1) >>> 3
  const to = (end + address) >>> 3
  const all =
    maskBytes(bytes, start, from * WORD - address, address) | maskBytes(bytes, to * WORD - address, end, address)
  return maskWords(wordsOf(bytes), from, to) && all < 0x80
}

function maskBytes(bytes: Uint8Array, start: number, end: number, address: number): number {
  let all = 0
  for (let at = start; at < end; at++) all |= bytes[at] ^= key[(at + address) & 7]
  return all
}

/** `asUintN` tells the compiler that eight bytes are enough: without it each step makes a BigInt of any size. */
function maskWords(words: BigUint64Array, from: number, to: number): boolean {
  const word = keyWord[0]
  seen[0] = 0n
  let at = from
  for (; at + 4 <= to; at += 4) {
    const a = BigInt.asUintN(64, words[at] ^ word)
    const b = BigInt.asUintN(64, words[at + 1] ^ word)
    const c = BigInt.asUintN(64, words[at + 2] ^ word)
    const d = BigInt.asUintN(64, words[at + 3] ^ word)
    words[at] = a
    words[at + 1] = b
    words[at + 2] = c
    words[at + 3] = d
    seen[0] |= BigInt.asUintN(64, a | b | c | d)
  }
  for (; at < to; at++) {
    const a = BigInt.asUintN(64, words[at] ^ word)
    words[at] = a
    seen[0] |= a
  }
  return BigInt.asUintN(64, seen[0] & HIGHEST) === 0n
}
