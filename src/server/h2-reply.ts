// Sends a reply over a stream of an HTTP/2 connection: each kind of body in the way that is cheapest for it.
import { utf8Bytes, utf8Length } from '../bytes/text.ts'
import { Content, type Reply, Tunnel } from '../exchange/index.ts'
import { type H2Connection, UNKNOWN_LENGTH } from '../h2/index.ts'
import { hasNoContent } from '../http/status.ts'
import { ContentPump, letGo } from './content-pump.ts'
import type { H2Exchange } from './h2-exchange.ts'
import { IncomingBody } from './incoming-body.ts'
import { pulled } from './pulled.ts'
import { noSwitch, notSpoken } from './refusals.ts'
import type { Settings } from './settings.ts'
import { SocketTunnel } from './websocket-tunnel.ts'

const RESET_CONTENT = 205

/** Sends the reply, or starts to: the connection's sink is told `sent` when all of it is in the output. */
export function sendReply(connection: H2Connection, settings: Settings, exchange: H2Exchange, reply: Reply): void {
  const { status, fields, trailers } = reply
  const { stream } = exchange
  const body = trailers === undefined ? reply.body : pulled(reply.body)
  // To who asks for a protocol, success says that it is spoken from here on (RFC 8441 section 5).
  if (exchange.protocol !== undefined && status <= 299 && !(body instanceof Tunnel)) throw notSpoken(exchange.protocol)
  exchange.status = status
  if (body === null) {
    connection.sendResponse(stream, status, fields, 0, settings.usual)
  } else if (typeof body === 'string') {
    sendWhole(connection, settings, exchange, reply, isAscii(body) ? body : utf8Bytes(body))
  } else if (body instanceof Content) {
    sendWhole(connection, settings, exchange, reply, body.bytes)
  } else if (body instanceof Uint8Array) {
    sendWhole(connection, settings, exchange, reply, body)
  } else if (body instanceof Tunnel) {
    openTunnel(connection, settings, exchange, reply, body)
  } else if (connection.sendResponse(stream, status, fields, body.length ?? UNKNOWN_LENGTH, settings.usual)) {
    exchange.pump = new ContentPump(body, exchange)
    exchange.pump.start()
  } else {
    letGo(body, 'This reply is sent without content', exchange)
  }
}

function sendWhole(
  connection: H2Connection,
  settings: Settings,
  exchange: H2Exchange,
  { status, fields }: Reply,
  content: Uint8Array | string,
): void {
  // Before it is sent, because all that is told of the exchange may be told while it is.
  if (exchange.head.method !== 'HEAD' && status !== RESET_CONTENT && !hasNoContent(status))
    exchange.sent = content.length
  connection.sendWhole(exchange.stream, status, fields, content, settings.usual)
}

function openTunnel(
  connection: H2Connection,
  settings: Settings,
  exchange: H2Exchange,
  { status, fields }: Reply,
  tunnel: Tunnel,
): void {
  if (exchange.method !== 'CONNECT' || status < 200 || status > 299) throw noSwitch()
  connection.sendResponse(exchange.stream, status, fields, UNKNOWN_LENGTH, settings.usual)
  exchange.tunnelling = true
  if (tunnel instanceof SocketTunnel) {
    exchange.host.changesToWebSocket(exchange, tunnel)
    return
  }
  exchange.pump = new ContentPump(tunnel.open(exchange.incoming ?? nothing(exchange)), exchange)
  exchange.pump.start()
}

/** What comes out of a tunnel whose other side was closed from the start. */
function nothing(exchange: H2Exchange): IncomingBody {
  const body = new IncomingBody(exchange, undefined)
  body.finish()
  return body
}

/** The text that was found to be ASCII last: replies are often the same. */
let knownText = ''

function isAscii(text: string): boolean {
  if (text === knownText) return true
  if (utf8Length(text) !== text.length) return false
  if (text.length <= LONGEST_KNOWN) knownText = text
  return true
}

/** Up to here a text is remembered: comparing it must cost less than looking at it. */
const LONGEST_KNOWN = 1024
