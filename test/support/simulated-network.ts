// Connections in memory: pairs of channels whose bytes arrive when the test says so, in pieces of any size, late, or
// not at all. Nothing happens by itself: `run` (or `settle`, where promises are involved) lets it happen, always in the
// same order. What is received is lent: it is overwritten after the call.
import type { ByteOutput } from '../../src/bytes/byte-output.ts'
import type { Output } from '../../src/bytes/output.ts'
import type { Channel, ChannelUser, Ends } from '../../src/transport/index.ts'
import { lend } from './scribble.ts'
import type { SimulatedClock } from './simulated-clock.ts'

export interface NetworkOptions {
  /** For `delay`. */
  readonly clock?: SimulatedClock
  /** Most bytes in one `receive`: a size, or a function that says it each time. */
  readonly split?: number | (() => number)
  /** Milliseconds that bytes are under way. */
  readonly delay?: number
}

export class SimulatedNetwork {
  /** What users threw. */
  readonly failures: unknown[] = []
  readonly clock: SimulatedClock | null
  split: number | (() => number)
  delay: number
  private channels: SimulatedChannel[] = []
  private lastId = 0

  constructor(options: NetworkOptions = {}) {
    this.clock = options.clock ?? null
    this.split = options.split ?? Number.POSITIVE_INFINITY
    this.delay = options.delay ?? 0
  }

  /** Two ends of a new connection. */
  connect(ends: Partial<Ends> = {}): { client: SimulatedChannel; server: SimulatedChannel } {
    const near = {
      address: '192.0.2.1',
      port: 40000 + this.lastId,
      localAddress: '192.0.2.80',
      localPort: 80,
      tls: null,
    }
    const serverEnds = { ...near, ...ends }
    const client = new SimulatedChannel(this, ++this.lastId, turned(serverEnds))
    const server = new SimulatedChannel(this, ++this.lastId, serverEnds)
    client.peer = server
    server.peer = client
    this.channels.push(client, server)
    return { client, server }
  }

  /** Channels that are not closed. */
  get open(): number {
    return this.channels.filter(channel => !channel.told).length
  }

  /** Lets everything happen that can, until nothing more does. Returns whether anything did. */
  run(): boolean {
    let any = false
    for (let more = true; more; any ||= more) {
      more = false
      for (const channel of [...this.channels]) more = channel.step() || more
    }
    this.channels = this.channels.filter(channel => !channel.told)
    return any
  }

  /** Like `run`, letting promises and immediates run in between. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise(resolve => setImmediate(resolve))
      quiet = this.run() ? 0 : quiet + 1
    }
  }

  /** The time at which something sent now arrives. */
  arrival(): number {
    return (this.clock?.now() ?? 0) + this.delay
  }

  has(time: number): boolean {
    return time <= (this.clock?.now() ?? 0)
  }

  pieceSize(): number {
    const size = typeof this.split === 'number' ? this.split : this.split()
    return Math.max(1, size)
  }
}

/** What is under way to a channel: bytes, or the end. */
interface Parcel {
  bytes: Uint8Array | 'end'
  readonly arrives: number
}

export class SimulatedChannel implements Channel {
  readonly id: number
  readonly ends: Ends
  user: ChannelUser = new Recorder()
  /** The other end. */
  peer!: SimulatedChannel
  /** Bytes that the kernel still takes before it lets them pile up; 0 for a reader that has stopped. */
  room = Number.POSITIVE_INFINITY
  bytesSent = 0
  closed = false
  /** Whether `closed` has been told. */
  told = false
  private readonly network: SimulatedNetwork
  private waiting: Uint8Array[] = []
  private incoming: Parcel[] = []
  private error: Error | null = null
  private paused = false
  private drainOwed = false
  private finishing = false
  private endSent = false
  private endReceived = false

  constructor(network: SimulatedNetwork, id: number, ends: Ends) {
    this.network = network
    this.id = id
    this.ends = ends
  }

  get alpn(): string {
    return this.ends.tls?.alpn ?? ''
  }

  get backlog(): number {
    return this.closed ? 0 : this.waiting.reduce((sum, bytes) => sum + bytes.length, 0)
  }

  /** Bytes that have arrived or are under way, and have not been read. */
  get unread(): number {
    return this.incoming.reduce((sum, { bytes }) => sum + (bytes === 'end' ? 0 : bytes.length), 0)
  }

  get isPaused(): boolean {
    return this.paused
  }

  write(output: Output): void {
    const text = output.takeText()
    const pieces = text === null ? output.takePieces() : [text]
    if (this.closed) return
    if (this.finishing) throw new Error('Written after finish()')
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
      if (bytes.length > 0) this.waiting.push(bytes)
    }
    this.pass()
    if (this.waiting.length > 0) this.drainOwed = true
  }

  writeBytes(output: ByteOutput): void {
    const pieces = output.take().map(piece => Uint8Array.from(piece))
    output.recycle()
    if (this.closed) return
    if (this.finishing) throw new Error('Written after finish()')
    this.waiting.push(...pieces)
    this.pass()
    if (this.waiting.length > 0) this.drainOwed = true
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  finish(): void {
    if (this.closed) return
    this.finishing = true
    this.pass()
  }

  destroy(error?: Error): void {
    if (this.closed) return
    this.shut(error ?? null)
    // As the kernel does: a reset where something was left unread, else an end; and as asked, with an error.
    if (error !== undefined || this.incoming.some(parcel => parcel.bytes !== 'end')) this.peer.lose(connectionReset())
    else if (!this.endSent) this.peer.expect('end')
    this.incoming = []
  }

  /** Resets the connection: what is under way is lost. */
  reset(): void {
    if (this.closed) return
    this.shut(null)
    this.peer.lose(connectionReset())
  }

  /** The kernel takes up to `bytes` more. */
  drain(bytes = Number.POSITIVE_INFINITY): void {
    this.room += bytes
    this.pass()
  }

  /** One thing that can happen to this end, if there is any. */
  step(): boolean {
    if (this.told) return false
    if (this.closed) {
      this.told = true
      this.call(() => this.user.closed(this.error))
      return true
    }
    if (this.drainOwed && this.waiting.length === 0) {
      this.drainOwed = false
      this.call(() => this.user.drained())
      return true
    }
    if (this.endSent && this.endReceived) {
      this.shut(null)
      return true
    }
    return this.arrive()
  }

  /** The peer has closed or reset: nothing more goes either way. */
  lose(error: Error): void {
    if (this.closed) return
    this.incoming = []
    this.shut(error)
  }

  /** Something is under way to this end. */
  expect(bytes: Uint8Array | 'end'): void {
    this.incoming.push({ bytes, arrives: this.network.arrival() })
  }

  private arrive(): boolean {
    const parcel = this.incoming[0]
    if (this.paused || parcel === undefined || !this.network.has(parcel.arrives)) return false
    if (parcel.bytes === 'end') {
      this.incoming.shift()
      this.endReceived = true
      this.call(() => this.user.ended())
      return true
    }
    const piece = parcel.bytes.subarray(0, this.network.pieceSize())
    parcel.bytes = parcel.bytes.subarray(piece.length)
    if (parcel.bytes.length === 0) this.incoming.shift()
    this.call(() => lend(piece, 0, piece.length, (bytes, start, end) => this.user.receive(bytes, start, end)))
    return true
  }

  /** Hands the kernel what it has room for. Only then are bytes copied: what changes before is sent changed. */
  private pass(): void {
    if (this.waiting.length > 0 && this.peer.closed) {
      this.lose(brokenPipe())
      return
    }
    while (this.waiting.length > 0 && this.room > 0) {
      const taken = this.waiting[0].subarray(0, Math.min(this.room, this.waiting[0].length))
      this.waiting[0] = this.waiting[0].subarray(taken.length)
      if (this.waiting[0].length === 0) this.waiting.shift()
      this.room -= taken.length
      this.bytesSent += taken.length
      this.peer.expect(taken.slice())
    }
    if (this.finishing && !this.endSent && this.waiting.length === 0) {
      this.endSent = true
      if (!this.peer.closed) this.peer.expect('end')
    }
  }

  private shut(error: Error | null): void {
    this.closed = true
    this.error = error
    this.waiting = []
  }

  /** What a user throws costs it its connection, as on real sockets. */
  private call(use: () => void): void {
    try {
      use()
    } catch (error) {
      this.network.failures.push(error)
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

/** A user that keeps what it is told. */
export class Recorder implements ChannelUser {
  readonly pieces: Uint8Array[] = []
  drains = 0
  end = false
  /** Undefined until closed; then the error, or null. */
  error: Error | null | undefined = undefined
  /** What else to do when something comes in. */
  onReceive: ((bytes: Uint8Array) => void) | null = null

  /** All that came in. */
  get bytes(): Buffer {
    return Buffer.concat(this.pieces)
  }

  /** The same as latin1 text. */
  get text(): string {
    return this.bytes.toString('latin1')
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    const piece = bytes.slice(start, end)
    this.pieces.push(piece)
    this.onReceive?.(piece)
  }

  drained(): void {
    this.drains++
  }

  ended(): void {
    this.end = true
  }

  closed(error: Error | null): void {
    if (this.error !== undefined) throw new Error('closed() was told twice')
    this.error = error
  }
}

function turned({ address, port, localAddress, localPort, tls }: Ends): Ends {
  return { address: localAddress, port: localPort, localAddress: address, localPort: port, tls }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

function brokenPipe(): Error {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
}
