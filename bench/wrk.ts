// Runs wrk, the load client, and reads what it counted.
import { join } from 'node:path'
import type { Throughput } from './loads.ts'
import type { Materials } from './prepare.ts'
import { run } from './processes.ts'
import { BENCH } from './programs.ts'

export interface Counted {
  /** Those that were answered; messages count like requests. */
  readonly requests: number
  /** Bytes of replies, heads included. */
  readonly bytes: number
  readonly seconds: number
  /** What went wrong, in words; null where nothing did. */
  readonly fault: string | null
}

/** Loads `origin` for so many seconds. */
export async function wrk(load: Throughput, origin: string, _materials: Materials, seconds: number): Promise<Counted> {
  const fields = Object.entries(load.fields).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const size = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '--timeout', '10s']
  const script = ['-s', join(BENCH, 'load/report.lua')]
  const printed = await run(['wrk', ...size, ...script, ...fields, origin + load.path], {
    WIREWRIGHT_PIPELINE: String(load.inFlight),
    WIREWRIGHT_CONTENT: String(load.sends),
    WIREWRIGHT_PATHS: load.others.length > 0 ? [load, ...load.others].map(({ path }) => path).join(' ') : '',
  })
  return parseWrk(printed)
}

/** Reads the line of JSON that `load/report.lua` adds to wrk's output. @throws where there is none */
export function parseWrk(printed: string): Counted {
  const line = /^\{"requests".*\}$/m.exec(printed)?.[0]
  if (line === undefined) throw withoutFigures(printed)
  const counted = JSON.parse(line) as Record<string, number>
  const faults = Object.entries(FAULTS).filter(([name]) => (counted[name] ?? 0) > 0)
  const words = faults.map(([name, meaning]) => `${counted[name]} ${meaning}`)
  if (counted.requests === 0) words.push('no request was answered')
  return {
    requests: counted.requests ?? 0,
    bytes: counted.bytes ?? 0,
    seconds: (counted.microseconds ?? 0) / 1e6,
    fault: words.length > 0 ? words.join(', ') : null,
  }
}

const FAULTS = {
  status: 'replies other than 2xx or 3xx',
  connect: 'failed connects',
  read: 'failed reads',
  write: 'failed writes',
  timeout: 'time-outs',
}

function withoutFigures(printed: string): Error {
  return new Error(`wrk printed no figures, but: ${printed.trim().slice(0, 500) || 'nothing'}`)
}
