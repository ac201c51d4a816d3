// The exchange of a request that came over HTTP/1.1.
import type { HttpVersion } from '../exchange/index.ts'
import type { H1Head } from '../h1/index.ts'
import { HeadFields } from '../h1/index.ts'
import type { FieldList, Fields } from '../http/fields.ts'
import { parseTarget } from '../http/target.ts'
import type { IncomingBody } from './incoming-body.ts'
import { type ExchangeHost, ServedExchange } from './served-exchange.ts'

export interface H1ExchangeHost extends ExchangeHost {
  inform(exchange: H1Exchange, status: number, fields: FieldList): void
}

export class H1Exchange extends ServedExchange {
  /** Another takes its place when protocols switch. */
  head: H1Head
  readonly body: IncomingBody | null
  trailers: Fields = HeadFields.none
  /** The driver; another one takes over when protocols switch. */
  host: H1ExchangeHost

  constructor(host: H1ExchangeHost, head: H1Head, body: IncomingBody | null) {
    super(head.target.startsWith('/') ? head.target : targetOf(head))
    this.host = host
    this.head = head
    this.body = body
  }

  get method(): string {
    return this.head.method
  }

  get authority(): string {
    if (this.head.target.startsWith('/')) return this.head.host
    // What the target says counts, whatever Host says (RFC 9112 section 3.2.2).
    return parseTarget(this.head.method, this.head.target)?.authority || this.head.host
  }

  get version(): HttpVersion {
    return this.head.minor === 0 ? '1.0' : '1.1'
  }

  get fields(): Fields {
    return this.head.fields
  }

  get protocol(): string | undefined {
    return this.head.upgrade === '' ? undefined : this.head.upgrade
  }

  protected sendInterim(status: number, fields: FieldList): void {
    this.host.inform(this, status, fields)
  }
}

/** The target where it does not start with a slash. It is valid: the wire has judged it. */
function targetOf({ method, target }: H1Head): string {
  const parsed = parseTarget(method, target)
  if (parsed?.form !== 'absolute') return target
  return parsed.query === '' ? parsed.path : `${parsed.path}?${parsed.query}`
}
