// Sends a reply over an HTTP/1.1 connection: each kind of body in the way that is cheapest for it.
import { latin1, utf8Bytes, utf8Length } from '../bytes/text.ts'
import { Content, type Reply, Tunnel } from '../exchange/index.ts'
import { type H1Connection, UNKNOWN_LENGTH } from '../h1/index.ts'
import type { FieldList } from '../http/fields.ts'
import { ContentPump, type ContentTarget, letGo } from './content-pump.ts'
import type { H1Exchange } from './h1-exchange.ts'
import { type ContentSource, IncomingBody } from './incoming-body.ts'
import { pulled } from './pulled.ts'
import { noSwitch } from './refusals.ts'
import type { Settings } from './settings.ts'
import { SocketTunnel } from './websocket-tunnel.ts'

/** Content up to this size leaves in one latin1 string with its head: cheaper than a second buffer. */
const SMALL_CONTENT = 8 * 1024

/** What sending a reply needs of the driver, and tells it. */
export interface ReplyHost extends ContentTarget, ContentSource {
  readonly connection: H1Connection
  readonly settings: Settings
  readonly exchange: H1Exchange | null
  incoming: IncomingBody | null
  pump: ContentPump | null
  /** The connection has stopped being HTTP. */
  tunnelling: boolean
  /** Bytes of content of the present reply, or the last one, that were handed on. */
  sent: number
  /** The connection is WebSocket's from now on. */
  changesToWebSocket(tunnel: SocketTunnel): void
  /** The exchange has its whole reply. */
  exchangeOver(): void
}

/** Sends the reply, or starts to: the host's `exchangeOver` is called when all of it has been sent. */
export function sendReply(host: ReplyHost, reply: Reply): void {
  const { status, fields } = reply
  // Only chunked content has a place for trailers (RFC 9112 section 7.1.2), which HTTP/1.0 does not know.
  const chunked = reply.trailers !== undefined && host.exchange?.version === '1.1'
  const body = chunked ? pulled(reply.body) : reply.body
  if (host.exchange !== null) host.exchange.status = status
  if (typeof body === 'string') {
    if (sentAgain(host, status, fields, body)) return
    if (utf8Length(body) === body.length) sendText(host, status, fields, body)
    else sendBytes(host, status, fields, utf8Bytes(body))
  } else if (body === null) {
    host.connection.sendResponse(status, fields, 0, host.settings.preamble)
    host.exchangeOver()
  } else if (body instanceof Content) {
    if (body.bytes.length <= SMALL_CONTENT) {
      body.latin1 ??= latin1(body.bytes, 0, body.bytes.length)
      if (!sentAgain(host, status, fields, body.latin1)) sendText(host, status, fields, body.latin1)
    } else sendBytes(host, status, fields, body.bytes)
  } else if (body instanceof Uint8Array) {
    sendBytes(host, status, fields, body)
  } else if (body instanceof Tunnel) {
    openTunnel(host, reply, body)
  } else {
    const length = chunked ? UNKNOWN_LENGTH : (body.length ?? UNKNOWN_LENGTH)
    host.connection.sendResponse(status, fields, length, host.settings.preamble)
    if (host.connection.contentDue) {
      host.pump = new ContentPump(body, host)
      host.pump.start()
    } else {
      letGo(body, 'This reply is sent without content', host)
      host.exchangeOver()
    }
  }
}

/** The same text as the last time with these fields: it is known to be latin1, and the whole response is there already. */
function sentAgain(host: ReplyHost, status: number, fields: FieldList, latin1Text: string): boolean {
  if (!host.connection.sendAgain(status, fields, latin1Text, host.settings.preamble)) return false
  host.sent = latin1Text.length
  host.exchangeOver()
  return true
}

function sendText(host: ReplyHost, status: number, fields: FieldList, latin1Text: string): void {
  host.sent = host.connection.sendTextResponse(status, fields, latin1Text, host.settings.preamble)
  host.exchangeOver()
}

function sendBytes(host: ReplyHost, status: number, fields: FieldList, bytes: Uint8Array): void {
  const { connection } = host
  connection.sendResponse(status, fields, bytes.length, host.settings.preamble)
  if (connection.contentDue) {
    connection.sendContent(bytes)
    connection.sendEnd()
    host.sent = bytes.length
  }
  host.exchangeOver()
}

function openTunnel(host: ReplyHost, reply: Reply, tunnel: Tunnel): void {
  const { exchange, connection, settings } = host
  const upgrade = reply.fields.get('upgrade') ?? ''
  const asked =
    reply.status === 101
      ? exchange !== null && exchange.head.upgrade !== '' && upgrade !== ''
      : exchange?.method === 'CONNECT' && reply.status < 300
  if (!asked) throw noSwitch()
  connection.sendSwitch(reply.status, reply.fields, upgrade, settings.preamble)
  if (tunnel instanceof SocketTunnel) {
    host.changesToWebSocket(tunnel)
    return
  }
  connection.pause()
  host.tunnelling = true
  host.incoming = new IncomingBody(host, undefined)
  host.pump = new ContentPump(tunnel.open(host.incoming), host)
  host.pump.start()
}
