// What the fields of a message say to the connection: where it goes to, how long it is, what it expects, how urgent it is.
import type { HpackField } from '../hpack/index.ts'
import type { Fields } from '../http/fields.ts'
import type { RuleName } from './errors.ts'
import type { Priority } from './head.ts'
import { PRIORITIES, parsePriority } from './priority.ts'
import { ReceivedFields } from './received-fields.ts'
import {
  BROKEN,
  CONTENT_LENGTH,
  CONTINUE,
  INVALID_HOST,
  judge,
  MALFORMED_PRIORITY,
  NOT_IN_TRAILERS,
  PRIORITY,
  PSEUDO,
  ruleOf,
  TE,
} from './verdicts.ts'

/** Content-Length's digits: more could not be counted exactly. */
const MOST_DIGITS = 15

/** One is enough for all messages: what it found is used up before the next is read. */
export class FieldFacts {
  /** Empty where there is none. */
  host = ''
  /** It came twice, or is no authority. */
  hostInvalid = false
  /** -1 where there is none. */
  length = -1
  lengthRepeated = false
  expectsContinue = false
  hasTe = false
  priority: Priority | null = null
  private priorityText: string | null = null

  /** Reads the fields from `start` on, which must not be pseudo-fields. Returns the rule that they break. */
  read(fields: readonly HpackField[], start: number): RuleName | null {
    this.reset()
    for (let i = start; i < fields.length; i++) {
      const field = fields[i]
      const verdict = field.verdict === 0 ? judge(field) : field.verdict
      if (verdict <= NOT_IN_TRAILERS) continue
      const rule = this.take(field, verdict)
      if (rule !== null) return rule
    }
    return null
  }

  /** What a reader of the message sees: of a length that came several times one is left, not `5, 5` (RFC 9110 section 8.6). */
  fieldsOf(fields: readonly HpackField[], start: number): Fields {
    if (!this.lengthRepeated) return new ReceivedFields(fields, start)
    const first = fields.findIndex(field => field.name === 'content-length')
    return new ReceivedFields(
      fields.filter((field, i) => i >= start && (i <= first || field.name !== 'content-length')),
    )
  }

  private reset(): void {
    this.host = ''
    this.hostInvalid = false
    this.length = -1
    this.lengthRepeated = false
    this.expectsContinue = false
    this.hasTe = false
    this.priority = null
    this.priorityText = null
  }

  private take(field: HpackField, verdict: number): RuleName | null {
    if (verdict >= PSEUDO) return outOfPlace(field, verdict)
    if (verdict === CONTENT_LENGTH) return this.takeLength(field.value)
    if (verdict <= INVALID_HOST) this.takeHost(field.value, verdict)
    else if (verdict === CONTINUE) this.expectsContinue = true
    else if (verdict === TE) this.hasTe = true
    else this.takePriority(field.value, verdict)
    return null
  }

  private takeHost(value: string, verdict: number): void {
    if (verdict === INVALID_HOST || this.host !== '') this.hostInvalid = true
    this.host = value
  }

  /** The same length twice can only mean one thing (RFC 9110 section 8.6), two of them anything. */
  private takeLength(value: string): RuleName | null {
    if (value.length > MOST_DIGITS) return 'content-too-large'
    const length = Number(value)
    if (this.length !== -1) {
      if (length !== this.length) return 'invalid-content-length'
      this.lengthRepeated = true
    }
    this.length = length
    return null
  }

  private takePriority(value: string, verdict: number): void {
    if (this.priorityText === null) {
      this.priorityText = value
      this.priority = verdict === MALFORMED_PRIORITY ? null : PRIORITIES[verdict - PRIORITY]
    } else {
      this.priorityText += `, ${value}`
      this.priority = parsePriority(this.priorityText)
    }
  }
}

/** The rule that is broken by a field with a verdict of `PSEUDO` or more where usual fields are due. */
export function outOfPlace(field: HpackField, verdict: number): RuleName {
  return verdict < BROKEN || field.name.charCodeAt(0) === COLON ? 'late-pseudo-field' : ruleOf(verdict)
}

const COLON = 0x3a
