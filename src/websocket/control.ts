// What control frames do (RFC 6455 section 5.5): pings are answered, close frames too, and a broken rule ends the connection.
import { utf8 } from '../bytes/text.ts'
import { broken, CODES, isSendableCode, type RuleName } from './errors.ts'
import { CLOSE, MOST_CONTROL, PING } from './frames.ts'
import { SendingSide } from './sending.ts'
import type { WebSocketSink } from './sink.ts'
import { after, CLOSED, type ConnectionEvent } from './states.ts'
import { wrongByteOf } from './utf8.ts'

/** Answers what is about the connection as a whole. */
export abstract class ControlSide extends SendingSide {
  /** Where the frame at hand begins in the connection's bytes. */
  protected frameOffset = 0
  /** The output is not being taken: of pings that come, only the latest is kept to be answered. */
  private waits = false
  private latestPing: Ping | null = null

  /** The peer's close frame has come, or it broke a rule, or the connection has ended: nothing more is taken. */
  get finished(): boolean {
    return this.state === CLOSED
  }

  /**
   * Whether what is in the output waits for a peer that does not read. As long as it does, pings are not answered one by one, or a
   * peer could fill the memory with pongs: the latest one is, when this is false again (RFC 6455 section 5.5.3).
   */
  get outputWaits(): boolean {
    return this.waits
  }

  set outputWaits(waits: boolean) {
    this.waits = waits
    if (!waits) this.answerLatestPing()
  }

  /** Sends the close frame, behind the answer to a ping that has waited. */
  override close(code: number, reason = ''): void {
    this.answerLatestPing()
    super.close(code, reason)
  }

  protected controlFrame(opcode: number, bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    if (opcode === PING) this.pingFrame(bytes, start, end)
    else if (opcode === CLOSE) this.closeFrame(bytes, start, end, sink)
    else sink.pong(bytes, start, end)
  }

  /** Ends the connection for a broken rule. @param offset of what broke it in the connection's bytes, where that is not its frame */
  protected fail(name: RuleName, sink: WebSocketSink, offset = this.frameOffset): void {
    const error = broken(name, offset)
    this.dropPending()
    if (error.code !== CODES.ABNORMAL) this.close(error.code, error.rule)
    this.finish('rule-broken')
    sink.failed(error)
  }

  /** The peer ended between messages without a close frame (RFC 6455 section 7.1.5). */
  protected peerGone(sink: WebSocketSink): void {
    this.finish('ended')
    sink.closing(CODES.ABNORMAL, '')
  }

  /** Nothing more is taken. What is incomplete is let go of; what was sent before still goes out. */
  protected finish(event: ConnectionEvent): void {
    this.latestPing = null
    this.state = after(event, this.state)
  }

  /** Pings are answered until the peer's close frame has come, whether or not ours has been sent (RFC 6455 section 5.5.2). */
  private pingFrame(bytes: Uint8Array, start: number, end: number): void {
    if (!this.waits) {
      this.pong(bytes, start, end)
      return
    }
    this.latestPing ??= new Ping()
    this.latestPing.keep(bytes, start, end)
  }

  private answerLatestPing(): void {
    const ping = this.latestPing
    if (ping === null) return
    this.latestPing = null
    this.pong(ping.payload, 0, ping.size)
  }

  private closeFrame(bytes: Uint8Array, start: number, end: number, sink: WebSocketSink): void {
    let code: number = CODES.NO_STATUS
    let reason = ''
    if (end - start === 1) {
      this.fail('invalid-close', sink)
      return
    }
    if (end > start) {
      code = (bytes[start] << 8) | bytes[start + 1]
      if (!isSendableCode(code)) {
        this.fail('invalid-close-code', sink)
        return
      }
      if (wrongByteOf(bytes, start + 2, end) !== -1) {
        this.fail('invalid-close-reason', sink)
        return
      }
      reason = utf8(bytes, start + 2, end)
    }
    this.close(code)
    this.finish('close-received')
    sink.closing(code, reason)
  }
}

/** A ping that waits to be answered. */
class Ping {
  readonly payload = new Uint8Array(MOST_CONTROL)
  size = 0

  keep(bytes: Uint8Array, start: number, end: number): void {
    this.payload.set(bytes.subarray(start, end))
    this.size = end - start
  }
}
