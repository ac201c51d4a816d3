// How long a browser may use a file without asking again: Cache-Control (RFC 9111 section 5.2.2).
import { isHtml } from './media.ts'

export interface BrowserCaching {
  /** Seconds; 0 for asking each time, null for keeping nothing. */
  readonly maxAge: number | null
  /** Files with a hash in their name are kept for a year. */
  readonly immutable: boolean
}

/** The value of Cache-Control for a file. */
export function cacheControl(name: string, mediaType: string, { maxAge, immutable }: BrowserCaching): string {
  if (maxAge === null) return 'no-store'
  if (immutable && hasHash(name)) return 'max-age=31536000, immutable'
  // A page names the files that go with it: an old page with new files around it is broken.
  if (maxAge === 0 || isHtml(mediaType)) return 'no-cache'
  return `max-age=${maxAge}`
}

/**
 * Whether a name carries a hash of the content, as bundlers write them: `app.3f2a9c1b.js`, `index-BdF3kZ0x.css`. A
 * year is long for a wrong guess, so a hash must look like nothing else: dates have no letters, words no digits.
 */
export function hasHash(name: string): boolean {
  const parts = name.split('.')
  const extension = parts.pop() ?? ''
  return parts.some((part, at) => {
    const tail = part.slice(part.lastIndexOf('_') + 1)
    const hex = tail.slice(tail.lastIndexOf('-') + 1)
    // The first part of `3f2a9c1b.js` may be all hash too, so long as it is a long one.
    if (HEX.test(hex) && (at > 0 || hex.length < part.length || hex.length >= 16)) return true
    return SCRIPT_OR_STYLE.test(extension) && MIXED.test((at > 0 ? `.${part}` : part).slice(-9))
  })
}

const HEX = /^(?=.*\d)(?=.*[a-f])[\da-f]{8,64}$/
// A digit with a letter behind it: `Version1` is a word with a number.
const MIXED = /^[-.](?=.*\d.*[A-Za-z])(?=.*[a-z])(?=.*[A-Z])[\w-]{8}$/
const SCRIPT_OR_STYLE = /^(?:js|mjs|css|map|woff2?|wasm)$/
