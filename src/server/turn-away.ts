// What a connection beyond the limits gets: a short 503, whatever it asks, so that its client knows to come back.
import { Output } from '../bytes/output.ts'
import type { Channel, ChannelUser } from '../transport/index.ts'
import type { Settings } from './settings.ts'

const SORRY =
  'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 35\r\nRetry-After: 10\r\nConnection: close\r\n\r\nToo many connections. Try it later\n'

/** Answers and closes. The listener cuts the connection off soon in any case. */
export function turnAway(channel: Channel, settings: Settings): void {
  channel.user = NOBODY
  const output = new Output()
  output.text(SORRY)
  channel.write(output)
  channel.finish()
  if (settings.reports.connections) {
    settings.report({
      kind: 'closed',
      connection: channel.id,
      address: channel.ends.address,
      reason: 'too many connections',
    })
  }
}

const NOBODY: ChannelUser = { receive() {}, drained() {}, ended() {}, closed() {} }
