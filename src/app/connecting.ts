// Connects to an application over WebSocket, without a socket: the handshake is a request like any other, asked in memory.
import type { Handler } from '../exchange/index.ts'
import { FieldList, type FieldsGiven } from '../http/fields.ts'
import { responseTo } from './asked-reply.ts'
import { SocketClient } from './asked-socket.ts'
import { AskedTunnel } from './asked-tunnel.ts'
import { type AskOptions, answerOf, exchangeOf } from './asking.ts'

/** What can be said of a WebSocket connection that is made without a socket: what `new WebSocket` takes, and what a connection would tell. */
export interface ConnectOptions extends Pick<AskOptions, 'headers' | 'peer' | 'client'> {
  /** The subprotocols that are offered, the preferred first. */
  readonly protocols?: readonly string[]
}

/** The application did not take a WebSocket handshake. */
export class SocketRefused extends Error {
  override name = 'SocketRefused'
  /** What it answered instead. */
  readonly response: Response

  constructor(response: Response) {
    super(`The WebSocket handshake was answered with ${`${response.status} ${response.statusText}`.trim()}`)
    this.response = response
  }
}

/** @throws SocketRefused where the handshake is answered with anything but a WebSocket connection */
export async function connectTo(
  handler: Handler,
  target: string | URL,
  { protocols = [], headers = {}, peer, client }: ConnectOptions = {},
): Promise<SocketClient> {
  let fields = HANDSHAKE.concat(FieldList.of(headers as FieldsGiven))
  if (protocols.length > 0) fields = fields.with('Sec-WebSocket-Protocol', protocols.join(', '))
  const asked = { headers: [...fields], peer, client } as unknown as AskOptions
  const exchange = exchangeOf(overHttp(target), asked, 'websocket')
  const reply = await answerOf(handler, exchange)
  if (!(reply.body instanceof AskedTunnel)) throw new SocketRefused(responseTo(exchange, reply, () => {}))
  exchange.answered()
  return new SocketClient(exchange, reply.body, reply.fields)
}

/** What clients send; the key is the one of RFC 6455 section 1.3. */
const HANDSHAKE = FieldList.of({
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
})

/** A handshake is asked for over HTTP: `wss://example.org/chat` is `https://example.org/chat`. */
function overHttp(target: string | URL): string {
  return String(target).replace(/^ws(?=s?:)/i, 'http')
}
