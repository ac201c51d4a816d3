// What a connection, or a stream, costs a server in memory while nothing happens on it: many connections are opened, each has one
// reply or as many open streams as wanted, garbage is collected where the server can be asked to, and the growth is divided by their number.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contestant, contestants, type Launched } from './contestant.ts'
import { privateBytes, residentBytes } from './cpu.ts'
import { type Row, rotated } from './figures.ts'
import { H2Client } from './h2-client.ts'
import { type Idle, isH2, type Plan, type Service } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { script } from './programs.ts'
import { openSocket } from './ws-handshake.ts'

/** Connections from one address of 127.0.0.0/8: few enough for a server that limits them, and for the ports there are. */
const PER_ADDRESS = 50
const OPENING_AT_ONCE = 100
const PATIENCE = 10_000
/** Memory has settled when it moved by less than this between two looks. */
const SETTLED = 64 * 1024

export async function measureIdle(
  load: Idle,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers)
  for (let round = 0; round < plan.rounds; round++) {
    plan.progress(`${load.title}: round ${round + 1} of ${plan.rounds}`)
    for (const each of rotated(all, round)) await openMany(load, each, materials)
  }
  return all.map(each => each.row())
}

async function openMany(load: Idle, each: Contestant, materials: Materials): Promise<void> {
  if (each.faults.size > 0) return
  const launched = await each.launch(materials, { NODE_OPTIONS: `--import=${script('collect.mjs')}` })
  if (launched === null) return
  const clients = new Clients(load, launched.port, openerOf(each.service))
  try {
    await clients.open(load.warm)
    const before = await settled(each, launched)
    await clients.open(load.connections)
    const after = await settled(each, launched)
    if (clients.lost > 0) throw new Error(`${clients.lost} idle connections were closed`)
    const memory = residentBytes(launched.server.pid)
    const opened = load.connections * Math.max(1, load.openStreams)
    each.samples.push({ figure: (after - before) / opened, rate: null, memory })
  } catch (error) {
    each.blame(error)
  } finally {
    clients.close()
    await launched.server.stop()
  }
}

/** The server's memory once it stands still, without garbage where it can be asked to collect it. */
async function settled(each: Contestant, { server }: Launched): Promise<number> {
  let last = Number.POSITIVE_INFINITY
  for (let look = 0; look < 10; look++) {
    if (each.peer.collects) server.signal('SIGUSR2')
    await sleep(500)
    const now = privateBytes(server.pid)
    // At least three looks: what a collector gives back, it gives back late.
    if (look >= 2 && Math.abs(now - last) < SETTLED) return now
    last = now
  }
  return last
}

/** A connection that has been brought to where it waits. */
interface Waiting {
  /** It has ended, although nobody here ended it. */
  readonly lost: boolean
  close(): void
}

type Open = (load: Idle, port: number, localAddress: string) => Promise<Waiting>

function openerOf(service: Service): Open {
  if (service === 'ws') return openWebSocket
  return isH2(service) ? openH2 : openH1
}

class Clients {
  readonly #load: Idle
  readonly #port: number
  readonly #openOne: Open
  readonly #waiting: Waiting[] = []

  constructor(load: Idle, port: number, openOne: Open) {
    this.#load = load
    this.#port = port
    this.#openOne = openOne
  }

  get lost(): number {
    return this.#waiting.filter(each => each.lost).length
  }

  /** Opens so many more, and waits until each waits. */
  async open(count: number): Promise<void> {
    const until = this.#waiting.length + count
    while (this.#waiting.length < until) {
      const batch = Math.min(OPENING_AT_ONCE, until - this.#waiting.length)
      const opened = Array.from({ length: batch }, (_, i) => this.#openAt(this.#waiting.length + i))
      this.#waiting.push(...(await Promise.all(opened)))
    }
  }

  close(): void {
    for (const each of this.#waiting) each.close()
  }

  #openAt(index: number): Promise<Waiting> {
    return this.#openOne(this.#load, this.#port, localAddress(index))
  }
}

/** Where the client of this number comes from. */
export function localAddress(index: number): string {
  const host = Math.floor(index / PER_ADDRESS)
  return `127.0.${1 + Math.floor(host / 250)}.${1 + (host % 250)}`
}

async function openH2({ path, openStreams }: Idle, port: number, localAddress: string): Promise<Waiting> {
  const client = await withPatience(H2Client.connect(port, localAddress))
  if (openStreams === 0) await withPatience(client.request('GET', path, true).ended)
  for (let i = 0; i < openStreams; i++) client.request('PUT', path, false)
  await withPatience(client.ping())
  return {
    // A stream that has ended does not wait.
    get lost() {
      return client.lost || client.open !== openStreams
    },
    close: () => client.close(),
  }
}

async function openH1(_load: Idle, port: number, localAddress: string): Promise<Waiting> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  await withPatience(helloOf(socket))
  return waiting(socket)
}

async function openWebSocket({ path }: Idle, port: number, localAddress: string): Promise<Waiting> {
  return waiting(await withPatience(openSocket(path, port, localAddress)))
}

function waiting(socket: Socket): Waiting {
  socket.on('error', () => {}).resume()
  return {
    get lost() {
      return socket.destroyed
    },
    close: () => socket.resetAndDestroy(),
  }
}

/** Asks once; settles when the reply is there. */
function helloOf(socket: Socket): Promise<void> {
  return new Promise((done, fail) => {
    let received = ''
    const read = (bytes: Buffer) => {
      received += bytes.toString('latin1')
      if (!received.endsWith('Hello, world!')) return
      socket.off('data', read).off('error', fail)
      done()
    }
    socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))
    socket.once('error', fail).once('close', () => fail(new Error('a new connection was closed')))
    socket.on('data', read)
  })
}

function withPatience<T>(promise: Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('a new connection has no reply after 10 seconds')), PATIENCE)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}
