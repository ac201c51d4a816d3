// Structured fields (RFC 9651) as far as HTTP/2 needs them: a dictionary whose members are integers and booleans. What else
// may stand in one is read over, but must be well formed: a dictionary with one fault is no dictionary.

import { TOKEN } from '../bytes/classes.ts'
/** A member's value: an integer, a boolean, or something else that is well formed. */
export type BareValue = number | boolean | null

/**
 * The members of a dictionary, the last of each key (RFC 9651 section 4.2.2); null where the text is none. Parameters are
 * left out. Takes time in proportion to the text.
 */
export function parseDictionary(text: string): Map<string, BareValue> | null {
  const reader = new Reader(text)
  const members = new Map<string, BareValue>()
  reader.skipSpaces()
  while (reader.at < text.length) {
    const key = reader.key()
    if (key === null) return null
    const value = reader.take(EQUALS) ? reader.member() : true
    if (value === undefined || !reader.parameters()) return null
    members.set(key, value)
    reader.skipWhiteSpace()
    if (reader.at === text.length) break
    if (!reader.take(COMMA)) return null
    reader.skipWhiteSpace()
    if (reader.at === text.length) return null
  }
  return members
}

const HTAB = 0x09
const SP = 0x20
const QUOTE = 0x22
const PERCENT = 0x25
const LEFT_PARENTHESIS = 0x28
const RIGHT_PARENTHESIS = 0x29
const ASTERISK = 0x2a
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const QUESTION_MARK = 0x3f
const AT_SIGN = 0x40
const BACKSLASH = 0x5c

/** RFC 9651 section 3.3.1. */
const INTEGER_DIGITS = 15
const WHOLE_DIGITS_OF_DECIMAL = 12
const FRACTION_DIGITS = 3

/** Methods that read a value return undefined, those that only pass over something false, where it is malformed. */
class Reader {
  at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  skipSpaces(): void {
    while (this.code === SP) this.at++
  }

  skipWhiteSpace(): void {
    while (this.code === SP || this.code === HTAB) this.at++
  }

  take(code: number): boolean {
    if (this.code !== code) return false
    this.at++
    return true
  }

  key(): string | null {
    const start = this.at
    if (!isLower(this.code) && this.code !== ASTERISK) return null
    while (isKey(this.code)) this.at++
    return this.text.slice(start, this.at)
  }

  /** An item or an inner list, without its parameters. */
  member(): BareValue | undefined {
    return this.code === LEFT_PARENTHESIS ? this.innerList() : this.bareItem()
  }

  parameters(): boolean {
    while (this.take(SEMICOLON)) {
      this.skipSpaces()
      if (this.key() === null) return false
      if (this.take(EQUALS) && this.bareItem() === undefined) return false
    }
    return true
  }

  private get code(): number {
    return this.text.charCodeAt(this.at)
  }

  private innerList(): null | undefined {
    this.at++
    while (this.at < this.text.length) {
      this.skipSpaces()
      if (this.take(RIGHT_PARENTHESIS)) return null
      if (this.bareItem() === undefined || !this.parameters()) return undefined
      if (this.code !== SP && this.code !== RIGHT_PARENTHESIS) return undefined
    }
    return undefined
  }

  private bareItem(): BareValue | undefined {
    const { code } = this
    if (code === MINUS || isDigit(code)) return this.number()
    if (code === QUESTION_MARK) return this.boolean()
    if (code === QUOTE) return this.string()
    if (code === COLON) return this.byteSequence()
    if (code === AT_SIGN) return this.date()
    if (code === PERCENT) return this.displayString()
    if (isAlpha(code) || code === ASTERISK) return this.token()
    return undefined
  }

  private number(): number | null | undefined {
    const sign = this.take(MINUS) ? -1 : 1
    const start = this.at
    const digits = this.digits()
    if (digits === 0 || digits > INTEGER_DIGITS) return undefined
    if (this.code !== DOT) return sign * Number(this.text.slice(start, this.at))
    this.at++
    const fraction = this.digits()
    return digits > WHOLE_DIGITS_OF_DECIMAL || fraction === 0 || fraction > FRACTION_DIGITS ? undefined : null
  }

  private digits(): number {
    const start = this.at
    while (isDigit(this.code)) this.at++
    return this.at - start
  }

  private boolean(): boolean | undefined {
    this.at++
    const digit = this.text[this.at++]
    return digit === '1' ? true : digit === '0' ? false : undefined
  }

  private string(): null | undefined {
    for (this.at++; this.at < this.text.length; this.at++) {
      if (this.take(QUOTE)) return null
      if (this.take(BACKSLASH)) {
        if (this.code !== QUOTE && this.code !== BACKSLASH) return undefined
      } else if (!isPrintable(this.code)) return undefined
    }
    return undefined
  }

  private token(): null {
    while (isToken(this.code)) this.at++
    return null
  }

  private byteSequence(): null | undefined {
    const end = this.text.indexOf(':', this.at + 1)
    if (end === -1 || !BASE64.test(this.text.slice(this.at + 1, end))) return undefined
    this.at = end + 1
    return null
  }

  private date(): null | undefined {
    this.at++
    const { code } = this
    if (code !== MINUS && !isDigit(code)) return undefined
    return typeof this.number() === 'number' ? null : undefined
  }

  private displayString(): null | undefined {
    const match = DISPLAY_STRING
    match.lastIndex = this.at
    const found = match.exec(this.text)
    if (found === null || !isUtf8(found[1])) return undefined
    this.at = match.lastIndex
    return null
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
/** RFC 9651 section 4.2.10: printable ASCII, other bytes as % and two digits in lower case. */
const DISPLAY_STRING = /%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"/y

/** Whether what the escapes stand for is UTF-8. */
function isUtf8(escaped: string): boolean {
  try {
    decodeURIComponent(escaped)
    return true
  } catch {
    return false
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

function isAlpha(code: number): boolean {
  return isLower(code | 0x20)
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e
}

/** What follows in a key: lower case, digits, `_-.*`. */
function isKey(code: number): boolean {
  return isLower(code) || isDigit(code) || code === 0x5f || code === MINUS || code === DOT || code === ASTERISK
}

/** What follows in a token: tchar, colon and slash. */
function isToken(code: number): boolean {
  return code < 0x80 && (TOKEN[code] === 1 || code === COLON || code === 0x2f)
}
