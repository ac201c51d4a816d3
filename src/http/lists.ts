// Lists, tokens, white space, quoted strings and parameters: the grammar that many fields share (RFC 9110 section 5.6).
import { consistsOf, FIELD_VALUE, TOKEN } from '../bytes/classes.ts'

/** The elements between the commas of a field value, trimmed, empty ones left out. Commas in quoted strings do not separate. */
export function elements(value: string): string[] {
  return split(value, ',')
}

/**
 * Parameters, `name=value` between separators, names in lower case and values unquoted; null where one is malformed
 * or comes twice.
 */
export function parseParameters(text: string): Map<string, string> | null {
  const parameters = new Map<string, string>()
  for (const pair of split(text, ';')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, equals)).toLowerCase()
    const value = unquoted(pair.slice(equals + 1))
    if (!consistsOf(name, TOKEN) || value === null || parameters.has(name)) return null
    parameters.set(name, value)
  }
  return parameters
}

/** The value as a token where it is one, else as a quoted string. */
export function tokenOrQuoted(value: string): string {
  return consistsOf(value, TOKEN) ? value : quotedString(value)
}

/** The value between quotes, with what must be escaped escaped (RFC 9110 section 5.6.4). @throws TypeError for a control character other than tab, or one beyond U+00FF */
export function quotedString(value: string): string {
  if (value !== '' && !consistsOf(value, FIELD_VALUE)) throw notQuotable(value)
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** What a token or quoted string stands for, or null where the text is neither. */
function unquoted(text: string): string | null {
  if (consistsOf(text, TOKEN)) return text
  if (text.length < 2 || endOfQuoted(text, 0) !== text.length) return null
  const inner = text.slice(1, -1)
  if (inner !== '' && !consistsOf(inner, FIELD_VALUE)) return null
  if (!inner.includes('\\')) return inner
  let value = ''
  for (let at = 0; at < inner.length; at++) {
    if (inner[at] === '\\') at++
    value += inner[at]
  }
  return value
}

/** The pieces between separators outside quoted strings, trimmed, empty ones left out. A quote that is never closed reaches to the end. */
export function split(value: string, separator: ',' | ';'): string[] {
  const pieces: string[] = []
  let start = 0
  for (let at = 0; at <= value.length; at++) {
    if (value[at] === '"') {
      const end = endOfQuoted(value, at)
      at = end === -1 ? value.length - 1 : end - 1
    } else if (at === value.length || value[at] === separator) {
      const piece = trimmed(value, start, at)
      if (piece !== '') pieces.push(piece)
      start = at + 1
    }
  }
  return pieces
}

/** Where the quoted string that starts at `at` ends, or -1. */
export function endOfQuoted(text: string, at: number): number {
  if (text[at] !== '"') return -1
  for (let position = at + 1; position < text.length; position++) {
    if (text[position] === '\\') position++
    else if (text[position] === '"') return position + 1
  }
  return -1
}

/**
 * The text between two places without the optional white space around it (OWS, RFC 9110 section 5.6.3): spaces and tabs, and
 * nothing else. `String.trim` takes U+00A0 too, and would make one name of two.
 */
export function trimmed(text: string, from = 0, to = text.length): string {
  const start = skipSpace(text, from, to)
  let end = to
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** The first place from `at` on that holds no space or tab. */
export function skipSpace(text: string, at: number, end = text.length): number {
  let position = at
  while (position < end && isSpace(text.charCodeAt(position))) position++
  return position
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/**
 * The text itself.
 * @throws TypeError where it is no token (RFC 9110 section 5.6.2)
 */
export function token(text: string): string {
  if (!consistsOf(text, TOKEN)) throw notAToken(text)
  return text
}

function notQuotable(value: string): TypeError {
  return new TypeError(
    `A quoted string has no control characters and none beyond U+00FF (RFC 9110 section 5.6.4), unlike ${JSON.stringify(value).slice(0, 80)}`,
  )
}

function notAToken(text: string): TypeError {
  return new TypeError(
    `Types, schemes and the names of parameters are tokens (RFC 9110 section 5.6.2), unlike ${JSON.stringify(text).slice(0, 80)}`,
  )
}
