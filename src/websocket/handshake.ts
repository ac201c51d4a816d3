// The opening handshake (RFC 6455 section 4, RFC 8441 section 5), both halves: what a client asks, and what a server answers. Over HTTP/2
// there is neither key nor Upgrade: `:protocol` and the stream say as much. Method, Upgrade, Host and Origin of a request are judged where
// requests are.
import { consistsOf, TOKEN } from '../bytes/classes.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import { elements, trimmed } from '../http/lists.ts'
import type { AnswerFault, OfferFault } from './handshake-rules.ts'

/** The one version there is (RFC 6455 section 4.4). */
export const VERSION = '13'

/** What is appended to a client's key (RFC 6455 section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** 16 bytes in base64: the last character has 4 bits that are 0. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/
const KEY_BYTES = 16

/** SHA-1 of latin1 text in base64: handed in, since it comes from the platform. */
export type Sha1 = (text: string) => string

/** What a client's handshake asks for. */
export interface Offer {
  /** The key over HTTP/1.1; empty over HTTP/2, which has none. */
  readonly key: string
  /** Subprotocols, the preferred first. */
  readonly protocols: readonly string[]
  /** The value of Sec-WebSocket-Extensions; empty where there is none. */
  readonly extensions: string
}

/** What a server agrees to. */
export interface Agreement {
  /** The subprotocol it has chosen; empty for none. */
  readonly protocol: string
  /** The value of Sec-WebSocket-Extensions, to be judged by `agreedBy`; undefined where there is none. */
  readonly extensions: string | undefined
}

/**
 * Reads a client's handshake (RFC 6455 section 4.2.1).
 * @param keyed over HTTP/1.1 there is a key
 * @returns the name of a rule (OFFER_RULES) where it broke one
 */
export function offerOf(fields: Fields, keyed: boolean): Offer | OfferFault {
  const key = keyed ? onlyValue(fields, 'sec-websocket-key') : ''
  const protocols = elements(fields.get('sec-websocket-protocol') ?? '')
  if (onlyValue(fields, 'sec-websocket-version') !== VERSION) return 'websocket-version'
  if (key === null || (keyed && !KEY.test(key))) return 'websocket-key'
  if (fields.has('sec-websocket-protocol') && !areProtocols(protocols)) return 'websocket-protocols'
  return { key, protocols, extensions: fields.get('sec-websocket-extensions') ?? '' }
}

/** The value of Sec-WebSocket-Accept that answers a key (RFC 6455 section 4.2.2). */
export function acceptOf(key: string, sha1: Sha1): string {
  return sha1(key + GUID)
}

/** A key for a client's handshake. @param random 16 bytes that nobody can guess, others for each connection (RFC 6455 section 4.1) */
export function keyOf(random: Uint8Array): string {
  if (random.length !== KEY_BYTES) throw notAKey(random.length)
  return btoa(String.fromCharCode(...random))
}

/**
 * The fields of a client's handshake (RFC 6455 section 4.1). The wire adds what says that protocols are to be switched: Upgrade and Connection, or `:protocol`.
 * @throws TypeError for a subprotocol that is no token, or comes twice
 */
export function offerFields({ key, protocols, extensions }: Offer): FieldList {
  if (protocols.length > 0 && !areProtocols(protocols)) throw notProtocols(protocols)
  const fields: [string, string][] = [['Sec-WebSocket-Version', VERSION]]
  if (key !== '') fields.push(['Sec-WebSocket-Key', key])
  if (protocols.length > 0) fields.push(['Sec-WebSocket-Protocol', protocols.join(', ')])
  if (extensions !== '') fields.push(['Sec-WebSocket-Extensions', extensions])
  return FieldList.of(fields)
}

/**
 * Judges a server's answer to an offer (RFC 6455 section 4.1, RFC 8441 section 5).
 * @returns the name of a rule (ANSWER_RULES) where it broke one: the connection must not be used then
 */
export function agreementOf(status: number, fields: Fields, offer: Offer, sha1: Sha1): Agreement | AnswerFault {
  if (offer.key === '') {
    if (status < 200 || status > 299) return 'wrong-status'
  } else {
    if (status !== 101) return 'wrong-status'
    if (fields.get('upgrade')?.toLowerCase() !== 'websocket') return 'wrong-upgrade'
    if (!lists(fields.get('connection'), 'upgrade')) return 'wrong-connection'
    if (onlyValue(fields, 'sec-websocket-accept') !== acceptOf(offer.key, sha1)) return 'wrong-accept'
  }
  const chosen = fields.all('sec-websocket-protocol').map(name => trimmed(name))
  if (chosen.length > 1 || !chosen.every(name => offer.protocols.includes(name))) return 'unasked-protocol'
  const extensions = fields.get('sec-websocket-extensions')
  if (extensions !== undefined && offer.extensions === '') return 'unasked-extension'
  return { protocol: chosen.length === 0 ? '' : chosen[0], extensions }
}

/** The value of a field that must come once, trimmed; null where it does not. */
function onlyValue(fields: Fields, name: string): string | null {
  const values = fields.all(name)
  return values.length === 1 ? trimmed(values[0]) : null
}

function lists(value: string | undefined, option: string): boolean {
  return value !== undefined && elements(value).some(element => element.toLowerCase() === option)
}

/** Tokens, at least one, and none of them twice (RFC 6455 section 4.1). */
function areProtocols(protocols: readonly string[]): boolean {
  if (protocols.length === 0 || new Set(protocols).size !== protocols.length) return false
  return protocols.every(name => consistsOf(name, TOKEN))
}

function notAKey(length: number): RangeError {
  return new RangeError(`A key is made of 16 random bytes, not ${length} (RFC 6455 section 4.1)`)
}

function notProtocols(protocols: readonly string[]): TypeError {
  return new TypeError(
    `Subprotocols are tokens, none of them twice (RFC 6455 section 4.1), unlike ${JSON.stringify(protocols).slice(0, 80)}`,
  )
}
