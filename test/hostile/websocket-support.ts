// What attacks on WebSocket are aimed at, over both wires by the same test: on real sockets (a house), and in a world of
// simulated connections and time. With the frames that attackers send, and the memory that they are to have no effect on.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { App, type SocketPeer } from '../../src/app/index.ts'
import type { Limits, SettingsOptions } from '../../src/server/index.ts'
import { World } from '../server/support.ts'
import type { SimulatedChannel } from '../support/simulated-network.ts'
import {
  type AskedSocket,
  type ConnectOptions,
  connectSocket,
  type Http2Session,
  simulatedSession,
  simulatedSocket,
  TestSocket,
} from '../support/websocket-client.ts'
import { breath, type House, house, type Wire } from './support.ts'

export const SOCKET_WIRES = ['HTTP/1.1', 'HTTP/2'] as const
export type SocketWireName = (typeof SOCKET_WIRES)[number]

export const KB = 1024
export const MB = 1024 * KB

/** How long a test may take before it is held to hang. */
const PATIENCE = { timeout: 50_000 }

// --- What is attacked ---

/** Tells what an application's peers are at. */
export interface Target {
  readonly app: App
  /** Those that are connected. */
  readonly peers: Set<SocketPeer>
  /** How each that has gone was closed. */
  readonly closings: { code: number; reason: string }[]
}

/** `/echo` sends back what it gets; `/mute` says nothing. */
export function echoing(): Target {
  const target: Target = { app: new App(), peers: new Set(), closings: [] }
  const life = {
    open: (peer: SocketPeer): void => {
      target.peers.add(peer)
    },
    close: (peer: SocketPeer, code: number, reason: string): void => {
      target.peers.delete(peer)
      target.closings.push({ code, reason })
    },
  }
  target.app.socket('/echo', {
    ...life,
    async message(peer, message) {
      await peer.send(message)
    },
  })
  target.app.socket('/mute', { ...life, message() {} })
  target.app.get('/', () => 'hello')
  return target
}

// --- Real sockets ---

export interface SocketHouse {
  readonly house: House
  readonly wire: SocketWireName
  connect(asked?: Omit<ConnectOptions, 'port'>): Promise<TestSocket>
}

export interface SocketHouseOptions {
  readonly limits?: Partial<Limits>
  /** What the server reads through, and whether there is TLS; shared reads unless said. */
  readonly through?: Wire
  /** The program fails as part of the test. */
  readonly fails?: boolean
}

/** Declares a test for each wire, on real sockets. Afterwards everything must be as it was. */
export function eachHouse(
  name: string,
  app: () => App,
  use: (served: SocketHouse, test: TestContext) => Promise<void>,
  { limits = {}, through = 'TCP, shared reads', fails = false }: SocketHouseOptions = {},
): void {
  for (const wire of SOCKET_WIRES) {
    test(`${name} (${wire})`, PATIENCE, async context => {
      await house(context, through, app().handler, { limits }, async house => {
        const clients: TestSocket[] = []
        const connect = async (asked: Omit<ConnectOptions, 'port'> = {}): Promise<TestSocket> => {
          const tls = through === 'TLS'
          const socket = await connectSocket({ port: house.server.port, http2: wire === 'HTTP/2', tls, ...asked })
          clients.push(socket)
          return socket
        }
        try {
          await use({ house, wire, connect }, context)
          if (!fails) assert.deepEqual(house.failures, [], 'the program has failed')
        } finally {
          for (const client of clients) leave(client)
        }
      })
    })
  }
}

/** The whole connection of a socket is gone without a word, whatever the wire. */
export function leave(socket: TestSocket): void {
  const { carrier } = socket
  if ('session' in carrier) (carrier as { session: Http2Session }).session.destroy()
  else carrier.destroy()
}

/** A client's echo comes back, as if nothing else were going on. */
export async function assertServed(socket: TestSocket): Promise<void> {
  assert.equal(await socket.send('are you there?').next(), 'are you there?')
}

// --- Simulated connections and time ---

/** A socket in a world, with both ends of the connection below it. */
export interface Guest {
  readonly socket: TestSocket
  readonly near: SimulatedChannel
  readonly server: SimulatedChannel
}

export interface SocketWorld {
  readonly world: World
  readonly wire: SocketWireName
  /** A socket whose handshake has been taken. */
  visit(asked?: AskedSocket): Promise<Guest>
  /** Another client's echo comes back at once. */
  served(): Promise<void>
}

/** Declares a test for each wire, in a world. When it is over, nothing may be left. */
export function eachWorld(
  name: string,
  app: () => App,
  use: (served: SocketWorld) => Promise<void>,
  { fails = false, ...options }: SettingsOptions & { readonly fails?: boolean } = {},
): void {
  for (const wire of SOCKET_WIRES) {
    test(`${name} (${wire})`, PATIENCE, async () => {
      const world = new World(app().handler, options)
      const visit = async (asked: AskedSocket = {}): Promise<Guest> => {
        const { client: near, server } = world.network.connect()
        world.connections.add(server, exchange => world.handler(exchange))
        const all = { path: '/echo', ...asked }
        const socket = wire === 'HTTP/2' ? TestSocket.on(simulatedSession(near), all) : simulatedSocket(near, all)
        await world.settle()
        await socket.opened
        return { socket, near, server }
      }
      let other: Guest | null = null
      const served = async (): Promise<void> => {
        other ??= await visit({ path: '/echo' })
        const { socket } = other
        socket.send('are you there?')
        await world.settle()
        assert.deepEqual(socket.messages.splice(0), ['are you there?'])
      }
      await use({ world, wire, visit, served })
      if (!fails)
        assert.deepEqual(
          world.told('failed').map(({ error }) => error),
          [],
          'the program has failed',
        )
      await world.closeAndCheck()
      const { messages, codecs, limits } = world.settings
      assert.equal(messages.left, limits.messageMemory, 'the memory of messages has been given back')
      assert.equal(codecs.inflating, 0, 'inflaters have been given back')
      assert.equal(codecs.lentDeflaters, 0, 'deflaters have been given back')
    })
  }
}

/** Nothing is read any more, and nothing said: as of a peer whose machine is off. */
export function vanish({ near }: Guest): void {
  near.pause()
}

// --- Frames ---

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameOptions {
  readonly opcode?: keyof typeof OPCODES | number
  readonly fin?: boolean
  /** Reserved bits: 0x40, 0x20, 0x10. */
  readonly reserved?: number
  readonly masked?: boolean
  readonly payload?: Uint8Array | string
  /** What the head says of the length, and in how many bits. */
  readonly announced?: { readonly bits: 7 | 16 | 64; readonly length: bigint }
}

const KEY = [0x37, 0xfa, 0x21, 0x3d]

/** A frame, as right or wrong as it is asked for. */
export function frame({ opcode = 'binary', fin = true, reserved = 0, masked = true, ...rest }: FrameOptions): Buffer {
  const payload = Buffer.from(rest.payload ?? '')
  const { bits, length } = rest.announced ?? { bits: bitsFor(payload.length), length: BigInt(payload.length) }
  const first = (fin ? 0x80 : 0) | reserved | (typeof opcode === 'number' ? opcode : OPCODES[opcode])
  const head = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10)
  head[0] = first
  head[1] = (masked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127)
  if (bits === 16) head.writeUInt16BE(Number(length), 2)
  if (bits === 64) head.writeBigUInt64BE(length, 2)
  if (!masked) return Buffer.concat([head, payload])
  return Buffer.concat([head, Buffer.from(KEY), payload.map((byte, at) => byte ^ KEY[at & 3])])
}

function bitsFor(length: number): 7 | 16 | 64 {
  return length < 126 ? 7 : length < 65_536 ? 16 : 64
}

/** A close frame with this code, sendable or not. */
export function closing(code: number, reason: Uint8Array | string = ''): Buffer {
  return frame({ opcode: 'close', payload: Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]) })
}

// --- Memory ---

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes that are alive in this process: on the heap, and in buffers. */
export async function alive(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    await breath()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
