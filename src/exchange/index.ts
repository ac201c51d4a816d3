// One request and its reply, whatever the wire.
export { type Body, bodyOf, type Chunk, Content, ContentTooLarge, chunksOf, collect } from './body.ts'
export type { Report, ServerEvent } from './events.ts'
export type { Client, Exchange, Handler, HttpVersion, Peer, TlsInfo } from './exchange.ts'
export { plainRefusals, type Refusal, type Refuse, Refused } from './refusal.ts'
export { bytes, empty, html, json, Reply, type ReplyBody, redirect, Tunnel, text } from './reply.ts'
export { stackOf } from './thrown.ts'
