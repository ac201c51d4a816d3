// Joins an HTTP/1.1 connection to the handler: makes an exchange of each request, and sends its reply. One exchange at
// a time; everything that comes out while one read is handled leaves in one write (h1-flow.ts). Time is looked at from
// outside (patience.ts).
import { type Handler, isThrown, type Refusal, Refused, type Reply } from '../exchange/index.ts'
import { CONTENT, type H1Error, type H1Head, type H1Sink, IDLE } from '../h1/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import type { Channel } from '../transport/index.ts'
import {
  type AnswerHost,
  abandonReply,
  ask,
  failExchange,
  letGoFailed,
  replyTo,
  replyToThrown,
  tell,
} from './answering.ts'
import type { ContentPump } from './content-pump.ts'
import type { Driver, DriverHost, Held, UnderWay } from './driver.ts'
import { H1Exchange, type H1ExchangeHost } from './h1-exchange.ts'
import { type Watched, waitOf } from './h1-patience.ts'
import { type ReplyHost, sendReply } from './h1-reply.ts'
import { H1Switching } from './h1-switching.ts'
import { IncomingBody } from './incoming-body.ts'
import { Patience } from './patience.ts'
import { contentUnread, peerGone, refusalOf, serverEnds } from './refusals.ts'
import type { Settings } from './settings.ts'

export class H1Driver
  extends H1Switching
  implements Driver, H1Sink, H1ExchangeHost, AnswerHost<H1Exchange>, ReplyHost, Watched
{
  readonly handler: Handler
  readonly settings: Settings
  readonly patience = new Patience<Watched>()
  exchange: H1Exchange | null = null
  /** The request's content, or a tunnel's, while it comes in. */
  incoming: IncomingBody | null = null
  pump: ContentPump | null = null
  requests = 0
  tunnelling = false
  sent = 0

  protected readonly host: DriverHost
  /** Unread content is being thrown away: so many bytes more are worth it; -1 where none is. */
  private discarding = -1
  private continueDue = false
  private reported: Refusal | null = null

  constructor(channel: Channel, handler: Handler, settings: Settings, host: DriverHost) {
    super(channel, settings.h1Limits)
    this.handler = handler
    this.settings = settings
    this.host = host
  }

  /** Bytes that are neither with the program nor with the kernel, by where they wait. */
  get held(): Held {
    return {
      head: this.connection.heldBytes,
      content: this.incoming?.heldBytes ?? 0,
      waiting: this.waitingBytes,
      output: this.channel.backlog + this.connection.output.size,
    }
  }

  get underWay(): readonly UnderWay[] {
    const { exchange, sent } = this
    if (exchange !== null) return [{ request: `${exchange.method} ${exchange.target}`, sent }]
    return this.channel.backlog > 0 ? [{ request: '', sent }] : []
  }

  look(now: number): void {
    this.patience.look(this, waitOf(this), this.settings.limits, now)
  }

  /** No new request is taken up after the one under way. */
  drain(): void {
    this.draining = true
    if (this.exchange === null && this.waitingBytes === 0 && !this.connection.midMessage) this.finish('drained')
    else {
      this.connection.closeAfterThis()
      this.concludeEndless()
      // Where only unread content of an answered request was still awaited, this is the end.
      if (!this.receiving) this.settle()
    }
  }

  // --- What the channel tells (and `receive`, in h1-flow.ts) ---

  drained(): void {
    this.unstall()
    // What was taken up just now may have filled the kernel again.
    if (!this.stalled) this.pump?.resume()
  }

  ended(): void {
    this.peerEnded = true
    if (this.lingering) return
    if (this.pump?.body.endless === true) this.destroy('peer')
    else if (this.leftover === null) this.endIncoming()
  }

  closed(error: Error | null): void {
    this.leftover = null
    this.lose(peerGone(error))
    this.host.closed(this)
  }

  // --- What the connection tells ---

  head(head: H1Head): void {
    const { settings } = this
    this.requests++
    this.sent = 0
    if (head.upgrade !== '' && settings.h2c && this.changesToHttp2(head)) return
    if (head.length !== 0) {
      this.incoming = new IncomingBody(this, head.length === -1 ? undefined : head.length)
      this.continueDue = head.expectsContinue
      this.connection.pause()
    }
    const exchange = new H1Exchange(this, head, this.incoming)
    this.exchange = exchange
    if (settings.reports.exchanges) exchange.startedAt = settings.clock.now()
    if (this.draining || this.requests === settings.limits.requestsPerConnection) this.connection.closeAfterThis()
    ask(this, exchange)
  }

  content(bytes: Uint8Array, start: number, end: number): void {
    if (this.successor !== null) {
      this.successor.receive(bytes, start, end)
      return
    }
    if (this.discarding === -1) {
      this.connection.pause()
      this.incoming?.deliver(bytes, start, end)
      return
    }
    this.discarding -= end - start
    if (this.discarding >= 0) return
    this.discarding = 0
    this.connection.closeAfterThis()
  }

  trailers(fields: Fields): void {
    if (this.exchange !== null) this.exchange.trailers = fields
  }

  end(): void {
    this.discarding = -1
    this.continueDue = false
    this.incoming?.finish()
    this.incoming = null
  }

  failed(error: H1Error): void {
    this.refuse(refusalOf(error))
  }

  // --- What the exchange and the bodies ask ---

  /** The handler waits for content. */
  wanted(): void {
    if (this.continueDue && this.connection.sending === IDLE) {
      this.continueDue = false
      this.connection.sendInterim(100, FieldList.empty)
      if (!this.receiving) this.flush()
    }
    this.connection.resume()
    if (this.receiving) return
    this.proceed()
    this.regulate()
  }

  unwanted(): void {
    // What nobody wants is read past once the reply has gone out; a tunnel is at its end then.
    if (this.tunnelling && this.pump === null) this.finish('done')
  }

  taken(): void {
    // The next piece is let in when it is wanted.
  }

  inform(exchange: H1Exchange, status: number, fields: FieldList): void {
    if (exchange !== this.exchange || exchange.aborted || this.connection.sending !== IDLE) return
    this.connection.sendInterim(status, fields)
    if (!this.receiving) this.flush()
  }

  thrown(exchange: H1Exchange, error: unknown): Reply {
    return replyToThrown(this, exchange, error)
  }

  giveUp(exchange: H1Exchange, reason: Error): void {
    if (exchange !== this.exchange) return
    this.destroy('given up', reason)
    // Not when the socket has closed: what the reply holds is let go now.
    this.lose(reason)
  }

  take(chunk: Uint8Array): boolean {
    this.connection.sendContent(chunk)
    this.sent += chunk.length
    this.flush()
    return !this.stalled
  }

  completed(): void {
    this.pump = null
    try {
      this.connection.sendEnd(this.exchange?.reply?.trailers?.())
    } catch (error) {
      this.brokeOff(error)
      return
    }
    if (this.tunnelling) {
      // The other way of the tunnel goes on until the peer ends it, or nobody wants to hear more.
      if (this.incoming === null || this.incoming.over) this.finish('done')
      else this.channel.finish()
      return
    }
    this.exchangeOver()
    if (!this.receiving) this.settle()
  }

  brokeOff(error: unknown): void {
    this.pump = null
    this.settings.report({ kind: 'failed', error, exchange: this.exchange, doing: 'sending the content of a reply' })
    this.destroy('content broke off', isThrown(error, Error) ? error : new Error('The content broke off'))
  }

  letGoFailed(error: unknown): void {
    letGoFailed(this.settings, this.exchange, error)
  }

  /** The exchange has its whole reply. */
  exchangeOver(): void {
    const { exchange } = this
    this.exchange = null
    if (exchange !== null) this.tell(exchange, true)
    if (this.incoming !== null) {
      this.incoming.fail(contentUnread())
      this.incoming = null
      this.discarding = this.settings.limits.discardBytes
      this.goOn()
    }
    this.holdBackIfFull()
  }

  // --- Answers ---

  answer(exchange: H1Exchange, reply: Reply): void {
    if (!exchange.answerable) {
      abandonReply(this.settings, exchange, reply)
      return
    }
    exchange.reply = reply
    if (this.incoming !== null) this.prepareForUnread(this.incoming)
    try {
      sendReply(this, reply)
    } catch (error) {
      // Nothing has been sent of it, or the connection is lost.
      if (this.connection.sending !== IDLE) {
        this.brokeOff(error)
        return
      }
      abandonReply(this.settings, exchange, reply)
      exchange.reply = null
      this.replyFailed(exchange, error)
      return
    }
    if (this.draining) this.concludeEndless()
    if (!this.receiving) this.settle()
  }

  /** Refuses what is under way: the request being read, or the content of the one that is being answered. */
  refuse(refusal: Refusal): void {
    this.connection.closeAfterThis()
    this.leftover = null
    this.tellRefusal(refusal)
    if (this.exchange !== null) {
      // A handler that reads the content is told; one that does not answers as if nothing had happened.
      this.incoming?.fail(new Refused(refusal))
      return
    }
    if (this.connection.sending === IDLE) sendReply(this, replyTo(this.settings, refusal, null))
    if (!this.receiving) this.settle()
  }

  /** Answers in the place of a handler that takes too long. */
  answerInstead(refusal: Refusal): void {
    const { exchange } = this
    if (exchange === null) return
    this.connection.closeAfterThis()
    this.tellRefusal(refusal)
    this.answer(exchange, replyTo(this.settings, refusal, exchange))
    exchange.abort(new Refused(refusal))
  }

  /** Reports a refusal, once. */
  tellRefusal(refusal: Refusal): void {
    if (this.reported === refusal) return
    this.reported = refusal
    this.settings.report({
      kind: 'refused',
      refusal,
      exchange: this.exchange,
      address: this.peer.address,
      connection: this.channel.id,
    })
  }

  protected conclude(): void {
    if (!this.tunnelling) this.finish(this.draining ? 'drained' : 'done')
  }

  protected get sink(): H1Sink {
    return this
  }

  protected get driver(): this {
    return this
  }

  protected get busy(): boolean {
    return this.exchange !== null
  }

  protected get contentDue(): boolean {
    return this.incoming !== null
  }

  protected get pipelineBytes(): number {
    return this.settings.limits.pipelineBytes
  }

  /** A reply that cannot be sent is answered for once; where that cannot be sent either, there is nothing left to say. */
  private replyFailed(exchange: H1Exchange, error: unknown): void {
    if (exchange.failed) this.brokeOff(error)
    else failExchange(this, exchange, error)
  }

  /** Content that will not be read decides, before the head goes out, whether the connection can be used again. */
  private prepareForUnread(incoming: IncomingBody): void {
    const { connection } = this
    if (connection.receiving !== CONTENT) return
    const left = (incoming.length ?? 0) - connection.contentReceived
    // A client that was not told to go on may send its content or not: nobody knows where its next request would start.
    if (this.continueDue || (!incoming.started && left > this.settings.limits.discardBytes)) connection.closeAfterThis()
  }

  /** Lets go of the exchange under way: its reply can no longer reach the client. */
  private lose(reason: Error): void {
    const { exchange, pump, incoming } = this
    this.exchange = null
    this.incoming = null
    this.pump = null
    pump?.cancel(reason)
    incoming?.fail(reason)
    if (exchange !== null) {
      exchange.abort(reason)
      this.tell(exchange, this.tunnelling)
    }
  }

  /** A reply that would never end by itself is ended in order. */
  private concludeEndless(): void {
    const { exchange, pump } = this
    if (pump?.body.endless !== true || this.tunnelling) return
    const reason = serverEnds()
    pump.conclude(reason)
    exchange?.abort(reason)
  }

  private tell(exchange: H1Exchange, complete: boolean): void {
    exchange.sent = this.sent
    tell(this.settings, exchange, complete)
  }
}
