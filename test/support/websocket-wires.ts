// What the WebSocket client for tests sends its handshake and its frames through: a connection that is upgraded (RFC 6455), or
// a stream of an HTTP/2 connection, of which many are sockets at a time (RFC 8441).
import { createHash, randomBytes } from 'node:crypto'
import {
  DEFAULT_LIMITS,
  H2Connection,
  type H2Error,
  type H2Head,
  type H2Sink,
  type H2Stream,
} from '../../src/h2/index.ts'
import { FieldList, type Fields } from '../../src/http/fields.ts'
import { acceptOf } from '../../src/websocket/index.ts'
import type { Wire } from './h2-client.ts'

/** How the server answers the handshake. */
export interface HandshakeResponse {
  readonly status: number
  readonly fields: Fields
  /** Of a refusal; empty where the connection was taken. */
  readonly content: string
}

/** What a handshake says, whatever the wire. */
export interface HandshakeRequest {
  readonly path: string
  /** Host, or `:authority`. */
  readonly authority: string
  readonly scheme: 'http' | 'https'
  /** Those of the handshake are added, unless they are there; null leaves one out. */
  readonly fields: Readonly<Record<string, string | null>>
  readonly protocols: readonly string[]
  readonly extensions: string
}

export interface CarrierListener {
  answered(response: HandshakeResponse): void
  /** The bytes are the listener's. */
  received(bytes: Uint8Array): void
  /** FIN, or END_STREAM. */
  ended(): void
  closed(error: Error | null): void
}

export interface Carrier {
  write(bytes: Uint8Array): void
  pause(): void
  resume(): void
  /** FIN, or END_STREAM. */
  finish(): void
  /** A reset, of the connection or the stream. */
  reset(): void
  destroy(): void
}

// --- HTTP/1.1 ---

/** A connection that begins with an upgrade. */
export class UpgradeCarrier implements Carrier {
  private readonly wire: Wire
  private readonly listener: CarrierListener
  private readonly key = randomBytes(16).toString('base64')
  private head: Buffer | null = Buffer.alloc(0)
  private finished = false

  constructor(wire: Wire, request: HandshakeRequest, listener: CarrierListener, behind: Uint8Array) {
    this.wire = wire
    this.listener = listener
    wire.listen({
      received: bytes => this.receive(bytes),
      ended: () => listener.ended(),
      closed: error => listener.closed(error),
    })
    const text = Buffer.from(requestText(request, this.key), 'latin1')
    wire.write(behind.length === 0 ? text : Buffer.concat([text, behind]))
  }

  write(bytes: Uint8Array): void {
    if (!this.finished) this.wire.write(bytes)
  }

  pause(): void {
    this.wire.pause()
  }

  resume(): void {
    this.wire.resume()
  }

  finish(): void {
    this.finished = true
    this.wire.finish()
  }

  reset(): void {
    this.wire.reset()
  }

  destroy(): void {
    this.wire.destroy()
  }

  private receive(bytes: Uint8Array): void {
    if (this.head === null) {
      this.listener.received(bytes)
      return
    }
    this.head = Buffer.concat([this.head, bytes])
    for (;;) {
      const end = this.head.indexOf('\r\n\r\n') + 4
      if (end === 3) return
      const response = responseOf(this.head.toString('latin1', 0, end - 4))
      const rest = this.head.subarray(end)
      if (response.status < 200 && response.status !== 101) {
        this.head = rest
        continue
      }
      if (response.status !== 101) {
        const length = Number(response.fields.get('content-length') ?? 0)
        if (rest.length < length) return
        this.head = null
        this.listener.answered({ ...response, content: rest.toString('utf8', 0, length) })
        return
      }
      const accept = acceptOf(this.key, text => createHash('sha1').update(text).digest('base64'))
      if (response.fields.get('sec-websocket-accept') !== accept) throw new Error('Sec-WebSocket-Accept is wrong')
      this.head = null
      this.listener.answered(response)
      if (rest.length > 0) this.listener.received(Uint8Array.from(rest))
      return
    }
  }
}

function requestText({ path, authority, fields, protocols, extensions }: HandshakeRequest, key: string): string {
  const all: Record<string, string | null> = {
    host: authority,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
    ...offers(protocols, extensions),
    ...lowerCased(fields),
  }
  const lines = Object.entries(all).map(([name, value]) => (value === null ? '' : `${name}: ${value}\r\n`))
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

function responseOf(head: string): HandshakeResponse {
  const [line, ...lines] = head.split('\r\n')
  const fields = lines.map((one): [string, string] => {
    const colon = one.indexOf(':')
    return [one.slice(0, colon), one.slice(colon + 1).trim()]
  })
  return { status: Number(line.split(' ')[1]), fields: FieldList.of(fields), content: '' }
}

// --- HTTP/2 ---

/** An answer to an ordinary request beside the sockets. */
export interface PlainAnswer {
  readonly status: number
  readonly text: string
}

/** A client's HTTP/2 connection: many sockets, and requests beside them. */
export class Http2Session implements H2Sink {
  readonly connection: H2Connection
  readonly wire: Wire
  /** The server's end of the connection was announced. */
  goneAway = false
  closed = false
  private readonly waiting: (() => void)[] = []

  constructor(wire: Wire) {
    this.wire = wire
    this.connection = new H2Connection('client', DEFAULT_LIMITS, this)
    wire.listen({
      received: bytes => {
        this.connection.receive(bytes, 0, bytes.length)
        if (this.connection.started) for (const go of this.waiting.splice(0)) go()
        this.flush()
      },
      ended: () => {
        this.connection.end()
        this.flush()
        wire.finish()
      },
      closed: () => {
        this.closed = true
        this.connection.abort()
      },
    })
    this.flush()
  }

  /** Opens a stream with an extended CONNECT, once the server has said that it takes such. */
  socket(request: HandshakeRequest, listener: CarrierListener, behind: Uint8Array): StreamCarrier {
    const carrier = new StreamCarrier(this, listener)
    this.whenStarted(() => {
      if (!this.connection.takesExtendedConnect) throw new Error('The server does not take extended CONNECT')
      const { scheme, authority, path } = request
      const { fields, protocols, extensions } = request
      const all = { 'sec-websocket-version': '13', ...offers(protocols, extensions), ...lowerCased(fields) }
      const list = FieldList.of(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null))
      const target = { scheme, authority, path, protocol: 'websocket' }
      const stream = this.connection.sendRequest('CONNECT', target, list, false)
      carrier.open(stream)
      if (behind.length > 0) carrier.write(behind)
    })
    return carrier
  }

  /** Asks something ordinary on another stream. */
  request(path: string, method = 'GET', authority = 'test'): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      this.whenStarted(() => {
        const stream = this.connection.sendRequest(method, { scheme: 'http', authority, path }, FieldList.empty, true)
        stream.user = new PlainRequest(resolve, reject)
      })
    })
  }

  flush(): void {
    const { connection } = this
    const { output } = connection
    while (output.size > 0) {
      const bytes = Buffer.concat(output.take())
      output.recycle()
      if (!this.closed) this.wire.write(bytes)
      connection.produce()
    }
  }

  destroy(): void {
    this.wire.destroy()
  }

  // --- What the connection tells ---

  head(stream: H2Stream, head: H2Head, ended: boolean): void {
    userOf(stream).head(head, ended)
  }

  content(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void {
    userOf(stream).content(bytes.slice(start, end))
  }

  trailers(): void {}

  end(stream: H2Stream): void {
    userOf(stream).end()
  }

  writable(stream: H2Stream): void {
    userOf(stream).writable()
  }

  sent(): void {}

  lost(stream: H2Stream, error: H2Error): void {
    userOf(stream).lost(new Error(`${error.rule} (${error.code}): ${error.detail}`))
  }

  refused(): void {}

  failed(error: H2Error): void {
    this.flush()
    throw new Error(`The server broke a rule of HTTP/2: ${error.rule} ${error.detail}`)
  }

  goingAway(): void {
    this.goneAway = true
  }

  private whenStarted(go: () => void): void {
    if (!this.connection.started) {
      this.waiting.push(go)
      return
    }
    go()
    this.flush()
  }
}

interface StreamUser {
  head(head: H2Head, ended: boolean): void
  content(bytes: Uint8Array): void
  end(): void
  writable(): void
  lost(error: Error): void
}

function userOf(stream: H2Stream): StreamUser {
  return stream.user as StreamUser
}

class PlainRequest implements StreamUser {
  private readonly resolve: (answer: PlainAnswer) => void
  private readonly reject: (error: Error) => void
  private status = 0
  private text = ''

  constructor(resolve: (answer: PlainAnswer) => void, reject: (error: Error) => void) {
    this.resolve = resolve
    this.reject = reject
  }

  head(head: H2Head, ended: boolean): void {
    this.status = head.status
    if (ended) this.end()
  }

  content(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString()
  }

  end(): void {
    this.resolve({ status: this.status, text: this.text })
  }

  writable(): void {}

  lost(error: Error): void {
    this.reject(error)
  }
}

/** A stream that is a socket. */
export class StreamCarrier implements Carrier, StreamUser {
  readonly session: Http2Session
  /** null until the handshake has been sent. */
  stream: H2Stream | null = null
  private readonly listener: CarrierListener
  private response: HandshakeResponse | null = null
  private text = ''
  private paused = false
  private held: Uint8Array[] = []
  private queue: Uint8Array[] = []
  private finishing = false
  private endHeld = false

  constructor(session: Http2Session, listener: CarrierListener) {
    this.session = session
    this.listener = listener
  }

  open(stream: H2Stream): void {
    this.stream = stream
    stream.user = this
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.stream === null || this.finishing) return
    this.queue.push(bytes)
    if (this.queue.length === 1) this.pump()
    this.session.flush()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    for (const bytes of this.held.splice(0)) this.pass(bytes)
    if (this.endHeld) this.listener.ended()
    this.endHeld = false
    this.session.flush()
  }

  finish(): void {
    if (this.finishing) return
    this.finishing = true
    if (this.queue.length === 0 && this.stream !== null) this.session.connection.sendEnd(this.stream)
    this.session.flush()
  }

  reset(): void {
    if (this.stream === null) return
    this.session.connection.reset(this.stream, CANCEL)
    this.session.flush()
    this.listener.closed(null)
  }

  destroy(): void {
    this.reset()
  }

  // --- What the stream brings ---

  head(head: H2Head, ended: boolean): void {
    if (head.status < 200) return
    this.response = { status: head.status, fields: head.fields, content: '' }
    if (head.status < 300) this.listener.answered(this.response)
    if (ended) this.end()
  }

  content(bytes: Uint8Array): void {
    if (this.paused) this.held.push(bytes)
    else this.pass(bytes)
  }

  end(): void {
    if (this.response !== null && this.response.status >= 300) {
      this.listener.answered({ ...this.response, content: this.text })
      if (this.stream !== null) this.session.connection.reset(this.stream, CANCEL)
      return
    }
    if (this.paused && this.held.length > 0) this.endHeld = true
    else this.listener.ended()
  }

  writable(): void {
    this.queue.shift()
    this.pump()
  }

  lost(error: Error): void {
    this.listener.closed(error)
  }

  private pass(bytes: Uint8Array): void {
    const { length } = bytes
    if (this.response !== null && this.response.status >= 300) this.text += Buffer.from(bytes).toString()
    else this.listener.received(bytes)
    if (this.stream !== null) this.session.connection.consumed(this.stream, length)
  }

  private pump(): void {
    const { connection } = this.session
    while (this.queue.length > 0 && connection.sendContent(this.stream!, this.queue[0])) this.queue.shift()
    if (this.queue.length === 0 && this.finishing) connection.sendEnd(this.stream!)
  }
}

const CANCEL = 8

function offers(protocols: readonly string[], extensions: string): Record<string, string> {
  return {
    ...(protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') }),
    ...(extensions === '' ? {} : { 'sec-websocket-extensions': extensions }),
  }
}

function lowerCased(fields: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
}
