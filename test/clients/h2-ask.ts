// Asks for the same thing over HTTP/1.1 and over HTTP/2, with Node's own clients, and puts the answers into one shape.
import { request as requestClear } from 'node:http'
import { type ClientHttp2Session, constants, type IncomingHttpHeaders } from 'node:http2'
import { request as requestTls } from 'node:https'

export interface Question {
  readonly method?: string
  /** As it is sent. */
  readonly path: string
  readonly fields?: Readonly<Record<string, string | readonly string[]>> | undefined
  readonly content?: string | Uint8Array
  /** Sent after the content. */
  readonly trailers?: Readonly<Record<string, string>>
  /** Sends the content's length before it. */
  readonly sized?: boolean
}

export interface Answer {
  readonly status: number
  /** Names in lower case, ordered by them; without what frames messages of HTTP/1.1, and without the date. */
  readonly fields: Readonly<Record<string, string>>
  readonly content: string
  readonly trailers: Readonly<Record<string, string>>
  /** The interim replies before it. */
  readonly interim: readonly { readonly status: number; readonly link: string }[]
}

/** What HTTP/1.1 alone has: over HTTP/2 it must not come (RFC 9113 section 8.2.2). */
const OF_HTTP_1 = new Set(['connection', 'transfer-encoding', 'trailer'])

/** Asks over HTTP/1.1, on a connection of its own. */
export function askOver1(origin: string, question: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { hostname, port, protocol } = new URL(origin)
  const { method = 'GET', path, fields = {}, content, trailers, sized } = question
  const headers = Object.entries(fields).flatMap(([name, values]) => [values].flat().flatMap(value => [name, value]))
  headers.push('Host', `${hostname}:${port}`, 'Connection', 'close')
  if (content !== undefined) {
    if (sized) headers.push('Content-Length', String(Buffer.byteLength(content)))
    else headers.push('Transfer-Encoding', 'chunked')
  }
  const ask = protocol === 'https:' ? requestTls : requestClear
  const interim: { status: number; link: string }[] = []
  const request = ask({
    hostname,
    port,
    method,
    path,
    headers,
    agent: false,
    ...(protocol === 'https:' ? { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] } : {}),
    maxHeaderSize: 64 * 1024,
  })
  request.on('information', ({ statusCode, headers }) => {
    interim.push({ status: statusCode, link: joined(headers.link) })
  })
  request.on('response', async response => {
    try {
      const chunks = await response.toArray()
      resolve({
        status: response.statusCode ?? 0,
        fields: shared(response.headersDistinct, OF_HTTP_1),
        content: Buffer.concat(chunks).toString('latin1'),
        trailers: shared(response.trailersDistinct),
        interim,
      })
    } catch (error) {
      reject(error)
    }
  })
  request.on('error', reject)
  if (trailers !== undefined) request.addTrailers(trailers)
  if (question.fields?.Expect === undefined) request.end(content)
  else request.on('continue', () => request.end(content))
  return promise
}

/** Asks over HTTP/2, on one of many streams of a session. */
export function askOver2(session: ClientHttp2Session, question: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { method = 'GET', path, fields = {}, content, trailers, sized } = question
  const headers: Record<string, string | string[]> = { ':method': method, ':path': path }
  for (const [name, value] of Object.entries(fields))
    headers[name.toLowerCase()] = typeof value === 'string' ? value : [...value]
  if (content !== undefined && sized) headers['content-length'] = String(Buffer.byteLength(content))
  const stream = session.request(headers, {
    endStream: content === undefined,
    waitForTrailers: trailers !== undefined,
  })
  const interim: { status: number; link: string }[] = []
  let status = 0
  let received: IncomingHttpHeaders = {}
  let ending: IncomingHttpHeaders = {}
  const chunks: Buffer[] = []
  stream.on('headers', head => interim.push({ status: head[':status'] ?? 0, link: joined(head.link) }))
  stream.on('response', head => {
    status = head[':status'] ?? 0
    received = head
  })
  stream.on('trailers', fields => {
    ending = fields
  })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}))
  stream.on('error', reject)
  // A stream that a server has done with before all of the request came is reset with NO_ERROR (RFC 9113 section 8.1).
  stream.on('close', () => {
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || status === 0) {
      reject(new Error(`The stream was reset with ${stream.rstCode} after status ${status}`))
      return
    }
    resolve({
      status,
      fields: shared(received),
      content: Buffer.concat(chunks).toString('latin1'),
      trailers: shared(ending),
      interim,
    })
  })
  if (content !== undefined) {
    if (fields.Expect === undefined) stream.end(content)
    else stream.on('continue', () => stream.end(content))
  }
  return promise
}

function shared(
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
  without: ReadonlySet<string> = new Set(),
): Answer['fields'] {
  const kept = Object.entries(fields)
    .filter(([name]) => !name.startsWith(':') && name !== 'date' && !without.has(name))
    .map(([name, value]) => [name, joined(value)] as const)
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function joined(value: string | readonly string[] | undefined): string {
  return [value ?? []].flat().join(', ')
}
