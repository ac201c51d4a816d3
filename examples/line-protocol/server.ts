// A key-value server with a protocol of its own, on the parts that Wirewright's HTTP server stands on: `bytes/` frames,
// `transport/` listens, reads and writes. In a project of your own import `wirewright/bytes/output`, `wirewright/transport`
// and so on, in place of the paths into `src/`. Run it with: node server.ts [PORT]
import { fileURLToPath } from 'node:url'
import { Output } from '../../src/bytes/output.ts'
import {
  type Channel,
  type ChannelUser,
  type Clock,
  type Listener,
  listen,
  systemClock,
} from '../../src/transport/index.ts'
import { FrameError, Frames } from './frames.ts'
import { Store } from './store.ts'

/** How long a client may say nothing. */
const IDLE = 60_000
/** Answers that are gathered before the client must have taken them. */
const MOST_OUTPUT = 65_536

/** Listens on `port`, on this machine only. */
export async function serveStore(port: number, clock: Clock = systemClock): Promise<Listener> {
  const store = new Store()
  const sessions = new Set<Session>()
  const listener = await listen({
    where: { port },
    accept(channel) {
      const session = new Session(channel, store, clock, () => sessions.delete(session))
      sessions.add(session)
    },
    notice: message => console.error(message),
    clock,
    maxConnections: 1000,
    connectionsPerAddress: 0,
    handshakeTimeout: 0,
  })
  const stopTicking = clock.every(1000, () => {
    for (const session of sessions) session.cutIfIdle(clock.now())
  })
  listener.ended.then(stopTicking)
  return listener
}

/** One client: joins its channel to the frames and the store. */
class Session implements ChannelUser {
  private readonly frames = new Frames()
  private readonly output = new Output()
  private lastHeard: number
  private saidAll = false
  private over = false
  private readonly channel: Channel
  private readonly store: Store
  private readonly clock: Clock
  private readonly gone: () => void

  constructor(channel: Channel, store: Store, clock: Clock, gone: () => void) {
    this.channel = channel
    this.store = store
    this.clock = clock
    this.gone = gone
    this.lastHeard = clock.now()
    channel.user = this
  }

  /** The bytes are borrowed: the frames copy what they keep. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.over) return
    this.lastHeard = this.clock.now()
    this.frames.add(bytes, start, end)
    this.answer()
  }

  drained(): void {
    this.lastHeard = this.clock.now()
    if (!this.over) this.answer()
  }

  /** A client that has said all it will may still read. */
  ended(): void {
    this.saidAll = true
    if (!this.over) this.answer()
  }

  closed(): void {
    this.gone()
  }

  cutIfIdle(now: number): void {
    if (now - this.lastHeard > IDLE) this.channel.destroy()
  }

  /** Answers what is there, as long as the client takes the answers; a slow reader is not read from any more. */
  private answer(): void {
    try {
      while (this.channel.backlog === 0) {
        const frame = this.frames.next()
        if (frame !== null) this.store.answer(frame, this.output)
        if (frame === null || this.output.size > MOST_OUTPUT) this.channel.write(this.output)
        if (frame === null) break
      }
      if (this.saidAll && this.channel.backlog === 0) this.finish()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.output.text(`ERROR at byte ${error.offset}: ${error.message}\n`)
      this.channel.write(this.output)
      this.finish()
    }
    if (this.channel.backlog > 0) this.channel.pause()
    else this.channel.resume()
  }

  private finish(): void {
    this.over = true
    this.channel.finish()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { addresses } = await serveStore(Number(process.argv[2] ?? 4000))
  for (const address of addresses)
    if ('port' in address) console.log(`Listening on ${address.host} port ${address.port}`)
}
