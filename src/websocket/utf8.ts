// UTF-8 judged as it arrives (RFC 6455 section 8.1, RFC 3629): the first wrong byte is found when it comes, wherever frames and
// reads are cut. A byte is wrong if no text whatever begins with the bytes up to it.
import { isUtf8 } from '../bytes/utf8.ts'
import { wordsOf } from './words.ts'

/** From here on the runtime is quicker than a loop. */
const LONG = 128
/** So many ASCII bytes in a row make it worth looking at eight at a time. */
const RUN = 16
/** The highest bit of each byte of a word. */
const HIGHEST = 0x8080808080808080n

/** Judges text piece by piece. */
export class Utf8Judge {
  /** Bytes that are due to complete a character. */
  private due = 0
  /** What the next of them may be at least. */
  private least = 0x80
  /** What the next of them may be at most. */
  private most = 0xbf

  /** Whether the text may end here. */
  get complete(): boolean {
    return this.due === 0
  }

  /** Takes the text's next piece, from `start` to `end`. @returns where its first wrong byte is, after which it is of no use; -1 for none */
  wrongByte(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end) {
      if (this.due === 0) at = whole(bytes, at, end)
      if (at < 0) return ~at
      if (at === end) break
      const byte = bytes[at]
      if (this.due === 0) {
        const due = continuations(byte)
        if (due === -1) return at
        this.due = due
        this.least = leastSecond(byte)
        this.most = mostSecond(byte)
      } else {
        if (byte < this.least || byte > this.most) return at
        this.due--
        this.least = 0x80
        this.most = 0xbf
      }
      at++
    }
    return -1
  }

  /** Forgets what has come. */
  reset(): void {
    this.due = 0
  }
}

const judge = new Utf8Judge()

/** Where the first wrong byte of a whole text is; `end` where it stops in the middle of a character, and -1 where it is UTF-8. */
export function wrongByteOf(bytes: Uint8Array, start: number, end: number): number {
  judge.reset()
  const wrong = judge.wrongByte(bytes, start, end)
  return wrong === -1 && !judge.complete ? end : wrong
}

/**
 * Goes over whole characters.
 * @returns where it stopped: at the end, or at most four bytes before it; the complement of a wrong byte's place
 */
function whole(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  let run = 0
  if (end - start >= LONG && isUtf8 !== null) {
    const border = lastBorder(bytes, end)
    if (isUtf8(bytes, start, border)) return border
  }
  const last = end - 4
  while (at <= last) {
    const byte = bytes[at]
    if (byte < 0x80) {
      at++
      if (++run < RUN) continue
      at = pastAscii(bytes, at, end)
      run = 0
      continue
    }
    run = 0
    if (byte < 0xe0) {
      if (byte < 0xc2) return ~at
      if (!isContinuation(bytes[at + 1])) return ~(at + 1)
      at += 2
      continue
    }
    if (byte > 0xf4) return ~at
    const second = bytes[at + 1]
    if (second < leastSecond(byte) || second > mostSecond(byte)) return ~(at + 1)
    if (!isContinuation(bytes[at + 2])) return ~(at + 2)
    if (byte < 0xf0) {
      at += 3
      continue
    }
    if (!isContinuation(bytes[at + 3])) return ~(at + 3)
    at += 4
  }
  while (at < end && bytes[at] < 0x80) at++
  return at
}

/** Where the last character begins, if it may be incomplete; else the end. */
function lastBorder(bytes: Uint8Array, end: number): number {
  let at = end - 1
  while (at > end - 4 && isContinuation(bytes[at])) at--
  return bytes[at] < 0x80 ? end : at
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** How many bytes follow the first one of a character; -1 where no character begins with it. */
function continuations(byte: number): number {
  if (byte < 0x80) return 0
  if (byte < 0xc2 || byte > 0xf4) return -1
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
}

/** No character is written longer than it needs to be. */
function leastSecond(byte: number): number {
  return byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
}

/** There are no surrogates, and nothing beyond U+10FFFF. */
function mostSecond(byte: number): number {
  return byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
}

/** Goes on from `start` as long as whole words are ASCII. */
function pastAscii(bytes: Uint8Array, start: number, end: number): number {
  const address = bytes.byteOffset
  const words = wordsOf(bytes)
  let at = (start + address + 7) >>> 3
  const to = (end + address) >>> 3
  for (let i = start; i < Math.min(end, at * 8 - address); i++) if (bytes[i] >= 0x80) return i
  if (at >= to) return start
  while (at + 4 <= to && isAscii(words[at] | words[at + 1] | words[at + 2] | words[at + 3])) at += 4
  while (at < to && isAscii(words[at])) at++
  return at * 8 - address
}

function isAscii(word: bigint): boolean {
  return BigInt.asUintN(64, word & HIGHEST) === 0n
}
