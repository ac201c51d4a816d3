// Where a redirect leads. Its law: what `siteLocation` lets through stays on this site, whatever a browser makes of it; what
// leaves the site has come through `externalLocation`.
//
// Browsers read a Location as the URL standard says (WHATWG URL section 4.4): they drop tabs and line breaks wherever they
// are and blanks around it, take `\` for `/`, and see a host behind two slashes. So all of these are refused.

/** A place that a redirect must not lead to; the message says why, and what would be right. */
export class RedirectError extends TypeError {
  override name = 'RedirectError'
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\0-\x1f\x7f]/
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
/** Everything that a URI has no place for, percent signs without two hexadecimal digits among it (RFC 3986 section 2). */
const TO_ENCODE = /[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+|%(?![0-9A-Fa-f]{2})/gu
/** A location that needs no second look: one slash, then characters that are all as they should be. */
const PLAIN = /^\/(?!\/)[!$&'()*+,\-./0-9:;=?@A-Z_a-z~]*$/

/**
 * A location within this site: a path (`/todos`), a path relative to the one that was asked for (`../`), or a query (`?page=2`).
 * Spaces, characters beyond ASCII and others that a URI has no place for are percent-encoded as UTF-8; escapes stay.
 * @throws RedirectError for anything that a browser could take to another host or scheme
 */
export function siteLocation(given: string): string {
  if (typeof given === 'string' && PLAIN.test(given)) return given
  checkText(given)
  if (given.startsWith(' ')) throw leaves(given, 'it starts with a space, which browsers drop')
  if (SCHEME.test(given)) throw leaves(given, 'it has a scheme')
  const path = given.slice(0, pathEnd(given))
  if (path.includes('\\')) throw leaves(given, 'it has a backslash, which browsers take for a slash')
  if (path.startsWith('//')) throw leaves(given, 'two slashes name a host')
  return encoded(given)
}

/**
 * A location anywhere: an http or https URL.
 * @throws RedirectError for anything else
 */
export function externalLocation(given: string | URL): string {
  const text = given instanceof URL ? given.href : given
  checkText(text)
  const url = /^https?:\/\/[^/\\]/i.test(text) ? parsed(text) : null
  if (url === null) throw notAbsolute(text)
  if (url.username !== '' || url.password !== '') throw withUser(url)
  return url.href
}

/** A path as text that may stand in a head or a page, whatever a client had put into it: it starts with one slash and names no host. */
export function sitePath(path: string): string {
  return `/${encoded(path.replaceAll('\\', '%5C').replace(/^\/+/, ''))}`
}

function checkText(given: unknown): asserts given is string {
  if (typeof given !== 'string') throw noText(given)
  if (given === '') throw nowhere()
  const control = CONTROL.exec(given)
  if (control !== null) throw hasControl(given, control.index)
  if (!given.isWellFormed()) throw notUnicode(given)
}

function pathEnd(location: string): number {
  const at = location.search(/[?#]/)
  return at === -1 ? location.length : at
}

function encoded(text: string): string {
  return text.replace(TO_ENCODE, encodeURIComponent)
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

function shown(given: string): string {
  return JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given)
}

function leaves(given: string, why: string): RedirectError {
  return new RedirectError(
    `redirect(…) leads within this site only, and ${shown(given)} does not: ${why}. A path such as /todos is right; externalRedirect(url) leads to other sites`,
  )
}

function hasControl(given: string, at: number): RedirectError {
  const code = given.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  return new RedirectError(
    `The location ${shown(given)} has U+${code} at position ${at}: control characters cannot be sent, and browsers drop some of them. redirect(path) takes a path such as /todos, externalRedirect(url) an http or https URL`,
  )
}

function notUnicode(given: string): RedirectError {
  return new RedirectError(`The location ${shown(given)} has half of a surrogate pair, which is no character`)
}

function nowhere(): RedirectError {
  return new RedirectError('A redirect needs a location: an empty one leads back to where it came from')
}

function noText(given: unknown): RedirectError {
  return new RedirectError(`A location is a string, not ${given === null ? 'null' : typeof given}`)
}

function notAbsolute(given: string): RedirectError {
  return new RedirectError(
    `externalRedirect(…) takes an http or https URL such as https://example.org/there, not ${shown(given)}; redirect(path) leads within this site`,
  )
}

function withUser(url: URL): RedirectError {
  return new RedirectError(
    `A URL with a user name or password, as this one for ${url.host}, is not sent (RFC 9110 section 4.2.4)`,
  )
}
