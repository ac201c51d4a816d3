// Content-Disposition (RFC 6266): whether a reply is shown or kept, and under which name.
import { consistsOf } from '../bytes/classes.ts'

/** What a quoted file name may hold so that every user agent reads it as it is: no quote, backslash or percent sign (RFC 6266 appendix D). */
const PLAIN_NAME = new Uint8Array(256).map((_, code) =>
  code >= 0x20 && code <= 0x7e && !'"\\%'.includes(String.fromCharCode(code)) ? 1 : 0,
)

/** What may stand as it is behind `UTF-8''` (attr-char, RFC 8187 section 3.2.1), of what encodeURIComponent leaves. */
const NOT_ATTR_CHAR = /['()*]/g

/**
 * The field's value for a file to be kept under a name. A name that not every user agent would read is sent twice, in ASCII and, for those who
 * know RFC 8187, as it is. Slashes, backslashes and control characters have no place in a name; each becomes `_`.
 */
export function attachment(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
  const safe = name.toWellFormed().replace(/[/\\\0-\x1f\x7f-\x9f]/g, '_')
  if (safe === '') return 'attachment'
  if (consistsOf(safe, PLAIN_NAME)) return `attachment; filename="${safe}"`
  const ascii = safe.replace(/[^\x20-\x7e]|["%]/gu, '_')
  const whole = encodeURIComponent(safe).replace(
    NOT_ATTR_CHAR,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`
}
