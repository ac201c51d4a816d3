// HTTP authentication (RFC 9110 section 11): Basic credentials are read (RFC 7617), challenges are written. Credentials must
// be compared in constant time, which is up to whoever knows the right ones.
import { quotedString, token, trimmed } from './lists.ts'

/** A name and a password, as Basic authentication sends them (RFC 7617). */
export interface BasicCredentials {
  /** The user's name: it has no colon. */
  readonly user: string
  /** The password. */
  readonly password: string
}

/** The value of Authorization, if it is Basic: base64 of a user, a colon and a password in UTF-8 without control characters; else null. */
export function parseBasic(value: string | undefined): BasicCredentials | null {
  if (value === undefined || value.slice(0, 6).toLowerCase() !== 'basic ') return null
  const text = decoded(trimmed(value, 6))
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon === -1 || CONTROL.test(text)) return null
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * A challenge for WWW-Authenticate, such as `challenge('Basic', { realm: 'files', charset: 'UTF-8' })`.
 * @throws TypeError where the scheme or a name is no token, or a value cannot be quoted
 */
export function challenge(scheme: string, parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${token(name)}=${quotedString(value)}`)
  return pairs.length === 0 ? token(scheme) : `${token(scheme)} ${pairs.join(', ')}`
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(base64: string): string | null {
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return null
  try {
    return UTF8.decode(Uint8Array.from(atob(base64), char => char.charCodeAt(0)))
  } catch {
    return null
  }
}
