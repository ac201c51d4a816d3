// Runs h2load, the load client for HTTP/2, and reads what it counted.
import type { Throughput } from './loads.ts'
import { contentFile, type Materials } from './prepare.ts'
import { run } from './processes.ts'
import type { Counted } from './wrk.ts'

/** All servers are asked for the same cipher, so that none is measured by its taste. */
export const CIPHER = 'TLS_AES_128_GCM_SHA256'

/** Loads `origin` for so many seconds. */
export async function h2load(
  load: Throughput,
  origin: string,
  materials: Materials,
  seconds: number,
): Promise<Counted> {
  const fields = Object.entries(load.fields).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const size = ['-t1', `-c${load.connections}`, `-m${load.inFlight}`, `-D${seconds}`, '-T20']
  const content = load.sends > 0 ? ['-d', contentFile(materials, load.sends)] : []
  const printed = await run([
    'h2load',
    ...size,
    `--tls13-ciphers=${CIPHER}`,
    ...fields,
    ...content,
    ...pathsOf(load).map(path => origin + path),
  ])
  return parseH2load(printed, origin.startsWith('https'))
}

/** Reads what h2load prints at its end. @throws where that is not there */
export function parseH2load(printed: string, secure: boolean): Counted {
  const requests = /^requests: .*$/m.exec(printed)?.[0]
  const statuses = /^status codes: .*$/m.exec(printed)?.[0]
  const took = /^finished in ([\d.]+)(us|ms|s|m)\b/m.exec(printed)
  const bytes = /^traffic: \S+ \((\d+)\) total/m.exec(printed)?.[1]
  if (!requests || !statuses || !took || bytes === undefined) throw withoutFigures(printed)
  const done = count(requests, 'done')
  const words = [...faults(requests, FAILURES), ...faults(statuses, WRONG_STATUSES), ...otherTerms(printed, secure)]
  if (done === 0) words.push('no request was answered')
  return {
    requests: done,
    bytes: Number(bytes),
    seconds: Number(took[1]) * SECONDS[took[2]!]!,
    fault: words.length > 0 ? words.join(', ') : null,
  }
}

function pathsOf({ path, others }: Throughput): string[] {
  return [path, ...others.map(other => other.path)]
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60 }
const FAILURES = { failed: 'failed requests', errored: 'requests without a whole reply', timeout: 'time-outs' }
const WRONG_STATUSES = { '3xx': 'redirections', '4xx': 'replies of 4xx', '5xx': 'replies of 5xx' }

function faults(line: string, meanings: Readonly<Record<string, string>>): string[] {
  const found = Object.entries(meanings).filter(([name]) => count(line, name) > 0)
  return found.map(([name, meaning]) => `${count(line, name)} ${meaning}`)
}

/** Another protocol or cipher than the one that was asked for. */
function otherTerms(printed: string, secure: boolean): string[] {
  const spoken = /^Application protocol: (.*)$/m.exec(printed)?.[1]
  const cipher = /^Cipher: (.*)$/m.exec(printed)?.[1]
  const words: string[] = []
  if (spoken !== (secure ? 'h2' : 'h2c')) words.push(`speaks ${spoken ?? 'no protocol'}`)
  if (secure && cipher !== CIPHER) words.push(`enciphers with ${cipher ?? 'nothing'}`)
  return words
}

/** The number before a word: `12 failed`. */
function count(line: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}\\b`).exec(line)?.[1] ?? 0)
}

function withoutFigures(printed: string): Error {
  return new Error(`h2load printed no figures, but: ${printed.trim().slice(-500) || 'nothing'}`)
}
