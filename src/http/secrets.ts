// Secrets in requests: which fields and parameters carry them, and how they are kept out of logs, pages and errors. Where
// it cannot be told whether something is secret, it is hidden.
import { TOKEN } from '../bytes/classes.ts'
import { quoteBytes } from '../bytes/quote.ts'

/** What stands in a secret's place. */
export const HIDDEN = '***'

/** Words that make a name secret, alone or with others: `X-Api-Key`, `access_token`, `sessionId`. */
const WORDS: ReadonlySet<string> = new Set(
  `authorization cookie cookie2 auth apikey key token tokens secret secrets password passwd passphrase passcode pwd pass pin otp
   credential credentials session sessionid sid jwt assertion signature sig nonce code csrf xsrf`.split(/\s+/),
)

/** Ends of words that are written together: `accesstoken`. */
const ENDINGS = ['token', 'secret', 'password', 'apikey', 'sessionid', 'sessid'] as const

/** Names that look secret and are not; hiding them would hide what is wrong with a handshake. */
const HARMLESS: ReadonlySet<string> = new Set(['sec-websocket-key'])

/** Whether the field's value is a secret. */
export function isSecretField(name: string): boolean {
  return !HARMLESS.has(name.toLowerCase()) && isSecretName(name)
}

/** Whether the query parameter's value is a secret. The name may be percent-encoded. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(decodedName(name))
}

/** The target, or a URL, with its secrets replaced by `***`: values of secret parameters, and user information. */
export function redactTarget(target: string): string {
  const mark = target.indexOf('?')
  const path = withoutUser(mark === -1 ? target : target.slice(0, mark))
  return mark === -1 ? path : `${path}?${redactQuery(target.slice(mark + 1))}`
}

/**
 * The bytes around a fault in a head, quoted, `before` of them standing before it. What may be secret becomes `***`: the rest
 * of a line that starts with a secret field, the lines that continue it, and a line whose start was cut off. Their control
 * characters are shown, for those are what faults are made of.
 * @param offset where the fault is in its message, if known: where it equals `before` nothing was cut off at the start
 */
export function excerpt(around: Uint8Array, before: number, offset = Number.POSITIVE_INFINITY): string {
  let shown = ''
  let hiding = offset !== before
  for (let start = 0; start < around.length; ) {
    const feed = around.indexOf(LF, start)
    const end = feed === -1 ? around.length : feed + 1
    const line = around.subarray(start, end)
    if (start > 0 || !hiding) {
      const name = fieldName(line)
      // After a secret, a line that is not clearly another field may be the rest of it.
      hiding = isSecretField(name.text) || (hiding && !name.hasColon)
      const visible = hiding && isSecretField(name.text) ? name.end : hiding ? 0 : line.length
      shown += start === 0 && !hiding ? quotedStart(line) : quoted(line.subarray(0, visible))
      if (visible < line.length) shown += hidden(line.subarray(visible))
    } else shown += hidden(line)
    start = end
  }
  return shown
}

const LF = 0x0a

function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  return words.some(word => WORDS.has(word) || ENDINGS.some(ending => word.endsWith(ending)))
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Pairs between `&` or `;`; a value ends there or at a space, as it does in a request line. */
function redactQuery(query: string): string {
  let shown = ''
  for (let start = 0; start <= query.length; ) {
    const end = endOfPair(query, start)
    const equals = query.indexOf('=', start)
    const isSecret = equals !== -1 && equals < end && isSecretParameter(query.slice(start, equals))
    shown += isSecret ? `${query.slice(start, equals)}=${HIDDEN}` : query.slice(start, end)
    if (end < query.length) shown += query[end]
    start = end + 1
  }
  return shown
}

function endOfPair(query: string, start: number): number {
  let at = start
  while (at < query.length && query[at] !== '&' && query[at] !== ';' && query[at] !== ' ') at++
  return at
}

function withoutUser(url: string): string {
  const slashes = url.indexOf('//')
  if (slashes === -1) return url
  const from = slashes + 2
  const slash = url.indexOf('/', from)
  const at = url.lastIndexOf('@', slash === -1 ? url.length : slash)
  return at < from ? url : url.slice(0, from) + HIDDEN + url.slice(at)
}

/** What a line starts with: the name, without the bytes that make it an invalid one, and where what follows it begins. */
function fieldName(line: Uint8Array): { text: string; end: number; hasColon: boolean } {
  let text = ''
  let end = 0
  for (; end < line.length; end++) {
    const byte = line[end]
    if (byte === COLON || (text !== '' && (byte === 0x20 || byte === 0x09))) break
    if (TOKEN[byte] === 1) text += String.fromCharCode(byte)
  }
  const hasColon = line[end] === COLON
  return { text, end: hasColon ? end + 1 : end, hasColon: hasColon && text !== '' }
}

const COLON = 0x3a

/** A request line may have secrets in its target. */
function quotedStart(line: Uint8Array): string {
  return redactTarget(quoted(line))
}

function quoted(bytes: Uint8Array): string {
  return quoteBytes(bytes, bytes.length)
}

/** Everything visible as `***`, control characters as they are quoted elsewhere. */
function hidden(bytes: Uint8Array): string {
  let shown = ''
  let inRun = false
  for (const byte of bytes) {
    const isControl = byte < 0x20 || byte === 0x7f
    if (isControl) shown += quoteBytes(Uint8Array.of(byte))
    else if (!inRun) shown += HIDDEN
    inRun = !isControl
  }
  return shown
}
