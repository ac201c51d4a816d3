// What a handler is given for each request. Nothing in it is worked out before it is asked for, and every method may be
// taken out of it: `({ params, json }) => json(params)`.
import {
  bytes,
  type Client,
  type Exchange,
  empty,
  externalRedirect,
  html,
  json,
  type Reply,
  redirect,
  stream,
  text,
} from '../exchange/index.ts'
import { type CookieAttributes, cookiesOf, setCookie } from '../http/cookies.ts'
import { FieldList, type Fields, type FieldsGiven } from '../http/fields.ts'
import { lastEventIdIn } from '../sse/index.ts'
import type { Connection } from './connection.ts'
import type { AnyParams } from './params.ts'
import { RequestBody } from './request-body.ts'

/** A context of any route of any application. */
// biome-ignore lint/suspicious/noExplicitAny: hooks of an application are given contexts of all its routes.
export type AnyContext = Context<any, any, any>

/** What a context needs of its application. */
export interface ContextSource {
  state(): object
  connectionOf(exchange: Exchange): Connection
}

/** The route that answers, as a context shows it. */
export interface RouteShown {
  /** The method; `*` where it stands for all of them, `WEBSOCKET` for WebSocket connections, which nobody can ask for by a method of that name. */
  readonly method: string
  /** The path as it was written, with the prefixes of its groups. */
  readonly path: string
}

/** A request and everything that belongs to it until its reply is on its way. */
export class Context<
  Parameters extends object = AnyParams,
  State extends object = object,
  Own extends object = object,
> {
  /** The exchange behind it: the request as it came, whatever the wire. */
  readonly exchange: Exchange
  /** The values of the route's parameters, decoded: `/users/:id` gives `params.id`. */
  readonly params: Parameters

  private readonly source: ContextSource
  private readonly found: RouteShown | null
  private stateMade: State | null = null
  private bodyMade: RequestBody | null = null
  private urlMade: URL | null = null
  private queryMade: URLSearchParams | null = null
  private cookiesMade: ReadonlyMap<string, string> | null = null
  private fieldsToSet: FieldList | null = null

  constructor(source: ContextSource, exchange: Exchange, found: RouteShown | null, params: Parameters) {
    this.source = source
    this.exchange = exchange
    this.found = found
    this.params = params
  }

  // --- The request ---

  /** The method as sent. */
  get method(): string {
    return this.exchange.method
  }

  /** The path as sent, percent-encoding included, without the query. Where the application is mounted below a prefix, what follows that. */
  get path(): string {
    return this.exchange.path || '/'
  }

  /** The route that answers, as it was written: `GET /users/:id`. For logs and metrics: there are only so many of them. Empty where none was found. */
  get route(): string {
    return this.found === null ? '' : `${this.found.method} ${this.found.path}`
  }

  /** The request's fields: `fields.get('accept-language')`. */
  get fields(): Fields {
    return this.exchange.fields
  }

  /** The whole URL that the client asked for, as far as trusted proxies tell. */
  get url(): URL {
    if (this.urlMade === null) {
      const { client, base, target } = this.exchange
      // Put together as text: a target that begins with two slashes would else name a host.
      const path = /^[/?]|^$/.test(target) ? base + target : ''
      this.urlMade = new URL(`${client.scheme}://${client.host || 'localhost'}${path}`)
    }
    return this.urlMade
  }

  /** The query's values: `query.get('page')`. */
  get query(): URLSearchParams {
    // The first question mark is the separator; URLSearchParams would take one more for it.
    this.queryMade ??= new URLSearchParams(`?${this.exchange.query}`)
    return this.queryMade
  }

  /** The request's cookies by name. */
  get cookies(): ReadonlyMap<string, string> {
    this.cookiesMade ??= cookiesOf(this.exchange.fields)
    return this.cookiesMade
  }

  /** The id of the last event that the client has got of this stream, where it comes back to it; empty for one that is new. See `app.events`. */
  get lastEventId(): string {
    return lastEventIdIn(this.exchange.fields.get('last-event-id'))
  }

  /** The request's content: `await body.json()`. */
  get body(): RequestBody {
    this.bodyMade ??= new RequestBody(this.exchange, this.route)
    return this.bodyMade
  }

  /** Aborts when the reply can no longer reach the client, whatever the wire. */
  get signal(): AbortSignal {
    return this.exchange.signal
  }

  /** Who the client is, seen through trusted proxies. */
  get client(): Client {
    return this.exchange.client
  }

  // --- What the application keeps ---

  /** The connection, and the application's own values for it. */
  get connection(): Connection<Own> {
    return this.source.connectionOf(this.exchange) as Connection<Own>
  }

  /** The application's own values for this request: what the option `state` of `App` made. */
  get state(): State {
    this.stateMade ??= this.source.state() as State
    return this.stateMade
  }

  // --- Replies ---

  /** A reply of text. */
  get text(): typeof text {
    return text
  }

  /** A reply of HTML: nothing in it is escaped here. */
  get html(): typeof html {
    return html
  }

  /** A reply of a value as JSON. */
  get json(): typeof json {
    return json
  }

  /** A reply of bytes. */
  get bytes(): typeof bytes {
    return bytes
  }

  /** A reply without content. */
  get empty(): typeof empty {
    return empty
  }

  /** A reply whose content is made as it is sent. */
  get stream(): typeof stream {
    return stream
  }

  /** A reply that leads to another path of this site. */
  get redirect(): typeof redirect {
    return redirect
  }

  /** A reply that leads to any site. */
  get externalRedirect(): typeof externalRedirect {
    return externalRedirect
  }

  /** Sets a field of the reply, whatever reply it will be. @throws FieldError for what cannot be sent */
  get set(): (name: string, value: string | number) => void {
    return (name, value) => {
      this.fieldsToSet = (this.fieldsToSet ?? FieldList.empty).with(name, value)
    }
  }

  /** Sets a cookie with the reply. @throws CookieError for one that user agents would not keep as it is meant */
  get setCookie(): (name: string, value: string, attributes?: CookieAttributes) => void {
    return (name, value, attributes) => {
      this.fieldsToSet = (this.fieldsToSet ?? FieldList.empty).and('Set-Cookie', setCookie(name, value, attributes))
    }
  }

  /** Sends early hints (103, RFC 8297) ahead of the reply: `hint({ Link: '</style.css>; rel=preload; as=style' })`. */
  get hint(): (fields: FieldsGiven) => void {
    return fields => this.exchange.inform(103, FieldList.of(fields))
  }

  /** Lets work go on after the reply: where it fails, that is reported, and a drain waits for it within its deadline. */
  get waitUntil(): (work: PromiseLike<unknown>) => void {
    return work => this.exchange.waitUntil(work)
  }

  /** The reply with the fields that were set so far; called by the application. */
  complete(reply: Reply): Reply {
    const set = this.fieldsToSet
    if (set === null) return reply
    this.fieldsToSet = null
    return reply.withFields(reply.fields.overlaidWith(set))
  }
}
