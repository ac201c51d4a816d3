// Where lines go. A sink gathers them and is bounded: when what is behind it stalls, lines are dropped and counted, and
// the server goes on.

export interface Sink {
  /** Takes whole lines. Never throws and never waits. */
  write(lines: string): void
  /** Hands on what was gathered, at once: the process may end after it. */
  flush(): void
  /** Opens the file anew, after another program moved it away. */
  reopen(): void
  /** Flushes and lets go of what is open. */
  close(): void
}

/** Most characters that wait in a sink. */
export const MOST_WAITING = 4_194_304

/** The line that tells of those that are missing. */
export function lostLines(count: number): string {
  return `${count} lines of the log were lost here: they could not be written\n`
}

/** How many lines a text has. */
export function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
