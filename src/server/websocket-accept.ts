// Takes a WebSocket handshake, or refuses it (RFC 6455 section 4.2, RFC 8441 section 5). What is agreed on goes with the reply, as a
// tunnel that each wire knows how to begin.
import { createHash } from 'node:crypto'
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
import { FieldList, type Fields } from '../http/fields.ts'
import { type Answer, acceptOf, answerTo, type HandshakeFault, offerOf } from '../websocket/index.ts'
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
  if (typeof offer === 'string') throw new Refused({ status: offer === 'wrong-version' ? 426 : 400, ...FAULTS[offer] })
  checkOrigin(exchange, terms.origins)
  const answer = compressionFor(exchange.fields, terms, codecs)
  const protocol = terms.chooseProtocol?.(offer.protocols, user) ?? ''
  let fields = FieldList.empty
  if (keyed) {
    const accept = acceptOf(offer.key, text => createHash('sha1').update(text, 'latin1').digest('base64'))
    fields = FieldList.of({ Upgrade: 'websocket', 'Sec-WebSocket-Accept': accept })
  }
  if (protocol !== '') fields = fields.and('Sec-WebSocket-Protocol', protocol)
  if (answer !== null) fields = fields.and('Sec-WebSocket-Extensions', answer.text)
  return new Reply(keyed ? 101 : 200, fields, new SocketTunnel(user, terms, protocol, answer?.agreed ?? null))
}

/** What is answered to an offer of compression; null for no compression. @throws Refused for one that is malformed */
function compressionFor(fields: Fields, { compression = true }: SocketTerms, codecs: CodecPool): Answer | null {
  const offers = fields.get('sec-websocket-extensions')
  if (offers === undefined) return null
  const answer = answerTo(offers, compressionTerms(codecs))
  if (answer === 'malformed') throw wrongExtensions()
  return compression ? answer : null
}

const HANDSHAKE = 'RFC 6455 section 4.2.1'

const FAULTS: Readonly<Record<HandshakeFault, { rule: string; section: string; detail: string; fields?: FieldList }>> =
  {
    'wrong-method': { rule: 'websocket-method', section: HANDSHAKE, detail: 'The handshake must be a GET request' },
    'content-forbidden': {
      rule: 'websocket-content',
      section: HANDSHAKE,
      detail: 'The handshake must have no content',
    },
    'wrong-version': {
      rule: 'websocket-version',
      section: 'RFC 6455 section 4.4',
      detail: 'Sec-WebSocket-Version must be 13',
      fields: FieldList.of({ 'Sec-WebSocket-Version': '13', Upgrade: 'websocket' }),
    },
    'wrong-key': { rule: 'websocket-key', section: HANDSHAKE, detail: 'Sec-WebSocket-Key must be 16 bytes in base64' },
    'wrong-protocols': {
      rule: 'websocket-protocols',
      section: HANDSHAKE,
      detail: 'Sec-WebSocket-Protocol must list tokens, each once',
    },
  }

function wrongExtensions(): Refused {
  return new Refused({
    status: 400,
    rule: 'websocket-extensions',
    section: 'RFC 6455 section 9.1',
    detail: 'Sec-WebSocket-Extensions must list extensions, each a token with parameters behind semicolons',
  })
}
