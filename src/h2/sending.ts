// What goes out on streams: heads, content as far as the windows allow, trailers, resets. Content waits in its stream and is
// moved to the output in the scheduler's order, so that neither a slow reader nor a large reply keeps the others waiting.
import { ByteOutput } from '../bytes/byte-output.ts'
import { latin1Bytes, putLatin1 } from '../bytes/text.ts'
import type { FieldList } from '../http/fields.ts'
import { hasNoContent } from '../http/status.ts'
import { putFrameHead, putHeaderBlock, putReset } from './frame-writer.ts'
import { DATA, DEFAULT_WINDOW, END_STREAM, FRAME_HEAD } from './frames.ts'
import type { H2Limits } from './limits.ts'
import { BlockWriter } from './response-blocks.ts'
import { Scheduler } from './scheduler.ts'
import { sentFieldsOf } from './sent-fields.ts'
import { PeerSettings } from './settings.ts'
import type { H2Sink } from './sink.ts'
import { after, CLOSED, sends } from './states.ts'
import type { H2Stream } from './stream.ts'
import type { UsualFields } from './usual-fields.ts'

/** A message's content while the end of it is not known, for `sendResponse`. */
export const UNKNOWN_LENGTH = -1

/** Whole content up to this size is copied behind its head: cheaper than a piece of its own in the write. */
const COPIED = 8 * 1024

/** Content in one frame, even where the peer would take 16 MB: what is more urgent must not wait for longer than that. */
const MOST_CONTENT = 32 * 1024

const RESET_CONTENT = 205

export abstract class SendingSide {
  /** What is ready to be written. */
  readonly output = new ByteOutput()
  /** Set while the transport takes nothing: content waits, and is put into the output by `produce` alone. */
  contentWaits = false
  /** What the peer may make long or many. */
  readonly limits: H2Limits
  protected readonly sink: H2Sink
  protected readonly open = new Map<number, H2Stream>()
  protected readonly peer = new PeerSettings()
  protected readonly blocks = new BlockWriter()
  protected readonly scheduler = new Scheduler()
  /** What the peer takes of content on all streams together. */
  protected sendWindow = DEFAULT_WINDOW
  private producing = false

  constructor(limits: H2Limits, sink: H2Sink) {
    this.limits = limits
    this.sink = sink
  }

  /** The streams that are open. */
  get streams(): ReadonlyMap<number, H2Stream> {
    return this.open
  }

  /** Content waits that the windows allow to be sent. */
  get pendingContent(): boolean {
    return this.scheduler.size > 0 && this.sendWindow > 0
  }

  /** Sends an interim response (RFC 9110 section 15.2). @param status 100 to 199, not 101 */
  sendInterim(stream: H2Stream, status: number, fields: FieldList): void {
    if (!sends(stream.state) || stream.headSent) return
    this.putBlock(stream, this.blocks.interim(status, fields), false)
  }

  /**
   * Sends a response's head. Nothing is sent where the stream has been lost.
   * @param length the content's length in bytes, or UNKNOWN_LENGTH
   * @returns whether content is due; else the message is complete, as it is for HEAD, 204, 205, 304 and length 0
   */
  sendResponse(stream: H2Stream, status: number, fields: FieldList, length: number, usual: UsualFields): boolean {
    if (!sends(stream.state)) return false
    if (stream.headSent) throw headSentBefore(stream)
    stream.headSent = true
    stream.bodiless = stream.answersHead || status === RESET_CONTENT || hasNoContent(status)
    stream.tunnelled = stream.answersConnect && status < 300
    stream.sendLeft = stream.tunnelled ? UNKNOWN_LENGTH : length
    const ended = stream.bodiless || stream.sendLeft === 0
    const shown = shownLength(stream, status, stream.sendLeft, fields)
    this.putBlock(stream, this.blocks.response(status, fields, shown, usual), ended)
    if (ended) this.messageSent(stream)
    return !ended
  }

  /**
   * Sends a whole response. The content is lent: it must not change.
   * @param content bytes, or text of which each character is sent as one byte
   */
  sendWhole(
    stream: H2Stream,
    status: number,
    fields: FieldList,
    content: Uint8Array | string,
    usual: UsualFields,
  ): void {
    const { length } = content
    const { output } = this
    if (!this.goesAtOnce(stream, status, length)) {
      this.sendInTurn(stream, status, fields, content, usual)
      return
    }
    stream.headSent = true
    this.putBlock(stream, this.blocks.response(status, fields, length, usual), false)
    output.reserve(FRAME_HEAD + length)
    putFrameHead(output, length, DATA, END_STREAM, stream.id)
    if (typeof content === 'string') {
      putLatin1(output.bytes, output.at, content)
      output.at += length
    } else output.copy(content, 0, length)
    stream.sendWindow -= length
    this.sendWindow -= length
    this.messageSent(stream)
  }

  /**
   * Sends a piece of content; only one at a time.
   * @returns true where all of it is in the output; else it is lent until the sink is told `writable`
   * @throws RangeError for more bytes than the head has promised
   */
  sendContent(stream: H2Stream, bytes: Uint8Array): boolean {
    if (!sends(stream.state) || bytes.length === 0) return true
    if (!stream.headSent || stream.endsAfter || stream.pending !== null) throw noContentDue(stream)
    this.promise(stream, bytes.length)
    this.enqueue(stream, bytes)
    stream.tellsWritable = false
    // What is less urgent waits until it is known whether more comes of this.
    if (!this.contentWaits) this.move(stream)
    if (stream.pending === null) return true
    stream.tellsWritable = true
    return false
  }

  /**
   * Ends the message, behind what is pending of its content.
   * @throws RangeError for fewer bytes than the head has promised
   */
  sendEnd(stream: H2Stream, trailers?: FieldList): void {
    if (!sends(stream.state) || stream.endsAfter) return
    if (!stream.headSent) throw noContentDue(stream)
    if (stream.sendLeft > 0) throw tooLittleContent(stream.sendLeft)
    stream.trailers = trailers === undefined || trailers.flat.length === 0 ? null : trailers
    if (stream.pending !== null) {
      stream.endsAfter = true
      stream.tellsWritable = false
    } else this.putEnd(stream)
  }

  /** Ends the stream at once with RST_STREAM. The sink is not told. */
  reset(stream: H2Stream, code: number): void {
    if (stream.state === CLOSED) return
    putReset(this.output, stream.id, code)
    this.forgetStream(stream, true)
  }

  /** Moves pending content to the output, in the scheduler's order, until enough has gathered. */
  produce(): void {
    this.move(null)
  }

  /** @param last the stream whose content is enough; null for as much as there is room for */
  private move(last: H2Stream | null): void {
    // What a sink does when it is told something may lead back here.
    if (this.producing) return
    this.producing = true
    const { scheduler, output, limits } = this
    while (this.sendWindow > 0 && output.size < limits.outputBytes && last?.pending !== null) {
      const stream = scheduler.peek()
      if (stream === null) break
      this.putContent(stream)
    }
    this.producing = false
  }

  /** The stream is over, in order or not: nothing is kept of it. */
  protected abstract forgetStream(stream: H2Stream, resetByUs: boolean): void
  /** An exchange is complete on both sides. */
  protected abstract exchangeCompleted(): void
  /** So much content has moved in a frame. @param cut a window made it shorter than it would have been */
  protected abstract contentMoved(bytes: number, cut: boolean): void

  protected putBlock(stream: H2Stream, block: Uint8Array, ended: boolean): void {
    putHeaderBlock(this.output, block, stream.id, ended, this.peer.maxFrameSize)
  }

  /** Our message is complete: all of it is in the output. */
  protected messageSent(stream: H2Stream): void {
    stream.state = after('sent-end', stream.state)
    if (stream.state === CLOSED) {
      this.forgetStream(stream, false)
      this.exchangeCompleted()
    }
    this.sink.sent(stream)
  }

  /** The peer takes `increment` more on the stream; it may have been less than nothing before. */
  protected widen(stream: H2Stream, increment: number): void {
    stream.sendWindow += increment
    if (stream.pending === null) return
    if (stream.sendWindow > 0) this.scheduler.add(stream)
    else this.scheduler.remove(stream)
  }

  /** Lets go of what waits in a stream that is over. */
  protected dropPending(stream: H2Stream): void {
    if (stream.pending === null) return
    this.scheduler.remove(stream)
    stream.pending = null
  }

  /** Whether a whole response can go out as HEADERS and one DATA frame: it has content, there is room, and nobody waits before it. */
  private goesAtOnce(stream: H2Stream, status: number, length: number): boolean {
    return (
      length > 0 &&
      length <= COPIED &&
      length <= this.sendWindow &&
      length <= stream.sendWindow &&
      this.scheduler.size === 0 &&
      this.output.size <= this.limits.outputBytes &&
      sends(stream.state) &&
      !stream.headSent &&
      !stream.answersHead &&
      !stream.answersConnect &&
      status !== RESET_CONTENT &&
      !hasNoContent(status)
    )
  }

  private sendInTurn(
    stream: H2Stream,
    status: number,
    fields: FieldList,
    content: Uint8Array | string,
    usual: UsualFields,
  ): void {
    if (!this.sendResponse(stream, status, fields, content.length, usual)) return
    stream.sendLeft = 0
    stream.endsAfter = true
    stream.pendingLasts = true
    this.enqueue(stream, typeof content === 'string' ? latin1Bytes(content) : content)
    if (!this.contentWaits) this.produce()
  }

  private promise(stream: H2Stream, length: number): void {
    if (stream.sendLeft === UNKNOWN_LENGTH) return
    if (length > stream.sendLeft) throw tooMuchContent(length - stream.sendLeft)
    stream.sendLeft -= length
  }

  private enqueue(stream: H2Stream, bytes: Uint8Array): void {
    stream.pending = bytes
    stream.pendingAt = 0
    if (stream.sendWindow > 0) this.scheduler.add(stream)
  }

  /** Puts one DATA frame of the stream whose turn it is into the output. */
  private putContent(stream: H2Stream): void {
    const pending = stream.pending!
    const start = stream.pendingAt
    const most = Math.min(this.peer.maxFrameSize, MOST_CONTENT)
    const size = Math.min(pending.length - start, stream.sendWindow, this.sendWindow, most)
    const end = start + size
    const whole = end === pending.length
    const ended = whole && stream.endsAfter && stream.trailers === null
    const { output } = this
    output.reserve(FRAME_HEAD + (stream.pendingLasts && size > COPIED ? 0 : size))
    putFrameHead(output, size, DATA, ended ? END_STREAM : 0, stream.id)
    if (stream.pendingLasts && size > COPIED) output.lend(pending.subarray(start, end))
    else output.copy(pending, start, end)
    stream.pendingAt = end
    stream.sendWindow -= size
    this.sendWindow -= size
    this.contentMoved(size, !whole && size < most)
    this.scheduler.served(stream)
    if (!whole) {
      if (stream.sendWindow <= 0) this.scheduler.remove(stream)
      return
    }
    this.dropPending(stream)
    if (ended) this.messageSent(stream)
    else if (stream.endsAfter) this.putEnd(stream)
    else if (stream.tellsWritable) {
      stream.tellsWritable = false
      this.sink.writable(stream)
    }
  }

  private putEnd(stream: H2Stream): void {
    stream.endsAfter = true
    if (stream.trailers !== null) this.putBlock(stream, this.blocks.trailers(stream.trailers), true)
    else {
      this.output.reserve(FRAME_HEAD)
      putFrameHead(this.output, 0, DATA, END_STREAM, stream.id)
    }
    this.messageSent(stream)
  }
}

/** The Content-Length to show; -1 for none: where there is no content its length would be a lie, or the program's own word is taken. */
function shownLength(stream: H2Stream, status: number, length: number, fields: FieldList): number {
  if (!stream.bodiless) return length
  if (status === RESET_CONTENT) return 0
  if (status === 204) return UNKNOWN_LENGTH
  if (status === 304 || length <= 0) {
    const named = sentFieldsOf(fields).length
    return named >= 0 || status === 304 ? named : length
  }
  return length
}

function headSentBefore(stream: H2Stream): Error {
  return new Error(`Stream ${stream.id} has its response's head already`)
}

function noContentDue(stream: H2Stream): Error {
  return new Error(`Content can be sent on stream ${stream.id} after its head, one piece at a time, and before its end`)
}

function tooMuchContent(more: number): RangeError {
  return new RangeError(`The content is ${more} bytes longer than the head has promised`)
}

function tooLittleContent(missing: number): RangeError {
  return new RangeError(`The content is ${missing} bytes shorter than the head has promised`)
}
