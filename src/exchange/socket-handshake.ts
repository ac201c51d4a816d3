// Which requests are WebSocket handshakes, and from where they may come, whatever the wire (RFC 6455 sections 4.2 and 10.2, RFC 8441 section 5).
import { FieldList } from '../http/fields.ts'
import { elements } from '../http/lists.ts'
import type { Exchange } from './exchange.ts'
import { Refused } from './refusal.ts'
import type { SocketTerms } from './socket.ts'

/**
 * Whether a request asks for a WebSocket connection: over HTTP/1.1 a GET whose Upgrade names `websocket`, perhaps among others; over
 * HTTP/2 an extended CONNECT for it.
 */
export function isSocketHandshake(exchange: Exchange): boolean {
  const { protocol } = exchange
  if (protocol === undefined || exchange.method !== (exchange.version === '2' ? 'CONNECT' : 'GET')) return false
  return protocol === 'websocket' || namesWebSocket(protocol)
}

/** What is said to a request that asks for something else where there are only WebSocket connections. */
export function socketExpected({ version }: Exchange): Refused {
  return version === '2' ? connectExpected : upgradeExpected
}

/**
 * Sees that a browser's page may connect. Who sends no Origin is no browser.
 * @throws Refused with 403 for the page of another site
 */
export function checkOrigin(exchange: Exchange, origins: SocketTerms['origins'] = 'same'): void {
  const origin = exchange.fields.get('origin')
  if (origin === undefined || origins === 'any') return
  // The client is made for whoever asks, and kept: most handshakes of programs need none.
  if (origins === 'same' ? isSameHost(origin, exchange.client.host) : origins.includes(origin)) return
  throw wrongOrigin(origin)
}

/** Names of protocols are compared without regard to case (RFC 9110 section 7.8). */
function namesWebSocket(upgrade: string): boolean {
  return elements(upgrade.toLowerCase()).includes('websocket')
}

function isSameHost(origin: string, host: string): boolean {
  const from = URL.parse(origin)
  return from !== null && from.host !== '' && from.host === URL.parse(`${from.protocol}//${host}`)?.host
}

const upgradeExpected = new Refused({
  status: 426,
  rule: 'websocket-expected',
  section: 'RFC 9110 section 15.5.22',
  detail: 'There are only WebSocket connections here: the request must ask for one',
  fields: FieldList.of({ Upgrade: 'websocket' }),
})

/** HTTP/2 has no Upgrade, and so no 426 (RFC 9113 section 8.2.2). */
const connectExpected = new Refused({
  status: 405,
  rule: 'websocket-expected',
  section: 'RFC 8441 section 5',
  detail:
    'There are only WebSocket connections here: over HTTP/2 they are asked for by CONNECT with :protocol websocket',
  fields: FieldList.of({ Allow: 'CONNECT' }),
})

function wrongOrigin(origin: string): Refused {
  return new Refused({
    status: 403,
    rule: 'websocket-origin',
    section: 'RFC 6455 section 10.2',
    detail: `Pages of ${origin.slice(0, 80)} may not connect here: the option origins says which may`,
  })
}
