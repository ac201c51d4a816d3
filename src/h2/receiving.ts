// What comes in on streams: heads that open them, content, trailers, resets. Which stream is in which state is decided
// here and in sending.ts, by the table of states.ts; how frames are read is connection.ts's affair.
import type { HpackField } from '../hpack/index.ts'
import { type BudgetKind, Budgets } from './budgets.ts'
import { broken, CODES, type H2Error, lostWithConnection, type RuleName, resetByPeer } from './errors.ts'
import { putGoaway, putReset } from './frame-writer.ts'
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
  readonly role: Role
  /** The rule that the connection failed by. */
  failure: H2Error | null = null
  protected readonly past = new PastStreams()
  protected readonly windows: ReceiveWindows
  /** The highest stream that is still answered once the final GOAWAY has been sent. */
  protected lastAnswered = Number.POSITIVE_INFINITY
  /** Where the frame begins that is being looked at, in bytes from the connection's first one. */
  protected frameOffset = 0
  /** The client's own next stream. */
  protected nextOwn = 1
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

  /** So much of the stream's content has been used, or thrown away: the peer may send more. */
  consumed(stream: H2Stream, count: number): void {
    const used = Math.min(count, stream.unread)
    if (used === 0 || this.failure !== null) return
    stream.unread -= used
    this.windows.giveBack(stream, used)
  }

  /** Ends the connection for a reason of ours: GOAWAY. */
  fail(rule: RuleName, stream = 0): void {
    if (this.failure !== null) return
    const error = broken(rule, stream, this.frameOffset)
    this.failure = error
    putGoaway(this.output, this.past.last, error.code, `${rule}: ${error.detail} (${error.section})`)
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
  protected largeHeadCame(id: number, ended: boolean): void {
    const stream = this.open.get(id)
    if (stream !== undefined) this.streamError(stream, 'fields-too-large')
    else if (this.role === 'server') this.requestCame(id, ended, null, null)
    else this.lateFrame(id, 'closed-stream')
  }

  /** A piece of content, without its padding. */
  protected contentCame(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    stream.contentReceived += size
    stream.unread += size
    if (stream.contentDue >= 0) {
      stream.contentDue -= size
      if (stream.contentDue < 0) {
        this.streamError(stream, 'wrong-content-length')
        return
      }
    } else if (stream.contentReceived > this.limits.contentBytes) {
      this.tooMuchContent(stream, size)
      return
    }
    this.contentMoved(size, false)
    this.sink.content(stream, bytes, start, end)
  }

  /** More content than is taken: the sink answers, and the rest is thrown away. */
  private tooMuchContent(stream: H2Stream, size: number): void {
    this.consumed(stream, size)
    if (stream.contentRefused) return
    stream.contentRefused = true
    if (this.role === 'client') this.streamError(stream, 'reply-too-large')
    else this.sink.refused(stream, broken('content-too-large', stream.id, this.frameOffset))
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
    stream.receiveWindow = this.limits.streamWindow
    stream.windowSize = this.limits.streamWindow
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
      stream.urgency = priority.urgency
      stream.incremental = priority.incremental
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

  private requestCame(id: number, ended: boolean, fields: readonly HpackField[] | null, judged: H2Head | null): void {
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
      past.noteReset(id)
      return
    }
    if (this.open.size >= this.limits.streams) {
      this.refuse(id, ended, 'too-many-streams')
      return
    }
    const head = judged ?? (fields === null ? 'head-too-large' : requestHead(fields, this.limits))
    if (typeof head === 'string') {
      this.refuse(id, ended, head)
      return
    }
    if (ended && head.length > 0) {
      this.refuse(id, ended, 'wrong-content-length')
      return
    }
    if (!ended && head.length > this.limits.contentBytes) {
      this.refuse(id, ended, 'content-too-large')
      return
    }
    this.admit(this.register(id, ended), head, ended)
  }

  /** A request that gets no further: reset, or left to the sink to answer. */
  private refuse(id: number, ended: boolean, rule: RuleName): void {
    const error = broken(rule, id, this.frameOffset)
    const stream = this.register(id, ended)
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
    const none = stream.answersHead || head.status === 204 || head.status === 304
    if (!ended) stream.contentDue = none ? 0 : head.length
    else if (!none && head.length > 0) {
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
