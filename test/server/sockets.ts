// A server in memory that takes WebSocket connections, over either wire by the same test: what its user is told is kept in order, and
// what it does can be said by each test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange, SocketLink, SocketTerms, SocketUser } from '../../src/exchange/index.ts'
import type { SettingsOptions } from '../../src/server/index.ts'
import type { SimulatedChannel } from '../support/simulated-network.ts'
import {
  type AskedSocket,
  type Http2Session,
  simulatedSession,
  simulatedSocket,
  TestSocket,
} from '../support/websocket-client.ts'
import { World } from './support.ts'

export type WireName = 'HTTP/1.1' | 'HTTP/2'
export const WIRES: readonly WireName[] = ['HTTP/1.1', 'HTTP/2']

/** Keeps what it is told, and does what it is asked to. */
export class Listener implements SocketUser {
  /** `opened`, `text …`, `bytes n`, `closed code reason`. */
  readonly events: string[] = []
  readonly exchange: Exchange
  link!: SocketLink
  private readonly script: Script

  constructor(exchange: Exchange, script: Script) {
    this.exchange = exchange
    this.script = script
  }

  /** How it was closed; undefined while it is not. */
  get end(): string | undefined {
    return this.events.find(event => event.startsWith('closed'))
  }

  opened(link: SocketLink): void | Promise<void> {
    this.link = link
    this.events.push('opened')
    return this.script.opened?.(this)
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    assert.equal(this.end, undefined, 'a message after the end')
    const copy = bytes.slice(start, end)
    const message = text ? Buffer.from(copy).toString() : copy
    this.events.push(typeof message === 'string' ? `text ${message}` : `bytes ${message.length}`)
    return this.script.message?.(this, message)
  }

  closed(code: number, reason: string): void {
    assert.equal(this.end, undefined, 'told of the end twice')
    this.events.push(`closed ${code} ${reason}`.trim())
    this.script.closed?.(this)
  }
}

/** What a program does. */
export interface Script {
  opened?(user: Listener): void | Promise<void>
  message?(user: Listener, message: string | Uint8Array): void | Promise<void>
  closed?(user: Listener): void
  /** Waited for before the handshake is taken. */
  readonly before?: Promise<void>
  readonly terms?: SocketTerms
}

/** Sends back what it gets. */
export const echo: Script = {
  message(user, message) {
    if (typeof message === 'string') user.link.sendText(message)
    else user.link.send(false, message, 0, message.length, true)
  },
}

/** The server, and clients over one of the wires. */
export class SocketWorld extends World {
  readonly wire: WireName
  readonly users: Listener[] = []
  /** The client's and the server's end of the connection opened last. */
  near!: SimulatedChannel
  far!: SimulatedChannel
  session!: Http2Session

  constructor(wire: WireName, script: Script, options: SettingsOptions = {}) {
    super(undefined, { reportExchanges: true, ...options })
    this.wire = wire
    this.handler = exchange => {
      const user = new Listener(exchange, script)
      const take = (): ReturnType<Exchange['accept']> => {
        const reply = exchange.accept(user, script.terms ?? {})
        this.users.push(user)
        return reply
      }
      return script.before === undefined ? take() : script.before.then(take)
    }
  }

  /** The user of the connection that was taken last. */
  get user(): Listener {
    return this.users.at(-1)!
  }

  /** Begins a handshake, on a connection of its own. */
  ask(asked: AskedSocket = {}): TestSocket {
    const { client, server } = this.network.connect()
    this.connections.add(server, exchange => this.handler(exchange))
    this.near = client
    this.far = server
    if (this.wire === 'HTTP/1.1') return simulatedSocket(client, asked)
    this.session = simulatedSession(client)
    return TestSocket.on(this.session, asked)
  }

  /** A connected client. */
  async open(asked: AskedSocket = {}): Promise<TestSocket> {
    const socket = this.ask(asked)
    await this.settle()
    return socket.opened
  }
}

/** Declares a test for each wire; at its end nothing may be left in the server. */
export function eachWire(
  name: string,
  script: Script | (() => Script),
  run: (world: SocketWorld) => Promise<void>,
  options: SettingsOptions = {},
): void {
  for (const wire of WIRES) {
    test(`${name} (${wire})`, { timeout: 20_000 }, async () => {
      const world = new SocketWorld(wire, typeof script === 'function' ? script() : script, options)
      await run(world)
      await world.closeAndCheck()
      for (const user of world.users) assert.ok(user.end !== undefined, 'every user is told of the end')
    })
  }
}
