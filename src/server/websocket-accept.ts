// Takes a WebSocket handshake, or refuses it (RFC 6455 section 4.2, RFC 8441 section 5). What is agreed on goes with the reply, as a
// tunnel that each wire knows how to begin.
import {
  checkOrigin,
  type Exchange,
  isSocketHandshake,
  Refused,
  Reply,
  type SocketTerms,
  type SocketUser,
  socketExpected,
} from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { type Answer, acceptOf, answerTo, OFFER_RULES, type OfferFault, offerOf, VERSION } from '../websocket/index.ts'
import { compressionTerms } from './websocket-codec.ts'
import type { CodecPool } from './websocket-codec-pool.ts'
import { SocketTunnel } from './websocket-tunnel.ts'

/**
 * The reply that takes the handshake.
 * @throws Refused for a request that is no handshake, or not from a page that may connect
 */
export function acceptSocket(exchange: Exchange, user: SocketUser, terms: SocketTerms, codecs: CodecPool): Reply {
  const keyed = exchange.version !== '2'
  if (!isSocketHandshake(exchange)) throw socketExpected(exchange)
  const offer = offerOf(exchange.fields, keyed)
  if (typeof offer === 'string') throw refused(offer, keyed)
  checkOrigin(exchange, terms.origins)
  const answer = compressionFor(exchange, terms, codecs)
  const protocol = terms.chooseProtocol?.(offer.protocols, user) ?? ''
  if (protocol !== '' && !offer.protocols.includes(protocol)) throw notOffered(protocol)
  let fields = FieldList.empty
  // Over HTTP/2 there is no key, and no answer to it; Node 26's own client sends one, and insists.
  const key = keyed ? offer.key : exchange.fields.get('sec-websocket-key')
  if (key !== undefined) {
    fields = FieldList.of({ 'Sec-WebSocket-Accept': acceptOf(key, sha1) })
  }
  if (keyed) fields = fields.and('Upgrade', 'websocket')
  if (protocol !== '') fields = fields.and('Sec-WebSocket-Protocol', protocol)
  if (answer !== null) fields = fields.and('Sec-WebSocket-Extensions', answer.text)
  return new Reply(keyed ? 101 : 200, fields, new SocketTunnel(user, terms, protocol, answer?.agreed ?? null))
}

/** Loaded when the first handshake is answered. */
function sha1(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha1').update(text, 'latin1').digest('base64')
}

/** What is answered to an offer of compression; null for no compression. @throws Refused for one that is malformed */
function compressionFor(exchange: Exchange, { compression = true }: SocketTerms, codecs: CodecPool): Answer | null {
  const offers = exchange.fields.get('sec-websocket-extensions')
  if (offers === undefined) return null
  const answer = answerTo(offers, compressionTerms(codecs))
  if (answer === 'malformed') throw refused('websocket-extensions', exchange.version !== '2')
  return compression ? answer : null
}

function refused(fault: OfferFault, keyed: boolean): Refused {
  const { status, section, detail } = OFFER_RULES[fault]
  const refusal = { status, rule: fault, section, detail }
  if (status !== 426) return new Refused(refusal)
  // With the version that is taken (RFC 6455 section 4.4), and what to switch to (RFC 9110 section 15.5.22), of which HTTP/2 knows nothing.
  const fields = FieldList.of({ 'Sec-WebSocket-Version': VERSION })
  return keyed
    ? new Refused({ ...refusal, fields: fields.and('Upgrade', 'websocket') })
    : new Refused({ ...refusal, status: 400, fields })
}

function notOffered(protocol: string): TypeError {
  return new TypeError(
    `The subprotocol ${JSON.stringify(protocol)} cannot be chosen: the client has not offered it (RFC 6455 section 4.2.2)`,
  )
}
