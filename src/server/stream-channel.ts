// A channel over one stream of an HTTP/2 connection (RFC 8441 section 5): what sits on it need not know that it shares a connection
// with others. A reader that pauses stops opening the stream's window, and so stops its peer alone; END_STREAM is its FIN, and
// RST_STREAM with CANCEL its reset.
import { type ByteOutput, reuse } from '../bytes/byte-output.ts'
import { HeldBytes } from '../bytes/held-bytes.ts'
import type { Output } from '../bytes/output.ts'
import { latin1Bytes } from '../bytes/text.ts'
import { CODES, type H2Connection, type H2Stream } from '../h2/index.ts'
import type { Channel, ChannelUser, Ends } from '../transport/index.ts'
import type { IncomingBody } from './incoming-body.ts'

/** Up to here, what cannot leave at once is copied: it would keep a block of 64 KB from being used again. */
const COPIED = 16 * 1024

/** What is given in one go of what has waited: the user may find that it is enough. */
const AT_ONCE = 16 * 1024

/** The driver of the HTTP/2 connection, as far as its streams' channels need it. */
export interface StreamHost {
  readonly channel: Channel
  readonly connection: H2Connection
  /** Writes what the connection has for the transport, at the latest at the end of this turn. */
  settleLater(): void
}

export class StreamChannel implements Channel {
  /** Set before anything is told. */
  user!: ChannelUser
  readonly alpn = ''
  private readonly host: StreamHost
  private readonly stream: H2Stream
  private over = false
  private told = false
  private paused = false
  private finishing = false
  private endSent = false
  /** The peer's END_STREAM has come; `endHeld` where the user is paused and has not been told. */
  private peerEnded = false
  private endHeld = false
  /** What has come while the user is paused: no more than the stream's window. */
  private held: HeldBytes | null = null
  /** So much of that has been taken. */
  private heldAt = 0
  /** Bytes that the user was given before it paused: the window is opened for them when it goes on. */
  private owed = 0
  /** Pieces behind the one that the stream has. */
  private queue: Uint8Array[] | null = null
  private queued = 0
  /** Blocks that those lie in. */
  private blocks: Uint8Array[] | null = null
  private written = 0

  constructor(host: StreamHost, stream: H2Stream) {
    this.host = host
    this.stream = stream
  }

  /** That of the connection. */
  get id(): number {
    return this.host.channel.id
  }

  get ends(): Ends {
    return this.host.channel.ends
  }

  /** What has not been put into the connection's output. */
  get backlog(): number {
    const { pending, pendingAt } = this.stream
    return this.over ? 0 : this.queued + (pending === null ? 0 : pending.length - pendingAt)
  }

  /** While the connection itself is not being read its bytes count: this stream's wait behind them. */
  get bytesSent(): number {
    const { channel } = this.host
    return this.written - this.backlog + (channel.backlog > 0 ? channel.bytesSent : 0)
  }

  get closed(): boolean {
    return this.over
  }

  /** Bytes that have come and that the user has not taken. */
  get heldBytes(): number {
    return this.held === null ? 0 : this.held.size - this.heldAt
  }

  write(output: Output): void {
    const pieces = output.takePieces()
    this.send(
      pieces.map(piece => (typeof piece === 'string' ? latin1Bytes(piece) : piece)),
      null,
    )
  }

  writeBytes(output: ByteOutput): void {
    const { size } = output
    if (size === 0) return
    const pieces = output.take()
    if (this.over || this.finishing) output.recycle()
    else if (
      size <= COPIED &&
      (pieces.length > 1 || size > this.stream.sendWindow || this.host.connection.contentWaits)
    ) {
      // One frame for all that is small.
      const whole = joined(pieces, size)
      output.recycle()
      this.send([whole], null)
    } else this.send(pieces, output)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    if (this.over) return
    // Legal inside `receive`, and never before it has returned.
    process.nextTick(goOn, this)
  }

  finish(): void {
    if (this.over || this.finishing) return
    this.finishing = true
    if (this.queue === null) this.sendEnd()
    this.host.settleLater()
  }

  destroy(error?: Error): void {
    if (this.over) return
    this.shut()
    this.host.connection.reset(this.stream, error === undefined && this.endSent ? CODES.NO_ERROR : CODES.CANCEL)
    this.host.settleLater()
    process.nextTick(tellClosed, this, error ?? null)
  }

  /** Begins with what has come so far. @param ended END_STREAM was behind it */
  takeOver(incoming: IncomingBody | null, ended: boolean): void {
    while (incoming !== null && incoming.heldBytes > 0) {
      const piece = incoming.pull() as Uint8Array
      this.receive(piece, 0, piece.length)
    }
    if (ended) this.ended()
  }

  // --- What the connection tells of the stream ---

  /** Content has come: borrowed. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.over) return
    if (this.paused || this.held !== null) {
      this.hold(bytes, start, end)
      return
    }
    this.user.receive(bytes, start, end)
    this.consumed(end - start, true)
  }

  /** END_STREAM has come. */
  ended(): void {
    if (this.over) return
    this.peerEnded = true
    if (this.paused || this.held !== null) this.endHeld = true
    else this.user.ended()
    this.closeIfBothEnded()
  }

  /** The piece that the stream had is in the connection's output. */
  writable(): void {
    if (this.over) return
    const { queue } = this
    while (queue !== null && queue.length > 0) {
      const piece = queue.shift()!
      this.queued -= piece.length
      if (this.host.connection.sendContent(this.stream, piece)) continue
      if (queue.length === 0 && this.finishing) this.endBehindPending()
      return
    }
    this.letGoOfBlocks()
    if (this.finishing) this.sendEnd()
    else this.user.drained()
  }

  /** Our END_STREAM is in the connection's output. */
  sent(): void {
    this.endSent = true
    this.letGoOfBlocks()
    this.closeIfBothEnded()
  }

  /** The stream is lost. */
  lost(error: Error): void {
    if (this.over) return
    this.shut()
    this.tell(error)
  }

  /** What `resume` put off. */
  goOn(): void {
    this.consumed(0, false)
    while (this.held !== null && !this.paused && !this.over) {
      const { bytes, size } = this.held
      const start = this.heldAt
      this.heldAt = Math.min(size, start + AT_ONCE)
      this.user.receive(bytes, start, this.heldAt)
      this.consumed(this.heldAt - start, false)
      if (this.heldAt === size) {
        this.held = null
        this.heldAt = 0
      }
    }
    if (this.endHeld && this.held === null && !this.paused && !this.over) {
      this.endHeld = false
      this.user.ended()
      this.closeIfBothEnded()
    }
    this.host.settleLater()
  }

  tell(error: Error | null): void {
    if (this.told) return
    this.told = true
    this.user.closed(error)
  }

  private send(pieces: readonly Uint8Array[], lentBy: ByteOutput | null): void {
    if (this.over || this.finishing) return
    let at = 0
    for (const piece of pieces) this.written += piece.length
    if (this.queue === null && this.stream.pending === null) {
      const { connection } = this.host
      while (at < pieces.length && connection.sendContent(this.stream, pieces[at])) at++
      // The one that was not taken whole is the stream's.
      if (at < pieces.length) {
        this.queue = []
        at++
      } else lentBy?.recycle()
    }
    if (at < pieces.length || this.queue !== null) this.wait(pieces, at, lentBy)
    this.host.settleLater()
  }

  private wait(pieces: readonly Uint8Array[], from: number, lentBy: ByteOutput | null): void {
    this.queue ??= []
    for (let i = from; i < pieces.length; i++) {
      this.queue.push(pieces[i])
      this.queued += pieces[i].length
    }
    if (lentBy === null) return
    this.blocks ??= []
    this.blocks.push(...lentBy.handOver())
  }

  private letGoOfBlocks(): void {
    this.queue = null
    if (this.blocks !== null) reuse(this.blocks)
    this.blocks = null
  }

  private sendEnd(): void {
    this.host.connection.sendEnd(this.stream)
  }

  private endBehindPending(): void {
    this.queue = null
    this.sendEnd()
  }

  private hold(bytes: Uint8Array, start: number, end: number): void {
    this.held ??= new HeldBytes()
    if (this.heldAt > this.held.size >> 1) {
      this.held.drop(this.heldAt)
      this.heldAt = 0
    }
    this.held.add(bytes, start, end)
  }

  /**
   * So many bytes more were given to the user, who may have paused meanwhile.
   * @param keptPace it was ready for them when they came: the window may grow
   */
  private consumed(count: number, keptPace: boolean): void {
    this.owed += count
    if (this.paused || this.over || this.owed === 0) return
    this.host.connection.consumed(this.stream, this.owed, keptPace)
    this.owed = 0
  }

  private closeIfBothEnded(): void {
    if (this.over || this.endHeld || !this.peerEnded || !this.endSent) return
    this.shut()
    process.nextTick(tellClosed, this, null)
  }

  private shut(): void {
    this.over = true
    this.held = null
    this.heldAt = 0
    this.queued = 0
    this.letGoOfBlocks()
  }
}

function goOn(channel: StreamChannel): void {
  if (!channel.closed) channel.goOn()
}

function tellClosed(channel: StreamChannel, error: Error | null): void {
  channel.tell(error)
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
