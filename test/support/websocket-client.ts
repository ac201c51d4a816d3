// A WebSocket client for tests, over both wires: an upgraded HTTP/1.1 connection, or a stream of HTTP/2; in the clear and over TLS;
// over sockets, and over the simulated network. It is polite: it answers pings and close frames, and closes its side when the server
// does. `raw` sends whatever it is given.
import type { ConnectionOptions } from 'node:tls'
import {
  type MessageCodec,
  WebSocketConnection,
  type WebSocketError,
  type WebSocketSink,
} from '../../src/websocket/index.ts'
import { SimulatedWire, SocketWire } from './h2-client.ts'
import type { SimulatedChannel } from './simulated-network.ts'
import { openSocket } from './sockets.ts'
import {
  type Carrier,
  type CarrierListener,
  type HandshakeRequest,
  type HandshakeResponse,
  Http2Session,
  UpgradeCarrier,
} from './websocket-wires.ts'

export { type HandshakeResponse, Http2Session } from './websocket-wires.ts'

export type Message = string | Uint8Array

/** What a socket asks for. */
export interface AskedSocket {
  /** `/` unless said. */
  readonly path?: string
  /** Fields of the handshake, over the usual ones; null leaves one out. */
  readonly fields?: Readonly<Record<string, string | null>>
  /** Subprotocols that are offered. */
  readonly protocols?: readonly string[]
  /** The value of Sec-WebSocket-Extensions. */
  readonly extensions?: string
  /** Makes the codec for what was agreed on: the value of Sec-WebSocket-Extensions in the response, empty for none. */
  readonly codec?: (agreed: string) => MessageCodec | null
  /** Host and port that are asked for. */
  readonly authority?: string
  /** The largest message that it takes: 1 GB unless said. */
  readonly messageBytes?: number
  /** Bytes that are sent in one piece with the handshake, over HTTP/2 in the same write. */
  readonly behind?: Uint8Array
  /** Whether it closes its side when the server has closed its own: true unless said. */
  readonly answersEnd?: boolean
}

export interface ConnectOptions extends AskedSocket {
  readonly port: number
  /** Over HTTP/2; on a connection of its own unless `session` is given. */
  readonly http2?: boolean
  readonly session?: Http2Session
  /** Over TLS; `true` takes any certificate. */
  readonly tls?: boolean | ConnectionOptions
  /** The address it comes from. */
  readonly from?: string
}

/** The server did not take the handshake. */
export class HandshakeRefused extends Error {
  readonly response: HandshakeResponse

  constructor(response: HandshakeResponse) {
    super(`The handshake was answered with ${response.status}: ${response.content.slice(0, 200)}`)
    this.response = response
  }
}

/**
 * Connects, and resolves once the handshake has been taken.
 * @throws HandshakeRefused where it was answered with anything else
 */
export async function connectSocket(options: ConnectOptions): Promise<TestSocket> {
  const { port, http2 = false, tls = false } = options
  const asked = { authority: `localhost:${port}`, ...options }
  const session = options.session ?? (http2 ? await connectSession(options) : null)
  if (session !== null) return TestSocket.on(session, asked, tls !== false).opened
  const { socket, bare } = await openSocket(port, options, secure(tls, 'http/1.1'))
  return new TestSocket(new SocketWire(socket, bare), asked, tls !== false).opened
}

/** An HTTP/2 connection for many sockets: give it to `connectSocket` as `session`. */
export async function connectSession(options: Pick<ConnectOptions, 'port' | 'tls' | 'from'>): Promise<Http2Session> {
  const { socket, bare } = await openSocket(options.port, options, secure(options.tls ?? false, 'h2'))
  return new Http2Session(new SocketWire(socket, bare))
}

/** Over the client's end of a simulated connection. What it sends arrives when the network runs. */
export function simulatedSocket(channel: SimulatedChannel, asked: AskedSocket = {}): TestSocket {
  return new TestSocket(new SimulatedWire(channel), asked, false)
}

export function simulatedSession(channel: SimulatedChannel): Http2Session {
  return new Http2Session(new SimulatedWire(channel))
}

function secure(tls: boolean | ConnectionOptions, protocol: string): ConnectionOptions | null {
  if (tls === false) return null
  return {
    ALPNProtocols: [protocol],
    servername: 'localhost',
    rejectUnauthorized: false,
    ...(tls === true ? {} : tls),
  }
}

/** A socket's end on the client's side. */
export class TestSocket implements WebSocketSink {
  /** Resolves with this socket once the handshake has been taken. */
  readonly opened: Promise<TestSocket>
  /**
   * How it was closed: the code of the server's close frame (1005 where it had none), 1006 where there was none. It resolves when
   * the server has closed its side as well.
   */
  readonly closed: Promise<{ code: number; reason: string }>
  /** Messages that have come and that nobody has asked for yet. */
  readonly messages: Message[] = []
  /** How many pongs have come, and what was in the last one. */
  pongs = 0
  lastPong = ''
  response: HandshakeResponse | null = null
  /** What the server broke, where it did. */
  broken: WebSocketError | null = null
  /** The server's close frame, once it has come. */
  closeFrame: { code: number; reason: string } | null = null
  /** The server has closed its side: FIN, or END_STREAM. */
  ended = false
  /** The transport is gone; with an error where it broke off: a reset. */
  gone = false
  error: Error | null = null
  readonly carrier: Carrier
  private connection: WebSocketConnection | null = null
  private readonly asked: AskedSocket
  private readonly resolveOpened: (socket: TestSocket) => void
  private readonly rejectOpened: (error: Error) => void
  private readonly resolveClosed: (end: { code: number; reason: string }) => void
  private readonly watchers = new Set<() => void>()
  private key = 0x9e3779b9

  static on(session: Http2Session, asked: AskedSocket, secured = false): TestSocket {
    return new TestSocket(session, asked, secured)
  }

  constructor(wire: SocketWire | SimulatedWire | Http2Session, asked: AskedSocket, secured: boolean) {
    const opened = Promise.withResolvers<TestSocket>()
    this.opened = opened.promise
    opened.promise.catch(() => {})
    this.resolveOpened = opened.resolve
    this.rejectOpened = opened.reject
    const closed = Promise.withResolvers<{ code: number; reason: string }>()
    this.closed = closed.promise
    this.resolveClosed = closed.resolve
    this.asked = asked
    const request: HandshakeRequest = {
      path: asked.path ?? '/',
      authority: asked.authority ?? 'test',
      scheme: secured ? 'https' : 'http',
      fields: asked.fields ?? {},
      protocols: asked.protocols ?? [],
      extensions: asked.extensions ?? '',
    }
    const behind = asked.behind ?? new Uint8Array(0)
    const listener: CarrierListener = {
      answered: response => this.answered(response),
      received: bytes => this.received(bytes),
      ended: () => this.peerEnded(),
      closed: error => this.lost(error),
    }
    this.carrier =
      wire instanceof Http2Session
        ? wire.socket(request, listener, behind)
        : new UpgradeCarrier(wire, request, listener, behind)
  }

  /** The subprotocol agreed on; empty for none. */
  get protocol(): string {
    return this.response?.fields.get('sec-websocket-protocol') ?? ''
  }

  get extensions(): string {
    return this.response?.fields.get('sec-websocket-extensions') ?? ''
  }

  /** Sends text, or bytes as a binary message. */
  send(message: Message): this {
    if (typeof message === 'string') this.live.sendText(message)
    else this.live.sendMessage(false, message, 0, message.length, false)
    return this.flush()
  }

  /** Sends several messages in one write. */
  sendAll(messages: readonly Message[]): this {
    for (const message of messages) {
      if (typeof message === 'string') this.live.sendText(message)
      else this.live.sendMessage(false, message, 0, message.length, false)
    }
    return this.flush()
  }

  ping(payload: string | Uint8Array = ''): this {
    this.live.ping(Buffer.from(payload))
    return this.flush()
  }

  /** Begins to close. */
  close(code = 1000, reason = ''): this {
    this.live.close(code, reason)
    return this.flush()
  }

  /** Sends these bytes as they are, over HTTP/2 as content of the stream. */
  raw(bytes: Uint8Array | readonly number[]): this {
    this.carrier.write(Uint8Array.from(bytes))
    return this
  }

  /** FIN, or END_STREAM. */
  finish(): void {
    this.carrier.finish()
  }

  /** Closes with a reset, of the connection or the stream. */
  reset(): void {
    this.carrier.reset()
  }

  /** Closes the connection at once; over HTTP/2 it resets the stream. */
  destroy(): void {
    this.carrier.destroy()
  }

  /** Over HTTP/2 it stops opening the stream's window; other streams go on. */
  pauseReading(): void {
    this.carrier.pause()
  }

  resumeReading(): void {
    this.carrier.resume()
  }

  /** The next message. @throws Error if the connection ends before it comes */
  async next(): Promise<Message> {
    await this.until(() => this.messages.length > 0 || this.over)
    const message = this.messages.shift()
    if (message === undefined) throw new Error(`No message: ${JSON.stringify(this.closeFrame)}, ${this.error}`)
    return message
  }

  /** The next `count` messages. */
  async take(count: number): Promise<Message[]> {
    const all: Message[] = []
    while (all.length < count) all.push(await this.next())
    return all
  }

  /** Waits until the condition holds after something has come in. */
  until(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = (): void => {
        if (!condition()) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
  }

  /** Nothing more will come. */
  get over(): boolean {
    return this.ended || this.gone || this.closeFrame !== null || this.broken !== null
  }

  // --- What the carrier tells ---

  private answered(response: HandshakeResponse): void {
    this.response = response
    const isTaken = response.status === 101 || (response.status >= 200 && response.status < 300)
    if (!isTaken) {
      this.rejectOpened(new HandshakeRefused(response))
      this.carrier.finish()
      return
    }
    const codec = this.asked.codec?.(this.extensions) ?? null
    const limits = { messageBytes: this.asked.messageBytes ?? 1024 ** 3, emptyFragments: 1e9 }
    this.connection = new WebSocketConnection('client', limits, codec, () => this.nextKey())
    this.resolveOpened(this)
    this.look()
  }

  private received(bytes: Uint8Array): void {
    this.connection?.receive(bytes, this, 0, bytes.length)
    if (!this.ended && !this.gone) this.flush()
    this.look()
  }

  private peerEnded(): void {
    this.ended = true
    if (this.asked.answersEnd !== false) this.carrier.finish()
    this.settle()
  }

  private lost(error: Error | null): void {
    if (this.gone) return
    this.gone = true
    this.error = error
    this.rejectOpened(error ?? new Error('The connection was closed before the handshake was answered'))
    this.settle()
  }

  private settle(): void {
    this.resolveClosed(this.closeFrame ?? { code: 1006, reason: '' })
    this.look()
  }

  // --- What the connection tells ---

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    const copy = bytes.slice(start, end)
    this.messages.push(text ? Buffer.from(copy).toString() : copy)
  }

  pong(bytes: Uint8Array, start: number, end: number): void {
    this.pongs++
    this.lastPong = Buffer.from(bytes.subarray(start, end)).toString()
  }

  closing(code: number, reason: string): void {
    this.closeFrame = { code, reason }
  }

  failed(error: WebSocketError): void {
    this.broken = error
  }

  private get live(): WebSocketConnection {
    if (this.connection === null) throw new Error('The handshake has not been answered yet')
    return this.connection
  }

  private flush(): this {
    const { output } = this.live
    while (this.live.pendingBytes > 0) this.live.produce()
    const bytes = Buffer.concat(output.take())
    output.recycle()
    if (bytes.length > 0) this.carrier.write(bytes)
    return this
  }

  private look(): void {
    for (const look of [...this.watchers]) look()
  }

  private nextKey(): number {
    this.key = (Math.imul(this.key, 1664525) + 1013904223) >>> 0
    return this.key
  }
}
