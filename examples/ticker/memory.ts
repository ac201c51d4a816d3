// What the ticker remembers over a restart: the last ticks with the ids they were sent with, a line of JSON for each in a file.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Tick } from './market.ts'

export interface SentTick {
  readonly id: string
  readonly tick: Tick
}

export class Memory {
  /** The last ticks of earlier runs, oldest first. */
  readonly ticks: readonly SentTick[]
  private readonly file: string

  /** @param most ticks that are read again; older ones are forgotten at each start */
  constructor(file: string, most: number) {
    this.file = file
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    this.ticks = lines.slice(-most).flatMap(sentTickIn)
    writeFileSync(file, this.ticks.map(lineOf).join(''))
  }

  keep(sent: SentTick): void {
    appendFileSync(this.file, lineOf(sent))
  }
}

function lineOf(sent: SentTick): string {
  return `${JSON.stringify(sent)}\n`
}

/** A line that was cut off when the machine went down is no tick. */
function sentTickIn(line: string): SentTick[] {
  try {
    return [JSON.parse(line) as SentTick]
  } catch {
    return []
  }
}
