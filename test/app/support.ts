// The same test over every wire: an application is served over HTTP/1.1 and HTTP/2, where asked over TLS and without a
// socket as well, and asked by clients that are not of this house (Node's own).
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AskOptions, requestOf } from '../../src/app/asking.ts'
import {
  FieldList,
  handlerOf,
  type Mountable,
  type ServeOptions,
  type Server,
  type ServerEvent,
  serve,
} from '../../src/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'
import {
  type Answer,
  type Asked,
  answerOf,
  byName,
  type Opened,
  type Session,
  sessionOver1,
  sessionOver2,
} from './sessions.ts'

export type { Answer, Asked, Opened, Session }

/** The wires in the order in which they are tried. */
const WIRES = {
  'HTTP/1.1': { version: '1.1', secure: false },
  'HTTP/2': { version: '2', secure: false },
  'HTTP/1.1 over TLS': { version: '1.1', secure: true },
  'HTTP/2 over TLS': { version: '2', secure: true },
  'no socket': { version: null, secure: false },
} as const

export type WireName = keyof typeof WIRES

/** What tests are run over unless they say otherwise. */
export const BOTH: readonly WireName[] = ['HTTP/1.1', 'HTTP/2']
/** The same, and over TLS with ALPN. */
export const SOCKETS: readonly WireName[] = ['HTTP/1.1', 'HTTP/2', 'HTTP/1.1 over TLS', 'HTTP/2 over TLS']
/** Both wires in the clear, and `app.request`. There is neither `open` nor `session`, and nothing is reported. */
export const ALSO_WITHOUT: readonly WireName[] = ['HTTP/1.1', 'HTTP/2', 'no socket']

export interface EachWireOptions {
  readonly wires?: readonly WireName[]
  /** For the server. */
  readonly serve?: ServeOptions
  /** The test itself looks at what is reported as failed; else a failure nobody expected fails the test. */
  readonly fails?: boolean
}

/**
 * Declares a test for each wire. The application is served anew for each; when the test is over, nothing may be left in
 * the server. Failures of the application's that were reported and not taken up (`wire.failures()`) fail the test.
 * @param app what is served, or what makes it: a function without parameters is called for each wire
 */
export function eachWire(
  name: string,
  app: Mountable | (() => Mountable),
  run: (wire: Wire, test: TestContext) => Promise<void>,
  options: EachWireOptions = {},
): void {
  for (const wireName of options.wires ?? BOTH) {
    test(`${name} (${wireName})`, { timeout: 60_000 }, async context => {
      const wire = await Wire.serve(wireName, made(app), options.serve)
      context.signal.addEventListener('abort', () => void wire.stop())
      try {
        await run(wire, context)
        await wire.leave()
        if (!options.fails) assert.deepEqual(wire.failures(), [], 'the application failed')
      } finally {
        await wire.stop()
      }
    })
  }
}

/** An application served over one wire, and its clients. */
export class Wire {
  readonly name: WireName
  /** null without a socket. */
  readonly version: '1.1' | '2' | null
  /** Where it is served, without a slash at the end. */
  readonly origin: string
  readonly port: number
  /** What the server has told so far. */
  readonly reports: ServerEvent[]
  private readonly running: Server | null
  private readonly what: Mountable
  private readonly watchers: Set<() => void>
  private readonly sessions: Session[] = []
  private failuresTaken = 0

  private constructor(name: WireName, what: Mountable, server: Server | null, told: Told) {
    this.name = name
    this.version = WIRES[name].version
    this.what = what
    this.running = server
    this.port = server?.port ?? 0
    this.origin = `${WIRES[name].secure ? 'https' : 'http'}://localhost:${this.port}`
    this.reports = told.reports
    this.watchers = told.watchers
  }

  static async serve(name: WireName, what: Mountable, options: ServeOptions = {}): Promise<Wire> {
    const told: Told = { reports: [], watchers: new Set() }
    if (WIRES[name].version === null) return new Wire(name, what, null, told)
    const report = (event: ServerEvent): void => {
      told.reports.push(event)
      for (const look of [...told.watchers]) look()
    }
    const tls = WIRES[name].secure ? await certificate() : undefined
    const server = await serve(what, { port: 0, report, reportExchanges: true, tls, ...options })
    return new Wire(name, what, server, told)
  }

  /** @throws Error where there is no socket */
  get server(): Server {
    if (this.running === null) throw new Error('There is no server behind app.request')
    return this.running
  }

  /** Asks on a connection (HTTP/1.1) or a stream (HTTP/2) of its own, and reads all of the reply. */
  ask(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    return this.version === null ? this.askWithout(method, path, asked) : this.shared().ask(method, path, asked)
  }

  /** `ask` with GET. */
  get(path: string, fields: Asked['fields'] = {}): Promise<Answer> {
    return this.ask('GET', path, { fields })
  }

  /** Asks, and gives the reply as soon as its head is there: its content is read piece by piece, or not at all. */
  open(method: string, path: string, asked: Asked = {}): Promise<Opened> {
    return this.shared().open(method, path, asked)
  }

  /** A client with one connection for everything that it asks: over HTTP/1.1 one after the other, over HTTP/2 at the same time. */
  session(): Session {
    const options = { origin: this.origin, oneConnection: true }
    const session = this.version === '2' ? sessionOver2(options) : sessionOver1(options)
    this.sessions.push(session)
    return session
  }

  /** What was reported of a kind. */
  told<Kind extends ServerEvent['kind']>(kind: Kind): Extract<ServerEvent, { kind: Kind }>[] {
    return this.reports.filter((event): event is Extract<ServerEvent, { kind: Kind }> => event.kind === kind)
  }

  /** What the application has failed with since this was last asked, as text. */
  failures(): string[] {
    const all = this.told('failed').slice(this.failuresTaken)
    this.failuresTaken += all.length
    return all.map(({ error }) =>
      error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${typeof error}`,
    )
  }

  /** Waits until the server has told of something. */
  tells(wanted: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    return this.until(() => this.reports.find(wanted))
  }

  /** Waits until the server has told of so many exchanges that they are over. */
  async over(exchanges = 1): Promise<void> {
    await this.until(() => (this.told('exchange').length >= exchanges ? true : undefined))
  }

  /** The clients go, and nothing is left of them in the server. */
  async leave(): Promise<void> {
    for (const session of this.sessions.splice(0)) session.leave()
    if (this.running === null) return
    await this.running.drain(5_000)
    const { connections, head, content, waiting, output } = this.running.ledger
    assert.deepEqual(
      { connections, head, content, waiting, output },
      { connections: 0, head: 0, content: 0, waiting: 0, output: 0 },
      'something is left in the server',
    )
  }

  async stop(): Promise<void> {
    for (const session of this.sessions.splice(0)) session.leave()
    await this.running?.close()
  }

  private shared(): Session {
    let session = this.sessions.find(({ isShared }) => isShared)
    if (session === undefined) {
      const options = { origin: this.origin, oneConnection: false }
      session = this.version === '2' ? sessionOver2(options) : sessionOver1(options)
      this.sessions.push(session)
    }
    return session
  }

  private async askWithout(method: string, path: string, asked: Asked): Promise<Answer> {
    const { fields = {}, content, signal } = asked
    const headers = Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    )
    const interim: Answer['interim'][number][] = []
    let ending = FieldList.empty
    const options = {
      method,
      headers,
      body: content,
      signal,
      duplex: 'half',
      informed: (status: number, fields: FieldList) => interim.push({ status, fields: byName(fields) }),
      trailers: (fields: FieldList) => {
        ending = fields
      },
    }
    const answer = await answerOf(await requestOf(handlerOf(this.what), path, options as unknown as AskOptions))
    return { ...answer, interim, trailers: byName(ending) }
  }

  private until<Value>(look: () => Value | undefined): Promise<Value> {
    const { promise, resolve } = Promise.withResolvers<Value>()
    const again = (): void => {
      const value = look()
      if (value !== undefined) resolve(value)
    }
    this.watchers.add(again)
    again()
    return promise.finally(() => this.watchers.delete(again))
  }
}

interface Told {
  readonly reports: ServerEvent[]
  readonly watchers: Set<() => void>
}

/** An application is made where there is a function without parameters: a handler has one. */
function made(app: Mountable | (() => Mountable)): Mountable {
  return typeof app === 'function' && app.length === 0 ? (app as () => Mountable)() : (app as Mountable)
}

let certificateMade: Promise<Made> | null = null

function certificate(): Promise<Made> {
  certificateMade ??= certificateFor(['localhost', '127.0.0.1'])
  return certificateMade
}
