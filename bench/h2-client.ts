// A client for HTTP/2 that costs next to nothing, for loads that h2load cannot make: it writes requests as they are on the wire,
// counts what comes, and decodes no fields. What the replies are is looked at elsewhere (verify-h2.ts).
import { connect, type Socket } from 'node:net'

const DATA = 0
const HEADERS = 1
const RST_STREAM = 3
const SETTINGS = 4
const PING = 6
const GOAWAY = 7
const WINDOW_UPDATE = 8
const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4
const INITIAL_WINDOW_SIZE = 4

const HEAD = 9
/** The most that a frame may have unless its receiver allows more. */
const FRAME = 16384
/** Frames of content that are written at once. */
const FRAMES_AT_ONCE = 32
/** Windows of this client: nothing that is sent to it has to wait. */
const WINDOW = 2 ** 30
const DEFAULT_WINDOW = 65535
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export type Method = 'GET' | 'PUT'

/** One request and its reply. */
export interface Exchange {
  readonly id: number
  /** Bytes of content that have come. */
  received: number
  /** Settles when the reply has ended. */
  readonly ended: Promise<void>
}

interface Settle {
  readonly done: () => void
  readonly fail: (error: Error) => void
}

interface Waiting extends Exchange, Settle {
  /** How much content may be sent. */
  window: number
}

export class H2Client {
  /** The connection is gone although this client did not close it. */
  lost = false
  readonly #socket: Socket
  readonly #exchanges = new Map<number, Waiting>()
  readonly #pings: Settle[] = []
  readonly #authority: string
  #nextId = 1
  #window = DEFAULT_WINDOW
  #initialWindow = DEFAULT_WINDOW
  #settled: Settle | null = null
  #closing = false
  #wake: (() => void) | null = null
  // The frame under way: its head, what is kept of it, and how much of it is still to come.
  #head = Buffer.alloc(HEAD)
  #have = 0
  #kept: Buffer[] = []
  #left = 0

  /** Connects, and waits until both sides know the other's settings. */
  static async connect(port: number, localAddress?: string): Promise<H2Client> {
    const client = new H2Client(port, localAddress)
    await new Promise<void>((done, fail) => {
      client.#settled = { done, fail }
    })
    await client.ping()
    return client
  }

  private constructor(port: number, localAddress: string | undefined) {
    this.#authority = `127.0.0.1:${port}`
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, ...(localAddress ? { localAddress } : {}) })
    const setting = Buffer.from([0, INITIAL_WINDOW_SIZE, 0, 0, 0, 0])
    setting.writeUInt32BE(WINDOW, 2)
    this.#socket.write(
      Buffer.concat([
        Buffer.from(PREFACE, 'latin1'),
        frame(SETTINGS, 0, 0, setting),
        frame(WINDOW_UPDATE, 0, 0, uint32(WINDOW - DEFAULT_WINDOW)),
      ]),
    )
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.#socket.on('drain', () => this.#wakeUp())
    this.#socket.on('error', error => this.#end(error))
    this.#socket.on('close', () => this.#end(new Error('the connection was closed')))
  }

  /** Requests whose reply has not ended. */
  get open(): number {
    return this.#exchanges.size
  }

  /** @param ended whether the request has no content; else `upload` may follow, or nothing ever */
  request(method: Method, path: string, ended: boolean, length?: number): Exchange {
    const id = this.#nextId
    this.#nextId += 2
    let settle: Settle | undefined
    const promise = new Promise<void>((done, fail) => {
      settle = { done, fail }
    })
    promise.catch(() => {})
    const exchange: Waiting = { id, received: 0, ended: promise, window: this.#initialWindow, ...settle! }
    this.#exchanges.set(id, exchange)
    const block = fieldBlock(method, path, this.#authority, length)
    this.#socket.write(frame(HEADERS, END_HEADERS | (ended ? END_STREAM : 0), id, block))
    return exchange
  }

  /** Sends content of so many bytes as fast as windows and socket allow, and its end. Stops where `until` says so. Gives how much was sent. */
  async upload({ id }: Exchange, length: number, until: () => boolean): Promise<number> {
    const exchange = this.#exchanges.get(id)
    const whole = Buffer.concat(Array.from({ length: FRAMES_AT_ONCE }, () => frame(DATA, 0, id, Buffer.alloc(FRAME))))
    let left = length
    while (exchange && left > 0 && !until() && !this.lost) {
      const allowed = Math.min(left, this.#window, exchange.window)
      if (allowed <= 0 || this.#socket.writableNeedDrain) {
        await this.#change()
        continue
      }
      const frames = Math.min(FRAMES_AT_ONCE, Math.floor(allowed / FRAME))
      const size = frames > 0 ? frames * FRAME : allowed
      this.#socket.write(
        frames > 0 ? whole.subarray(0, frames * (HEAD + FRAME)) : frame(DATA, 0, id, Buffer.alloc(size)),
      )
      this.#window -= size
      exchange.window -= size
      left -= size
    }
    if (left === 0) this.#socket.write(frame(DATA, END_STREAM, id))
    return length - left
  }

  /** Settles when the server has seen all that was sent before. */
  ping(): Promise<void> {
    this.#socket.write(frame(PING, 0, 0, Buffer.alloc(8)))
    return new Promise((done, fail) => {
      this.#pings.push({ done, fail })
    })
  }

  /** Closes the connection at once; nothing is waited for any more. */
  close(): void {
    this.#closing = true
    this.#socket.resetAndDestroy()
  }

  #read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#have < HEAD) {
        const size = bytes.copy(this.#head, this.#have, at, at + HEAD - this.#have)
        this.#have += size
        at += size
        if (this.#have < HEAD) return
        this.#left = this.#head.readUIntBE(0, 3)
        this.#kept = []
      }
      const part = bytes.subarray(at, at + this.#left)
      at += part.length
      this.#left -= part.length
      if (this.#head[3] === DATA) this.#count(part.length)
      else if (this.#head[3] !== HEADERS) this.#kept.push(Buffer.from(part))
      if (this.#left > 0) return
      this.#have = 0
      this.#take(this.#head[3]!, this.#head[4]!, this.#head.readUInt32BE(5), Buffer.concat(this.#kept))
    }
  }

  #count(bytes: number): void {
    const exchange = this.#exchanges.get(this.#head.readUInt32BE(5))
    if (exchange) exchange.received += bytes
  }

  #take(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case DATA:
      case HEADERS:
        if (flags & END_STREAM) this.#finish(id)
        break
      case RST_STREAM:
        this.#fail(id, new Error(`a stream was reset (${payload.readUInt32BE(0)})`))
        break
      case SETTINGS:
        if (!(flags & ACK)) this.#settings(payload)
        break
      case PING:
        if (flags & ACK) this.#pings.shift()?.done()
        else this.#socket.write(frame(PING, ACK, 0, payload))
        break
      case GOAWAY:
        this.#end(new Error(`GOAWAY (${payload.readUInt32BE(4)}) ${payload.toString('latin1', 8, 200)}`.trim()))
        break
      case WINDOW_UPDATE:
        this.#opened(id, payload.readUInt32BE(0))
    }
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue
      const window = payload.readUInt32BE(at + 2)
      for (const exchange of this.#exchanges.values()) exchange.window += window - this.#initialWindow
      this.#initialWindow = window
    }
    this.#socket.write(frame(SETTINGS, ACK, 0))
    this.#settled?.done()
    this.#wakeUp()
  }

  #opened(id: number, increment: number): void {
    const exchange = this.#exchanges.get(id)
    if (id === 0) this.#window += increment
    else if (exchange) exchange.window += increment
    this.#wakeUp()
  }

  #finish(id: number): void {
    this.#exchanges.get(id)?.done()
    this.#exchanges.delete(id)
  }

  #fail(id: number, error: Error): void {
    this.#exchanges.get(id)?.fail(error)
    this.#exchanges.delete(id)
    this.#wakeUp()
  }

  #end(error: Error): void {
    if (!this.#closing) this.lost = true
    for (const each of [this.#settled, ...this.#pings]) each?.fail(error)
    for (const id of this.#exchanges.keys()) this.#fail(id, error)
    this.#wakeUp()
  }

  /** Settles when there may be something to do again, or after a while. */
  #change(): Promise<void> {
    return new Promise(done => {
      const timer = setTimeout(done, 100)
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}

function frame(type: number, flags: number, id: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(id, 5)
  return Buffer.concat([head, payload])
}

/** Literals without Huffman, whose names are in the static table of RFC 7541: 2 :method, 4 :path, 6 :scheme http, 1 :authority, 28 content-length. */
function fieldBlock(method: Method, path: string, authority: string, length: number | undefined): Buffer {
  const field = (name: number[], value: string) => Buffer.from([...name, value.length, ...Buffer.from(value, 'latin1')])
  return Buffer.concat([
    method === 'GET' ? Buffer.from([0x82]) : field([2], method),
    Buffer.from([0x86]),
    field([4], path),
    field([1], authority),
    ...(length === undefined ? [] : [field([15, 28 - 15], String(length))]),
  ])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
