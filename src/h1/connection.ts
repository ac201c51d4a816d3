// An HTTP/1.1 connection (RFC 9112) as a pure state machine, for both roles: bytes go in by `receive` and come out as
// calls of a sink; messages go in by `send…` (sender.ts) and come out as bytes in `output`. It knows no socket and no
// clock. One exchange at a time: the next request is read when the response to the last one has been sent.

import { HeldBytes } from '../bytes/held-bytes.ts'
import { Output } from '../bytes/output.ts'
import { latin1 } from '../bytes/text.ts'
import type { FieldList } from '../http/fields.ts'
import { FORBIDDEN_TRAILERS } from '../http/message-fields.ts'
import { CHUNK_BROKEN, ChunkReader, HAS_DATA, LAST_CHUNK } from './chunks.ts'
import { broken, type RuleName } from './errors.ts'
import { CHUNKED, TUNNELLED, UNTIL_CLOSE } from './framing.ts'
import { HeadFields } from './head-fields.ts'
import { BROKEN, COMPLETE, HeadScanner, MORE } from './head-scanner.ts'
import { DEFAULT_LIMITS, type H1Limits } from './limits.ts'
import { type ReceivedHead, requestHead, responseHead } from './received-head.ts'
import { SendingSide } from './sender.ts'
import type { H1Sink } from './sink.ts'
import { after, CLOSED, CONTENT, DONE, FAILED, IDLE, TUNNEL } from './states.ts'
import type { Preamble } from './writer.ts'

/** Where the status stands in a status line. */
const STATUS_AT = 'HTTP/1.1 '.length

/** An incomplete head: what of it has come, and how far it has been scanned. */
interface Partial {
  readonly scanner: HeadScanner
  readonly held: HeldBytes
}

/** An HTTP/1.1 connection without a socket: bytes in, calls of a sink out, and an output to be written. */
export class H1Connection extends SendingSide {
  private readonly isServer: boolean
  private readonly limits: H1Limits
  private partial: Partial | null = null
  private chunks: ChunkReader | null = null
  private paused = false
  /** The message's end is to be told, but the sink paused before. */
  private endDue = false
  /** How the message coming in is framed, and what is left of it where that is counted. */
  private framing = 0
  private left = 0
  private received = 0
  /** Bytes of the message that came before those that are being looked at. */
  private messageBytes = 0
  private inTrailers = false
  /** Where in the bytes of the present `receive` those begin that are this connection's. */
  private givenFrom = 0

  constructor(role: 'server' | 'client', limits: H1Limits = DEFAULT_LIMITS, output: Output = new Output()) {
    super(output)
    this.isServer = role === 'server'
    this.limits = limits
  }

  /** Whether part of a message has come: the rest of it is awaited. */
  get midMessage(): boolean {
    return this.receiving === CONTENT || (this.partial !== null && !this.partial.scanner.untouched)
  }

  /** Bytes of an incomplete head that are kept here. */
  get heldBytes(): number {
    return this.partial === null ? 0 : this.partial.held.size
  }

  /** Bytes of content received for the message so far. */
  get contentReceived(): number {
    return this.received
  }

  /**
   * Takes bytes in, and tells the sink what they say before it returns.
   * @param bytes borrowed: nothing of them is kept but by copying
   * @returns how many it took; the rest must be given again, after `resume` or when the response has been sent
   */
  receive(bytes: Uint8Array, sink: H1Sink, start = 0, end = bytes.length): number {
    let at = start
    this.givenFrom = start
    while (!this.paused) {
      if (this.endDue) this.endMessage(sink)
      else if (at === end) break
      else if (this.receiving === IDLE && (this.isServer || this.sending !== IDLE))
        at = this.receiveHead(bytes, at, end, sink)
      else if (this.receiving === CONTENT) at = this.receiveContent(bytes, at, end, sink)
      else if (this.receiving === TUNNEL) {
        sink.content(bytes, at, end)
        at = end
      } else break
    }
    return at - start
  }

  /** Nothing more is told until `resume`. Legal inside a sink method. */
  pause(): void {
    this.paused = true
  }

  /** Goes on at the next `receive`, which may be given no bytes. */
  resume(): void {
    this.paused = false
  }

  /** The peer will send no more. A message that ends with the connection is complete by it, any other is broken. */
  end(sink: H1Sink): void {
    if (this.receiving === CONTENT && this.framing === UNTIL_CLOSE) {
      this.persistent = false
      this.endMessage(sink)
    } else if (this.midMessage && !this.endDue) {
      this.cutShort(sink)
    } else if (this.receiving === TUNNEL) {
      this.receiving = CLOSED
      sink.end()
    } else if (this.receiving === IDLE) {
      this.partial = null
      this.receiving = CLOSED
      this.persistent = false
    } else if (this.receiving !== FAILED) {
      this.persistent = false
    }
  }

  override sendSwitch(status: number, fields: FieldList, upgrade: string, preamble: Preamble): void {
    super.sendSwitch(status, fields, upgrade, preamble)
    this.endDue = false
  }

  private receiveHead(bytes: Uint8Array, at: number, end: number, sink: H1Sink): number {
    if (this.partial !== null) return this.receiveMoreOfHead(this.partial, bytes, at, end, sink)
    const scanner = borrowScanner(this.limits)
    scanner.reset(this.inTrailers ? 'trailers' : this.isServer ? 'request' : 'response')
    const found = scanner.scan(bytes, at, end)
    const next = at + scanner.at
    if (found === MORE) {
      this.partial = { scanner, held: new HeldBytes() }
      this.partial.held.add(bytes, at, end)
      return end
    }
    if (found === COMPLETE) this.headComplete(scanner, bytes, at, end, sink)
    else this.headBroken(scanner, bytes, at, end, sink)
    return found === BROKEN ? at : next
  }

  private receiveMoreOfHead(partial: Partial, bytes: Uint8Array, at: number, end: number, sink: H1Sink): number {
    const { scanner, held } = partial
    const before = held.size
    held.add(bytes, at, Math.min(end, at + this.limits.headBytes - before))
    const found = scanner.scan(held.bytes, 0, held.size)
    if (found === MORE) return end
    const next = at + scanner.at - before
    this.partial = null
    this.givenFrom = 0
    if (found === COMPLETE) this.headComplete(scanner, held.bytes, 0, held.size, sink)
    else this.headBroken(scanner, held.bytes, 0, held.size, sink)
    this.givenFrom = at
    return found === BROKEN ? at : next
  }

  private headBroken(scanner: HeadScanner, bytes: Uint8Array, base: number, end: number, sink: H1Sink): void {
    const { rule, at } = scanner
    giveBack(scanner)
    if (this.isServer && !this.inTrailers) this.forgetRequest()
    this.fail(rule, this.inTrailers ? this.messageBytes + at : at, bytes, base + at, end, sink)
  }

  private headComplete(scanner: HeadScanner, bytes: Uint8Array, base: number, end: number, sink: H1Sink): void {
    const size = scanner.at
    if (this.inTrailers) {
      const fields = scanner.fieldCount > 0 ? new HeadFields(`\r\n${latin1(bytes, base, base + size)}`) : null
      giveBack(scanner)
      this.trailersComplete(fields, bytes, base, end, sink)
      return
    }
    const head = this.isServer
      ? requestHead(scanner, bytes, base, base + size, this.limits)
      : responseHead(scanner, bytes, base, base + size, this.limits, this.method)
    giveBack(scanner)
    if (this.isServer) {
      // Also of a request that is refused: the refusal answers it, and not the one before.
      this.method = head.method
      this.minor = head.minor
    }
    if (head.broken !== null) {
      this.fail(head.broken, head.brokenAt, bytes, base + head.brokenAt, end, sink)
      return
    }
    if (head.status === 101 && !this.upgradeAsked) {
      this.fail('unasked-upgrade', STATUS_AT, bytes, base + STATUS_AT, end, sink)
      return
    }
    this.begin(head, size, sink)
  }

  private begin(head: ReceivedHead, size: number, sink: H1Sink): void {
    if (!this.isServer && head.status < 200 && head.status !== 101) {
      sink.head(head)
      return
    }
    this.framing = head.framing
    this.left = head.framing
    this.messageBytes = size
    this.received = 0
    if (this.isServer) this.persistent = head.persistent
    else if (!head.persistent) this.persistent = false
    this.receiving = CONTENT
    this.endDue = head.framing === 0
    if (head.framing === CHUNKED) {
      this.chunks ??= new ChunkReader(this.limits)
      this.chunks.reset()
    } else if (head.framing === TUNNELLED) {
      this.receiving = TUNNEL
      this.sending = TUNNEL
    }
    sink.head(head)
    if (this.endDue && !this.paused) this.endMessage(sink)
  }

  private receiveContent(bytes: Uint8Array, at: number, end: number, sink: H1Sink): number {
    if (this.inTrailers) return this.receiveHead(bytes, at, end, sink)
    if (this.framing === CHUNKED) return this.receiveChunks(bytes, at, end, sink)
    const counted = this.framing !== UNTIL_CLOSE
    const take = Math.min(counted ? this.left : this.limits.contentBytes - this.received, end - at)
    if (take === 0) {
      this.fail('content-too-large', this.messageBytes, bytes, at, end, sink)
      return at
    }
    this.received += take
    this.messageBytes += take
    if (counted) {
      this.left -= take
      this.endDue = this.left === 0
    }
    sink.content(bytes, at, at + take)
    return at + take
  }

  private receiveChunks(bytes: Uint8Array, start: number, end: number, sink: H1Sink): number {
    const chunks = this.chunks!
    const base = this.messageBytes - start
    chunks.at = start
    const step = chunks.step(bytes, end)
    const next = chunks.at
    this.messageBytes = base + next
    if (step === HAS_DATA) {
      this.received += next - chunks.dataStart
      sink.content(bytes, chunks.dataStart, next)
    } else if (step === LAST_CHUNK) {
      this.inTrailers = true
    } else if (step === CHUNK_BROKEN) {
      this.fail(chunks.rule, base + next, bytes, next, end, sink)
      return start
    }
    return next
  }

  private trailersComplete(
    fields: HeadFields | null,
    bytes: Uint8Array,
    base: number,
    end: number,
    sink: H1Sink,
  ): void {
    this.inTrailers = false
    if (fields === null) {
      this.endMessage(sink)
      return
    }
    const forbidden = FORBIDDEN_TRAILERS.find(name => fields.has(name))
    if (forbidden !== undefined) {
      const place = fields.placeOf(forbidden)
      this.fail('forbidden-trailer', this.messageBytes + place, bytes, base + place, end, sink)
      return
    }
    this.endDue = true
    sink.trailers(fields)
  }

  private endMessage(sink: H1Sink): void {
    this.endDue = false
    // The request that asked for a tunnel has become one: its end is the connection's.
    if (this.receiving === TUNNEL) return
    this.receiving = after('end', this.receiving)
    if (this.sending === DONE) this.turn()
    sink.end()
  }

  private cutShort(sink: H1Sink): void {
    const { partial } = this
    if (this.isServer && this.receiving === IDLE) this.forgetRequest()
    const offset = (this.receiving === CONTENT ? this.messageBytes : 0) + (partial === null ? 0 : partial.scanner.at)
    const held = partial === null ? new HeldBytes() : partial.held
    this.partial = null
    this.givenFrom = 0
    this.fail('incomplete-message', offset, held.bytes, held.size, held.size, sink)
  }

  /** `offset` counts from the message's first byte; the same place is `at` in `bytes`. */
  private fail(rule: RuleName, offset: number, bytes: Uint8Array, at: number, end: number, sink: H1Sink): void {
    this.receiving = FAILED
    this.persistent = false
    sink.failed(broken(rule, offset, bytes, at, this.givenFrom, end))
  }
}

/** A scanner is needed while a head is looked at, and longer only where the head is incomplete: one serves nearly all connections. */
let spare: HeadScanner | null = null

function borrowScanner(limits: H1Limits): HeadScanner {
  const scanner = spare ?? new HeadScanner()
  spare = null
  scanner.limits = limits
  return scanner
}

function giveBack(scanner: HeadScanner): void {
  spare = scanner
}
