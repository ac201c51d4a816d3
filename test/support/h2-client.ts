// A raw HTTP/2 client for tests, over a socket or the simulated network: it sends whatever frames it is told to, and
// keeps what comes back. Unless told otherwise it is polite: it acknowledges SETTINGS and PING, and opens windows again
// for what it has read.
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Output } from '../../src/bytes/output.ts'
import { HpackDecoder } from '../../src/hpack/index.ts'
import type { ChannelUser } from '../../src/transport/index.ts'
import {
  contentOf,
  describe,
  type ErrorCode,
  endsHeaders,
  endsStream,
  errorCode,
  type Field,
  type Frame,
  FrameReader,
  get,
  type HeadersOptions,
  headers,
  isAck,
  ping,
  preface,
  type SettingValues,
  settings,
  settingsAck,
  windowUpdate,
} from './h2-frames.ts'
import type { SimulatedChannel } from './simulated-network.ts'
import { openSocket, type SocketOptions } from './sockets.ts'

export interface H2ClientOptions extends SocketOptions {
  /** Whether it reads what it is sent; it can be told to later. */
  readonly reads?: boolean
  /** Whether it acknowledges SETTINGS and PING. */
  readonly acknowledges?: boolean
  /** Whether it opens windows again for the content that it has read. */
  readonly opensWindows?: boolean
  /** Whether the content of responses, and frames, are kept; else they are only counted. */
  readonly keeps?: boolean
}

/** What has come in on a stream. */
export interface H2Answer {
  /** 0 before the final head. */
  status: number
  fields: Field[]
  /** The statuses of interim responses. */
  readonly interim: number[]
  trailers: Field[] | null
  /** Bytes of content. */
  size: number
  readonly pieces: Uint8Array[]
  ended: boolean
  reset: ErrorCode | number | null
}

export class H2Client {
  /** All frames that came in, in order; without those of DATA where nothing is kept. */
  readonly frames: Frame[] = []
  /** How many came of each kind. */
  readonly counts = new Map<string, number>()
  /** By stream. */
  readonly answers = new Map<number, H2Answer>()
  readonly wire: Wire
  /** Bytes that came in. */
  size = 0
  goaway: Frame | null = null
  /** The number of the last stream it has used; -1 before the first. */
  latestStream = -1
  ended = false
  closed = false
  error: Error | null = null
  private finished = false
  private readonly options: H2ClientOptions
  private readonly reader = new FrameReader()
  private readonly decoder = new HpackDecoder({ tableBytes: 4096, listBytes: 1e9, fieldCount: 1e6 })
  private readonly watchers = new Set<() => void>()
  private head: { stream: number; block: Uint8Array[]; ends: boolean } | null = null

  /** Over a socket; resolves once it is connected. Nothing has been sent then: see `greet`. */
  static async connect(
    port: number,
    options: H2ClientOptions = {},
    secure: ConnectionOptions | null = null,
  ): Promise<H2Client> {
    const { socket, bare } = await openSocket(
      port,
      options,
      secure === null ? null : { ALPNProtocols: ['h2'], ...secure },
    )
    return new H2Client(new SocketWire(socket, bare), options)
  }

  /** Over the client's end of a simulated connection. What it sends arrives when the network runs. */
  static over(channel: SimulatedChannel, options: H2ClientOptions = {}): H2Client {
    return new H2Client(new SimulatedWire(channel), options)
  }

  private constructor(wire: Wire, options: H2ClientOptions) {
    this.wire = wire
    this.options = options
    wire.listen({
      received: bytes => this.receive(bytes),
      ended: () => {
        this.ended = true
        this.look()
      },
      closed: error => {
        this.closed = true
        this.error = error
        this.look()
      },
    })
    if (options.reads === false) wire.pause()
  }

  /** Sends frames, or any bytes, in one piece; nothing once it has finished. */
  send(...frames: readonly Uint8Array[]): this {
    if (this.finished) return this
    this.wire.write(frames.length === 1 ? frames[0] : Buffer.concat(frames))
    return this
  }

  /** Sends the preface and SETTINGS. */
  greet(values: SettingValues = {}): this {
    return this.send(preface, settings(values))
  }

  /** Sends a request's head on the next stream, and says which that is. It ends the stream unless told otherwise. */
  request(fields: readonly Field[] | string = '/', options: HeadersOptions = {}): number {
    const stream = this.nextStream()
    this.send(headers(stream, typeof fields === 'string' ? get(fields) : fields, { endStream: true, ...options }))
    return stream
  }

  /** The number of a stream that has not been used. */
  nextStream(): number {
    this.latestStream += 2
    return this.latestStream
  }

  /** What has come in on the stream so far. */
  answer(stream: number): H2Answer {
    let answer = this.answers.get(stream)
    if (answer === undefined) {
      answer = newAnswer()
      this.answers.set(stream, answer)
    }
    return answer
  }

  /** The content of the stream's response so far, as latin1 text. */
  text(stream: number): string {
    return Buffer.concat(this.answer(stream).pieces).toString('latin1')
  }

  /** The frames that came in, for comparing and for messages. */
  get described(): string[] {
    return this.frames.map(describe)
  }

  /** Bytes that have come of a frame that is not complete. */
  get rest(): number {
    return this.reader.rest
  }

  /** The code of GOAWAY; null before it came. */
  get goawayCode(): ErrorCode | number | null {
    return this.goaway === null ? null : errorCode(this.goaway)
  }

  /** The server has said that it sends no more, or the connection is gone. */
  get isOver(): boolean {
    return this.ended || this.closed
  }

  /** Those of its streams that have been neither answered in full nor reset by the server. */
  get openStreams(): number[] {
    const open: number[] = []
    for (let stream = 1; stream <= this.latestStream; stream += 2) {
      const { ended, reset } = this.answer(stream)
      if (!ended && reset === null) open.push(stream)
    }
    return open
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0
  }

  /** The first frame of which the condition holds, of those that came in or will come. @throws Error if the connection ends before */
  async frame(condition: (frame: Frame) => boolean): Promise<Frame> {
    let seen = 0
    let found: Frame | undefined
    await this.until(() => {
      for (; found === undefined && seen < this.frames.length; seen++) {
        if (condition(this.frames[seen])) found = this.frames[seen]
      }
      return found !== undefined || this.isOver
    })
    if (found === undefined) throw new Error(`The connection ended before the frame came: ${this.described.join(', ')}`)
    return found
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

  /** Waits until the stream's response is complete, or never will be. */
  async answered(stream: number): Promise<H2Answer> {
    const answer = this.answer(stream)
    await this.until(() => answer.ended || answer.reset !== null || this.isOver)
    return answer
  }

  /** Waits until the server has said that it sends no more, or the connection is gone. */
  over(): Promise<void> {
    return this.until(() => this.isOver)
  }

  stopReading(): void {
    this.wire.pause()
  }

  goOnReading(): void {
    this.wire.resume()
  }

  /** Sends FIN. */
  finish(): void {
    this.finished = true
    this.wire.finish()
  }

  /** Closes with a reset. */
  reset(): void {
    this.wire.reset()
  }

  destroy(): void {
    this.wire.destroy()
  }

  private receive(bytes: Uint8Array): void {
    this.size += bytes.length
    for (const frame of this.reader.push(bytes)) this.take(frame)
    this.look()
  }

  private take(frame: Frame): void {
    const { name, stream } = frame
    this.counts.set(name, this.count(name) + 1)
    if (name !== 'DATA' || this.options.keeps !== false) this.frames.push(frame)
    if (name === 'DATA') this.takeData(frame)
    else if (name === 'HEADERS') {
      this.head = { stream, block: [contentOf(frame)], ends: endsStream(frame) }
      if (endsHeaders(frame)) this.endHead()
    } else if (name === 'CONTINUATION') {
      this.head?.block.push(frame.payload)
      if (endsHeaders(frame)) this.endHead()
    } else if (name === 'RST_STREAM') this.answer(stream).reset = errorCode(frame)
    else if (name === 'GOAWAY') this.goaway = frame
    else if (this.options.acknowledges !== false && (name === 'SETTINGS' || name === 'PING') && !isAck(frame)) {
      this.send(name === 'PING' ? ping(frame.payload, { ack: true }) : settingsAck())
    }
  }

  private takeData(frame: Frame): void {
    const content = contentOf(frame)
    const answer = this.answer(frame.stream)
    answer.size += content.length
    if (this.options.keeps !== false) answer.pieces.push(content)
    if (endsStream(frame)) answer.ended = true
    const { length } = frame.payload
    if (this.options.opensWindows === false || length === 0) return
    this.send(windowUpdate(0, length), ...(answer.ended ? [] : [windowUpdate(frame.stream, length)]))
  }

  private endHead(): void {
    const { stream, block, ends } = this.head!
    this.head = null
    const fields = this.decode(Buffer.concat(block))
    const answer = this.answer(stream)
    const status = Number(fields.find(([name]) => name === ':status')?.[1] ?? 0)
    if (status >= 200) {
      answer.status = status
      answer.fields = fields.filter(([name]) => name !== ':status')
    } else if (status >= 100) answer.interim.push(status)
    else answer.trailers = fields
    if (ends) answer.ended = true
  }

  private decode(block: Uint8Array): Field[] {
    this.decoder.begin()
    const end = this.decoder.decode(block, 0, block.length)
    if (end !== block.length)
      throw new Error(`The server's header block is broken: ${Buffer.from(block).toString('hex')}`)
    this.decoder.finish()
    return this.decoder.takeFields().map(({ name, value }): Field => [name, value])
  }

  private look(): void {
    for (const look of [...this.watchers]) look()
  }
}

function newAnswer(): H2Answer {
  return { status: 0, fields: [], interim: [], trailers: null, size: 0, pieces: [], ended: false, reset: null }
}

// --- What it sends and receives by ---

export interface Listener {
  received(bytes: Uint8Array): void
  ended(): void
  closed(error: Error | null): void
}

/** A socket or a simulated channel. */
export interface Wire {
  /** Bytes that the kernel has not taken yet. */
  readonly backlog: number
  listen(listener: Listener): void
  write(bytes: Uint8Array): void
  /** Resolves once what was written has been taken by the kernel, or never will be. */
  drained(): Promise<void>
  pause(): void
  resume(): void
  finish(): void
  reset(): void
  destroy(): void
}

export class SocketWire implements Wire {
  private readonly socket: Socket
  private readonly bare: Socket
  private error: Error | null = null

  constructor(socket: Socket, bare: Socket) {
    this.socket = socket
    this.bare = bare
    socket.on('error', error => {
      this.error = error
    })
  }

  get backlog(): number {
    return this.socket.writableLength
  }

  listen({ received, ended, closed }: Listener): void {
    this.socket.on('data', received).on('end', ended)
    this.socket.on('close', () => closed(this.error))
  }

  write(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes)
  }

  drained(): Promise<void> {
    const { socket } = this
    if (socket.destroyed || !socket.writableNeedDrain) return Promise.resolve()
    return new Promise(resolve => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  finish(): void {
    this.socket.end()
  }

  reset(): void {
    this.bare.resetAndDestroy()
  }

  destroy(): void {
    this.socket.destroy()
  }
}

export class SimulatedWire implements Wire {
  private readonly channel: SimulatedChannel

  constructor(channel: SimulatedChannel) {
    this.channel = channel
  }

  get backlog(): number {
    return this.channel.backlog
  }

  listen({ received, ended, closed }: Listener): void {
    const user: ChannelUser = {
      receive: (bytes, start, end) => received(bytes.slice(start, end)),
      drained() {},
      ended,
      closed,
    }
    this.channel.user = user
  }

  write(bytes: Uint8Array): void {
    const output = new Output()
    output.bytes(bytes)
    this.channel.write(output)
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  pause(): void {
    this.channel.pause()
  }

  resume(): void {
    this.channel.resume()
  }

  finish(): void {
    this.channel.finish()
  }

  reset(): void {
    this.channel.reset()
  }

  destroy(): void {
    this.channel.destroy()
  }
}
