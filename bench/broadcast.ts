// What an event costs a server that goes to many listeners at once: so many clients listen to a stream of server-sent events, or on
// WebSocket connections; one is published when all have the one before, and the server's CPU is divided by those that came.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contestant, contestants, type Launched } from './contestant.ts'
import { cpuSeconds, residentBytes } from './cpu.ts'
import { type Row, rotated, type Sample } from './figures.ts'
import { localAddress } from './idle.ts'
import type { Broadcast, Plan } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { warmUps } from './throughput.ts'
import { tick } from './tick.ts'
import { ask } from './verify.ts'
import { handshake, isAccepted, served } from './ws-handshake.ts'

const OPENING_AT_ONCE = 100
const PATIENCE = 10_000
/** What ends the data of each event, and is nowhere else: see `tick.ts`. */
const MARK = 0x7c

export async function measureBroadcast(
  load: Broadcast,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers)
  for (let started = 0; started < plan.starts; started++) {
    const from = Math.round((plan.rounds * started) / plan.starts)
    const to = Math.round((plan.rounds * (started + 1)) / plan.starts)
    // One server at a time: as many listeners for each would be too many for one client.
    for (const each of rotated(all, started)) await measureRounds(load, each, materials, plan, to - from)
  }
  return all.map(each => each.row())
}

async function measureRounds(
  load: Broadcast,
  each: Contestant,
  materials: Materials,
  plan: Plan,
  rounds: number,
): Promise<void> {
  if (rounds === 0 || each.faults.size > 0) return
  plan.progress(`${load.title}: ${each.peer.title}`)
  const launched = await each.launch(materials)
  if (launched === null) return
  const audience = new Audience(load, launched, each.service === 'ws-rooms' ? SOCKETS : EVENTS)
  try {
    await audience.gather()
    const { pid } = launched.server
    for (const seconds of warmUps(plan.seconds)) await publishFor(audience, pid, seconds)
    for (let round = 0; round < rounds; round++) each.samples.push(await publishFor(audience, pid, plan.seconds))
  } catch (error) {
    each.blame(error)
  } finally {
    audience.leave()
    await launched.server.stop()
  }
}

async function publishFor(audience: Audience, pid: number, seconds: number): Promise<Sample> {
  const before = cpuSeconds(pid)
  const began = performance.now()
  let delivered = 0
  while (performance.now() - began < seconds * 1000) delivered += await audience.publish()
  const took = (performance.now() - began) / 1000
  const used = cpuSeconds(pid) - before
  return { figure: (used * 1e6) / delivered, rate: delivered / took, memory: residentBytes(pid) }
}

type Gathering = Pick<Broadcast, 'path' | 'listeners' | 'atOnce'>

/** Where the server is that they listen to. */
type Served = Pick<Launched, 'port' | 'origin'>

/** How events reach a listener. */
export interface Wire {
  request(path: string, port: number): string
  /** Whether this is the head of a reply that events come behind. */
  begins(head: string): boolean
  /** Whether these last bytes are the event of this number. */
  isEvent(last: string, number: number): boolean
}

export const EVENTS: Wire = {
  request: (path, port) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  begins: head => head.startsWith('HTTP/1.1 200') && /^content-type: text\/event-stream/im.test(head),
  isEvent: (last, number) => last.includes(`data: tick ${number} `),
}

export const SOCKETS: Wire = {
  request: handshake,
  begins: isAccepted,
  isEvent: (last, number) => last.endsWith(served(tick(number)).toString('latin1')),
}

/** Those who listen. */
export class Audience {
  readonly #served: Served
  readonly #load: Gathering
  readonly #wire: Wire
  readonly #listeners: Listener[] = []
  #published = 0
  #missing = 0
  #complete: (() => void) | null = null

  constructor(load: Gathering, served: Served, wire: Wire) {
    this.#load = load
    this.#wire = wire
    this.#served = served
  }

  /** Opens all streams. @throws where one does not begin as a stream of events must */
  async gather(): Promise<void> {
    const { listeners, path } = this.#load
    const arrived = () => {
      if (--this.#missing === 0) this.#complete?.()
    }
    while (this.#listeners.length < listeners) {
      const count = Math.min(OPENING_AT_ONCE, listeners - this.#listeners.length)
      const opened = Array.from({ length: count }, (_, i) =>
        Listener.open(this.#wire, path, this.#served.port, localAddress(this.#listeners.length + i), arrived),
      )
      this.#listeners.push(...(await Promise.all(opened)))
    }
  }

  /** Publishes as many events at once as the load says, and waits until each listener has them. Gives how many came in all. @throws where one has not, or has another */
  async publish(patience = PATIENCE): Promise<number> {
    const { atOnce } = this.#load
    const count = this.#listeners.length * atOnce
    this.#missing = count
    const complete = new Promise<void>(done => {
      this.#complete = done
    })
    const reply = await ask(`${this.#served.origin}/publish${atOnce > 1 ? `/${atOnce}` : ''}`, {})
    let number = ''
    for await (const chunk of reply) number += chunk
    this.#published += atOnce
    if (number !== String(this.#published)) throw new Error(`publishes the event ${number}, not ${this.#published}`)
    const late = new AbortController()
    await Promise.race([complete, sleep(patience, null, { signal: late.signal }).catch(() => {})])
    late.abort()
    for (const { received } of this.#listeners) if (received !== this.#published) throw this.#lost()
    if (!this.#wire.isEvent(this.#listeners[0]?.last ?? '', this.#published)) throw new Error('sends another event')
    return count
  }

  leave(): void {
    for (const { socket } of this.#listeners) socket.resetAndDestroy()
  }

  #lost(): Error {
    const right = this.#listeners.filter(({ received }) => received === this.#published).length
    return new Error(`${right} of ${this.#listeners.length} listeners have had ${this.#published} events, each once`)
  }
}

class Listener {
  readonly socket: Socket
  /** Events that have come, and the last bytes that did. */
  received = 0
  last = ''

  static open(wire: Wire, path: string, port: number, localAddress: string, arrived: () => void): Promise<Listener> {
    return new Promise((done, fail) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      const listener = new Listener(socket)
      let head = ''
      const timer = setTimeout(() => fail(new Error('a stream has not begun after 10 seconds')), PATIENCE)
      const read = (bytes: Buffer) => {
        head += bytes.toString('latin1')
        if (!head.includes('\r\n\r\n')) return
        clearTimeout(timer)
        socket.off('data', read).on('data', (next: Buffer) => listener.#take(next, arrived))
        wire.begins(head)
          ? done(listener)
          : fail(new Error(`answers GET ${path} with ${JSON.stringify(head.slice(0, 200))}`))
      }
      socket.once('error', fail).on('error', () => {})
      socket.once('close', () => {
        clearTimeout(timer)
        fail(new Error('a stream was closed'))
      })
      socket.once('connect', () => socket.write(wire.request(path, port)))
      socket.on('data', read)
    })
  }

  private constructor(socket: Socket) {
    this.socket = socket
  }

  #take(bytes: Buffer, arrived: () => void): void {
    this.last = bytes.toString('latin1', Math.max(0, bytes.length - 200))
    for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
      this.received++
      arrived()
    }
  }
}
