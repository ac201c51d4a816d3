// A clock that stands still until a test moves it.
import type { Clock } from '../../src/transport/index.ts'

interface Timer {
  due: number
  readonly period: number
  readonly tick: () => void
}

export class SimulatedClock implements Clock {
  private time = 0
  private readonly epoch: number
  private readonly running = new Set<Timer>()

  /** @param epoch what `date` says at the start, in milliseconds since 1970 */
  constructor(epoch = Date.UTC(2026, 10, 20, 12)) {
    this.epoch = epoch
  }

  /** How many timers run: 0 once everything is let go of. */
  get timers(): number {
    return this.running.size
  }

  now(): number {
    return this.time
  }

  date(): number {
    return this.epoch + this.time
  }

  every(period: number, tick: () => void): () => void {
    if (!(period > 0)) throw new RangeError(`A period must be above 0, not ${period}`)
    const timer: Timer = { due: this.time + period, period, tick }
    this.running.add(timer)
    return () => this.running.delete(timer)
  }

  /** Lets `milliseconds` pass: each tick in its time, those of the same time in the order in which they were asked for. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds
    for (let next = this.next(); next !== null && next.due <= end; next = this.next()) {
      this.time = next.due
      next.due += next.period
      next.tick()
    }
    this.time = end
  }

  private next(): Timer | null {
    let first: Timer | null = null
    for (const timer of this.running) if (first === null || timer.due < first.due) first = timer
    return first
  }
}
