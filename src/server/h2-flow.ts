// The flow of bytes between a channel and an HTTP/2 connection: what comes out while one read is handled, or within one
// turn of the event loop, leaves in one write. While the kernel does not take it no more content is made, and a peer that
// asks for ever more must read first.
import type { H2Connection } from '../h2/index.ts'
import type { Channel } from '../transport/index.ts'
import type { ContentPump } from './content-pump.ts'
import { Flow, OUTPUT_AHEAD } from './flow.ts'

/** Bytes written without a break before others get their turn: a large reply to a fast reader must not keep the thread. */
const AT_ONCE = 1024 * 1024

export abstract class H2Flow extends Flow {
  abstract readonly connection: H2Connection
  /** How often something has come in. */
  reads = 0

  /** Somebody sees to it that what comes out is written: it may gather until then. */
  private settling = false
  /** Producers that wait for room in the output. There is hardly ever more than one: the others' content waits in their streams, for their turn. */
  private readonly heldBack: ContentPump[] = []

  constructor(channel: Channel) {
    super(channel)
    this.stalled = channel.backlog > 0
  }

  /** Nothing more can happen on the connection. */
  protected abstract conclude(): void

  /** Sends what the connection begins with, where nothing has come in yet. */
  begin(): void {
    this.settle()
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.lingering) return
    this.reads++
    this.receiving = true
    this.connection.receive(bytes, start, end)
    this.receiving = false
    this.settle()
  }

  drained(): void {
    this.stalled = false
    this.connection.contentWaits = false
    if (this.lingering) return
    this.makeMore()
    this.settle()
  }

  /** After anything happened: writes what has gathered, then ends, or goes on. */
  protected settle(): void {
    if (this.lingering || this.channel.closed) return
    this.pushOut()
    if (this.connection.finished) this.conclude()
    else this.setReading(!this.stalled || this.channel.backlog + this.connection.output.size <= OUTPUT_AHEAD)
  }

  /** Like `settle`, at the end of this turn, so that what else happens in it leaves in the same write. */
  settleLater(): void {
    if (
      this.receiving ||
      this.settling ||
      (this.connection.output.size === 0 && this.resting && !this.connection.finished)
    )
      return
    this.settling = true
    process.nextTick(settleNow, this)
  }

  /** So much has gathered, or waits for the kernel, that no content is to be added. */
  protected get crowded(): boolean {
    return this.stalled || this.connection.output.size >= this.connection.limits.outputBytes
  }

  /** Lets a producer go on when there is room. */
  protected holdBack(pump: ContentPump | null): void {
    if (pump !== null) this.heldBack.push(pump)
  }

  protected flush(): void {
    const { connection, channel } = this
    if (connection.output.size === 0) return
    channel.writeBytes(connection.output)
    if (channel.backlog === 0) return
    this.stalled = true
    connection.contentWaits = true
  }

  /** What `settleLater` put off. @param more content may be added, too */
  settleNow(more: boolean): void {
    this.settling = false
    if (more && !this.crowded) this.makeMore()
    this.settle()
  }

  private pushOut(): void {
    let written = 0
    while (!this.stalled) {
      const { size } = this.connection.output
      if (size === 0 && this.resting) return
      this.flush()
      written += size
      if (this.stalled || this.resting) return
      if (written > AT_ONCE) {
        this.settling = true
        setImmediate(settleInTurn, this)
        return
      }
      this.makeMore()
    }
  }

  /** Nothing waits to be added to the output. */
  private get resting(): boolean {
    return this.heldBack.length === 0 && !this.connection.pendingContent
  }

  /** Producers, and content that waits, fill the output again. */
  private makeMore(): void {
    this.receiving = true
    while (this.heldBack.length > 0 && !this.crowded) this.heldBack.shift()?.resume()
    this.connection.produce()
    this.receiving = false
  }
}

function settleNow(flow: H2Flow): void {
  flow.settleNow(false)
}

function settleInTurn(flow: H2Flow): void {
  flow.settleNow(true)
}
