// Connections beyond a limit: a few at a time may hear why, for a short while; the others are closed at once.
import type { Socket } from 'node:net'
import type { OverLimit } from './crowd.ts'
import { Deadlines } from './deadlines.ts'
import type { ListenOptions } from './listener.ts'
import { type ChannelHost, listenTo, readByStream, SocketChannel } from './socket-channel.ts'

/** How long a refused connection may take to hear why, and how many may at a time: enough for people, not for a flood. */
const TIME = 2000
const AT_A_TIME = 32

export class Refusals implements ChannelHost {
  /** Those that are not closed yet. */
  count = 0
  private readonly options: ListenOptions
  private readonly oneGone: () => void
  private readonly open = new Deadlines<SocketChannel>(channel => channel.destroy())

  constructor(options: ListenOptions, oneGone: () => void) {
    this.options = options
    this.oneGone = oneGone
  }

  refuse(socket: Socket, address: string, why: OverLimit): void {
    const { refused, tls, clock } = this.options
    if (!refused || tls || this.count >= AT_A_TIME) {
      socket.destroy()
      return
    }
    this.count++
    const channel = new SocketChannel(socket, this, address)
    listenTo(socket)
    this.open.add(channel, clock.now() + TIME)
    try {
      refused(channel, why)
    } catch (error) {
      channel.destroy()
      this.failed(channel, error)
    }
    // What the peer sends is read, or closing would reset the connection and the reply be lost (RFC 9112 section 9.6).
    readByStream(socket)
    socket.resume()
  }

  tick(now: number): void {
    this.open.tick(now)
  }

  cutAll(): void {
    this.open.cutAll()
  }

  failed(_channel: SocketChannel, error: unknown): void {
    this.options.notice('Refusing a connection failed', error)
  }

  gone(channel: SocketChannel): void {
    this.count--
    this.open.delete(channel)
    this.oneGone()
  }
}
