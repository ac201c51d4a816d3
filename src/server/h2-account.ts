// What an HTTP/2 connection has under way, stream by stream: exchanges, and the bytes that they hold.
import type { H2Connection } from '../h2/index.ts'
import type { Channel } from '../transport/index.ts'
import type { Held, UnderWay } from './driver.ts'
import { H2Exchange } from './h2-exchange.ts'

/** Those whose streams are open. */
export function exchangesOf(connection: H2Connection): readonly H2Exchange[] {
  return [...connection.streams.values()].map(stream => stream.user).filter(user => user instanceof H2Exchange)
}

/** Bytes in the connection's keeping, by where they wait. */
export function heldBy(connection: H2Connection, channel: Channel): Held {
  let content = 0
  let waiting = 0
  let output = channel.backlog + connection.output.size
  for (const { user, pending, pendingAt } of connection.streams.values()) {
    const { incoming = null, socket = null } = (user as H2Exchange | null) ?? {}
    content += incoming?.heldBytes ?? 0
    if (socket !== null) {
      const { held } = socket.driver
      content += held.content + socket.channel.heldBytes
      waiting += held.waiting
      output += held.output
    } else if (pending !== null) waiting += pending.length - pendingAt
  }
  return { head: connection.heldBytes, content, waiting, output }
}

/** Requests whose replies are awaited or have not all gone out. */
export function underWayOn(connection: H2Connection, channel: Channel): readonly UnderWay[] {
  const all = exchangesOf(connection)
    .filter(({ over, tunnelling, socket }) => socket?.driver.underWay.length !== 0 && (!over || tunnelling))
    .map(({ method, target, sent, isRefused }) => ({ request: isRefused ? '' : `${method} ${target}`, sent }))
  return all.length === 0 && channel.backlog > 0 ? [{ request: '', sent: 0 }] : all
}
