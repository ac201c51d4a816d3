// A server on real sockets, clients that behave badly, and the level: what a process holds, which must be the same
// before and after. Time is simulated: it passes when a test says so.
import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { developmentCertificate } from '../../src/certificates/index.ts'
import type { Handler, ServerEvent } from '../../src/exchange/index.ts'
import { type ServeOptions, type Server, serve } from '../../src/server/index.ts'
import { folderFor } from '../support/folder.ts'
import { H2Client, type H2ClientOptions } from '../support/h2-client.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { openSocket, type SocketOptions } from '../support/sockets.ts'

/** What connections can be read through. */
export const WIRES = ['TCP, shared reads', 'TCP, streams', 'TLS'] as const
export type Wire = (typeof WIRES)[number]

export interface House {
  readonly server: Server
  readonly clock: SimulatedClock
  readonly events: ServerEvent[]
  readonly wire: Wire
  /** The rules of the refusals that were reported. */
  readonly rules: string[]
  /** What was reported as the program's failures. */
  readonly failures: unknown[]
  connect(options?: ClientOptions): Promise<Client>
  /** A client of HTTP/2, which has not greeted yet. */
  connectH2(options?: H2ClientOptions): Promise<H2Client>
  /** A connection below TLS, if there is TLS. */
  connectBare(options?: ClientOptions): Promise<Client>
  /** Lets simulated time pass in steps, and what it brings about happen. */
  pass(milliseconds: number): Promise<void>
  /** Waits until the server has no connection, and asserts that nothing is buffered. */
  empty(): Promise<void>
}

export type HouseOptions = Omit<ServeOptions, 'clock' | 'report' | 'port' | 'host' | 'sharedReads' | 'tls'>

let certificate: ReturnType<typeof developmentCertificate> | null = null

/** Serves the handler over the wire while `use` runs; afterwards everything must be as it was. */
export async function house(
  test: TestContext,
  wire: Wire,
  handler: Handler,
  options: HouseOptions,
  use: (house: House) => Promise<void>,
): Promise<void> {
  if (wire === 'TLS') certificate ??= developmentCertificate({ cacheFolder: folderFor(test).path, now: Date.now() })
  const tls = wire === 'TLS' ? await certificate! : undefined
  const before = level()
  const clock = new SimulatedClock()
  const events: ServerEvent[] = []
  const clients: (Client | H2Client)[] = []
  const server = await serve(handler, {
    ...options,
    port: 0,
    host: '127.0.0.1',
    clock,
    tls,
    sharedReads: wire === 'TCP, streams' ? 'never' : 'auto',
    report: event => events.push(event),
  })
  const add = async (given: ClientOptions, secure: ConnectionOptions | null): Promise<Client> => {
    const client = await Client.connect(server.port, given, secure)
    clients.push(client)
    return client
  }
  const secure = tls === undefined ? null : { ca: tls.cert, servername: 'localhost' }
  const opened: House = {
    server,
    clock,
    events,
    wire,
    get rules() {
      return events.flatMap(event => (event.kind === 'refused' ? [event.refusal.rule] : []))
    },
    get failures() {
      return events.flatMap(event => (event.kind === 'failed' ? [event.error] : []))
    },
    connect: (given = {}) => add(given, secure),
    async connectH2(given = {}) {
      const client = await H2Client.connect(server.port, given, secure)
      clients.push(client)
      return client
    },
    connectBare: (given = {}) => add(given, null),
    async pass(milliseconds) {
      for (let left = milliseconds; left > 0; left -= 500) {
        clock.advance(Math.min(500, left))
        await breath()
      }
    },
    async empty() {
      await until(() => server.ledger.connections === 0)
      assert.deepEqual(server.ledger, NOTHING)
    },
  }
  try {
    await use(opened)
  } finally {
    for (const client of clients) client.destroy()
    await server.close()
  }
  assert.deepEqual(server.ledger, NOTHING)
  assert.equal(clock.timers, 0, 'no timer of the server runs on')
  await until(() => isBack(level(), before))
}

export const NOTHING = { connections: 0, head: 0, content: 0, waiting: 0, output: 0 }

/** How many there are of each thing that a process must give back. */
export type Level = Readonly<Record<string, number>>

export function level(): Level {
  const counts: Record<string, number> = { descriptors: descriptors().filter(isOfUse).length }
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** What each open descriptor leads to. */
function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return [] // the one that listed them
    }
  })
}

/** Sockets and files; not what Node opens once for itself when it first needs it. */
function isOfUse(link: string): boolean {
  return link.startsWith('socket:') || (link.startsWith('/') && !link.startsWith('/dev/'))
}

function isBack(now: Level, before: Level): boolean {
  return Object.entries(now).every(([kind, count]) => count <= (before[kind] ?? 0))
}

export interface ClientOptions extends SocketOptions {
  /** Whether it reads what it is sent; it can be told to later. */
  readonly reads?: boolean
}

/** A client's end of a connection; it stays open for writing after the server's FIN. */
export class Client {
  readonly socket: Socket
  /** The TCP socket, below TLS too. */
  readonly bare: Socket
  ended = false
  closed = false
  error: Error | null = null
  size = 0
  private readonly pieces: Buffer[] = []
  private readonly watchers = new Set<() => void>()

  static async connect(port: number, options: ClientOptions, secure: ConnectionOptions | null): Promise<Client> {
    const { socket, bare } = await openSocket(port, options, secure)
    return new Client(socket, bare, options.reads ?? true)
  }

  private constructor(socket: Socket, bare: Socket, reads: boolean) {
    this.socket = socket
    this.bare = bare
    socket.on('data', (piece: Buffer) => {
      this.pieces.push(piece)
      this.size += piece.length
      this.look()
    })
    if (!reads) socket.pause()
    socket.on('end', () => {
      this.ended = true
      this.look()
    })
    socket.on('error', error => {
      this.error = error
    })
    socket.on('close', () => {
      this.closed = true
      this.look()
    })
  }

  get text(): string {
    if (this.pieces.length > 1) this.pieces.splice(0, this.pieces.length, Buffer.concat(this.pieces))
    return this.pieces.length === 0 ? '' : this.pieces[0].toString('latin1')
  }

  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]))
  }

  send(bytes: string | Uint8Array): this {
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1')
    else this.socket.write(bytes)
    return this
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

  /** Waits until so many responses have begun. */
  responses(count: number): Promise<void> {
    return this.until(() => this.statuses.length >= count || this.ended || this.closed)
  }

  /** Waits until the server has said that it sends no more, or the connection is gone. */
  over(): Promise<void> {
    return this.until(() => this.ended || this.closed)
  }

  /** Sends a request without content and waits for the answer to it, which must be 200. */
  async ask(path = '/'): Promise<void> {
    const before = this.statuses.length
    this.send(get(path))
    await this.responses(before + 1)
    assert.equal(this.statuses[before], 200, this.text.slice(-200))
  }

  reset(): void {
    this.bare.resetAndDestroy()
  }

  destroy(): void {
    this.socket.destroy()
  }

  private look(): void {
    for (const look of [...this.watchers]) look()
  }
}

export function get(path = '/', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: test\r\n${fields}\r\n`
}

export function postHead(length: number | 'chunked', path = '/'): string {
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  return `POST ${path} HTTP/1.1\r\nHost: test\r\n${framing}\r\n\r\n`
}

/** Lets input and output happen for a moment. */
export async function breath(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
}

/** Waits until the condition holds, and not for ever: a test that failed must not keep its process. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 10_000) throw new Error(`This never came about: ${condition}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
