// One request and its reply, whatever the wire.
export { type Body, bodyOf, type Chunk, Content, ContentTooLarge, chunksOf, collect } from './body.ts'
export type { Report, ServerEvent } from './events.ts'
export type { Client, Exchange, Handler, HttpVersion, Peer, TlsInfo } from './exchange.ts'
export { RedirectError, sitePath } from './location.ts'
export { ConnectionLost } from './lost.ts'
export { plainRefusals, type Refusal, type Refuse, Refused, refusalFor } from './refusal.ts'
export {
  bytes,
  empty,
  externalRedirect,
  html,
  json,
  type RedirectStatus,
  Reply,
  type ReplyBody,
  redirect,
  stream,
  Tunnel,
  text,
} from './reply.ts'
export {
  type Backpressure,
  SharedMessage,
  type SocketLink,
  type SocketTerms,
  type SocketUser,
  textOf,
} from './socket.ts'
export { checkOrigin, isSocketHandshake, socketExpected } from './socket-handshake.ts'
export { type Producer, type StreamChunk, type StreamSource, streamBody, type Write } from './stream.ts'
export { isThenable } from './thenable.ts'
export { isThrown, messageOf, stackOf } from './thrown.ts'
export { readableOf } from './web-streams.ts'
