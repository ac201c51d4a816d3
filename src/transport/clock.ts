// Time as an argument: everything that waits takes a Clock, so that tests can run hours in a blink and repeat them exactly.

/** Time as a server has it. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Milliseconds since 1970, for dates that people read. */
  date(): number
  /** Calls `tick` every `period` milliseconds until the function it returns is called. Does not keep the process alive. */
  every(period: number, tick: () => void): () => void
}

// The global is an accessor, which costs as much as the call.
const { performance } = globalThis

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  every(period, tick) {
    const timer = setInterval(tick, period)
    timer.unref?.()
    return () => clearInterval(timer)
  },
}
