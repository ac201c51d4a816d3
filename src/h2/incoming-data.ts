// DATA frames that come in (RFC 9113 section 6.1): passed on as they come, however they are cut. Padding counts against the
// windows like content, and is given back at once.

import { ControlSide } from './control.ts'
import { END_STREAM, PADDED } from './frames.ts'
import { receives } from './states.ts'
import type { H2Stream } from './stream.ts'

export abstract class DataSide extends ControlSide {
  private dataStream: H2Stream | null = null
  private dataLeft = 0
  private paddingLeft = 0
  private dataEnds = false

  /** A DATA frame is under way. */
  protected get midData(): boolean {
    return this.dataLeft > 0 || this.paddingLeft > 0
  }

  /** Takes a DATA frame's head. @returns where its content starts, or -1 where the padding's length has not come yet */
  protected beginData(
    length: number,
    flags: number,
    id: number,
    bytes: Uint8Array,
    payload: number,
    end: number,
  ): number {
    let padding = 0
    let at = payload
    if ((flags & PADDED) !== 0) {
      if (length === 0) {
        this.fail('wrong-frame-size', id)
        return end
      }
      if (payload === end) return -1
      padding = bytes[at++]
      if (padding >= length) {
        this.fail('too-much-padding', id)
        return end
      }
    }
    if (!this.windows.take(length)) {
      this.fail('window-exceeded', id)
      return end
    }
    const overhead = at - payload + padding
    this.dataLeft = length - overhead
    this.paddingLeft = padding
    this.dataEnds = (flags & END_STREAM) !== 0
    const stream = this.takingContent(id, length, this.dataLeft)
    this.dataStream = stream
    if (this.failure !== null) return end
    if (stream === null) this.windows.giveBackToConnection(length)
    else {
      if (overhead > 0) this.windows.giveBack(stream, overhead)
      if (this.dataLeft === 0 && !this.dataEnds) this.spend('idle-frame')
    }
    if (this.dataLeft === 0 && padding === 0) this.endData()
    return at
  }

  /**
   * The stream that a DATA frame belongs to; null where its content is to be thrown away.
   * @param length with padding
   */
  private takingContent(id: number, length: number, content: number): H2Stream | null {
    const stream = this.open.get(id)
    if (stream === undefined) {
      this.lateFrame(id, 'closed-stream', length)
      return null
    }
    const rule = !receives(stream.state)
      ? 'half-closed-stream'
      : !stream.headReceived && this.role === 'client'
        ? 'content-before-head'
        : this.windows.takeOf(stream, length)
          ? null
          : 'stream-window-exceeded'
    if (rule === null) return this.contentAnnounced(stream, content) ? stream : null
    this.streamError(stream, rule)
    return null
  }

  /** Passes on what has come of the DATA frame under way. @returns where it stopped */
  protected readData(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    if (this.dataLeft > 0) {
      const until = Math.min(at + this.dataLeft, end)
      this.dataLeft -= until - at
      const stream = this.dataStream
      if (stream !== null && until > at) {
        if (receives(stream.state)) this.contentCame(stream, bytes, at, until)
        else this.windows.giveBackToConnection(until - at)
      }
      at = until
      if (this.dataLeft === 0 && this.paddingLeft === 0) this.endData()
    }
    if (this.dataLeft === 0 && this.paddingLeft > 0) {
      const until = Math.min(at + this.paddingLeft, end)
      this.paddingLeft -= until - at
      at = until
      if (this.paddingLeft === 0) this.endData()
    }
    return at
  }

  private endData(): void {
    const stream = this.dataStream
    this.dataStream = null
    if (stream !== null && this.dataEnds && this.failure === null && receives(stream.state)) this.messageEnded(stream)
  }
}
