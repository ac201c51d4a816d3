// What the tests on real sockets have in common.
import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { Output } from '../../src/bytes/output.ts'
import { type Channel, type Listener, type ListenOptions, listen } from '../../src/transport/index.ts'
import { scribble } from '../support/scribble.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { Recorder } from '../support/simulated-network.ts'

/** Both ways of reading; every behaviour is tested on each. */
export const WAYS = ['auto', 'never'] as const

export interface Opened {
  readonly listener: Listener
  readonly clock: SimulatedClock
  readonly notices: { message: string; error?: unknown }[]
  readonly channels: Channel[]
  /** The next channel that is accepted, or the oldest that was not asked for yet. */
  next(): Promise<Channel>
  connect(): Promise<Socket>
}

/** A listener on a free port, whose channels have recorders as users and bytes that are scribbled over. */
export async function open(options: Partial<ListenOptions> = {}): Promise<Opened> {
  const clock = new SimulatedClock()
  const notices: { message: string; error?: unknown }[] = []
  const channels: Channel[] = []
  const arrived: Channel[] = []
  const awaited: ((channel: Channel) => void)[] = []
  const listener = await listen({
    where: { port: 0, host: '127.0.0.1' },
    clock,
    maxConnections: 1000,
    connectionsPerAddress: 0,
    handshakeTimeout: 10_000,
    notice: (message, error) => notices.push({ message, error }),
    accept: channel => {
      scribble(channel)
      channel.user = new Recorder()
      channels.push(channel)
      const waiting = awaited.shift()
      if (waiting) waiting(channel)
      else arrived.push(channel)
    },
    ...options,
  })
  return {
    listener,
    clock,
    notices,
    channels,
    next: () => {
      const channel = arrived.shift()
      return channel ? Promise.resolve(channel) : new Promise(resolve => awaited.push(resolve))
    },
    connect: () => connected(listener),
  }
}

export async function connected(listener: Listener, index = 0): Promise<Socket> {
  const socket = connect({ ...(listener.addresses[index] as NetConnectOpts), allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

/** All that a socket gives until its end; it can still be written to. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  await once(socket, 'end')
  return Buffer.concat(pieces)
}

/** Everything that a channel's user is told, as promises and a list. */
export class Observer extends Recorder {
  readonly told: string[] = []
  readonly whenEnded: Promise<void>
  readonly whenClosed: Promise<Error | null>
  private resolveEnded: () => void = () => {}
  private resolveClosed: (error: Error | null) => void = () => {}
  private waiting: { size: number; resolve: () => void } | null = null
  private size = 0

  constructor() {
    super()
    this.whenEnded = new Promise(resolve => {
      this.resolveEnded = resolve
    })
    this.whenClosed = new Promise(resolve => {
      this.resolveClosed = resolve
    })
  }

  /** Fulfilled when so many bytes have come in. */
  received(size: number): Promise<void> {
    if (this.size >= size) return Promise.resolve()
    return new Promise(resolve => {
      this.waiting = { size, resolve }
    })
  }

  override receive(bytes: Uint8Array, start: number, end: number): void {
    this.told.push('receive')
    this.size += end - start
    super.receive(bytes, start, end)
    if (this.waiting && this.size >= this.waiting.size) this.waiting.resolve()
  }

  override drained(): void {
    this.told.push('drained')
    super.drained()
  }

  override ended(): void {
    this.told.push('ended')
    super.ended()
    this.resolveEnded()
  }

  override closed(error: Error | null): void {
    this.told.push('closed')
    super.closed(error)
    this.resolveClosed(error)
  }
}

export function write(channel: Channel, ...pieces: (string | Uint8Array)[]): void {
  const output = new Output()
  for (const piece of pieces) {
    if (typeof piece === 'string') output.text(piece)
    else output.bytes(piece)
  }
  channel.write(output)
}

/** Waits until `condition` holds, letting input and output happen. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 1))
}
