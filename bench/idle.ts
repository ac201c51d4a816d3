// What a connection costs a server in memory while nothing happens on it: many connections are opened, each has one reply,
// garbage is collected where the server can be asked to, and the growth is divided by their number.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contestant, contestants, type Launched } from './contestant.ts'
import { privateBytes, residentBytes } from './cpu.ts'
import { type Row, rotated } from './figures.ts'
import type { Idle, Plan } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { script } from './programs.ts'

/** Connections that are open before the first look, so that what is made once is not counted. */
const WARM = 1000
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
  const clients = new Clients(launched.port)
  try {
    await clients.open(WARM)
    const before = await settled(each, launched)
    await clients.open(load.connections)
    const after = await settled(each, launched)
    if (clients.lost > 0) throw new Error(`${clients.lost} idle connections were closed`)
    const memory = residentBytes(launched.server.pid)
    each.samples.push({ figure: (after - before) / load.connections, rate: null, memory })
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

class Clients {
  lost = 0
  readonly #port: number
  readonly #sockets: Socket[] = []
  #closing = false

  constructor(port: number) {
    this.#port = port
  }

  /** Opens so many more, and waits for a reply on each. */
  async open(count: number): Promise<void> {
    const until = this.#sockets.length + count
    while (this.#sockets.length < until) {
      const batch = Math.min(OPENING_AT_ONCE, until - this.#sockets.length)
      await Promise.all(Array.from({ length: batch }, () => this.#openOne()))
    }
  }

  close(): void {
    this.#closing = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  #openOne(): Promise<void> {
    const index = Math.floor(this.#sockets.length / PER_ADDRESS)
    const localAddress = `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`
    return new Promise((done, fail) => {
      const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress })
      this.#sockets.push(socket)
      socket.setTimeout(PATIENCE, () => fail(new Error('a new connection has no reply after 10 seconds')))
      socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))
      socket.once('error', fail)
      socket.once('close', () => {
        if (!this.#closing) this.lost++
        fail(new Error('a new connection was closed'))
      })
      let received = ''
      const read = (bytes: Buffer) => {
        received += bytes.toString('latin1')
        if (!received.endsWith('Hello, world!')) return
        socket
          .off('data', read)
          .off('error', fail)
          .on('error', () => {})
          .setTimeout(0)
        socket.resume()
        done()
      }
      socket.on('data', read)
    })
  }
}
