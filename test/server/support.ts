// A server in memory: simulated connections and time, a handler, and what was reported. `closeAndCheck` is the test that
// every test ends with: nothing may be left anywhere.
import assert from 'node:assert/strict'
import { type Handler, type ServerEvent, text } from '../../src/exchange/index.ts'
import { Connections, type SettingsOptions, settingsFrom } from '../../src/server/index.ts'
import { H2Client, type H2ClientOptions } from '../support/h2-client.ts'
import type { SettingValues } from '../support/h2-frames.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { Recorder, type SimulatedChannel, SimulatedNetwork } from '../support/simulated-network.ts'

export class World {
  readonly clock = new SimulatedClock()
  readonly network = new SimulatedNetwork({ clock: this.clock })
  readonly events: ServerEvent[] = []
  readonly settings: ReturnType<typeof settingsFrom>
  readonly connections: Connections
  handler: Handler

  constructor(handler: Handler = () => text('hello'), options: SettingsOptions = {}) {
    this.handler = handler
    const report = (event: ServerEvent): number => this.events.push(event)
    this.settings = settingsFrom({ clock: this.clock, report, serverName: '', ...options })
    this.connections = new Connections(this.settings)
  }

  connect(): Visitor {
    const { client, server } = this.network.connect()
    this.connections.add(server, exchange => this.handler(exchange))
    return new Visitor(client, server)
  }

  /** A client that speaks HTTP/2 without asking, and the two ends of its connection. */
  connectHttp2(options: H2ClientOptions = {}, values: SettingValues = {}): H2Visitor {
    const { client: near, server } = this.network.connect()
    this.connections.add(server, exchange => this.handler(exchange))
    return { client: H2Client.over(near, options).greet(values), near, server }
  }

  settle(): Promise<void> {
    return this.network.settle()
  }

  /** Lets time pass in steps, and what it brings about happen. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 250) {
      this.clock.advance(Math.min(250, left))
      await this.settle()
    }
  }

  /** What was reported of a kind. */
  told<Kind extends ServerEvent['kind']>(kind: Kind): Extract<ServerEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<ServerEvent, { kind: Kind }> => event.kind === kind)
  }

  /** Rules of the refusals reported. */
  get rules(): string[] {
    return this.told('refused').map(event => event.refusal.rule)
  }

  assertNothingIsHeld(): void {
    const { connections: _, ...bytes } = this.connections.ledger
    assert.deepEqual(bytes, { head: 0, content: 0, waiting: 0, output: 0 })
  }

  async closeAndCheck(): Promise<void> {
    await this.settle()
    const draining = this.connections.drain(0)
    await this.settle()
    await draining
    assert.deepEqual(this.connections.ledger, { connections: 0, head: 0, content: 0, waiting: 0, output: 0 })
    this.connections.close()
    assert.equal(this.clock.timers, 0, 'no timer runs on')
    assert.deepEqual(this.network.failures, [], 'nothing was thrown at the channel')
  }
}

export interface H2Visitor {
  readonly client: H2Client
  readonly near: SimulatedChannel
  readonly server: SimulatedChannel
}

/** A client and the server's side of its connection. */
export class Visitor {
  readonly recorder = new Recorder()
  readonly client: SimulatedChannel
  readonly server: SimulatedChannel

  constructor(client: SimulatedChannel, server: SimulatedChannel) {
    this.client = client
    this.server = server
    client.user = this.recorder
  }

  send(latin1: string): this {
    this.client.write(outputOf(latin1))
    return this
  }

  /** All that the server has sent, with the date left out. */
  get text(): string {
    return this.recorder.text.replaceAll(/Date: [^\r]+\r\n/g, '')
  }

  /** The status of each response so far. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]))
  }

  /** Whether the server has sent FIN, or the connection is closed. */
  get ended(): boolean {
    return this.recorder.end || this.recorder.error !== undefined
  }
}

export function get(path = '/', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: test\r\n${fields}\r\n`
}

export function post(content: string, fields = '', path = '/'): string {
  return `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`
}

import { Output } from '../../src/bytes/output.ts'

function outputOf(latin1: string): Output {
  const output = new Output()
  output.text(latin1)
  return output
}
