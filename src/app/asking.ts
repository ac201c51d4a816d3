// Asks a handler without a socket: an exchange is made of what `fetch` would take, and a Web `Response` of the reply. What a
// wire would do to either is done here too, so that a test without a socket tells the same as one with.
import {
  type Body,
  type Client,
  ConnectionLost,
  type Handler,
  type Peer,
  Reply,
  streamBody,
} from '../exchange/index.ts'
import { FieldList, type FieldsGiven } from '../http/fields.ts'
import { AskedExchange, orAborted } from './asked-exchange.ts'
import { letGo, responseTo } from './asked-reply.ts'

/** What can be said of a request that is made without a socket: what `fetch` takes, and what a connection would tell. */
export interface AskOptions extends RequestInit {
  /** The connection it comes over: 127.0.0.1 unless said. The same object for two requests is the same connection. */
  readonly peer?: Partial<Peer>
  /** The client, where that is not the peer. */
  readonly client?: Partial<Client>
  /** Is told each interim reply before the reply, such as 103 with links. */
  readonly informed?: (status: number, fields: FieldList) => void
  /** Is told the trailers, once the response has been read to its end. */
  readonly trailers?: (fields: FieldList) => void
}

/**
 * Asks a handler. What it throws is answered as the server would, with an explanation; the response's body fails where the
 * reply would break off.
 * @param target a path and query as they are to be sent, a URL, or a Web `Request`
 * @throws TypeError for what is neither of these, FieldError for a field that cannot be sent, and the signal's reason once it aborts
 */
export async function requestOf(
  handler: Handler,
  target: string | URL | Request,
  options: AskOptions = {},
): Promise<Response> {
  const signal = options.signal ?? (target instanceof Request ? target.signal : null)
  signal?.throwIfAborted()
  const exchange = exchangeOf(target, options)
  const giveUp = () => exchange.lose(new ConnectionLost('Who asked has given up', { cause: signal?.reason }))
  signal?.addEventListener('abort', giveUp, { once: true })
  exchange.whenOver(() => signal?.removeEventListener('abort', giveUp))
  try {
    const reply = await orAborted(answerOf(handler, exchange), exchange.signal)
    return responseTo(exchange, reply, options.trailers ?? (() => {}))
  } catch (error) {
    exchange.finished()
    throw signal?.aborted ? signal.reason : error
  }
}

/** The exchange of what is asked. @param protocol what it asks to go on with */
export function exchangeOf(target: string | URL | Request, options: AskOptions, protocol?: 'websocket'): AskedExchange {
  const asked = target instanceof Request ? { ...partsOf(target), ...options } : options
  const { body = null, headers = {}, peer, client = {}, informed = () => {} } = asked
  const method = asked.method ?? 'GET'
  if (!consistsOfToken(method)) throw noMethod(method)
  const place = placeOf(target instanceof Request ? target.url : target, method)
  const { content, type } = contentOf(body)
  let fields = FieldList.of(headers instanceof Headers ? [...headers] : (headers as FieldsGiven))
  const authority = fields.get('host') ?? place.authority
  if (!fields.has('host')) fields = FieldList.of({ Host: authority }).concat(fields)
  if (type !== null && !fields.has('content-type')) fields = fields.and('Content-Type', type)
  if (body !== null && content.length !== undefined) fields = fields.with('Content-Length', content.length)
  return new AskedExchange({
    method: STANDARD.has(method.toUpperCase()) ? method.toUpperCase() : method,
    target: place.target,
    authority,
    scheme: place.scheme,
    fields,
    content,
    peer: peerOf(peer),
    client,
    protocol,
    informed,
  })
}

function partsOf({ method, headers, body }: Request): Pick<RequestInit, 'method' | 'headers' | 'body'> {
  return { method, headers, body }
}

/** The reply, as the server would have it: what is thrown is answered with an explanation. */
export async function answerOf(handler: Handler, exchange: AskedExchange): Promise<Reply> {
  let reply: unknown
  try {
    reply = await handler(exchange)
    if (!(reply instanceof Reply)) throw noReply(reply)
  } catch (error) {
    return exchange.refuse(error)
  }
  if (exchange.signal.aborted) letGo(reply, exchange.signal.reason)
  return reply
}

interface Place {
  readonly target: string
  readonly authority: string
  readonly scheme: 'http' | 'https'
}

/** What a client would send for the target. A path stays as it is written, dots and all; only what no client can send is encoded. */
function placeOf(given: string | URL, method: string): Place {
  if (typeof given === 'string' && (given.startsWith('/') || (given === '*' && method === 'OPTIONS'))) {
    const [withoutFragment] = given.toWellFormed().split('#', 1)
    const target = withoutFragment.replace(/[^\x21-\x7e]+/gu, encodeURIComponent)
    return { target, authority: 'localhost', scheme: 'http' }
  }
  const url = given instanceof URL ? given : urlOf(given)
  const scheme = url?.protocol.slice(0, -1)
  if (url === null || (scheme !== 'http' && scheme !== 'https')) throw noTarget(given)
  return { target: url.pathname + url.search, authority: url.host, scheme }
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** The methods that `fetch` takes in any case. */
const STANDARD: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])

function consistsOfToken(method: unknown): boolean {
  return typeof method === 'string' && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)
}

/** Content in any of the forms that `fetch` takes, and the type that it gives it. */
function contentOf(body: RequestInit['body']): { readonly content: Body; readonly type: string | null } {
  if (body === null || body === undefined) return { content: { length: 0, pull: () => null, cancel() {} }, type: null }
  const carrier = new Response(body as ConstructorParameters<typeof Response>[0])
  return { content: streamBody(carrier.body ?? [], lengthOf(body)), type: carrier.headers.get('content-type') }
}

function lengthOf(body: unknown): number | undefined {
  if (typeof body === 'string') return new TextEncoder().encode(body).length
  if (body instanceof URLSearchParams) return new TextEncoder().encode(String(body)).length
  if (body instanceof Blob) return body.size
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? body.byteLength : undefined
}

/** Unlike those of any server. */
let lastConnection = 0
const peers = new WeakMap<object, Peer>()

function peerOf(given: Partial<Peer> = {}): Peer {
  let peer = peers.get(given)
  if (peer === undefined) {
    lastConnection--
    const ends = { address: '127.0.0.1', port: 50_000, localAddress: '127.0.0.1', localPort: 80 }
    peer = { connection: lastConnection, ...ends, tls: null, ...given }
    peers.set(given, peer)
  }
  return peer
}

function noTarget(given: unknown): TypeError {
  const shown = given instanceof URL ? given.href : String(given)
  return new TypeError(
    `What is asked for is a path such as /todos, an http or https URL or a Request, not ${JSON.stringify(shown.slice(0, 80))}`,
  )
}

function noMethod(method: unknown): TypeError {
  return new TypeError(`A method is a token such as GET, not ${JSON.stringify(String(method).slice(0, 40))}`)
}

function noReply(answer: unknown): TypeError {
  return new TypeError(`A handler answers with a Reply, not ${answer === null ? 'null' : typeof answer}`)
}
