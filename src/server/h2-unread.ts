// Content that nobody reads: what becomes of it while its request is answered, and afterwards.
import { CODES, type H2Connection } from '../h2/index.ts'
import type { H2Exchange } from './h2-exchange.ts'
import { contentUnread } from './refusals.ts'

/**
 * The reply is complete, and the peer is still sending: a little is read past, even where much is announced, and only then the stream is
 * reset (RFC 9113 section 8.1), because some clients drop a reply that a reset comes behind (curl 7.88).
 */
export function leaveUnread(connection: H2Connection, exchange: H2Exchange): void {
  const { incoming, stream } = exchange
  const unread = incoming!.heldBytes
  incoming!.fail(contentUnread())
  if (exchange.tunnelling) connection.reset(stream, CODES.NO_ERROR)
  else discard(connection, exchange, unread)
}

/** Content that nobody reads. Once it is more than is worth taking in, the peer is stopped by its window until the reply is complete. */
export function discard(connection: H2Connection, exchange: H2Exchange, count: number): void {
  exchange.discardable -= count
  if (exchange.discardable >= 0) connection.consumed(exchange.stream, count)
  else if (exchange.over) connection.reset(exchange.stream, CODES.NO_ERROR)
}
