// WebSocket connections as routes: what an application is told of them, and on which terms it takes them.
import type { Reply, SocketTerms } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import type { Rooms } from './rooms.ts'
import { SocketPeer } from './socket-peer.ts'

/** What happens on the connections of a route. */
export interface SocketHandlers<Context extends AnyContext = AnyContext> {
  /** A peer has connected. Where it gives a promise, messages wait for it. */
  open?(peer: SocketPeer<Context>): void | Promise<void>
  /** A message: text as a string, anything else as bytes. Where it gives a promise, the next message waits for it. */
  message?(peer: SocketPeer<Context>, message: string | Uint8Array): void | Promise<void>
  /** The peer has gone; it is in no room any more. */
  close?(peer: SocketPeer<Context>, code: number, reason: string): void
}

/** On which terms connections are taken. */
export interface SocketOptions extends Omit<SocketTerms, 'chooseProtocol'> {
  /** The subprotocols that are spoken here. */
  readonly protocols?: readonly string[]
}

/** Answers handshakes. */
export function socketHandler(
  rooms: Rooms,
  handlers: SocketHandlers,
  options: SocketOptions,
): (context: AnyContext) => Reply {
  const { protocols = [], ...terms } = options
  const all: SocketTerms = { ...terms, chooseProtocol: offered => offered.find(name => protocols.includes(name)) }
  return context => context.exchange.accept(new SocketPeer(context, handlers, rooms), all)
}
