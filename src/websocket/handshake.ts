// The opening handshake (RFC 6455 section 4, RFC 8441 section 5): what a client asks, what a server answers.

import { consistsOf, TOKEN } from '../bytes/classes.ts'
import type { Fields } from '../http/fields.ts'
import { elements, trimmed } from '../http/lists.ts'

/** What is appended to a client's key (section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

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

export type HandshakeFault = 'wrong-method' | 'content-forbidden' | 'wrong-version' | 'wrong-key' | 'wrong-protocols'

/** Reads a client's handshake. @param keyed over HTTP/1.1 there is a key */
export function offerOf(fields: Fields, keyed: boolean): Offer | HandshakeFault {
  if (trimmed(fields.get('sec-websocket-version') ?? '') !== '13') return 'wrong-version'
  const keys = fields.all('sec-websocket-key')
  if (keyed && (keys.length !== 1 || !KEY.test(keys[0]))) return 'wrong-key'
  const protocols = elements(fields.get('sec-websocket-protocol') ?? '')
  if (new Set(protocols).size !== protocols.length || !protocols.every(name => consistsOf(name, TOKEN)))
    return 'wrong-protocols'
  return { key: keyed ? keys[0] : '', protocols, extensions: fields.get('sec-websocket-extensions') ?? '' }
}

/** The value of Sec-WebSocket-Accept that answers a key. */
export function acceptOf(key: string, sha1: Sha1): string {
  return sha1(key + GUID)
}
