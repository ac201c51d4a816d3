// One coarse beat for all streams of events: who has sent nothing for long enough sends a heartbeat. A timer for each would have to be
// set anew with each event.

/** Where the beat comes from: what tests put in the place of the machine's clock. */
export interface EventsClock {
  /** Calls `tick` every `period` milliseconds until the function it returns is called. Must not keep the process alive. */
  every(period: number, tick: () => void): () => void
}

/** Milliseconds between two beats. */
export const BEAT = 1000

/** Is told each beat. */
export interface Beaten {
  beat(): void
}

/** The streams that a clock beats for. It runs while there are any. */
export class Beat {
  private readonly clock: EventsClock
  private readonly streams = new Set<Beaten>()
  private stop: (() => void) | null = null

  private constructor(clock: EventsClock) {
    this.clock = clock
  }

  /** The one beat of a clock. */
  static of(clock: EventsClock = systemClock): Beat {
    let beat = beats.get(clock)
    if (beat === undefined) {
      beat = new Beat(clock)
      beats.set(clock, beat)
    }
    return beat
  }

  add(stream: Beaten): void {
    this.streams.add(stream)
    this.stop ??= this.clock.every(BEAT, () => {
      for (const stream of this.streams) stream.beat()
    })
  }

  /** Nothing happens for one that is not there. */
  remove(stream: Beaten): void {
    if (!this.streams.delete(stream) || this.streams.size > 0) return
    this.stop?.()
    this.stop = null
  }
}

const beats = new WeakMap<EventsClock, Beat>()

const systemClock: EventsClock = {
  every(period, tick) {
    const timer = setInterval(tick, period)
    timer.unref?.()
    return () => clearInterval(timer)
  },
}
