// Clients that ask an application over either wire, with Node's own implementations, and give their answers in one shape.
import { Agent, type IncomingMessage, request as requestClear } from 'node:http'
import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from 'node:http2'
import { request as requestTls, Agent as TlsAgent } from 'node:https'
import { Readable } from 'node:stream'

export interface Asked {
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  /** A string or bytes are sent with their length, chunks without. */
  readonly content?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Sent after the content, which needs one of chunks for it over HTTP/1.1. */
  readonly trailers?: Readonly<Record<string, string>>
  /** Gives up: the connection (HTTP/1.1) or the stream (HTTP/2) is reset. */
  readonly signal?: AbortSignal
}

export interface Head {
  readonly status: number
  /** Names in lower case, ordered by them; without what frames messages of HTTP/1.1, and without the date. */
  readonly fields: Readonly<Record<string, string>>
  readonly setCookies: readonly string[]
  /** The interim replies before it. */
  readonly interim: readonly { readonly status: number; readonly fields: Readonly<Record<string, string>> }[]
}

export interface Answer extends Head {
  /** As UTF-8. */
  readonly content: string
  readonly bytes: Buffer
  readonly trailers: Readonly<Record<string, string>>
}

/** A reply under way. Nothing of its content is read that is not asked for, but for what Node holds ahead. */
export interface Opened extends Head {
  /** The next piece as it came; null at the end. @throws Error where the reply breaks off */
  read(): Promise<Buffer | null>
  /** All that is left. @throws Error where the reply breaks off */
  rest(): Promise<Buffer>
  /** The trailers, once the content has been read to its end. */
  readonly trailers: Readonly<Record<string, string>>
  /** Gives up: the connection (HTTP/1.1) or the stream (HTTP/2) is reset. */
  vanish(): void
}

export interface Session {
  /** Uses as many connections as there are requests (HTTP/1.1). */
  readonly isShared: boolean
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  open(method: string, path: string, asked?: Asked): Promise<Opened>
  /** Closes its connections. */
  leave(): void
}

export interface SessionOptions {
  /** Without a slash at the end. */
  readonly origin: string
  /** Whether requests share one connection over HTTP/1.1 too. */
  readonly oneConnection: boolean
}

/** What HTTP/1.1 alone has (RFC 9113 section 8.2.2), and what differs from one second to the next. */
const LEFT_OUT = new Set(['connection', 'transfer-encoding', 'trailer', 'keep-alive', 'date'])

/** What both wires need to make an `Opened`. */
interface Source {
  readonly head: Head
  readonly content: Readable
  trailers(): Readonly<Record<string, string>>
  vanish(): void
}

export function sessionOver1({ origin, oneConnection }: SessionOptions): Session {
  const { hostname, port, protocol } = new URL(origin)
  const secure = protocol === 'https:'
  const agentOptions = { keepAlive: oneConnection, maxSockets: oneConnection ? 1 : Number.POSITIVE_INFINITY }
  const agent = secure ? new TlsAgent(agentOptions) : new Agent(agentOptions)
  const ask = secure ? requestTls : requestClear
  const requests = new Set<ReturnType<typeof requestClear>>()

  function source(method: string, path: string, asked: Asked): Promise<Source> {
    const { promise, resolve, reject } = Promise.withResolvers<Source>()
    const { content, trailers, signal } = asked
    const headers = listed(asked.fields)
    if (!headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'host'))
      headers.push('Host', `${hostname}:${port}`)
    if (isWhole(content)) headers.push('Content-Length', String(Buffer.byteLength(content)))
    else if (content !== undefined) headers.push('Transfer-Encoding', 'chunked')
    const interim: Head['interim'][number][] = []
    const request = ask({
      hostname,
      port,
      method,
      path,
      headers,
      agent,
      maxHeaderSize: 64 * 1024,
      ...(secure ? { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] } : {}),
    })
    sendMethodAsItIs(request, method)
    requests.add(request)
    const vanish = (): void => {
      // Resetting the socket below TLS crashes Node.
      if (!secure) request.socket?.resetAndDestroy()
      request.destroy()
    }
    request.on('close', () => requests.delete(request))
    request.on('information', ({ statusCode, headers }) => {
      interim.push({ status: statusCode, fields: fieldsOf(headers) })
    })
    request.on('response', (response: IncomingMessage) => {
      const head = headOf(response.statusCode ?? 0, response.headersDistinct, interim)
      resolve({ head, content: response, trailers: () => fieldsOf(response.trailersDistinct), vanish })
    })
    request.on('error', reject)
    signal?.addEventListener('abort', vanish)
    if (trailers !== undefined) request.addTrailers(trailers)
    send(request, content, asked.fields)
    if (signal?.aborted) vanish()
    return promise
  }

  return {
    isShared: !oneConnection,
    ask: async (method, path, asked = {}) => whole(await source(method, path, asked)),
    open: async (method, path, asked = {}) => opened(await source(method, path, asked)),
    leave() {
      for (const request of requests) request.destroy()
      agent.destroy()
    },
  }
}

export function sessionOver2({ origin, oneConnection }: SessionOptions): Session {
  const session = connect(origin, { rejectUnauthorized: false })
  // What goes wrong is told to each stream.
  session.on('error', () => {})

  function source(method: string, path: string, asked: Asked): Promise<Source> {
    const { promise, resolve, reject } = Promise.withResolvers<Source>()
    const { content, trailers, signal } = asked
    const headers: Record<string, string | string[]> = { ':method': method, ':path': path }
    for (const [name, value] of Object.entries(asked.fields ?? {})) {
      if (name.toLowerCase() === 'host') headers[':authority'] = value as string
      else headers[name.toLowerCase()] = typeof value === 'string' ? value : [...value]
    }
    if (isWhole(content)) headers['content-length'] = String(Buffer.byteLength(content))
    const stream = session.request(headers, {
      endStream: content === undefined && trailers === undefined,
      waitForTrailers: trailers !== undefined,
    })
    const interim: Head['interim'][number][] = []
    let ending: IncomingHttpHeaders = {}
    const vanish = (): void => {
      // `close` would end a request first whose content is not complete.
      if (stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL)
      else stream.destroy(new Error('The client has given up'))
    }
    stream.on('headers', head => interim.push({ status: head[':status'] ?? 0, fields: fieldsOf(head) }))
    stream.on('trailers', fields => {
      ending = fields
    })
    stream.on('response', head => {
      resolve({
        head: headOf(head[':status'] ?? 0, head, interim),
        content: stream,
        trailers: () => fieldsOf(ending),
        vanish,
      })
    })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}))
    stream.on('error', reject)
    stream.on('close', () => reject(new Error(`The stream was reset with ${stream.rstCode}`)))
    signal?.addEventListener('abort', vanish)
    if (content !== undefined || trailers !== undefined) send(stream, content, asked.fields)
    if (signal?.aborted) vanish()
    return promise
  }

  return {
    isShared: !oneConnection,
    ask: async (method, path, asked = {}) => whole(await source(method, path, asked)),
    open: async (method, path, asked = {}) => opened(await source(method, path, asked)),
    leave: () => session.destroy(),
  }
}

/** The answer that a Web `Response` is. */
export async function answerOf(response: Response): Promise<Answer> {
  const bytes = Buffer.from(await response.arrayBuffer())
  const fields = Object.fromEntries([...response.headers])
  return {
    status: response.status,
    fields: fieldsOf({ ...fields, 'set-cookie': response.headers.getSetCookie() }),
    setCookies: response.headers.getSetCookie(),
    interim: [],
    bytes,
    content: bytes.toString(),
    trailers: {},
  }
}

async function whole(source: Source): Promise<Answer> {
  const bytes = await opened(source).rest()
  return { ...source.head, bytes, content: bytes.toString(), trailers: source.trailers() }
}

function opened({ head, content, trailers, vanish }: Source): Opened {
  const pieces = content.iterator({ destroyOnReturn: false })
  async function read(): Promise<Buffer | null> {
    const { done, value } = await pieces.next()
    if (!done) return value
    // Node ends a stream that the server has reset with NO_ERROR or CANCEL as if it were whole.
    const { rstCode } = content as ClientHttp2Stream
    if (rstCode !== undefined && rstCode !== constants.NGHTTP2_NO_ERROR)
      throw new Error(`The stream was reset with ${rstCode}`)
    return null
  }
  return {
    ...head,
    read,
    async rest() {
      const all: Buffer[] = []
      for (let piece = await read(); piece !== null; piece = await read()) all.push(piece)
      return Buffer.concat(all)
    },
    get trailers() {
      return trailers()
    },
    vanish,
  }
}

function headOf(status: number, given: Given, interim: Head['interim']): Head {
  return { status, fields: fieldsOf(given), setCookies: [given['set-cookie'] ?? []].flat(), interim }
}

/** Fields by their names in lower case. */
export function byName(fields: Iterable<readonly [name: string, value: string]>): Readonly<Record<string, string>> {
  const values = new Map<string, string[]>()
  for (const [name, value] of fields) {
    const key = name.toLowerCase()
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return fieldsOf(Object.fromEntries(values))
}

type Given = Readonly<Record<string, string | readonly string[] | undefined>>

function fieldsOf(given: Given): Readonly<Record<string, string>> {
  const kept = Object.entries(given).flatMap(([name, value]): [string, string][] => {
    const values = [value ?? []].flat()
    return name.startsWith(':') || LEFT_OUT.has(name) || values.length === 0 ? [] : [[name, values.join(', ')]]
  })
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Node's client writes methods in capitals, though they are case-sensitive (RFC 9110 section 9.1). */
function sendMethodAsItIs(request: { method: string }, method: string): void {
  const prepared = request as unknown as { _header: string }
  prepared._header = prepared._header.replace(request.method, method)
}

function listed(fields: Asked['fields'] = {}): string[] {
  return Object.entries(fields).flatMap(([name, values]) => [values].flat().flatMap(value => [name, value]))
}

function isWhole(content: Asked['content']): content is string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array
}

/** Sends the content; with `Expect: 100-continue` not before it is asked for. */
function send(request: NodeJS.WritableStream, content: Asked['content'], fields: Asked['fields'] = {}): void {
  const go = (): void => {
    if (content === undefined) request.end()
    else if (isWhole(content)) request.end(content)
    else
      Readable.from(content)
        .on('error', () => {})
        .pipe(request)
  }
  if (Object.keys(fields).some(name => name.toLowerCase() === 'expect')) request.on('continue', go)
  else go()
}
