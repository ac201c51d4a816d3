// What comes in on streams: heads that open them, content, trailers, resets. Which stream is in which state is decided
// here and in sending.ts, by the table of states.ts; how frames are read is connection.ts's affair.
import type { HpackField } from '../hpack/index.ts'
import { hasNoContent } from '../http/status.ts'
import { type BudgetKind, Budgets } from './budgets.ts'
import { broken, CODES, type H2Error, lostWithConnection, type RuleName, resetByPeer } from './errors.ts'
import { putGoaway, putReset } from './frame-writer.ts'
import { DEFAULT_WINDOW } from './frames.ts'
import type { H2Head, Priority } from './head.ts'
import type { H2Limits, WindowBudget } from './limits.ts'
import { PastStreams } from './past-streams.ts'
import { ReceiveWindows } from './receive-windows.ts'
import { requestHead, trailerFields } from './request-head.ts'
import { responseHead } from './response-head.ts'
import { SendingSide } from './sending.ts'
import type { Role } from './settings.ts'
import type { H2Sink } from './sink.ts'
import { after, CLOSED, HALF_CLOSED_LOCAL, OPEN, receives } from './states.ts'
import { H2Stream } from './stream.ts'

/** Late content of this size was under way when we reset its stream; smaller frames are paid for. */
const WORTHWHILE = 256

export abstract class ReceivingSide extends SendingSide {
  /** Which side of the connection this is. */
  readonly role: Role
  /** The rule that the connection failed by. */
  failure: H2Error | null = null
  protected readonly past = new PastStreams()
  protected readonly windows: ReceiveWindows
  /** The highest stream that is still answered once the final GOAWAY has been sent. */
  protected lastAnswered = Number.POSITIVE_INFINITY
  /** Where the frame begins that is being looked at, in bytes from the connection's first one. */
  protected frameOffset = 0
  /** The peer has acknowledged our SETTINGS. */
  settingsAcknowledged = false
  /** The client's own next stream. */
  protected nextOwn = 1
  /**
   * The client has said something of priorities (RFC 9218): what it leaves out has the defaults. The responses to one that
   * never does share, or the first download would hold up all others.
   */
  protected prioritises = false
  private budgetsMade: Budgets | null = null
  /** The stream whose head the sink is being told: it is not among the open ones yet. */
  private opening: H2Stream | null = null

  constructor(role: Role, limits: H2Limits, sink: H2Sink, budget: WindowBudget) {
    super(limits, sink)
    this.role = role
    this.windows = new ReceiveWindows(limits, budget, this.output)
  }

  /** How many streams the peer has opened. */
  get opened(): number {
    return this.past.opened
  }

  /**
   * So much of the stream's content has been used, or thrown away: the peer may send more.
   * @param keptPace its reader was ready for it when it came: the window may grow
   */
  consumed(stream: H2Stream, count: number, keptPace = true): void {
    const used = Math.min(count, stream.unread)
    if (used === 0 || this.failure !== null) return
    stream.unread -= used
    this.windows.giveBack(stream, used, keptPace)
  }

  /** Ends the connection for a reason of ours: GOAWAY. */
  fail(rule: RuleName, stream = 0): void {
    if (this.failure !== null) return
    const error = broken(rule, stream, this.frameOffset)
    this.failure = error
    this.windows.close()
    putGoaway(
      this.output,
      Math.min(this.past.last, this.lastAnswered),
      error.code,
      `${rule}: ${error.detail} (${error.section})`,
    )
    this.loseAll(error.code)
    this.sink.failed(error)
  }

  /** The transport is gone. */
  abort(): void {
    this.loseAll(CODES.CANCEL)
    this.windows.releaseAll()
  }

  /** A stream's whole field list has come. @param judged the head, where it is known already */
  protected headCame(id: number, ended: boolean, fields: readonly HpackField[] | null, judged: H2Head | null): void {
    const stream = this.open.get(id)
    if (stream !== undefined) this.moreFields(stream, ended, fields!)
    else if (this.role === 'server') this.requestCame(id, ended, fields, judged)
    else this.lateFrame(id, 'closed-stream')
  }

  /** A head that is larger than the limits allow. */
  protected largeHeadCame(id: number, ended: boolean, fields: readonly HpackField[]): void {
    const stream = this.open.get(id)
    if (stream !== undefined) this.streamError(stream, 'fields-too-large')
    else if (this.role === 'server') this.requestCame(id, ended, fields, 'head-too-large')
    else this.lateFrame(id, 'closed-stream')
  }

  /** A DATA frame with so much content begins. @returns whether it may come: if not, the stream is over */
  protected contentAnnounced(stream: H2Stream, size: number): boolean {
    if (stream.contentDue >= 0) {
      stream.contentDue -= size
      if (stream.contentDue >= 0) return true
      const meaningless = this.role === 'client' && stream.bodiless
      this.streamError(stream, meaningless ? 'content-without-meaning' : 'wrong-content-length')
      return false
    }
    if (stream.contentRefused || stream.contentReceived + size <= this.limits.contentBytes) return true
    stream.contentRefused = true
    if (this.role === 'client') this.streamError(stream, 'reply-too-large')
    else this.sink.refused(stream, broken('content-too-large', stream.id, this.frameOffset))
    return receives(stream.state)
  }

  /** A piece of content, without its padding. */
  protected contentCame(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    stream.contentReceived += size
    stream.unread += size
    // What is sent by the peer needs no WINDOW_UPDATE of it: it earns by its bytes alone.
    this.contentMoved(size, true)
    this.sink.content(stream, bytes, start, end)
  }

  /** END_STREAM on DATA. */
  protected messageEnded(stream: H2Stream): void {
    if (stream.contentDue > 0) {
      this.streamError(stream, 'wrong-content-length')
      return
    }
    this.close(stream)
    this.sink.end(stream)
  }

  protected resetCame(id: number, code: number): void {
    const stream = this.open.get(id)
    if (stream === undefined) {
      if (this.isIdle(id)) this.fail('idle-stream', id)
      else this.spend('idle-frame')
      return
    }
    // A client that has its reply may end an unfinished request as it likes.
    const costs = stream.state !== HALF_CLOSED_LOCAL
    this.forgetStream(stream, false)
    this.sink.lost(stream, resetByPeer(id, code, this.frameOffset))
    if (costs && this.role === 'server') this.spend('reset')
  }

  /** A frame for a stream that is not open: one that cannot be, or one that comes late. @param length of its content */
  protected lateFrame(id: number, rule: 'closed-stream' | 'idle-stream', length = 0): void {
    if (this.isIdle(id)) this.fail('idle-stream', id)
    else if (rule === 'closed-stream' && !this.past.wasReset(id)) this.fail(rule, id)
    else if (length < WORTHWHILE) this.spend('idle-frame')
  }

  /** Ends the stream for what the peer did on it. */
  protected streamError(stream: H2Stream, rule: RuleName): void {
    const error = broken(rule, stream.id, this.frameOffset)
    putReset(this.output, stream.id, error.code)
    this.forgetStream(stream, true)
    this.sink.lost(stream, error)
    this.spend('reset')
  }

  protected spend(kind: BudgetKind, count = 1): void {
    this.budgetsMade ??= new Budgets()
    const rule = this.budgetsMade.spend(kind, count)
    if (rule !== null) this.fail(rule)
  }

  protected get budgets(): Budgets | null {
    return this.budgetsMade
  }

  protected exchangeCompleted(): void {
    this.budgetsMade?.exchangeCompleted()
  }

  protected contentMoved(bytes: number, cut: boolean): void {
    this.budgetsMade?.contentMoved(bytes, cut)
  }

  /** Neither side has ever used the number, and it may still be. */
  protected isIdle(id: number): boolean {
    if (this.role === 'client') return id % 2 === 0 || id >= this.nextOwn
    return id % 2 === 0 || id > this.past.last
  }

  protected forgetStream(stream: H2Stream, resetByUs: boolean): void {
    stream.state = CLOSED
    this.open.delete(stream.id)
    this.dropPending(stream)
    this.windows.release(stream)
    if (resetByUs) this.past.noteReset(stream.id)
  }

  /** A stream with a request, or one that waits to be refused, is open from now on. */
  protected register(id: number, ended: boolean): H2Stream {
    const stream = new H2Stream(id)
    stream.state = ended ? after('received-end', OPEN) : OPEN
    stream.sendWindow = this.peer.initialWindowSize
    // A peer that has not seen our SETTINGS yet may send what the protocol allows by default (RFC 9113 section 6.9.2).
    const { streamWindow } = this.limits
    stream.receiveWindow = this.settingsAcknowledged ? streamWindow : Math.max(streamWindow, DEFAULT_WINDOW)
    stream.windowSize = streamWindow
    return stream
  }

  /** Tells the sink of a new request. */
  protected admit(stream: H2Stream, head: H2Head, ended: boolean): void {
    stream.headReceived = true
    stream.answersHead = head.method === 'HEAD'
    stream.answersConnect = head.method === 'CONNECT'
    if (!ended) stream.contentDue = head.length
    const priority = this.earlyPriority(stream.id) ?? head.priority
    if (priority !== null) {
      this.prioritises = true
      stream.urgency = priority.urgency
      stream.incremental = priority.incremental
    } else {
      // A tunnel has no end that would be worth waiting for (section 10.1).
      stream.incremental = stream.answersConnect || (!this.prioritises && !this.peer.noRfc7540Priorities)
    }
    this.opening = stream
    this.sink.head(stream, head, ended)
    this.nowOpen(stream)
  }

  /** What a PRIORITY_UPDATE said of the stream before it was opened. */
  protected abstract earlyPriority(id: number): Priority | null

  /** What a new request's fields make; null where they do not make one, which is told later. */
  protected judge(fields: readonly HpackField[]): H2Head | null {
    const head = requestHead(fields, this.limits)
    return typeof head === 'string' ? null : head
  }

  /** @param judged what the fields make, where it is known already; else they are there */
  private requestCame(
    id: number,
    ended: boolean,
    fields: readonly HpackField[] | null,
    judged: H2Head | 'head-too-large' | null,
  ): void {
    const { past } = this
    if (id % 2 === 0) {
      this.fail('stream-id-order', id)
      return
    }
    if (id <= past.last) {
      if (past.wasSkipped(id)) this.fail('stream-id-order', id)
      else this.lateFrame(id, 'closed-stream')
      return
    }
    past.use(id)
    if (id > this.lastAnswered) {
      // It was sent before our GOAWAY came, as far as we know: there cannot be many of these.
      past.noteReset(id)
      this.spend('reset')
      return
    }
    if (this.open.size >= this.limits.streams) {
      this.refuse(id, ended, 'too-many-streams', fields)
      return
    }
    const head = judged ?? requestHead(fields!, this.limits)
    if (typeof head === 'string') {
      this.refuse(id, ended, head, fields)
      return
    }
    if (ended && head.length > 0) {
      this.refuse(id, ended, 'wrong-content-length', fields)
      return
    }
    this.admit(this.register(id, ended), head, ended)
  }

  /** A request that gets no further: reset, or left to the sink to answer. */
  private refuse(id: number, ended: boolean, rule: RuleName, fields: readonly HpackField[] | null): void {
    const error = broken(rule, id, this.frameOffset)
    const stream = this.register(id, ended)
    // The refusal of HEAD has no content either.
    stream.answersHead = fields?.some(({ name, value }) => name === ':method' && value === 'HEAD') ?? false
    if (error.status === 0) {
      putReset(this.output, id, error.code)
      this.forgetStream(stream, true)
      this.sink.refused(stream, error)
      this.spend('reset')
      return
    }
    // Its answer is an exchange, which earns one again.
    this.spend('reset', 2)
    if (this.failure !== null) return
    stream.contentRefused = true
    this.opening = stream
    this.sink.refused(stream, error)
    this.nowOpen(stream)
  }

  /** The sink has been told of a stream: it is open, unless it has been answered already. */
  private nowOpen(stream: H2Stream): void {
    this.opening = null
    if (stream.state === CLOSED) return
    if (this.failure === null) this.open.set(stream.id, stream)
    else this.lose(stream, this.failure.code)
  }

  /** Fields on an open stream: a response's head, or trailers. */
  private moreFields(stream: H2Stream, ended: boolean, fields: readonly HpackField[]): void {
    if (!receives(stream.state)) {
      this.streamError(stream, 'half-closed-stream')
      return
    }
    if (this.role === 'client' && !stream.headReceived) {
      this.responseCame(stream, ended, fields)
      return
    }
    if (stream.tunnelled) {
      this.streamError(stream, 'fields-in-tunnel')
      return
    }
    if (!ended) {
      this.streamError(stream, 'trailers-without-end')
      return
    }
    const trailers = trailerFields(fields)
    if (typeof trailers === 'string') {
      this.streamError(stream, trailers)
      return
    }
    if (stream.contentDue > 0) {
      this.streamError(stream, 'wrong-content-length')
      return
    }
    this.sink.trailers(stream, trailers)
    if (stream.state === CLOSED) return
    this.close(stream)
    this.sink.end(stream)
  }

  private responseCame(stream: H2Stream, ended: boolean, fields: readonly HpackField[]): void {
    const head = responseHead(fields, this.limits)
    if (typeof head === 'string') {
      this.streamError(stream, head)
      return
    }
    if (head.status < 200) {
      if (ended) {
        this.streamError(stream, 'interim-with-end')
        return
      }
      this.sink.head(stream, head, false)
      return
    }
    stream.headReceived = true
    // Whatever length the response to CONNECT has means nothing (RFC 9110 section 9.3.6).
    stream.tunnelled = stream.answersConnect && head.status < 300
    const none = stream.answersHead || hasNoContent(head.status)
    stream.bodiless = none
    if (!ended) stream.contentDue = none ? 0 : stream.tunnelled ? -1 : head.length
    else if (!none && !stream.tunnelled && head.length > 0) {
      this.streamError(stream, 'wrong-content-length')
      return
    }
    this.sink.head(stream, head, ended)
    if (ended && stream.state !== CLOSED) this.close(stream)
  }

  /** The peer's side of the stream is complete. */
  private close(stream: H2Stream): void {
    stream.state = after('received-end', stream.state)
    if (stream.state !== CLOSED) return
    this.forgetStream(stream, false)
    this.exchangeCompleted()
  }

  private loseAll(code: number): void {
    if (this.opening !== null && this.opening.state !== CLOSED) this.lose(this.opening, code)
    for (const stream of [...this.open.values()]) this.lose(stream, code)
  }

  protected lose(stream: H2Stream, code: number): void {
    this.forgetStream(stream, false)
    this.sink.lost(stream, lostWithConnection(stream.id, code))
  }
}
