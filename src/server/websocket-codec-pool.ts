// The memory that all WebSocket connections of a server spend on compression. Inflaters that must keep what came before are paid for
// at the handshake. Deflaters are lent: RFC 7692 lets a compressor forget at any time, so the one that was used longest ago is
// taken away where another connection needs one, which costs its owner no more than ratio.
import { Coder, type CoderKind, hasCoders } from './websocket-codec-zlib.ts'

/** The part of the budget that inflaters may take: the rest keeps deflaters from becoming scarce. */
const INFLATERS_SHARE = 0.75

/** Coders that nobody uses and that are kept for the next one: of inflaters, and of deflaters. */
const MOST_SPARE = 4

/**
 * Windows of more than 8 KB gain nothing for messages of a few KB, and cost memory (bench/micro/websocket-deflate.ts). zlib makes 9
 * bits of 8 and then refers back by 250 bytes at most, which keeps to 8.
 */
const MOST_DEFLATE_BITS = 13
const LEAST_DEFLATE_BITS = 9
/** By measurement: half of the time of zlib's default of 6, for one part in ten more bytes. */
const LEVEL = 3
const MEM_LEVEL = 6

/** What zlib says that a deflater takes (zconf.h), with the hash table of 64 KB that the one in Node has. */
function deflaterBytes(windowBits: number): number {
  return 4 * 2 ** windowBits + 2 ** (MEM_LEVEL + 8) + 64 * 1024
}

/** Likewise: the window, and the tables of a block. */
export function inflaterBytes(windowBits: number): number {
  return 2 ** windowBits + 10 * 1024
}

function deflaterKind(windowBits: number): CoderKind {
  return { mode: 'deflate', windowBits, level: LEVEL, memLevel: MEM_LEVEL }
}

export function inflaterKind(windowBits: number): CoderKind {
  return { mode: 'inflate', windowBits: Math.max(LEAST_DEFLATE_BITS, windowBits), level: 0, memLevel: 8 }
}

/** The bits of the window that a deflater has where these were agreed on. */
export function deflaterBits(agreed: number): number {
  return Math.min(MOST_DEFLATE_BITS, Math.max(LEAST_DEFLATE_BITS, agreed))
}

/** A deflater that is lent until another one needs it more. */
export interface Deflater {
  readonly windowBits: number
  readonly coder: Coder
  /** Who has it; null where it has been taken away. */
  owner: object | null
}

/** Of an inflater that serves everybody. */
const SHARED_BITS = 15

/** The coders of a server, within a budget. */
export class CodecPool {
  private readonly budget: number
  /** Bytes that inflaters take, or may take at any time. */
  inflating = 0
  /** Bytes that deflaters take. */
  private deflating = 0
  private readonly spareInflaters: Coder[] = []
  private readonly spareDeflaters: Deflater[] = []
  /** Those that are lent, the one used longest ago first; without those that are in the middle of a message. */
  private readonly lent = new Set<Deflater>()
  private latest: Deflater | null = null
  /** By bits: deflaters for messages without a history, made whole in one go. */
  private readonly lone: (Coder | undefined)[] = []

  /** @param budget bytes; one coder of each kind is there in any case */
  constructor(budget: number) {
    this.budget = budget
  }

  /** Deflaters that connections have, but for those in the middle of a message. */
  get lentDeflaters(): number {
    return this.lent.size
  }

  /** Bytes that are spoken for. */
  get bytes(): number {
    return this.inflating + this.deflating
  }

  // --- Inflaters ---

  /** Whether an inflater of so many bits can be paid for. */
  keeps(windowBits: number): boolean {
    return hasCoders() && this.inflating + inflaterBytes(windowBits) <= this.budget * INFLATERS_SHARE
  }

  /** Pays for an inflater that a connection keeps. `unreserve` must follow. */
  reserve(windowBits: number): void {
    this.inflating += inflaterBytes(windowBits)
    while (this.bytes > this.budget) {
      const deflater = this.takenAway()
      if (deflater === null) return
      this.closed(deflater)
    }
  }

  unreserve(windowBits: number): void {
    this.inflating -= inflaterBytes(windowBits)
  }

  /** Whether an inflater can be paid for that is borrowed for longer than a moment. */
  get hasInflater(): boolean {
    return this.keeps(SHARED_BITS)
  }

  /** An inflater for one message; with the largest window, since it serves everybody. `returnInflater` or `dropInflater` must follow. */
  borrowInflater(): Coder {
    this.inflating += inflaterBytes(SHARED_BITS)
    return this.spareInflaters.pop() ?? new Coder(inflaterKind(SHARED_BITS))
  }

  /** Takes one back that has been reset. */
  returnInflater(coder: Coder): void {
    this.unreserve(SHARED_BITS)
    if (this.spareInflaters.length < MOST_SPARE) this.spareInflaters.push(coder)
    else coder.close()
  }

  /** It has been closed. */
  dropInflater(): void {
    this.unreserve(SHARED_BITS)
  }

  // --- Deflaters ---

  /** Whether connections can have deflaters that remember. */
  get remembers(): boolean {
    return hasCoders() && this.budget * (1 - INFLATERS_SHARE) >= deflaterBytes(MOST_DEFLATE_BITS)
  }

  /** A deflater without a history, for a message that is made whole at once. */
  loneDeflater(agreedBits: number): Coder {
    const bits = deflaterBits(agreedBits)
    const coder = this.lone[bits]
    if (coder !== undefined) {
      coder.reset()
      return coder
    }
    this.lone[bits] = new Coder(deflaterKind(bits))
    return this.lone[bits]
  }

  /** Lends a deflater without a history; null where every one is in the middle of a message. */
  lend(owner: object, agreedBits: number): Deflater | null {
    const bits = deflaterBits(agreedBits)
    const deflater = this.spareOf(bits) ?? this.made(bits) ?? this.takenOver(bits)
    if (deflater === null) return null
    deflater.owner = owner
    this.lent.add(deflater)
    this.latest = deflater
    return deflater
  }

  /** It is used again: others are taken away before it. */
  used(deflater: Deflater): void {
    if (deflater === this.latest) return
    this.lent.delete(deflater)
    this.lent.add(deflater)
    this.latest = deflater
  }

  /** It must not be taken away until `used`. */
  hold(deflater: Deflater): void {
    this.lent.delete(deflater)
    if (deflater === this.latest) this.latest = null
  }

  /** Its owner needs it no more. */
  giveBack(deflater: Deflater): void {
    this.hold(deflater)
    deflater.owner = null
    if (this.spareDeflaters.length < MOST_SPARE) this.spareDeflaters.push(deflater)
    else this.closed(deflater)
  }

  private spareOf(bits: number): Deflater | null {
    const at = this.spareDeflaters.findIndex(spare => spare.windowBits === bits)
    if (at === -1) return null
    const [deflater] = this.spareDeflaters.splice(at, 1)
    deflater.coder.reset()
    return deflater
  }

  /** A new one where there is memory for it. One is there in any case. */
  private made(bits: number): Deflater | null {
    const cost = deflaterBytes(bits)
    if (this.bytes + cost > this.budget && this.deflating > 0) return null
    this.deflating += cost
    return { windowBits: bits, coder: new Coder(deflaterKind(bits)), owner: null }
  }

  /** One that another connection has had. */
  private takenOver(bits: number): Deflater | null {
    const deflater = this.takenAway()
    if (deflater === null) return null
    if (deflater.windowBits === bits) {
      deflater.coder.reset()
      return deflater
    }
    this.closed(deflater)
    return this.made(bits) ?? this.takenOver(bits)
  }

  /** The deflater that can best be done without; null where there is none. */
  private takenAway(): Deflater | null {
    const deflater = this.spareDeflaters.pop() ?? this.lent.values().next().value
    if (deflater === undefined) return null
    this.hold(deflater)
    deflater.owner = null
    return deflater
  }

  private closed(deflater: Deflater): void {
    deflater.coder.close()
    this.deflating -= deflaterBytes(deflater.windowBits)
  }
}
