// The flow of bytes between a channel and an HTTP/1.1 connection, both ways: what has come and cannot be taken yet is
// kept, within bounds, by stopping the peer; what goes out is gathered, and while the kernel does not take it no
// further request is taken up.
import { HeldBytes } from '../bytes/held-bytes.ts'
import { H1Connection, type H1Limits, type H1Sink } from '../h1/index.ts'
import type { Channel } from '../transport/index.ts'
import { Flow, OUTPUT_AHEAD } from './flow.ts'

const NO_BYTES = new Uint8Array(0)

export abstract class H1Flow extends Flow {
  readonly connection: H1Connection

  /** What the connection has not taken yet: a pipelined request behind the one being answered, or content nobody has asked for. */
  protected leftover: HeldBytes | null = null
  /** The connection is to be asked to go on as soon as what has gathered is written: it was paused, or owes an end. */
  private heldBack = false

  constructor(channel: Channel, limits: H1Limits) {
    super(channel)
    this.connection = new H1Connection('server', limits)
  }

  /** What the connection tells goes here. */
  protected abstract readonly sink: H1Sink
  /** An exchange is under way: what comes in now belongs to it, or waits behind it. */
  protected abstract readonly busy: boolean
  /** Content is coming in that somebody will ask for. */
  protected abstract readonly contentDue: boolean
  protected abstract readonly pipelineBytes: number
  /** The last exchange of the connection is over. */
  protected abstract conclude(): void

  /** Bytes that are neither with the program nor with the kernel. */
  get waitingBytes(): number {
    return this.leftover === null ? 0 : this.leftover.size
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.lingering) return
    if (this.leftover !== null || (!this.busy && this.overfull)) {
      this.keep(bytes, start, end)
      this.regulate()
      return
    }
    this.receiving = true
    const taken = this.connection.receive(bytes, this.sink, start, end)
    this.receiving = false
    if (taken < end - start) this.keep(bytes, start + taken, end)
    this.settle()
  }

  override finish(why: string): void {
    super.finish(why)
    this.leftover = null
  }

  /** After anything happened: writes what has gathered, then closes, or goes on with what waits. */
  protected settle(): void {
    this.flush()
    while (!this.overfull && !this.connection.finished && (this.heldBack || (this.leftover !== null && !this.busy))) {
      if (this.heldBack) {
        this.heldBack = false
        this.connection.resume()
      }
      const before = this.waitingBytes
      this.proceed()
      this.flush()
      if (this.waitingBytes === before && !this.heldBack) break
    }
    if (this.connection.finished) this.conclude()
    else this.regulate()
  }

  /** Gives the connection what waits, or at least the chance to tell an end that it could not tell before. */
  protected proceed(): void {
    const held = this.leftover
    this.leftover = null
    this.receiving = true
    const taken = this.connection.receive(
      held === null ? NO_BYTES : held.bytes,
      this.sink,
      0,
      held === null ? 0 : held.size,
    )
    this.receiving = false
    if (held !== null && taken < held.size && !this.lingering && !this.channel.closed) {
      held.drop(taken)
      this.leftover = held
    } else if (this.peerEnded) this.endIncoming()
  }

  /** The peer's FIN is reached: all that came before it has been taken. */
  protected endIncoming(): void {
    this.connection.end(this.sink)
    if (!this.busy && !this.connection.finished && !this.receiving) this.finish('peer')
  }

  protected flush(): void {
    if (this.connection.output.size === 0) return
    this.channel.write(this.connection.output)
    if (this.channel.backlog > 0) this.stalled = true
  }

  /** After a reply: goes on at once, unless so much has gathered that it must be written first. */
  protected holdBackIfFull(): void {
    if (this.connection.output.size <= OUTPUT_AHEAD) return
    this.heldBack = true
    this.connection.pause()
  }

  /** The connection goes on; what it owes the sink, such as a message's end that was held back, is told when things settle. */
  protected goOn(): void {
    this.connection.resume()
    this.heldBack = true
  }

  /** The kernel has taken everything. */
  protected unstall(): void {
    this.stalled = false
    if (this.heldBack || this.leftover !== null) this.settle()
  }

  /** Stops the peer while enough is waiting already. */
  protected regulate(): void {
    const { leftover } = this
    this.setReading(leftover === null || !(this.contentDue || this.overfull || leftover.size >= this.pipelineBytes))
  }

  /** So much waits for the kernel that no further request is taken up. Over TLS a little waits after every write. */
  private get overfull(): boolean {
    return this.stalled && this.channel.backlog > OUTPUT_AHEAD
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.connection.finished || this.channel.closed) return
    this.leftover ??= new HeldBytes()
    this.leftover.add(bytes, start, end)
  }
}
