// Quoting: how bytes and text that somebody else chose are shown in a log line, a page or an error. Nothing that comes
// out can end a line, move a cursor, change a colour or turn the direction of what follows.

/** Three dots in one, where something was cut. */
export const ELLIPSIS = '…'

/** The most that is quoted unless the caller says otherwise: about a line. */
const LIMIT = 80

/**
 * Bytes as a reader can see them: visible ASCII as it is, anything else as `\r`, `\n`, `\t`, `\\` or `\x00`.
 * @param limit how many bytes are shown; an ellipsis stands for the rest
 */
export function quoteBytes(bytes: Uint8Array, limit = LIMIT): string {
  const end = Math.min(bytes.length, limit)
  let shown = ''
  for (let at = 0; at < end; at++) shown += ASCII[bytes[at]]
  return end < bytes.length ? shown + ELLIPSIS : shown
}

/**
 * Text as a reader can see it: control characters as above, invisible ones, line separators, marks that turn the
 * direction and lone surrogates as `\u{202e}`, anything else as it is.
 * @param limit how many UTF-16 units are shown; an ellipsis stands for the rest, and no character is cut in two
 */
export function quoteText(text: string, limit = LIMIT): string {
  const end = text.length > limit ? cutBefore(text, limit) : text.length
  let shown = ''
  for (let at = 0; at < end; ) {
    const code = text.codePointAt(at)!
    shown += code < 0x80 ? ASCII[code] : isHidden(code) ? `\\u{${code.toString(16)}}` : String.fromCodePoint(code)
    at += code > 0xffff ? 2 : 1
  }
  return end < text.length ? shown + ELLIPSIS : shown
}

/** How each byte is shown. */
const ASCII: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const named: Record<number, string> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }
  if (named[byte] !== undefined) return named[byte]
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
})

/** Ranges of characters beyond ASCII that do something instead of showing something. */
const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x80, 0x9f], // C1 controls: U+009B starts a terminal sequence
  [0xad, 0xad], // soft hyphen
  [0x61c, 0x61c], // Arabic letter mark
  [0x180e, 0x180e],
  [0x200b, 0x200f], // zero widths, direction marks
  [0x2028, 0x202e], // line and paragraph separators, embeddings and overrides
  [0x2060, 0x206f], // invisible operators, isolates
  [0xd800, 0xdfff], // lone surrogates
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f], // tags
]

function isHidden(code: number): boolean {
  return HIDDEN.some(([first, last]) => code >= first && code <= last)
}

/** The limit, or one less where it would cut a surrogate pair. */
function cutBefore(text: string, limit: number): number {
  const code = text.codePointAt(limit - 1)
  return code !== undefined && code > 0xffff ? limit - 1 : limit
}
