// What is still known of streams that are over. Most have left nothing but their number; which were skipped, and which we
// have reset, decides how frames are judged that come late (RFC 9113 section 5.1).

/** Streams reset by us of which frames may still be under way: four times as many as may be open by default. */
const MOST_RESETS = 512
/** Gaps in the peer's numbering. Clients have none. */
const MOST_GAPS = 16

export class PastStreams {
  /** The highest number that the peer has used. */
  last = 0
  /** How many streams the peer has opened. */
  opened = 0
  private resets: Set<number> | null = null
  private gaps: (readonly [from: number, to: number])[] | null = null

  /** The peer uses a new number, above all before it. */
  use(id: number): void {
    if (id > this.last + 2) {
      this.gaps ??= []
      this.gaps.push([this.last + 1, id - 1])
      if (this.gaps.length > MOST_GAPS) this.gaps.shift()
    }
    this.last = id
    this.opened++
  }

  /** The number was passed over: its stream was never open, and never will be (section 5.1.1). */
  wasSkipped(id: number): boolean {
    return this.gaps?.some(([from, to]) => id >= from && id <= to) ?? false
  }

  /** We have reset the stream: what the peer sent before it knew is to be ignored. */
  noteReset(id: number): void {
    this.resets ??= new Set()
    this.resets.add(id)
    if (this.resets.size <= MOST_RESETS) return
    for (const oldest of this.resets) {
      this.resets.delete(oldest)
      break
    }
  }

  wasReset(id: number): boolean {
    return this.resets?.has(id) ?? false
  }
}
