// How a running server is told to stop. The first SIGINT or SIGTERM lets running requests finish; a second one ends at once.

export interface Stopping {
  /** Told with the signal's name when stopping begins; fulfilled when everything has ended. */
  readonly stop: (signal: string) => Promise<void>
  /** Told right before the process ends at once. */
  readonly endNow: (signal: string) => void
  /** SIGHUP where there is no terminal that hung up. */
  readonly hangUp: () => void
  /** Whether the server was started from a terminal, whose end it must not outlive. */
  readonly hasTerminal: boolean
}

/** 128 and the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const

/** One Ctrl-C under npm comes twice, from the terminal and from npm; nobody presses it twice within so many milliseconds. */
const SAME_MOMENT = 100

export function listenToSignals({ stop, endNow, hangUp, hasTerminal }: Stopping): void {
  let first: { readonly signal: string; readonly at: number } | null = null
  const told = (signal: keyof typeof EXIT_CODES) => {
    if (first !== null) {
      if (signal === first.signal && performance.now() - first.at < SAME_MOMENT) return
      endNow(signal)
      process.exit(EXIT_CODES[signal])
    }
    first = { signal, at: performance.now() }
    // Who asks for the end gets it: in order is success.
    stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', () => told('SIGINT'))
  process.on('SIGTERM', () => told('SIGTERM'))
  if (process.platform === 'win32') process.on('SIGBREAK', () => told('SIGBREAK'))
  process.on('SIGHUP', () => (hasTerminal ? told('SIGHUP') : hangUp()))
}
