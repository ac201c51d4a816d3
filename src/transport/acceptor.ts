// What happens to a connection between the kernel and its user: counted, refused if there are too many, TLS told from
// plain, shaken hands with, and put on a channel.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from './address.ts'
import { Crowd } from './crowd.ts'
import { Deadlines } from './deadlines.ts'
import { descriptorsRunOut, saysRunOut } from './descriptors.ts'
import type { Doorkeeper } from './door.ts'
import { type Beginning, FirstBytes, Handshake, type HandshakeOffer } from './handshake.ts'
import type { ListenOptions } from './listener.ts'
import { Refusals } from './refusals.ts'
import { TLS_CAN_TAKE_OVER, withSharedReads } from './shared-reads.ts'
import {
  type Carrier,
  type ChannelHost,
  listenTo,
  readByStream,
  SocketChannel,
  stopReadingByStream,
} from './socket-channel.ts'

/** How often deadlines are looked at; they are seconds long. */
const TICK = 500
/** The same trouble is told once in this time. */
const NOTICE_INTERVAL = 60_000

export class Acceptor implements ChannelHost, Doorkeeper {
  /** The channels that have a user of the caller's. */
  readonly channels = new Set<SocketChannel>()
  /** Connections that hold a place: all but those being refused. */
  count = 0
  /** Fulfilled once stopped and the last connection is closed. */
  readonly ended: Promise<void>
  private readonly options: ListenOptions
  private readonly limit: number
  private readonly crowd: Crowd
  private readonly beginnings = new Deadlines<Beginning>(one => one.cut())
  private readonly refusals: Refusals
  private readonly stopTicking: () => void
  private resolveEnded: () => void = () => {}
  private stopped = false
  private toldAt = Number.NEGATIVE_INFINITY

  constructor(options: ListenOptions, limit: number) {
    this.options = options
    this.limit = limit
    this.crowd = options.crowd ?? new Crowd()
    this.refusals = new Refusals(options, () => this.endIfOver())
    this.ended = new Promise(resolve => {
      this.resolveEnded = resolve
    })
    this.stopTicking = options.clock.every(TICK, () => this.tick())
  }

  /** Takes nothing more, and cuts what is not on a channel yet. */
  stop(): void {
    this.stopped = true
    this.beginnings.cutAll()
    this.endIfOver()
  }

  close(): void {
    this.stop()
    this.refusals.cutAll()
    for (const channel of this.channels) channel.destroy()
  }

  failed(channel: SocketChannel, error: unknown): void {
    this.options.notice(`Connection ${channel.id} was cut, because the program failed while it was handled`, error)
  }

  gone(channel: SocketChannel): void {
    this.channels.delete(channel)
    this.leave(channel.address)
  }

  arrived(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress ?? '')
    const why = this.crowd.overLimit(address, this.limit, this.options.connectionsPerAddress)
    if (this.stopped) socket.destroy()
    else if (why !== null) this.refusals.refuse(socket, address, why)
    else {
      this.enter(address)
      const { tls, tlsFor, plainToo } = this.options
      if (tls && !tlsFor && !plainToo) this.secure(socket, address, this.deadline(), this.offerFor(undefined))
      else this.open(socket, address)
    }
  }

  /** Puts a channel on a socket as it is. Where it may speak TLS, the first bytes decide what becomes of it. */
  private open(accepted: Socket, address: string): void {
    const { tls, sharedReads } = this.options
    const mayShare = sharedReads !== 'never' && (!tls || TLS_CAN_TAKE_OVER)
    const shared = mayShare ? withSharedReads(accepted) : null
    const socket: Carrier = shared ?? accepted
    const channel = new SocketChannel(socket, this, address)
    listenTo(socket)
    if (tls) this.awaitFirstBytes(channel)
    else this.give(channel)
    if (shared === null) readByStream(socket)
    if (!channel.wantsToRead) return
    if (shared === null) socket.resume()
    else socket.read(0)
  }

  private awaitFirstBytes(channel: SocketChannel): void {
    const deadline = this.deadline()
    const plain = (): void => {
      this.beginnings.delete(first)
      this.give(channel)
    }
    const first = new FirstBytes(channel, {
      tls: (read, serverName) => {
        this.beginnings.delete(first)
        const socket = channel.release()
        stopReadingByStream(socket)
        socket.unshift(read)
        this.secure(socket, channel.address, deadline, this.offerFor(serverName))
      },
      plain: this.options.plainToo ? plain : null,
      closed: () => {
        this.beginnings.delete(first)
      },
    })
    channel.user = first
    this.beginnings.add(first, deadline)
  }

  private offerFor(serverName: string | undefined): HandshakeOffer {
    const { tls, tlsFor, alpn = ['http/1.1'] } = this.options
    const context = (serverName === undefined ? undefined : tlsFor?.(serverName)) ?? tls!
    return { context, alpn, serverName }
  }

  private secure(socket: Socket, address: string, deadline: number, offer: HandshakeOffer): void {
    const handshake = new Handshake(socket, offer, (secured, error) => {
      this.beginnings.delete(handshake)
      if (secured !== null) this.openSecured(secured, address)
      else {
        this.leave(address)
        this.options.handshakeFailed?.(address, error)
      }
    })
    this.beginnings.add(handshake, deadline)
  }

  private openSecured(socket: TLSSocket, address: string): void {
    const channel = new SocketChannel(socket, this, address)
    listenTo(socket)
    this.give(channel)
    readByStream(socket)
    if (channel.wantsToRead) socket.resume()
  }

  /** From here on the channel is the caller's. */
  private give(channel: SocketChannel): void {
    this.channels.add(channel)
    try {
      this.options.accept(channel)
    } catch (error) {
      channel.destroy()
      this.failed(channel, error)
    }
  }

  private enter(address: string): void {
    this.count++
    this.crowd.enter(address, this.options.connectionsPerAddress)
  }

  private leave(address: string): void {
    this.count--
    this.crowd.leave(address, this.options.connectionsPerAddress)
    this.endIfOver()
  }

  private deadline(): number {
    const { clock, handshakeTimeout } = this.options
    return handshakeTimeout === 0 ? Number.POSITIVE_INFINITY : clock.now() + handshakeTimeout
  }

  private tick(): void {
    const now = this.options.clock.now()
    this.beginnings.tick(now)
    this.refusals.tick(now)
    if (!this.stopped && descriptorsRunOut()) this.tell(RUN_OUT)
    this.endIfOver()
  }

  acceptFailed(error: Error): void {
    this.tell(saysRunOut(error) ? RUN_OUT : 'Accepting a connection failed', error)
  }

  private tell(message: string, error?: Error): void {
    const now = this.options.clock.now()
    if (now - this.toldAt < NOTICE_INTERVAL) return
    this.toldAt = now
    this.options.notice(message, error)
  }

  private endIfOver(): void {
    if (!this.stopped || this.count > 0 || this.refusals.count > 0) return
    this.stopTicking()
    this.resolveEnded()
  }
}

const RUN_OUT =
  'File descriptors have run out: new connections are closed unanswered until some are free. Raise the limit (ulimit -n) or lower the number of connections'
