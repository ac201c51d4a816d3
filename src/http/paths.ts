// Paths of requests as names of files, and back. What decides whether a path may be looked up at all is in this file:
// no name that comes out of it is empty, `.` or `..`, or holds a separator, so that joined to a root they stay under it.
import { HEX_VALUE } from '../bytes/classes.ts'

/** Why a path is refused. */
export type PathFault =
  /** It does not start with a slash. */
  | 'not-absolute'
  /** It has a character that must be percent-encoded. */
  | 'invalid-character'
  /** A `%` without two hexadecimal digits behind it. */
  | 'invalid-escape'
  /** The decoded bytes are not UTF-8: overlong, a surrogate, cut short. */
  | 'invalid-utf8'
  /** NUL, another control character or DEL, percent-encoded or not. */
  | 'control-character'
  /** A slash that is percent-encoded, or a backslash in any form. */
  | 'separator'
  /** `.` or `..` with a dot percent-encoded: no client does that but to slip past a check. */
  | 'encoded-dots'
  /** `..` above the root. */
  | 'climbs'
  /** A name that Windows reads as another file, a device or a stream. */
  | 'windows-name'

/** A path as the names that it is made of. */
export interface DecodedPath {
  /** Decoded names; none is empty, `.` or `..`, none has a separator or control character. */
  readonly segments: readonly string[]
  /** Whether the path ends with a slash or dot segment, so names a folder. The root does. */
  readonly folder: boolean
}

const SLASH = 0x2f
const BACKSLASH = 0x5c
const PERCENT = 0x25
const DEL = 0x7f

/**
 * The names along a path as sent, or why it is refused; a string is the reason. Literal dot segments are removed (RFC
 * 3986 section 5.2.4), and of several slashes in a row only one counts, as nginx's merge_slashes.
 * @param windows the names are looked up on Windows, so what its file systems would read in another way is refused too
 */
export function decodePath(path: string, windows: boolean): DecodedPath | PathFault {
  if (path.charCodeAt(0) !== SLASH) return 'not-absolute'
  const segments: string[] = []
  let folder = false
  for (let start = 1; start <= path.length; ) {
    const slash = path.indexOf('/', start)
    const end = slash === -1 ? path.length : slash
    const raw = path.slice(start, end)
    folder = raw === '' || raw === '.' || raw === '..'
    if (raw === '..') {
      if (segments.pop() === undefined) return 'climbs'
    } else if (!folder) {
      const fault = faultOfSegment(raw)
      if (fault !== null) return fault
      const name = raw.includes('%') ? decoded(raw) : raw
      if (name === null) return 'invalid-utf8'
      if (name === '.' || name === '..') return 'encoded-dots'
      if (windows && isWindowsName(name)) return 'windows-name'
      segments.push(name)
    }
    start = end + 1
  }
  return { segments, folder }
}

/**
 * One name, percent-encoded for a link. Everything but letters, digits and `-_.!~*()` is encoded, colons too, so that the
 * result is a relative reference by itself and needs no escaping in HTML. A lone surrogate becomes U+FFFD.
 */
export function encodeSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("'", '%27')
}

/** The path that `decodePath` reads as the same: it starts with one slash, so it never names another host. */
export function encodePath(path: DecodedPath): string {
  const names = path.segments.map(encodeSegment).join('/')
  return path.folder && names !== '' ? `/${names}/` : `/${names}`
}

/** What is wrong with a segment's characters, escapes decoded but not yet read as UTF-8. */
function faultOfSegment(raw: string): PathFault | null {
  for (let at = 0; at < raw.length; at++) {
    let code = raw.charCodeAt(at)
    if (code > DEL) return 'invalid-character'
    if (code === PERCENT) {
      code = escapedByte(raw, at)
      if (code < 0) return 'invalid-escape'
      at += 2
    }
    if (code < 0x20 || code === DEL) return 'control-character'
    if (code === SLASH || code === BACKSLASH) return 'separator'
  }
  return null
}

function escapedByte(text: string, at: number): number {
  const high = hexadecimal(text.charCodeAt(at + 1))
  const low = hexadecimal(text.charCodeAt(at + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexadecimal(code: number): number {
  return code < 128 ? HEX_VALUE[code] : -1
}

/** The name, or null where its bytes are not UTF-8. */
function decoded(raw: string): string | null {
  try {
    return decodeURIComponent(raw)
  } catch {
    return null
  }
}

// What Windows makes of names (Microsoft, "Naming Files, Paths, and Namespaces").

const DEVICES: ReadonlySet<string> = new Set([
  ...['con', 'prn', 'aux', 'nul', 'conin$', 'conout$', 'clock$'],
  ...[...'0123456789¹²³'].flatMap(digit => [`com${digit}`, `lpt${digit}`]),
])
/** Wildcards and quotes, and the colon of drive letters and alternate streams. */
const RESERVED = /[<>:"|?*]/
/** An 8.3 short name: `GIT~1` opens `.git`. */
const SHORT_NAME = /^[^.]{0,6}~\d{1,6}(?:\.[^.]{0,3})?$/

function isWindowsName(name: string): boolean {
  if (name.endsWith('.') || name.endsWith(' ')) return true
  if (RESERVED.test(name) || SHORT_NAME.test(name)) return true
  const dot = name.indexOf('.')
  const stem = (dot === -1 ? name : name.slice(0, dot)).trimEnd().toLowerCase()
  return DEVICES.has(stem)
}
