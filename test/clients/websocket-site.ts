// An application with sockets of each kind, served in the clear and over TLS by servers in this process: what the clients are tried on.
import { setTimeout as pause } from 'node:timers/promises'
import { App, type ServeOptions, type Server, serve } from '../../src/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'

/** How a connection ended, as the application was told. */
export interface Closing {
  readonly path: string
  readonly version: string
  readonly code: number
  readonly reason: string
}

/** Who may connect, and with which certificate: same hosts, and one of its own, unless said. */
export interface Terms {
  readonly origins?: 'same' | 'any'
  readonly made?: Made
}

/** A message that is worth to be compressed, and no two alike. */
export function rows(count: number, first = 0): string {
  return JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      id: first + i,
      name: `Row ${(first + i) * 7919}`,
      price: i / 4,
      umlaut: 'ä€😀',
    })),
  )
}

/** Bytes that no compressor makes smaller. */
export function noise(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4))
  let state = size + 1
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    words[i] = state ^ (state >>> 15)
  }
  return Buffer.from(words.buffer, 0, size)
}

export class SocketSite {
  /** `ws://localhost:…` and `wss://localhost:…`. */
  readonly clear: string
  readonly tls: string
  readonly certificate: string
  readonly made: Made
  /** How connections have ended. */
  readonly closings: Closing[] = []
  /** How often the sender of `/push` had to wait. */
  waits = 0
  /** How many are in the room. */
  inRoom = 0
  /** Messages of `/slow` that are being handled at the same time, at most. */
  mostAtOnce = 0
  private readonly servers: readonly Server[]
  private readonly watchers = new Set<() => void>()

  static async serve(options: ServeOptions = {}, terms: Terms = {}): Promise<SocketSite> {
    const made = terms.made ?? (await certificateFor(['localhost', '127.0.0.1']))
    const app = new App()
    // What its handlers fail with is meant to be.
    const all = { host: '127.0.0.1', port: 0, report() {}, ...options }
    const servers = [await serve(app, all), await serve(app, { ...all, tls: made })]
    const site = new SocketSite(servers, made)
    site.fill(app, terms.origins ?? 'same')
    return site
  }

  private constructor(servers: readonly Server[], made: Made) {
    this.servers = servers
    this.made = made
    this.certificate = made.cert
    this.clear = `ws://localhost:${servers[0].port}`
    this.tls = `wss://localhost:${servers[1].port}`
  }

  get port(): number {
    return this.servers[0].port
  }

  /** Waits until a connection to the path has ended. */
  async closing(path: string): Promise<Closing> {
    for (;;) {
      const found = this.closings.find(one => one.path === path)
      if (found !== undefined) return found
      await this.change()
    }
  }

  /** Waits until so many are in the room. */
  async joined(count: number): Promise<void> {
    while (this.inRoom < count) await this.change()
  }

  /** Stops accepting, and ends once the connections have. */
  drain(): Promise<unknown> {
    return Promise.all(this.servers.map(server => server.drain(20_000)))
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(server => server.close()))
  }

  private change(): Promise<void> {
    return new Promise(resolve => this.watchers.add(resolve))
  }

  private changed(): void {
    for (const look of this.watchers) look()
    this.watchers.clear()
  }

  private fill(app: App, origins: 'same' | 'any'): void {
    const close = (peer: SocketPeerLike, code: number, reason: string): void => {
      const { path, version } = peer.context.exchange
      this.closings.push({ path, version, code, reason })
      this.changed()
    }
    app.get('/', ({ html }) => html('<!doctype html><title>Sockets</title><link rel="icon" href="data:,">'))
    app.socket(
      '/echo/*',
      { messageBytes: 64 * 1_048_576, queueBytes: 64 * 1_048_576, origins },
      {
        message: (peer, message) => peer.send(message),
        close,
      },
    )
    app.socket('/bare/*', { compression: false, origins }, { message: (peer, message) => peer.send(message), close })
    app.socket('/small/*', { messageBytes: 1000, origins }, { message: (peer, message) => peer.send(message), close })
    app.socket(
      '/chat/*',
      { protocols: ['chat.v2', 'chat.v1'], origins },
      {
        open: peer => void peer.send(`over ${peer.context.exchange.version}`),
        close,
      },
    )
    app.socket(
      '/ends/*',
      { origins },
      {
        message: (peer, text) => {
          const [code, reason] = String(text).split(' ')
          if (code === 'throw') throw new Error('This handler fails')
          peer.send('Goodbye')
          peer.close(Number(code), reason)
        },
        close,
      },
    )
    // As much as is asked for, and as fast as the peer takes it.
    app.socket(
      '/push/*',
      { origins },
      {
        message: async (peer, text) => {
          const [count, size] = String(text).split(' ').map(Number)
          for (let i = 0; i < count; i++) {
            const chunk = noise(size)
            chunk.writeUInt32BE(i)
            const room = peer.send(chunk)
            if (room !== undefined) this.waits++
            await room
          }
          peer.close(1000, 'All')
        },
        close,
      },
    )
    let now = 0
    app.socket(
      '/slow/*',
      { origins },
      {
        message: async (peer, text) => {
          this.mostAtOnce = Math.max(this.mostAtOnce, ++now)
          await pause(1)
          now--
          peer.send(`Done ${text}`)
        },
        close,
      },
    )
    app.socket(
      '/room/*',
      { origins },
      {
        open: peer => {
          peer.join('all')
          this.inRoom++
          this.changed()
        },
        message: (peer, message) => void peer.to('all').send(message),
        close,
      },
    )
  }
}

interface SocketPeerLike {
  readonly context: { readonly exchange: { readonly path: string; readonly version: string } }
}
