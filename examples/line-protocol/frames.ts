// Where a frame of the protocol starts and ends, for both roles: this file decides it and no other. It is pure, as the
// protocol rooms of Wirewright are: bytes in, frames out, however the bytes were split on their way.
//
// A frame is a line of words with one space between them, ended by LF. Where its first word is SET or VALUE, the last one
// says how many bytes of content follow the line, and a LF ends them.
import { consistsOf, DIGIT, FIELD_VALUE } from '../../src/bytes/classes.ts'
import { HeldBytes } from '../../src/bytes/held-bytes.ts'
import { latin1 } from '../../src/bytes/text.ts'

export interface Frame {
  readonly words: readonly string[]
  /** Null where the frame carries none. */
  readonly content: Uint8Array | null
}

/** Bytes that are no frame. Nobody knows where the next one starts, so the connection ends. */
export class FrameError extends Error {
  override name = 'FrameError'
  /** Where in all that was received, in bytes. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** As long as memcached's longest key and some numbers. */
const MOST_LINE = 512
/** As memcached's greatest item. */
export const MOST_CONTENT = 1_048_576

const LF = 10
const WITH_CONTENT = new Set(['SET', 'VALUE'])

export class Frames {
  private readonly held = new HeldBytes()
  /** How many of the held bytes are part of frames that were taken. */
  private at = 0
  /** How many bytes came before the held ones. */
  private before = 0

  /** Adds what came in. The bytes are copied, so they may be borrowed. */
  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.held.add(bytes, start, end)
  }

  /**
   * Takes the next frame; null where it is not complete yet.
   * @throws FrameError where the bytes are no frame
   */
  next(): Frame | null {
    const { bytes, size } = this.held
    const start = this.at
    const lineEnd = bytes.subarray(0, Math.min(size, start + MOST_LINE)).indexOf(LF, start)
    if (lineEnd < 0) {
      if (size - start >= MOST_LINE) throw lineTooLong(this.before + start + MOST_LINE)
      return this.wait()
    }
    const line = latin1(bytes, start, lineEnd)
    const words = line.split(' ')
    if (!consistsOf(line, FIELD_VALUE) || words.includes('')) throw notWords(this.before + start)
    if (!WITH_CONTENT.has(words[0])) {
      this.at = lineEnd + 1
      return { words, content: null }
    }
    const length = contentLength(words, this.before + start)
    const contentEnd = lineEnd + 1 + length
    if (size <= contentEnd) return this.wait()
    if (bytes[contentEnd] !== LF) throw contentNotEnded(this.before + contentEnd)
    this.at = contentEnd + 1
    return { words, content: bytes.slice(lineEnd + 1, contentEnd) }
  }

  /** Makes room before more comes: once for all frames that were taken, not once for each. */
  private wait(): null {
    this.held.drop(this.at)
    this.before += this.at
    this.at = 0
    return null
  }
}

function contentLength(words: readonly string[], offset: number): number {
  const word = words[words.length - 1]
  const length = Number(word)
  if (words.length < 2 || !consistsOf(word, DIGIT) || length > MOST_CONTENT) throw badLength(words[0], offset)
  return length
}

function lineTooLong(offset: number): FrameError {
  return new FrameError(`A line must end within ${MOST_LINE} bytes`, offset)
}

function notWords(offset: number): FrameError {
  return new FrameError('A line must be words of visible characters with one space between them', offset)
}

function badLength(first: string, offset: number): FrameError {
  return new FrameError(`${first} must end with the content's length, 0 to ${MOST_CONTENT} bytes`, offset)
}

function contentNotEnded(offset: number): FrameError {
  return new FrameError('A LF must follow the content', offset)
}
