// Runs the vectors of handshakes over a server's drivers and simulated connections, step by step, and as fast as a client may: with
// what it sends first in one piece with the handshake, and byte by byte.
import assert from 'node:assert/strict'
import type { Exchange, SocketLink, SocketTerms, SocketUser } from '../../src/exchange/index.ts'
import { World } from '../server/support.ts'
import { type H2Client, SimulatedWire } from '../support/h2-client.ts'
import { data, type Field, headers, rstStream, SETTING_IDS, settingsOf } from '../support/h2-frames.ts'
import type { SimulatedChannel } from '../support/simulated-network.ts'
import type { Handshake, HandshakeStep, WireName } from './handshakes.ts'
import { FrameReader, parseLine, showBytes, showFrame } from './notation.ts'

/** What came of a handshake and of the connection behind it. */
export interface Course {
  readonly status: string
  readonly fields: ReadonlyMap<string, string>
  readonly steps: readonly Pick<HandshakeStep, 'told' | 'sent'>[]
}

/** The key of RFC 6455 section 1.3. */
const USUAL_FIELDS: readonly Field[] = [
  ['Host', 'test'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]
const USUAL_HTTP2_FIELDS: readonly Field[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'http'],
  [':authority', 'test'],
  [':path', '/chat'],
  ['sec-websocket-version', '13'],
]

/** @param eager what the client sends first goes with the handshake, in one piece or byte by byte */
export async function courseOf(
  handshake: Handshake,
  wire: WireName,
  { eager = false, split = Number.POSITIVE_INFINITY } = {},
): Promise<Course> {
  const server = new Server(handshake)
  const { world } = server
  world.network.split = split
  const client = wire === 'HTTP/2' ? new Http2Party(world, handshake) : new Http1Party(world, handshake)
  const first = handshake.steps.findIndex(step => step.bytes === null)
  const ahead = eager ? handshake.steps.slice(0, first === -1 ? handshake.steps.length : first) : []
  try {
    if (wire === 'HTTP/2') await world.settle()
    client.begin(Buffer.concat(ahead.map(step => step.bytes!)))
    await world.settle()
    const steps = [{ told: server.told(), sent: client.sent() }]
    for (const { bytes, line } of handshake.steps.slice(ahead.length)) {
      if (bytes !== null) client.send(bytes)
      else if (line === 'FIN') client.finish()
      else if (line === 'RESET') client.reset()
      else await server.act(line)
      await world.settle()
      steps.push({ told: server.told(), sent: client.sent() })
    }
    return { status: client.status, fields: client.fields, steps }
  } finally {
    client.destroy()
    await world.settle()
    world.connections.close()
  }
}

/** A server that takes WebSocket connections on the vector's terms, and tells what it is told. */
class Server {
  readonly world: World
  private link: SocketLink | null = null
  private lines: string[] = []
  private rulesSeen = 0
  private failuresSeen = 0

  constructor({ options }: Handshake) {
    const terms = termsOf(options.get('Terms') ?? '')
    const user: SocketUser = {
      opened: link => {
        this.link = link
        this.lines.push(`opened ${link.protocol}`.trimEnd())
      },
      message: (text, bytes, start, end) => {
        this.lines.push(
          `${text ? 'text' : 'binary'} ${start === end ? '' : showBytes(bytes.subarray(start, end))}`.trimEnd(),
        )
      },
      closed: (code, reason) => {
        this.lines.push(`closed ${code} ${reason === '' ? '' : showBytes(Buffer.from(reason))}`.trimEnd())
      },
    }
    this.world = new World((exchange: Exchange) => exchange.accept(user, terms))
  }

  told(): string[] {
    const rules = this.world.rules.slice(this.rulesSeen).map(rule => `refused ${rule}`)
    this.rulesSeen += rules.length
    for (const { error } of this.world.told('failed').slice(this.failuresSeen)) {
      rules.push(`failed ${error instanceof Error ? error.name : ''}`)
      this.failuresSeen++
    }
    const { lines } = this
    this.lines = []
    return [...rules, ...lines]
  }

  async act(line: string): Promise<void> {
    const { name, words, numbers, payload } = parseLine(line)
    if (name === 'drain') {
      void this.world.connections.drain(1000)
      return
    }
    assert.ok(this.link !== null, 'the connection was never opened')
    if (name === 'send') void this.link.send(words[0] === 'text', payload, 0, payload.length, true)
    else if (name === 'close') this.link.close(numbers[0], Buffer.from(payload).toString())
    else if (name === 'cut') this.link.cut(new Error('cut'))
    else throw new SyntaxError(`«${line}» is nothing that a program does`)
  }
}

/** `origins any; protocols a, b; compression` */
function termsOf(text: string): SocketTerms {
  const options = new Map(text.split('; ').map(option => option.split(/ (.*)/) as [string, string | undefined]))
  const origins = options.get('origins')
  const known = options.get('protocols')?.split(', ')
  return {
    compression: options.has('compression'),
    origins:
      origins === undefined || origins === 'any' || origins === 'same'
        ? (origins as 'any' | undefined)
        : origins.split(', '),
    chooseProtocol: chooserOf(options.get('chooses'), known),
  }
}

function chooserOf(always: string | undefined, known: readonly string[] | undefined): SocketTerms['chooseProtocol'] {
  if (always !== undefined) return () => always
  return known === undefined ? undefined : offered => offered.find(name => known.includes(name))
}

interface ClientParty {
  readonly status: string
  readonly fields: ReadonlyMap<string, string>
  begin(behind: Uint8Array): void
  send(bytes: Uint8Array): void
  finish(): void
  reset(): void
  destroy(): void
  /** What came since the last call. */
  sent(): string[]
}

class Http1Party implements ClientParty {
  status = 'nothing'
  fields: ReadonlyMap<string, string> = new Map()
  private readonly wire: SimulatedWire
  private readonly channel: SimulatedChannel
  private readonly asked: Handshake['asked']
  private readonly frames = new FrameReader()
  private head = ''
  private lines: string[] = []

  constructor(world: World, { asked }: Handshake) {
    this.asked = asked
    this.channel = world.connect().client
    this.wire = new SimulatedWire(this.channel)
    this.wire.listen({
      received: bytes => this.received(bytes),
      ended: () => this.ended(),
      closed: error => this.closed(error),
    })
  }

  begin(behind: Uint8Array): void {
    const { method = 'GET', version = 'HTTP/1.1', content } = this.asked
    const lines = fieldsOf(USUAL_FIELDS, this.asked).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = Buffer.from(`${method} /chat ${version}\r\n${lines.join('')}\r\n${content}`, 'latin1')
    this.wire.write(Buffer.concat([head, behind]))
  }

  send(bytes: Uint8Array): void {
    this.wire.write(bytes)
  }

  finish(): void {
    this.wire.finish()
  }

  reset(): void {
    this.wire.reset()
  }

  destroy(): void {
    this.wire.destroy()
  }

  sent(): string[] {
    const { lines } = this
    this.lines = []
    return lines
  }

  private received(bytes: Uint8Array): void {
    if (this.status !== 'nothing') {
      if (this.status === '101') this.lines.push(...this.frames.take(bytes).map(frame => showFrame(frame, 'server')))
      return
    }
    this.head += Buffer.from(bytes).toString('latin1')
    const end = this.head.indexOf('\r\n\r\n') + 4
    if (end === 3) return
    const [line, ...fields] = this.head.slice(0, end - 4).split('\r\n')
    this.status = line.split(' ')[1]
    this.fields = new Map(
      fields.map(field => [field.split(': ')[0].toLowerCase(), field.slice(field.indexOf(': ') + 2)]),
    )
    this.received(Buffer.from(this.head.slice(end), 'latin1'))
  }

  private ended(): void {
    if (this.status === '101') this.lines.push('FIN')
  }

  private closed(error: Error | null): void {
    if (this.status === '101' && error !== null) this.lines.push('RESET')
  }
}

class Http2Party implements ClientParty {
  private readonly client: H2Client
  private readonly asked: Handshake['asked']
  private readonly frames = new FrameReader()
  private seen = 0

  constructor(world: World, { asked }: Handshake) {
    this.asked = asked
    this.client = world.connectHttp2().client
  }

  get status(): string {
    const { status, reset } = this.client.answer(1)
    return status === 0 && reset !== null ? `RESET ${reset}` : String(status)
  }

  get fields(): ReadonlyMap<string, string> {
    return new Map(this.client.answer(1).fields)
  }

  begin(behind: Uint8Array): void {
    const { content, endsStream } = this.asked
    assert.equal(settingsOf(this.client.frames[0]).get(SETTING_IDS.ENABLE_CONNECT_PROTOCOL), 1)
    const fields = fieldsOf(USUAL_HTTP2_FIELDS, this.asked).map(([name, value]): Field => [name.toLowerCase(), value])
    const bytes = Buffer.concat([Buffer.from(content, 'latin1'), behind])
    const frames = bytes.length === 0 ? [] : [data(1, bytes)]
    this.client.send(headers(1, fields, { endStream: endsStream }), ...frames)
  }

  send(bytes: Uint8Array): void {
    this.client.send(data(1, bytes))
  }

  finish(): void {
    this.client.send(data(1, '', { endStream: true }))
  }

  reset(): void {
    this.client.send(rstStream(1, 'CANCEL'))
  }

  destroy(): void {
    this.client.destroy()
  }

  sent(): string[] {
    const { status, pieces, ended, reset } = this.client.answer(1)
    if (status !== 200) return []
    const lines = this.frames.take(Buffer.concat(pieces.splice(0))).map(frame => showFrame(frame, 'server'))
    const state = (ended ? 1 : 0) + (reset !== null ? 2 : 0)
    if ((state & 1) > (this.seen & 1)) lines.push('FIN')
    // What comes after both sides have ended is the stream's tidying up, and says nothing (RFC 9113 section 8.1).
    if (state >= 2 && this.seen < 2) lines.push(reset === 'CANCEL' ? 'RESET' : `RESET ${reset}`)
    this.seen = state
    return lines
  }
}

/** The usual fields with what is different about them. */
function fieldsOf(usual: readonly Field[], { fields, leftOut }: Handshake['asked']): Field[] {
  const names = new Set([...leftOut, ...fields.map(([name]) => name.toLowerCase())])
  const kept = usual.filter(([name]) => !names.has(name.toLowerCase()))
  const all = [...kept, ...fields.map(([name, value]): Field => [name, value])]
  return [...all.filter(([name]) => name.startsWith(':')), ...all.filter(([name]) => !name.startsWith(':'))]
}
