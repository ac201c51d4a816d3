// The channel over a net.Socket or TLSSocket.
// Its law: nothing is made for a connection but this object; what listens on the socket are functions shared by all,
// which find the channel in a property of the socket. This is the hot path: a request costs one `receive` and one `write`.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type ByteOutput, reuse } from '../bytes/byte-output.ts'
import type { Output } from '../bytes/output.ts'
import type { Channel, ChannelUser, Ends } from './channel.ts'
import { handleOf, type Writer, writeBytes, writeText } from './direct-writes.ts'
import { endsOf } from './ends.ts'

/** Who is told of things that are not the user's business. */
export interface ChannelHost {
  /** A call to the user threw; the channel is being destroyed. */
  failed(channel: SocketChannel, error: unknown): void
  /** The channel is closed and its user has been told. */
  gone(channel: SocketChannel): void
}

let lastId = 0

/** A socket that a channel sits on. */
export type Carrier = Socket & { channel?: SocketChannel | null }

/**
 * The writable high-water mark that sockets under channels must have: with 1, the socket emits 'drain' exactly when the
 * kernel has taken the last of what it could not take at once.
 */
export const HIGH_WATER_MARK = 1

/** Up to here, pieces are joined before they are written: copying them costs less than a vectored write. */
const JOINED = 4096

export class SocketChannel implements Channel, Writer {
  readonly id: number
  user: ChannelUser = NOBODY
  /** The peer's address; empty for a Unix socket. */
  readonly address: string
  private readonly socket: Carrier
  private readonly host: ChannelHost
  private endsRead: Ends | null = null
  private failure: Error | null = null
  private over = false
  private paused = false
  private receiving = false
  private waiting = false
  /** The socket is a plain one, whose handle may be written to. */
  private direct: boolean
  /** Bytes that its handle has and the kernel has not. */
  private pending = 0
  /** Something was given to the socket itself, and has not left it yet. */
  private inSocket = false
  private endHeld = false
  /** Blocks of bytes that the socket has not done with yet. */
  private lent: Uint8Array[] | null = null

  constructor(socket: Carrier, host: ChannelHost, address: string) {
    this.id = ++lastId
    this.address = address
    this.socket = socket
    this.host = host
    this.direct = !('encrypted' in socket)
    socket.channel = this
  }

  get ends(): Ends {
    this.endsRead ??= endsOf(this.socket, this.address)
    return this.endsRead
  }

  get alpn(): string {
    return (this.socket as Partial<TLSSocket>).alpnProtocol || ''
  }

  get backlog(): number {
    if (this.over) return 0
    return this.inSocket ? this.socket.writableLength + this.pending : this.pending
  }

  get bytesSent(): number {
    return bytesTaken(this.socket)
  }

  get closed(): boolean {
    return this.over
  }

  /** Whether reading may start, now that the user has been chosen. */
  get wantsToRead(): boolean {
    return !this.over && !this.paused
  }

  write(output: Output): void {
    const text = output.takeText()
    if (text === null) {
      const pieces = output.takePieces()
      if (this.over) return
      this.writePieces(pieces)
    } else {
      if (text === '' || this.over) return
      const handle = this.handle()
      if (handle !== null) this.pending = writeText(handle, text, this)
      else {
        this.socket.write(text, 'latin1')
        this.inSocket = true
      }
    }
    this.lookBehind()
  }

  writeBytes(output: ByteOutput): void {
    const { size } = output
    if (size === 0) return
    const pieces = output.take()
    if (this.over) {
      output.recycle()
      return
    }
    if (size <= JOINED && pieces.length === 1 && 'encrypted' in this.socket) {
      // TLS reads what it was given later on. A small copy costs less than a block that is not at hand until then.
      const copy = Buffer.allocUnsafe(size)
      copy.set(pieces[0])
      this.socket.write(copy)
      this.inSocket = true
      output.recycle()
    } else {
      if (pieces.length === 1) this.writeOne(pieces[0])
      else this.writeAll(pieces)
      // An empty queue means that the kernel has a copy. Else it has one when the queue has drained.
      if (this.backlog === 0) output.recycle()
      else if (this.lent === null) this.lent = output.handOver()
      else this.lent.push(...output.handOver())
    }
    this.lookBehind()
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    // During `receive` the answer of the read callback does it.
    if (!this.receiving && !this.over) this.socket.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    if (this.over) return
    if (!this.receiving) this.socket.resume()
    if (this.endHeld) {
      this.endHeld = false
      process.nextTick(endedLater, this)
    }
  }

  finish(): void {
    this.direct = false
    if (!this.over && !this.socket.writableEnded) this.socket.end()
  }

  destroy(error?: Error): void {
    if (this.over) return
    this.over = true
    this.failure = error ?? null
    if (error !== undefined && isTcp(this.socket)) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  /** Bytes came in. Returns whether to go on reading. */
  received(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.over) return false
    this.receiving = true
    try {
      this.user.receive(bytes, start, end)
    } catch (error) {
      this.fail(error)
    }
    this.receiving = false
    return !this.paused && !this.over
  }

  drained(): void {
    if (!this.waiting || this.over || this.backlog !== 0) return
    this.inSocket = false
    this.waiting = false
    if (this.lent !== null) {
      reuse(this.lent)
      this.lent = null
    }
    try {
      this.user.drained()
    } catch (error) {
      this.fail(error)
    }
  }

  /** The handle has written what it had. */
  written(size: number, error: Error | null): void {
    this.pending -= size
    if (error === null) this.drained()
    // Tells `broke` and `finished`, as any error of the socket does.
    else this.socket.destroy(error)
  }

  ended(): void {
    if (this.over) return
    if (this.paused) {
      this.endHeld = true
      return
    }
    try {
      this.user.ended()
    } catch (error) {
      this.fail(error)
    }
  }

  /** The socket reports an error; it closes itself next. */
  broke(error: Error): void {
    if (this.over) return
    this.over = true
    this.failure = error
  }

  /** The socket is closed: the last that happens. */
  finished(): void {
    this.over = true
    try {
      this.user.closed(this.failure)
    } catch (error) {
      this.host.failed(this, error)
    }
    this.host.gone(this)
  }

  /** Gives the socket back, so that another can sit on it; this channel is over without a word. */
  release(): Socket {
    this.over = true
    this.socket.channel = null
    return this.socket
  }

  /** The handle, where it may be written to now: nothing waits before it. */
  private handle(): ReturnType<typeof handleOf> {
    return this.direct && this.backlog === 0 ? handleOf(this.socket) : null
  }

  private writeOne(bytes: Uint8Array): void {
    const handle = this.handle()
    if (handle !== null) this.pending = writeBytes(handle, bytes, this)
    else {
      this.socket.write(bytes)
      this.inSocket = true
    }
  }

  private writeAll(pieces: readonly (string | Uint8Array)[]): void {
    writeAll(this.socket, pieces)
    this.inSocket = true
  }

  /** After something was written: notes whether all of it has left. */
  private lookBehind(): void {
    if (this.backlog !== 0) this.waiting = true
    else this.inSocket = false
  }

  /** One system call for all pieces: joined where they are small, else gathered by the kernel. */
  private writePieces(pieces: readonly (string | Uint8Array)[]): void {
    let size = 0
    for (let i = 0; i < pieces.length; i++) size += pieces[i].length
    if (size === 0) return
    if (size <= JOINED) this.writeOne(joined(pieces, size))
    else this.writeAll(pieces)
  }

  private fail(error: unknown): void {
    this.destroy(error instanceof Error ? error : new Error(String(error)))
    this.host.failed(this, error)
  }
}

/** Listens on a socket that has a channel, for everything but what is read. */
export function listenTo(socket: Carrier): void {
  socket.on('drain', onDrain)
  listenToEnd(socket)
  socket.on('error', onError)
  socket.on('close', onClose)
}

/**
 * Node's own listener does nothing for sockets that stay open for writing. Two listeners make an array for each connection, 100 bytes, so
 * ours takes its place where it is alone.
 */
function listenToEnd(socket: Carrier): void {
  const { _events: listeners } = socket as { _events?: { end?: unknown } }
  if (socket.allowHalfOpen && !('encrypted' in socket) && typeof listeners?.end === 'function') listeners.end = onEnd
  else socket.on('end', onEnd)
}

/** Reads through Node's streams: over TLS, and where no buffer can be shared. */
export function readByStream(socket: Carrier): void {
  socket.on('data', onData)
}

/** Stops what `readByStream` started; the socket stands still. */
export function stopReadingByStream(socket: Carrier): void {
  socket.off('data', onData)
  socket.pause()
}

function onData(this: Carrier, bytes: Uint8Array): void {
  const channel = this.channel
  if (channel && !channel.received(bytes, 0, bytes.length)) this.pause()
}

function onDrain(this: Carrier): void {
  this.channel?.drained()
}

function onEnd(this: Carrier): void {
  this.channel?.ended()
}

function onError(this: Carrier, error: Error): void {
  this.channel?.broke(error)
}

function onClose(this: Carrier): void {
  this.channel?.finished()
}

function endedLater(channel: SocketChannel): void {
  channel.ended()
}

function writeAll(socket: Socket, pieces: readonly (string | Uint8Array)[]): void {
  if (pieces.length > 1) socket.cork()
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]
    if (typeof piece === 'string') socket.write(piece, 'latin1')
    else socket.write(piece)
  }
  if (pieces.length > 1) socket.uncork()
}

function joined(pieces: readonly (string | Uint8Array)[], size: number): Uint8Array {
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]
    if (typeof piece === 'string') whole.write(piece, at, 'latin1')
    else whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/**
 * What the kernel has taken. libuv reports a write only when all of it is done, but keeps count of what is queued; the
 * count is on the handle, under TLS on that of the socket below (and then in bytes of TLS). Without it, whole writes count.
 */
function bytesTaken(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: Handle | null }
  const bottom = handle?._parent ?? handle
  if (typeof bottom?.writeQueueSize === 'number' && typeof bottom.bytesWritten === 'number')
    return bottom.bytesWritten - bottom.writeQueueSize
  return (socket.bytesWritten ?? 0) - socket.writableLength
}

/** Whether the socket can be reset: TLS tells a cut by the missing close_notify, and Unix sockets know no reset. */
function isTcp(socket: Socket): boolean {
  return typeof socket.resetAndDestroy === 'function' && !('encrypted' in socket) && socket.remoteAddress !== undefined
}

interface Handle {
  readonly _parent?: Handle
  readonly bytesWritten?: number
  readonly writeQueueSize?: number
}

/** Before there is a user: whatever comes in is ignored. */
const NOBODY: ChannelUser = {
  receive() {},
  drained() {},
  ended() {},
  closed() {},
}
