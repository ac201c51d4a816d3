// Where a stream of an HTTP/2 connection becomes a WebSocket connection (RFC 8441).
import type { H2Exchange } from './h2-exchange.ts'
import type { Settings } from './settings.ts'
import { StreamChannel, type StreamHost } from './stream-channel.ts'
import { WebSocketDriver } from './websocket-driver.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

/** Gives the stream to WebSocket: the reply that says so is in the output. What has come behind its head goes along. */
export function beginSocket(
  host: StreamHost & { readonly settings: Settings },
  exchange: H2Exchange,
  tunnel: SocketTunnel,
): void {
  const channel = new StreamChannel(host, exchange.stream)
  const driver = new WebSocketDriver(channel, exchange, tunnel, host.settings, exchange)
  channel.user = driver
  exchange.socket = { channel, driver }
  driver.begin()
  channel.takeOver(exchange.incoming, exchange.peerEnded)
}
