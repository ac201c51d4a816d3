// The exchange of a request that came over HTTP/1.1: what a handler asks for is worked out when it asks.
import type { Body, Client, Exchange, HttpVersion, Peer, Reply } from '../exchange/index.ts'
import type { H1Head } from '../h1/index.ts'
import { HeadFields } from '../h1/index.ts'
import type { FieldList, Fields } from '../http/fields.ts'
import { clientOf } from '../http/forwarded.ts'
import { parseTarget } from '../http/target.ts'
import { type IncomingBody, NO_CONTENT } from './incoming-body.ts'
import type { Settings } from './settings.ts'

/** What an exchange needs of the connection it came over. */
export interface ExchangeHost {
  readonly settings: Settings
  readonly peer: Peer
  inform(exchange: H1Exchange, status: number, fields: FieldList): void
}

export class H1Exchange implements Exchange {
  readonly head: H1Head
  readonly target: string
  readonly body: IncomingBody | null
  trailers: Fields = HeadFields.none
  /** When the head was complete; only where exchanges are reported. */
  startedAt = 0
  /** Set once the exchange has been answered. */
  reply: Reply | null = null
  /** The handler, or its reply, has failed: the reply is a refusal's. */
  failed = false
  /** The reply can no longer reach the client. */
  aborted = false

  private readonly host: ExchangeHost
  private controller: AbortController | null = null
  private abortReason: unknown = undefined
  private clientMade: Client | null = null

  constructor(host: ExchangeHost, head: H1Head, body: IncomingBody | null) {
    this.host = host
    this.head = head
    this.body = body
    this.target = head.target.startsWith('/') ? head.target : targetOf(head)
  }

  get method(): string {
    return this.head.method
  }

  get authority(): string {
    if (this.head.target.startsWith('/')) return this.head.host
    // What the target says counts, whatever Host says (RFC 9112 section 3.2.2).
    return parseTarget(this.head.method, this.head.target)?.authority || this.head.host
  }

  get path(): string {
    const question = this.target.indexOf('?')
    return question === -1 ? this.target : this.target.slice(0, question)
  }

  get query(): string {
    const question = this.target.indexOf('?')
    return question === -1 ? '' : this.target.slice(question + 1)
  }

  get version(): HttpVersion {
    return this.head.minor === 0 ? '1.0' : '1.1'
  }

  get fields(): Fields {
    return this.head.fields
  }

  get content(): Body {
    return this.body ?? NO_CONTENT
  }

  get protocol(): undefined {
    return undefined
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
    this.host.inform(this, status, fields)
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.abortReason = reason
    this.controller?.abort(reason)
    this.body?.fail(reason)
  }
}

/** The target where it does not start with a slash. It is valid: the wire has judged it. */
function targetOf({ method, target }: H1Head): string {
  const parsed = parseTarget(method, target)
  if (parsed?.form !== 'absolute') return target
  return parsed.query === '' ? parsed.path : `${parsed.path}?${parsed.query}`
}

function notInterim(status: number): RangeError {
  return new RangeError(
    `An interim reply's status is a whole number from 102 to 199, not ${status}: 100 is sent when the content is pulled, 101 by a reply with a tunnel`,
  )
}
