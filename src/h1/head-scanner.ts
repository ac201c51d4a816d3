// Reads a head's bytes once, left to right, and judges each of them (RFC 9112 sections 2 to 5). It stops where the
// bytes end and goes on there when more have come, so a head that trickles in costs no more than one that comes whole.
// Fields that framing needs are recognised on the way. What they mean for the message is decided in framing.ts.
import { DIGIT, FIELD_VALUE, TARGET, TOKEN } from '../bytes/classes.ts'
import type { RuleName } from './errors.ts'
import { FramingFields } from './framing-fields.ts'
import { DEFAULT_LIMITS, type H1Limits, METHOD_BYTES } from './limits.ts'
import { type RememberedFields, remembered } from './remembered-fields.ts'

export const MORE = 0
export const COMPLETE = 1
export const BROKEN = 2
export type Scan = typeof MORE | typeof COMPLETE | typeof BROKEN

// Where in the head the next byte stands.
const START = 0
const SKIPPED_CR = 1
const METHOD = 2
const TARGET_START = 3
const IN_TARGET = 4
const VERSION = 5
const AFTER_VERSION = 6
const STATUS = 7
const REASON = 8
const LINE_LF = 9
const LINE_START = 10
const NAME = 11
const VALUE = 12
const LAST_LF = 13
type Phase = number

const CR = 13
const LF = 10
const SP = 32
const HTAB = 9
const COLON = 58

/** `HTTP/1.` and a digit, as far as it is the same for every message. */
const VERSION_PATTERN = [72, 84, 84, 80, 47, -1, 46, -1]
const VERSION_BYTES = 8
const STATUS_BYTES = 3

export class HeadScanner {
  /** Places in the head, counted from `base`. */
  at = 0
  start = 0
  methodEnd = 0
  targetStart = 0
  targetEnd = 0
  minor = 0
  status = 0
  fieldCount = 0
  readonly framing = new FramingFields()
  /** Where the first field line starts. */
  linesStart = 0
  /** The field lines, where they are ones that were read before; `framing` says nothing then. */
  known: RememberedFields | null = null
  /** The broken rule and where it was broken, after BROKEN. */
  rule: RuleName = 'invalid-method'

  limits: H1Limits = DEFAULT_LIMITS
  private phase: Phase = START
  private phaseStart = 0
  private lineStart = 0
  private nameEnd = 0
  private isRequest = true

  /** Makes ready for the next head: of a request, of a response, or a trailer section, which is field lines alone. */
  reset(what: 'request' | 'response' | 'trailers'): void {
    this.at = 0
    this.start = 0
    this.fieldCount = 0
    this.known = null
    this.isRequest = what === 'request'
    this.phaseStart = 0
    this.phase = what === 'request' ? START : what === 'response' ? VERSION : LINE_START
    if (this.framing.touched) this.framing.reset()
  }

  /** Whether nothing has come but an empty line before the head. */
  get untouched(): boolean {
    return this.at === this.start
  }

  /**
   * Reads on. The head starts at `base` in `bytes`; what stands there up to the last call's end must be as it was.
   * After COMPLETE the head ends at `base + at`; after BROKEN the broken byte stands there.
   */
  scan(bytes: Uint8Array, base: number, end: number): Scan {
    const limits = this.limits
    const headEnd = base + limits.headBytes
    const stop = Math.min(end, headEnd)
    let phase = this.phase
    let i = base + this.at
    while (i < stop) {
      switch (phase) {
        case NAME: {
          while (i < stop && TOKEN[bytes[i]] !== 0) i++
          if (i === stop) break
          if (bytes[i] !== COLON || i === base + this.lineStart) return this.fail(nameRule(bytes[i]), base, i)
          if (++this.fieldCount > limits.fieldCount) return this.fail('too-many-fields', base, base + this.lineStart)
          this.nameEnd = i - base
          i++
          phase = VALUE
          break
        }
        case VALUE: {
          while (i < stop && FIELD_VALUE[bytes[i]] !== 0) i++
          if (i === stop) break
          if (bytes[i] !== CR) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-field-value', base, i)
          if (this.framing.isOne(this.nameEnd - this.lineStart)) {
            const rule = this.framing.take(bytes, base + this.lineStart, base + this.nameEnd, i, base)
            if (rule !== null) return this.fail(rule, base, base + this.framing.brokenAt)
          }
          i++
          phase = LINE_LF
          break
        }
        case LINE_LF: {
          if (bytes[i] !== LF) return this.fail('bare-cr', base, i - 1)
          i++
          phase = LINE_START
          this.lineStart = i - base
          break
        }
        case LINE_START: {
          const byte = bytes[i]
          this.lineStart = i - base
          if (this.fieldCount === 0 && this.isRequest) {
            this.linesStart = this.lineStart
            this.known = stop === end ? remembered(bytes, i, end, limits) : null
            if (this.known !== null) {
              this.at = end - base
              return COMPLETE
            }
          }
          if (byte === CR) {
            i++
            phase = LAST_LF
          } else if (byte === SP || byte === HTAB) {
            return this.fail('obs-fold', base, i)
          } else if (byte === LF) {
            return this.fail('bare-lf', base, i)
          } else {
            phase = NAME
          }
          break
        }
        case LAST_LF: {
          if (bytes[i] !== LF) return this.fail('bare-cr', base, i - 1)
          this.at = i + 1 - base
          this.phase = phase
          return COMPLETE
        }
        case START: {
          // A CRLF before a request is skipped: some clients send one after content (RFC 9112 section 2.2).
          if (bytes[i] === CR) {
            if (this.start > 0) return this.fail('too-many-empty-lines', base, i)
            i++
            phase = SKIPPED_CR
          } else {
            this.start = i - base
            phase = METHOD
          }
          break
        }
        case SKIPPED_CR: {
          if (bytes[i] !== LF) return this.fail('bare-cr', base, i - 1)
          i++
          this.start = i - base
          phase = START
          break
        }
        case METHOD: {
          const longest = base + this.start + METHOD_BYTES
          while (i < stop && TOKEN[bytes[i]] !== 0) {
            if (i === longest) return this.fail('method-too-long', base, i)
            i++
          }
          if (i === stop) break
          if (bytes[i] !== SP || i === base + this.start)
            return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-method', base, i)
          this.methodEnd = i - base
          i++
          this.targetStart = i - base
          phase = TARGET_START
          break
        }
        case TARGET_START: {
          if (bytes[i] === SP) return this.fail('empty-target', base, i)
          phase = IN_TARGET
          break
        }
        case IN_TARGET: {
          const longest = base + this.targetStart + limits.targetBytes
          const limit = Math.min(longest, stop)
          while (i < limit && TARGET[bytes[i]] !== 0) i++
          if (i === stop) break
          if (bytes[i] !== SP) {
            if (TARGET[bytes[i]] !== 0) return this.fail('target-too-long', base, i)
            return this.fail(targetRule(bytes[i], i === base + this.targetStart), base, i)
          }
          this.targetEnd = i - base
          i++
          this.phaseStart = i - base
          phase = VERSION
          break
        }
        case VERSION: {
          const from = base + this.phaseStart
          for (; i < stop && i - from < VERSION_BYTES; i++) {
            const want = VERSION_PATTERN[i - from]
            if (want === -1 ? DIGIT[bytes[i]] === 0 : bytes[i] !== want) return this.fail('invalid-version', base, i)
          }
          if (i - from < VERSION_BYTES) break
          if (bytes[from + 5] !== 0x31) return this.fail('unsupported-version', base, from + 5)
          this.minor = bytes[from + 7] === 0x30 ? 0 : 1
          phase = AFTER_VERSION
          break
        }
        case AFTER_VERSION: {
          // In a request this is the line's end; in a response the status follows.
          if (this.phaseStart > 0) {
            if (bytes[i] !== CR) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-version', base, i)
            phase = LINE_LF
          } else {
            if (bytes[i] !== SP) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-version', base, i)
            this.phaseStart = i + 1 - base
            this.status = 0
            phase = STATUS
          }
          i++
          break
        }
        case STATUS: {
          const from = base + this.phaseStart
          for (; i < stop && i - from < STATUS_BYTES; i++) {
            if (DIGIT[bytes[i]] === 0) return this.fail('invalid-status', base, i)
            this.status = this.status * 10 + bytes[i] - 0x30
          }
          if (i - from < STATUS_BYTES) break
          if (this.status < 100 || this.status > 599) return this.fail('invalid-status', base, from)
          this.phaseStart = i - base
          phase = REASON
          break
        }
        case REASON: {
          // The space after the status may be missing together with the reason, as many servers send it.
          if (i === base + this.phaseStart && bytes[i] !== SP && bytes[i] !== CR)
            return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-status', base, i)
          while (i < stop && FIELD_VALUE[bytes[i]] !== 0) i++
          if (i === stop) break
          if (bytes[i] !== CR) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-reason', base, i)
          i++
          phase = LINE_LF
          break
        }
      }
    }
    this.phase = phase
    this.at = i - base
    if (i === headEnd) return this.fail('head-too-large', base, i)
    return MORE
  }

  private fail(rule: RuleName, base: number, at: number): typeof BROKEN {
    this.rule = rule
    this.at = at - base
    return BROKEN
  }
}

function nameRule(byte: number): RuleName {
  if (byte === SP || byte === HTAB) return 'space-before-colon'
  return byte === LF ? 'bare-lf' : 'invalid-field-name'
}

function targetRule(byte: number, atStart: boolean): RuleName {
  if (byte === LF) return 'bare-lf'
  // `GET /` and the line's end: HTTP/0.9, or a target with a space in it further on.
  if (byte === CR) return atStart ? 'empty-target' : 'invalid-version'
  return 'invalid-target'
}
