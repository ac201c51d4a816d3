// A folder, and a handler that has something of everything, served in the clear and over TLS by a server in this process:
// what the clients of both wires are tried on.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Body,
  bodyOf,
  chunksOf,
  collect,
  developmentCertificate,
  type Exchange,
  FieldList,
  files,
  type Handler,
  html,
  json,
  Refused,
  Reply,
  type ServeOptions,
  type Server,
  type ServerEvent,
  serve,
  Tunnel,
  text,
} from '../../src/index.ts'

export const TEXT = 'All work and no play makes a dull server.\n'.repeat(2000)

/** No piece of it is like another: content that gets mixed up is noticed. */
export const UPLOAD = Buffer.from(Uint32Array.from({ length: 5_000_000 }, (_, i) => i * 2_654_435_761).buffer)

const FILES: Readonly<Record<string, string>> = {
  'index.html':
    '<!doctype html><title>Home</title><link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script><h1 id="title">Home</h1>',
  'style.css': '#title { color: rgb(1, 2, 3) }',
  'script.js': 'document.title = "Scripted"',
  'favicon.ico': '',
  'text.txt': TEXT,
  'empty.txt': '',
  'sub/index.html': 'Below',
  'packed.js': 'let answer = 42',
  'packed.js.gz': 'as if it were packed',
}

const LONG_AGO = Math.floor(Date.now() / 1000) - 3600
const CHUNK = new Uint8Array(16 * 1024).fill(0x2e)

export class TwoWires {
  /** Where it is served in the clear, and over TLS; without a slash at the end. */
  readonly clear: string
  readonly tls: string
  /** The file with the certificate. */
  readonly certificate: string
  /** What the server has told so far. */
  readonly events: ServerEvent[] = []
  private readonly folder: string
  private readonly servers: readonly Server[]
  private readonly gates: Map<string, Gate>
  private readonly watchers = new Set<() => void>()

  private constructor(folder: string, servers: readonly Server[], gates: Map<string, Gate>) {
    this.folder = folder
    this.servers = servers
    this.gates = gates
    this.clear = `http://localhost:${servers[0].port}`
    this.tls = `https://localhost:${servers[1].port}`
    this.certificate = join(folder, 'cache', 'development-certificate.pem')
  }

  /** @param options for the servers; `ports` are those in the clear and over TLS */
  static async serve(options: ServeOptions = {}, ports: readonly [number, number] = [0, 0]): Promise<TwoWires> {
    const folder = mkdtempSync(join(tmpdir(), 'wirewright-wires-'))
    for (const [path, content] of Object.entries(FILES)) fill(join(folder, 'site', path), content)
    const gates = new Map<string, Gate>()
    const handler = routes(files(join(folder, 'site')), gates)
    let told = (_event: ServerEvent): void => {}
    const report = (event: ServerEvent): void => told(event)
    const tls = await developmentCertificate({ cacheFolder: join(folder, 'cache'), now: Date.now() })
    const all = { report, reportExchanges: true, ...options }
    const servers = [
      await serve(handler, { ...all, port: ports[0] }),
      await serve(handler, { ...all, port: ports[1], tls }),
    ]
    const site = new TwoWires(folder, servers, gates)
    told = event => {
      site.events.push(event)
      for (const look of site.watchers) look()
    }
    return site
  }

  /** Where it is served. */
  origin(security: Security): string {
    return security === 'tls' ? this.tls : this.clear
  }

  /** A file of the folder that is not served. */
  file(name: string, content: string | Uint8Array): string {
    return fill(join(this.folder, name), content)
  }

  /** Waits until the server has told of something. */
  tells(wanted: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    const { promise, resolve } = Promise.withResolvers<ServerEvent>()
    const look = (): void => {
      const event = this.events.find(wanted)
      if (event !== undefined) resolve(event)
    }
    this.watchers.add(look)
    look()
    return promise.finally(() => this.watchers.delete(look))
  }

  /** Waits until so many requests wait at a gate (`/-/gate/NAME`). */
  waiting(name: string, count = 1): Promise<void> {
    return gateOf(this.gates, name).reached(count)
  }

  /** Waits until a gate has been opened. */
  opened(name: string): Promise<void> {
    return gateOf(this.gates, name).opened.promise
  }

  /** Lets the requests at a gate through. */
  open(name: string): void {
    gateOf(this.gates, name).open()
  }

  /** The exchanges told so far whose path begins like this. */
  exchanges(path: string): Exchange[] {
    return this.events.flatMap(event =>
      event.kind === 'exchange' && event.exchange.path.startsWith(path) ? [event.exchange] : [],
    )
  }

  /** What is buffered in both servers: 0 when nothing is under way. */
  get buffered(): number {
    let sum = 0
    for (const { ledger } of this.servers) sum += ledger.head + ledger.content + ledger.waiting + ledger.output
    return sum
  }

  /** Stops accepting, and ends once nothing is under way. */
  drain(deadline: number): Promise<unknown> {
    return Promise.all(this.servers.map(server => server.drain(deadline)))
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(server => server.close()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export type Security = 'clear' | 'tls'

type Route = (exchange: Exchange, argument: string, gates: Map<string, Gate>) => Reply | Promise<Reply>

/** Below `/-/`, by name; what follows the name is the argument. */
const ROUTES: Readonly<Record<string, Route>> = {
  hello: () => text('Hello'),
  umlaut: () => text('Grüße, 世界\n'),
  wire: ({ version, peer }) => json({ version, alpn: peer.tls?.alpn ?? null }),
  seen: ({ method, target, path, query, fields }) =>
    json({ method, target, path, query, fields: sorted([...fields].filter(([name]) => /^(x-|cookie)/i.test(name))) }),
  echo: ({ content, fields }) =>
    new Reply(200, FieldList.of({ 'Content-Type': fields.get('content-type') ?? 'text/plain' }), content),
  collect: async ({ content }, limit) => new Reply(200, FieldList.empty, await collect(content, Number(limit))),
  digest: async ({ content }) => json(await digestOf(content)),
  trailers: withTrailers,
  hints: async (exchange, name, gates) => {
    // Chromium 156 loses hints that come within a millisecond.
    if (name !== '') await pause(100)
    exchange.inform(103, FieldList.of({ Link: '</style.css?hinted>; rel=preload; as=style' }))
    if (name !== '') await gateOf(gates, name).pass()
    return html('<!doctype html><link rel="stylesheet" href="/style.css?hinted"><h1 id="title">Hinted</h1>')
  },
  inform: exchange => {
    exchange.inform(102, FieldList.empty)
    exchange.inform(
      103,
      FieldList.of([
        ['Link', '</a>; rel=preload'],
        ['Link', '</b>; rel=preload'],
      ]),
    )
    return text('Informed')
  },
  bytes: (_, count) => new Reply(200, FieldList.empty, ofLength(Number(count))),
  stream: (_, count) => new Reply(200, FieldList.empty, { ...ofLength(Number(count)), length: undefined }),
  short: (_, count) => new Reply(200, FieldList.empty, { ...ofLength(Number(count)), length: Number(count) + 1 }),
  endless: () => new Reply(200, FieldList.empty, { ...ofLength(Number.POSITIVE_INFINITY), length: undefined }),
  status: (_, status) => new Reply(Number(status), FieldList.of({ 'X-Status': status })),
  found: () => new Reply(302, FieldList.of({ Location: '/text.txt' })),
  large: (_, size) => new Reply(200, FieldList.of({ 'X-Large': 'l'.repeat(Number(size)) }), 'large'),
  repeated: () => new Reply(200, FieldList.of({ 'Set-Cookie': ['a=1', 'b=2'], 'X-Same': ['one', 'two'] })),
  connection: () => new Reply(200, FieldList.of({ 'Keep-Alive': 'timeout=5', 'X-Kept': 'yes' }), 'kept'),
  early: () => text('No, thanks', 403),
  fail: () => {
    throw new Error('This handler fails')
  },
  refuse: () => {
    throw new Refused({ status: 409, rule: 'no-such-luck', detail: 'No', fields: FieldList.of({ 'Retry-After': 7 }) })
  },
  gate: async (_, argument, gates) => {
    const [name, count] = argument.split('/')
    await gateOf(gates, name).pass()
    return count === undefined ? text('Through') : new Reply(200, FieldList.empty, ofLength(Number(count)))
  },
  tunnel: ({ protocol }) =>
    protocol === undefined ? text('', 400) : new Reply(200, FieldList.empty, new Tunnel(way => way)),
  /** Answers when the client is gone. */
  gone: async ({ signal }, name, gates) => {
    signal.addEventListener('abort', () => gateOf(gates, name).open())
    await gateOf(gates, name).pass()
    return text('Too late')
  },
  halves: (_, name, gates) => new Reply(200, FieldList.empty, bodyOf(halves(gateOf(gates, name)))),
}

function routes(site: Handler, gates: Map<string, Gate>): Handler {
  return exchange => {
    const [, name, argument = ''] = /^\/-\/(\w+)\/?(.*)$/.exec(exchange.path) ?? []
    const route = name === undefined ? undefined : ROUTES[name]
    return route === undefined ? site(exchange) : route(exchange, argument, gates)
  }
}

/** What came in the trailers goes back in them, with a digest of the content. */
function withTrailers(exchange: Exchange): Reply {
  const digest = createHash('sha256')
  async function* same(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(exchange.content)) {
      digest.update(chunk)
      yield chunk
    }
  }
  const trailers = (): FieldList => FieldList.of([['X-Digest', digest.digest('hex')], ...exchange.trailers])
  return new Reply(200, FieldList.empty, bodyOf(same()), trailers)
}

export interface Digest {
  readonly size: number
  readonly digest: string
}

/** The size of some content, and what tells it from others. */
export async function digestOf(content: Body | Uint8Array): Promise<Digest> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of content instanceof Uint8Array ? [content] : chunksOf(content)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, digest: hash.digest('hex') }
}

function ofLength(length: number): Body {
  let left = length
  return {
    length,
    pull() {
      if (left === 0) return null
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length))
      left -= chunk.length
      return chunk
    },
    cancel() {},
  }
}

async function* halves(gate: Gate): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('first half, ')
  await gate.pass()
  yield new TextEncoder().encode('second half')
}

/** Where requests wait until a test lets them through. */
class Gate {
  private waiting = 0
  readonly opened = Promise.withResolvers<void>()
  private readonly arrivals = new Set<() => void>()

  pass(): Promise<void> {
    this.waiting++
    for (const look of this.arrivals) look()
    return this.opened.promise
  }

  reached(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.waiting >= count) resolve()
    }
    this.arrivals.add(look)
    look()
    return promise
  }

  open(): void {
    this.opened.resolve()
  }
}

function gateOf(gates: Map<string, Gate>, name: string): Gate {
  let gate = gates.get(name)
  if (gate === undefined) {
    gate = new Gate()
    gates.set(name, gate)
  }
  return gate
}

function sorted(pairs: (readonly [string, string])[]): (readonly [string, string])[] {
  return pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function fill(file: string, content: string | Uint8Array): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  utimesSync(file, LONG_AGO, LONG_AGO)
  return file
}
