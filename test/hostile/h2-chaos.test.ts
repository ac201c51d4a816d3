// Clients and handlers that do at random whatever may be done, over a network that delivers in pieces: nothing throws,
// and when all is over nothing is held, whatever came before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bodyOf, collect, type Exchange, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { World } from '../server/support.ts'
import { H2Client } from '../support/h2-client.ts'
import {
  continuation,
  data,
  frame,
  get,
  goaway,
  headers,
  ping,
  post,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  windowUpdate,
} from '../support/h2-frames.ts'

/** Lets handlers go on that wait. */
let waiting: (() => void)[] = []

function pause(): Promise<void> {
  return new Promise(resolve => waiting.push(resolve))
}

async function* slowly(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    yield new Uint8Array(1 + ((i * 7919) % 20_000))
    await pause()
  }
}

const HANDLERS: readonly Handler[] = [
  () => text('hello'),
  () => new Reply(204, FieldList.empty, null),
  () => new Reply(200, FieldList.empty, new Uint8Array(100_000)),
  () => new Reply(200, FieldList.empty, bodyOf(slowly(5))),
  ({ content }) => collect(content, 1000).then(all => text(`${all.length}`)),
  ({ content }) => new Reply(200, FieldList.empty, content),
  async () => {
    await pause()
    return text('late')
  },
  ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  async ({ content }) => {
    await content.pull()
    await pause()
    content.cancel(new Error('enough'))
    return text('some')
  },
  () => {
    throw new Error('a failing handler')
  },
  () => undefined as unknown as Reply,
]

function handler(exchange: Exchange): ReturnType<Handler> {
  return HANDLERS[Number(exchange.path.slice(1)) % HANDLERS.length](exchange)
}

/** What can be done next. `stream` is one of the client's latest, `n` any number. */
type Step = readonly [kind: number, stream: number, n: number]

const ACTIONS: readonly ((client: H2Client, world: World, stream: number, n: number, step: Wires) => unknown)[] = [
  (client, _, __, n) => client.request(`/${n}`),
  (client, _, __, n) => client.request(`/${n}`),
  (client, _, __, n) => client.request(post(`/${n}`), { endStream: false }),
  (client, _, __, n) => client.request(post(`/${n}`, [['content-length', `${n}`]]), { endStream: n === 0 }),
  (client, _, __, n) => client.request(post(`/${n}`, [['expect', '100-continue']]), { endStream: false }),
  (client, _, stream, n) => client.send(data(stream, new Uint8Array((n * 41) % 16_000), { endStream: n % 3 === 0 })),
  (client, _, stream, n) => client.send(data(stream, new Uint8Array(n), { padding: n, endStream: n % 2 === 0 })),
  (client, _, stream) => client.send(headers(stream, [['x-trailer', 'y']], { endStream: true })),
  (client, _, stream) => client.send(rstStream(stream)),
  (client, _, stream, n) => client.send(windowUpdate(n % 3 === 0 ? 0 : stream, 1 + n * 100)),
  (client, _, __, n) => client.send(settings({ INITIAL_WINDOW_SIZE: n * 100, MAX_FRAME_SIZE: 16384 + n })),
  client => client.send(ping()),
  (client, _, stream, n) => client.send(priority(stream, { dependency: stream + 2, weight: n })),
  (client, _, stream, n) => client.send(priorityUpdate(stream, `u=${n % 8}, i`)),
  (client, _, __, n) => client.send(frame(20 + n, n, n)),
  (_, __, ___, ____, wires) => wires.room(50_000),
  (_, __, ___, n, wires) => wires.room(n),
  (_, __, ___, ____, wires) => wires.stop(),
  client => client.stopReading(),
  client => client.goOnReading(),
  (_, world) => world.settle(),
  (_, world) => world.settle(),
  (_, world) => world.network.run(),
  (_, world, __, n) => world.pass(n * 20),
  () => {
    for (const go of waiting.splice(0)) go()
  },
  (_, __, ___, n) => waiting.splice(n % (waiting.length + 1), 1)[0]?.(),
]

/** Rare: after them there is not much to come. */
const LAST: typeof ACTIONS = [
  (client, _, stream) => client.send(goaway(stream)),
  client => client.send(continuation(client.latestStream, new Uint8Array(3))),
  client => client.send(headers(client.nextStream(), get(), { endHeaders: false })),
  client => client.send(frame(0, 0, 0)),
  client => client.finish(),
  client => client.reset(),
  client => client.destroy(),
  (_, world) => void world.connections.drain(60_000),
]

interface Wires {
  room(bytes: number): void
  stop(): void
}

async function act(steps: readonly Step[], last: Step, split: number): Promise<void> {
  waiting = []
  const world = new World(handler)
  world.network.split = split
  const { windows } = world.settings
  const room = windows.left
  const { client: near, server } = world.connect()
  const client = H2Client.over(near).greet()
  const wires: Wires = {
    room: bytes => server.drain(bytes),
    stop: () => {
      server.room = 0
    },
  }
  const doStep = async (actions: typeof ACTIONS, [kind, back, n]: Step): Promise<void> => {
    if (near.closed || (client.wire.backlog === 0 && client.isOver)) return
    const stream = Math.max(1, client.latestStream - 2 * back)
    await actions[kind % actions.length](client, world, stream, n, wires)
  }
  for (const step of steps) await doStep(ACTIONS, step)
  await doStep(LAST, last)
  await world.settle()
  // Whatever waits goes on now, and time does the rest.
  server.drain()
  client.goOnReading()
  for (let i = 0; i < 8; i++) {
    for (const go of waiting.splice(0)) go()
    await world.settle()
  }
  if (!near.closed) client.destroy()
  for (let i = 0; i < 500 && world.connections.ledger.connections > 0; i++) {
    for (const go of waiting.splice(0)) go()
    await world.pass(1000)
  }
  assert.deepEqual(world.connections.ledger, { connections: 0, head: 0, content: 0, waiting: 0, output: 0 })
  const surprises = world.told('failed').filter(({ error }) => !/a failing handler|must answer/.test(String(error)))
  assert.deepEqual(surprises, [])
  await world.closeAndCheck()
  assert.equal(windows.left, room, 'what windows have grown by is given back')
}

const step = fc.tuple(fc.nat(ACTIONS.length - 1), fc.nat(6), fc.nat(255))
const lastStep = fc.tuple(fc.nat(LAST.length - 1), fc.nat(6), fc.nat(255))

test('whatever is done, in whatever order, nothing throws and nothing is left', () =>
  fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), lastStep, fc.constantFrom(1e9, 1, 7, 100), act), {
    numRuns: Number(process.env.CHAOS_RUNS ?? 150),
  }))
