// Whose content goes out next (RFC 9218 section 10). The most urgent streams first. Within one urgency those that are not
// incremental one after the other, in the order of their numbers: half a script is of no use. The incremental ones share,
// a piece each in turn.
//
// Where an urgency has both kinds, they take turns: one piece for the first of the one kind, one for the next of the other.
// RFC 9218 leaves this open but for that neither should starve. With half of the bandwidth each, a response that is
// needed whole waits at most twice as long as it would alone, however many share the rest; if it counted as one of those
// that share, a hundred downloads would make it a hundred times as slow.
import type { Priority } from './head.ts'
import type { H2Stream } from './stream.ts'

const URGENCIES = 8
const HIGHEST_BIT = 31

/**
 * Streams that have something to send and may. Each is in the ring of its urgency and kind; adding and removing allocates
 * nothing. Adding takes a step for each stream with a higher number in the same ring, if the stream is not incremental; all
 * else takes constant time.
 */
export class Scheduler {
  size = 0
  /** The last stream of each ring, whose `next` is the first one. Made when first needed: most connections never wait. */
  private rings: (H2Stream | null)[] | null = null
  /** A bit for each ring that is not empty. */
  private filled = 0
  /** A bit for each urgency whose incremental streams have the next turn. */
  private turns = 0

  /** Puts a stream at the end of those that share, or in its place among the others. Nothing happens if it is there already. */
  add(stream: H2Stream): void {
    if (stream.queued) return
    this.rings ??= Array.from({ length: 2 * URGENCIES }, () => null)
    const queue = ringOf(stream)
    const last = this.rings[queue]
    stream.queue = queue
    stream.queued = true
    this.size++
    if (last === null) {
      stream.next = stream
      stream.previous = stream
      this.rings[queue] = stream
      this.filled |= 1 << queue
      return
    }
    const before = stream.incremental ? last : placeOf(stream, last)
    const after = before.next!
    stream.previous = before
    stream.next = after
    before.next = stream
    after.previous = stream
    if (before === last && (stream.incremental || stream.id > last.id)) this.rings[queue] = stream
  }

  /** Nothing happens for a stream that is not there. */
  remove(stream: H2Stream): void {
    if (!stream.queued) return
    const { queue, next, previous } = stream
    if (next === stream) {
      this.rings![queue] = null
      this.filled &= ~(1 << queue)
    } else {
      previous!.next = next
      next!.previous = previous
      if (this.rings![queue] === stream) this.rings![queue] = previous
    }
    stream.next = null
    stream.previous = null
    stream.queued = false
    this.size--
  }

  /** The stream whose turn it is; null where there is none. */
  peek(): H2Stream | null {
    if (this.filled === 0) return null
    // The lowest bit that is set.
    const lowest = HIGHEST_BIT - Math.clz32(this.filled & -this.filled)
    const urgency = lowest >> 1
    const both = 3 << (2 * urgency)
    const mixed = (this.filled & both) === both
    const queue = mixed ? 2 * urgency + ((this.turns >> urgency) & 1) : lowest
    return this.rings![queue]!.next
  }

  /** A piece of the stream's content has gone out: the next has its turn. To be said of the stream that `peek` gave, even if it has been removed since. */
  served(stream: H2Stream): void {
    const { queue } = stream
    const incremental = queue & 1
    if (incremental === 1) this.turns &= ~(1 << (queue >> 1))
    else this.turns |= 1 << (queue >> 1)
    if (incremental === 1 && stream.queued && this.rings![queue]!.next === stream) this.rings![queue] = stream
  }

  /** Gives a stream another priority, whether it waits or not. Nobody else may change that of a stream that waits. */
  reprioritise(stream: H2Stream, priority: Priority): void {
    if (stream.urgency === priority.urgency && stream.incremental === priority.incremental) return
    const { queued } = stream
    this.remove(stream)
    stream.urgency = priority.urgency
    stream.incremental = priority.incremental
    if (queued) this.add(stream)
  }
}

/** Two for each urgency: those that go one after the other, then those that share. */
function ringOf(stream: H2Stream): number {
  return 2 * stream.urgency + (stream.incremental ? 1 : 0)
}

/** The stream behind which one that is not incremental belongs; the last one also where it belongs before all. */
function placeOf(stream: H2Stream, last: H2Stream): H2Stream {
  let before = last
  while (before.id > stream.id) {
    before = before.previous!
    if (before === last) break
  }
  return before
}
