// Reads the chunked coding (RFC 9112 section 7.1) up to the last chunk; the trailer section that follows is read by the
// head scanner. Bytes of content are handed on where they lie.
import { FIELD_VALUE, HEX_VALUE } from '../bytes/classes.ts'
import type { RuleName } from './errors.ts'
import type { H1Limits } from './limits.ts'

/** More than one read could tell exactly; also where a size that long is only meant to overflow somebody's integer. */
const MOST_SIZE_DIGITS = 13

const FIRST_DIGIT = 0
const SIZE = 1
const SPACE = 2
const EXTENSION = 3
const SIZE_LF = 4
const DATA = 5
const DATA_CR = 6
const DATA_LF = 7

export const NEEDS_MORE = 0
export const HAS_DATA = 1
export const LAST_CHUNK = 2
export const CHUNK_BROKEN = 3
export type ChunkStep = typeof NEEDS_MORE | typeof HAS_DATA | typeof LAST_CHUNK | typeof CHUNK_BROKEN

const CR = 13
const LF = 10
const SP = 32
const HTAB = 9
const SEMICOLON = 59

export class ChunkReader {
  /** After a step: the next byte to read. With HAS_DATA the content is from `dataStart` to here. */
  at = 0
  dataStart = 0
  rule: RuleName = 'invalid-chunk-size'

  private phase = FIRST_DIGIT
  private left = 0
  private digits = 0
  private extensionLeft = 0
  private contentLeft = 0
  private readonly limits: H1Limits

  constructor(limits: H1Limits) {
    this.limits = limits
  }

  reset(): void {
    this.phase = FIRST_DIGIT
    this.left = 0
    this.digits = 0
    this.extensionLeft = this.limits.chunkExtensionBytes
    this.contentLeft = this.limits.contentBytes
  }

  /** Reads from `at` up to the next piece of content, the last chunk's line, a broken rule, or the end of the bytes. */
  step(bytes: Uint8Array, end: number): ChunkStep {
    let i = this.at
    while (i < end) {
      const byte = bytes[i]
      switch (this.phase) {
        case FIRST_DIGIT:
        case SIZE: {
          const digit = HEX_VALUE[byte]
          if (digit >= 0) {
            if (++this.digits > MOST_SIZE_DIGITS) return this.fail('chunk-too-large', i)
            this.left = this.left * 16 + digit
            this.phase = SIZE
            i++
          } else {
            if (this.phase === FIRST_DIGIT) return this.fail(byte === LF ? 'bare-lf' : 'invalid-chunk-size', i)
            // Refused by what it announces, not when it has come: so it is the same however the bytes are split.
            if (this.left > this.contentLeft) return this.fail('content-too-large', i)
            this.contentLeft -= this.left
            this.phase = SPACE
          }
          break
        }
        case SPACE: {
          // White space may stand before an extension only (BWS, RFC 9112 section 7.1.1).
          if (byte === SP || byte === HTAB) {
            if (!this.extend()) return this.fail('chunk-extension-too-long', i)
            this.digits = -1
            i++
          } else if (byte === SEMICOLON) {
            this.phase = EXTENSION
          } else if (byte === CR && this.digits !== -1) {
            this.phase = SIZE_LF
            i++
          } else {
            return this.fail(byte === LF ? 'bare-lf' : 'invalid-chunk-size', i)
          }
          break
        }
        case EXTENSION: {
          while (i < end && FIELD_VALUE[bytes[i]] !== 0) {
            if (!this.extend()) return this.fail('chunk-extension-too-long', i)
            i++
          }
          if (i === end) break
          if (bytes[i] !== CR) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-chunk-extension', i)
          this.phase = SIZE_LF
          i++
          break
        }
        case SIZE_LF: {
          if (byte !== LF) return this.fail('bare-cr', i - 1)
          i++
          this.digits = 0
          if (this.left === 0) {
            this.at = i
            return LAST_CHUNK
          }
          this.phase = DATA
          break
        }
        case DATA: {
          const take = Math.min(this.left, end - i)
          this.dataStart = i
          this.at = i + take
          this.left -= take
          if (this.left === 0) this.phase = DATA_CR
          return HAS_DATA
        }
        case DATA_CR: {
          if (byte !== CR) return this.fail('missing-chunk-end', i)
          this.phase = DATA_LF
          i++
          break
        }
        case DATA_LF: {
          if (byte !== LF) return this.fail('missing-chunk-end', i)
          this.phase = FIRST_DIGIT
          i++
          break
        }
      }
    }
    this.at = i
    return NEEDS_MORE
  }

  private extend(): boolean {
    return this.extensionLeft-- > 0
  }

  private fail(rule: RuleName, at: number): typeof CHUNK_BROKEN {
    this.rule = rule
    this.at = at
    return CHUNK_BROKEN
  }
}
