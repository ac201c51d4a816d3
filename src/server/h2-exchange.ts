// The exchange of a request that came over HTTP/2: one for each stream. It is also what the stream's content comes in by
// and goes out by; whatever needs the connection is passed on to the driver.
import type { HttpVersion, Refusal } from '../exchange/index.ts'
import { CODES, type H2Head, type H2Stream } from '../h2/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import type { ContentPump, ContentTarget } from './content-pump.ts'
import type { Driver } from './driver.ts'
import { type ContentSource, IncomingBody } from './incoming-body.ts'
import type { Patience } from './patience.ts'
import { serverEnds } from './refusals.ts'
import { type ExchangeHost, ServedExchange } from './served-exchange.ts'
import type { StreamChannel } from './stream-channel.ts'
import type { SocketHost } from './websocket-driver.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

/** The driver, as far as its exchanges need it. */
export interface H2ExchangeHost extends ExchangeHost {
  inform(exchange: H2Exchange, status: number, fields: FieldList): void
  /** What the source of the content is told. */
  wanted(exchange: H2Exchange): void
  unwanted(exchange: H2Exchange): void
  taken(exchange: H2Exchange, count: number): void
  /** What the reply's content brings about. */
  take(exchange: H2Exchange, chunk: Uint8Array): boolean
  completed(exchange: H2Exchange): void
  brokeOff(exchange: H2Exchange, error: unknown): void
  letGoFailed(exchange: H2Exchange, error: unknown): void
  /** What the clock asks for. */
  answerInstead(exchange: H2Exchange, refusal: Refusal): void
  refuseContent(exchange: H2Exchange, refusal: Refusal): void
  tellRefusal(refusal: Refusal, exchange: H2Exchange): void
  cut(exchange: H2Exchange, code: number, reason: Error): void
  /** Its stream has stopped being a message, and is WebSocket's. */
  changesToWebSocket(exchange: H2Exchange, tunnel: SocketTunnel): void
  /** That connection is closed. */
  socketClosed(exchange: H2Exchange): void
}

/** A WebSocket connection on a stream. */
export interface StreamSocket {
  readonly channel: StreamChannel
  readonly driver: Driver
}

export class H2Exchange extends ServedExchange implements ContentTarget, ContentSource, SocketHost {
  readonly stream: H2Stream
  readonly head: H2Head
  readonly body: IncomingBody | null
  trailers: Fields = FieldList.empty
  /** What the stream brings: the request's content, or a tunnel's; null where nothing followed the head. */
  readonly incoming: IncomingBody | null
  /** The peer's side of the stream is complete. */
  peerEnded: boolean
  pump: ContentPump | null = null
  /** The stream has stopped being a message. */
  tunnelling = false
  /** The WebSocket connection that it is. */
  socket: StreamSocket | null = null
  /** The client waits for 100 before it sends its content. */
  continueDue = false
  /** Our side of the stream is complete, or lost. */
  over = false
  /** So many bytes more that nobody reads are worth taking in; beyond that the stream is reset. */
  discardable: number
  /** What was reported of it last: each refusal is told once. */
  reported: Refusal | null = null
  /** Made when the clock first finds the exchange under way. */
  patience: Patience<H2Exchange> | null = null
  readonly host: H2ExchangeHost

  /**
   * @param ended nothing follows the head
   * @param discardable bytes of unread content worth throwing away
   */
  constructor(host: H2ExchangeHost, stream: H2Stream, head: H2Head, ended: boolean, discardable: number) {
    super(head.path)
    this.host = host
    this.stream = stream
    this.head = head
    this.peerEnded = ended
    this.discardable = discardable
    if (ended) {
      this.incoming = null
      this.body = null
    } else {
      this.continueDue = head.expectsContinue
      this.incoming = new IncomingBody(this, head.length === -1 ? undefined : head.length)
      // What follows CONNECT is not content, but what a tunnel will carry (RFC 9113 section 8.5).
      this.body = head.method === 'CONNECT' ? null : this.incoming
    }
  }

  get method(): string {
    return this.head.method
  }

  get authority(): string {
    return this.head.authority
  }

  get version(): HttpVersion {
    return '2'
  }

  get fields(): Fields {
    return this.head.fields
  }

  get protocol(): string | undefined {
    return this.head.protocol
  }

  /** No head could be read: the stream is there to be refused. */
  get isRefused(): boolean {
    return this.head === NO_HEAD
  }

  /** The code that says that the content, or the tunnel, broke off on our side. */
  get breakingCode(): number {
    return this.method === 'CONNECT' && this.protocol === undefined ? CODES.CONNECT_ERROR : CODES.INTERNAL_ERROR
  }

  /** Whether its reply never ends by itself. */
  get isEndless(): boolean {
    return this.pump?.body.endless === true && !this.tunnelling
  }

  /** Ends such a reply in order. */
  concludeEndless(): void {
    if (!this.isEndless) return
    const reason = serverEnds()
    this.pump!.conclude(reason)
    this.abort(reason)
  }

  wanted(): void {
    this.host.wanted(this)
  }

  unwanted(): void {
    this.host.unwanted(this)
  }

  taken(count: number): void {
    this.host.taken(this, count)
  }

  take(chunk: Uint8Array): boolean {
    return this.host.take(this, chunk)
  }

  completed(): void {
    this.host.completed(this)
  }

  brokeOff(error: unknown): void {
    this.host.brokeOff(this, error)
  }

  letGoFailed(error: unknown): void {
    this.host.letGoFailed(this, error)
  }

  /** The WebSocket connection is closed. */
  closed(): void {
    this.host.socketClosed(this)
  }

  override abort(reason: unknown): void {
    super.abort(reason)
    this.incoming?.abandon(reason)
  }

  protected sendInterim(status: number, fields: FieldList): void {
    this.host.inform(this, status, fields)
  }
}

/** Stands for a head that could not be read. */
export const NO_HEAD: H2Head = {
  method: '',
  scheme: '',
  authority: '',
  path: '',
  protocol: undefined,
  status: 0,
  fields: FieldList.empty,
  length: -1,
  expectsContinue: false,
  priority: null,
}
