// The exchange of a request that came over a wire: what a handler asks for is worked out when it asks. Each wire adds
// what it says in a way of its own.
import type { Body, Client, Exchange, HttpVersion, Peer, Reply, SocketTerms, SocketUser } from '../exchange/index.ts'
import type { FieldList, Fields } from '../http/fields.ts'
import { clientOf } from '../http/forwarded.ts'
import { type IncomingBody, NO_CONTENT } from './incoming-body.ts'
import type { Settings } from './settings.ts'
import { acceptSocket } from './websocket-accept.ts'

/** What an exchange needs of the connection it came over. */
export interface ExchangeHost {
  readonly settings: Settings
  readonly peer: Peer
  /** Reports what a handler throws, and makes the reply to it. */
  thrown(exchange: ServedExchange, error: unknown): Reply
  /** Gives up on the exchange. */
  giveUp(exchange: ServedExchange, reason: Error): void
}

export abstract class ServedExchange implements Exchange {
  readonly target: string
  abstract readonly body: IncomingBody | null
  abstract trailers: Fields
  /** When the head was complete; only where exchanges are reported. */
  startedAt = 0
  /** Set once the exchange has been answered. */
  reply: Reply | null = null
  /** The reply's status, and its bytes of content handed on. */
  status = 0
  sent = 0
  /** The handler has promised a reply, and has not given it yet. */
  handlerRuns = false
  /** The handler, or its reply, has failed: the reply is a refusal's. */
  failed = false
  /** The reply can no longer reach the client. */
  aborted = false

  private controller: AbortController | null = null
  private abortReason: unknown = undefined
  private clientMade: Client | null = null

  constructor(target: string) {
    this.target = target
  }

  abstract readonly method: string
  abstract readonly authority: string
  abstract readonly version: HttpVersion
  abstract readonly fields: Fields
  abstract readonly protocol: string | undefined
  abstract readonly host: ExchangeHost
  protected abstract sendInterim(status: number, fields: FieldList): void

  /** Whether a reply is still awaited, and can reach the client. */
  get answerable(): boolean {
    return this.reply === null && !this.aborted
  }

  get path(): string {
    const { target } = this
    if (target !== lastTarget) {
      const question = target.indexOf('?')
      lastPath = question === -1 ? target : target.slice(0, question)
      lastTarget = target
    }
    return lastPath
  }

  /** What comes over a wire is not below anything. */
  get base(): string {
    return ''
  }

  get query(): string {
    const question = this.target.indexOf('?')
    return question === -1 ? '' : this.target.slice(question + 1)
  }

  get content(): Body {
    return this.body ?? NO_CONTENT
  }

  get peer(): Peer {
    return this.host.peer
  }

  get client(): Client {
    const { peer, settings } = this.host
    this.clientMade ??= clientOf({
      peerAddress: peer.address,
      scheme: peer.tls === null ? 'http' : 'https',
      host: this.authority,
      fields: this.fields,
      trust: settings.trust,
    })
    return this.clientMade
  }

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController()
      if (this.aborted) this.controller.abort(this.abortReason)
    }
    return this.controller.signal
  }

  inform(status: number, fields: FieldList): void {
    if (!Number.isInteger(status) || status < 102 || status > 199) throw notInterim(status)
    this.sendInterim(status, fields)
  }

  refuse(error: unknown): Reply {
    return this.host.thrown(this, error)
  }

  cut(reason: Error): void {
    this.host.giveUp(this, reason)
  }

  accept(user: SocketUser, terms: SocketTerms): Reply {
    return acceptSocket(this, user, terms, this.host.settings.codecs)
  }

  waitUntil(work: PromiseLike<unknown>): void {
    this.host.settings.afterwork.add(work, this)
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.abortReason = reason
    this.controller?.abort(reason)
    this.body?.fail(reason)
  }
}

/** The path that was asked for last, by its target: it is asked for several times in a row, and clients repeat themselves. */
let lastTarget = ''
let lastPath = ''

function notInterim(status: number): RangeError {
  return new RangeError(
    `An interim reply's status is a whole number from 102 to 199, not ${status}: 100 is sent when the content is pulled, 101 by a reply with a tunnel`,
  )
}
