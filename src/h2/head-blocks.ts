// Header blocks that come in: one at a time, over a HEADERS frame and any number of CONTINUATION frames (RFC 9113 section
// 4.3). Each fragment is decoded as it comes, so that no more of a block is held than one field that is not complete.
//
// A block that is the same as the last one, while HPACK's table has not changed, means the same request: its head is used
// again without decoding and judging. Clients that repeat a request send such blocks.
import { HeldBytes } from '../bytes/held-bytes.ts'
import { HpackDecoder, type HpackField } from '../hpack/index.ts'
import { BUDGETS } from './budgets.ts'
import type { RuleName } from './errors.ts'
import { LEAST_FRAME_SIZE } from './frames.ts'
import type { H2Head } from './head.ts'
import type { H2Limits } from './limits.ts'

/** HPACK's own default: 4096 bytes (RFC 9113 section 6.5.2). */
const TABLE_BYTES = 4096

/** A larger block is hardly repeated. */
const REMEMBERED = 64

/** How much more than a field list may have a block may have: so far it is read to keep the table right, and answered with 431. */
const TOO_LARGE = 2

export class HeadBlocks {
  /** The stream of the block under way; 0 where there is none. */
  stream = 0
  /** The block's HEADERS frame had END_STREAM. */
  ended = false
  private readonly limits: H2Limits
  private readonly decoder: HpackDecoder
  /** Frames that a block may have: as many as the largest one needs, and some more. */
  private readonly mostFrames: number
  private held: HeldBytes | null = null
  private size = 0
  private frames = 0
  private readonly last = new Uint8Array(REMEMBERED)
  private lastLength = 0
  private lastEdition = -1
  private lastHead: H2Head | null = null

  constructor(limits: H2Limits) {
    this.limits = limits
    this.mostFrames =
      1 + Math.max(BUDGETS.continuation.most, Math.ceil((limits.headBytes * TOO_LARGE) / LEAST_FRAME_SIZE))
    this.decoder = new HpackDecoder({
      tableBytes: TABLE_BYTES,
      listBytes: limits.headBytes,
      fieldCount: limits.fieldCount,
      stringBytes: limits.headBytes * TOO_LARGE,
    })
  }

  get heldBytes(): number {
    return this.held === null ? 0 : this.held.size
  }

  /** The fields of the block that is complete are more, or larger, than the limits allow. */
  get tooLarge(): boolean {
    return this.decoder.tooLarge
  }

  /** The head that the very same block gave before; null where it must be decoded. */
  repeated(bytes: Uint8Array, start: number, end: number): H2Head | null {
    const { last, lastLength } = this
    if (end - start !== lastLength || this.lastEdition !== this.decoder.edition) return null
    for (let i = 0; i < lastLength; i++) if (bytes[start + i] !== last[i]) return null
    return this.lastHead
  }

  /** Remembers what a block meant; `edition` is the table's before it was decoded. */
  remember(bytes: Uint8Array, start: number, end: number, edition: number, head: H2Head): void {
    const length = end - start
    if (length > REMEMBERED || edition !== this.decoder.edition) return
    for (let i = 0; i < length; i++) this.last[i] = bytes[start + i]
    this.lastLength = length
    this.lastEdition = edition
    this.lastHead = head
  }

  get edition(): number {
    return this.decoder.edition
  }

  /** Decodes a block that is all there. @returns its fields, or the rule that it breaks */
  whole(bytes: Uint8Array, start: number, end: number): HpackField[] | RuleName {
    const { decoder } = this
    decoder.begin()
    decoder.decode(bytes, start, end)
    // A string that is longer than the whole block is not endless, but broken off.
    return decoder.finish() ? decoder.takeFields() : 'invalid-header-block'
  }

  begin(stream: number, ended: boolean): void {
    this.stream = stream
    this.ended = ended
    this.size = 0
    this.frames = 0
    this.decoder.begin()
  }

  /** Decodes a fragment of the block under way. @returns the rule it breaks */
  add(bytes: Uint8Array, start: number, end: number): RuleName | null {
    this.size += end - start
    if (++this.frames > this.mostFrames || this.size > this.limits.headBytes * TOO_LARGE) return 'endless-head'
    const { held, decoder } = this
    if (held === null) {
      const taken = decoder.decode(bytes, start, end)
      if (taken === -1) return this.broken
      if (taken < end) {
        this.held = new HeldBytes()
        this.held.add(bytes, taken, end)
      }
      return null
    }
    held.add(bytes, start, end)
    const taken = decoder.decode(held.bytes, 0, held.size)
    if (taken === -1) return this.broken
    if (taken === held.size) this.held = null
    else held.drop(taken)
    return null
  }

  /** The block is complete. @returns its fields, or the rule that it breaks */
  finish(): HpackField[] | RuleName {
    this.stream = 0
    this.held = null
    return this.decoder.finish() ? this.decoder.takeFields() : this.broken
  }

  /** What is broken in terms of the connection: a string that would go on and on is no fault of compression. */
  private get broken(): RuleName {
    return this.decoder.error?.rule === 'string-too-long' ? 'endless-head' : 'invalid-header-block'
  }
}
