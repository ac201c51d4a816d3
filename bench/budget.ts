// What this server must keep to, as data: its figure under a load, held against another's, or against its own under another load.
import { figureOf, type LoadResult, memoryOf, type Row } from './figures.ts'

export interface Limit {
  readonly load: string
  /** Whose figure it is, where not this server's own. */
  readonly peer?: string
  /**
   * `times`: at most so many times the other figure. `above`: at most so much more. `memory`: the greatest resident memory, at
   * most so many MB more. `spread`: the greatest of all these figures, at most so many times the least.
   */
  readonly how: 'times' | 'above' | 'memory' | 'spread'
  readonly most: number
  /** The best of these peers (of a `spread`, each of them): all of them must have a figure. */
  readonly against: { readonly load: string; readonly peers: readonly string[] }
}

export interface Verdict {
  readonly limit: Limit
  /** What was measured. */
  readonly value: number
  readonly kept: boolean
}

export const budget: readonly Limit[] = [
  times('hello', 1.2, 'nginx'),
  times('hello', 0.9, 'bun'),
  times('hello', 0.6, 'node-http'),
  times('hello', 0.5, 'fastify'),
  times('browser', 0.5, 'fastify'),
  times('browser', 1.2, 'nginx'),
  times('browser', 1.0, 'bun'),
  times('browser', 0.55, 'node-http'),
  { load: 'pipelined', how: 'times', most: 0.25, against: { load: 'hello', peers: ['ours'] } },
  times('param', 1.12, 'ours-bare'),
  times('param-names', 1.12, 'ours-bare'),
  { load: 'param', peer: 'hono-ours', how: 'times', most: 0.6, against: { load: 'param', peers: ['hono'] } },
  { load: 'routes', how: 'spread', most: 1.1, against: { load: 'routes', peers: ['ours-1000', 'ours-10000'] } },
  { load: 'hooks', peer: 'ours-hooks', how: 'times', most: 1.1, against: { load: 'hooks', peers: ['ours'] } },
  times('page-gzip', 1.1, 'codec'),
  times('page-br', 1.1, 'codec'),
  times('page-zstd', 1.1, 'codec'),
  times('file-1k', 1.0, 'nginx'),
  times('file-1k', 0.45, 'bun'),
  times('file-100k', 1.5, 'nginx'),
  times('file-100m', 1.4, 'nginx-no-sendfile'),
  // Flat memory. Four files are under way: were one of them kept whole, it would be 100.
  { load: 'file-100m', how: 'memory', most: 32, against: { load: 'file-100k', peers: ['ours'] } },
  { load: 'idle', how: 'above', most: 1200, against: { load: 'idle', peers: ['net'] } },
  { load: 'start', how: 'above', most: 80, against: { load: 'start', peers: ['net'] } },
  { load: 'start-files', how: 'above', most: 80, against: { load: 'start-files', peers: ['net'] } },
  times('h2-hello', 0.5, 'bun'),
  times('h2-hello', 0.7, 'nghttpd'),
  times('h2-hello', 0.08, 'node-http2'),
  times('h2-hello-64', 1.0, 'bun'),
  times('h2-tls', 0.6, 'bun'),
  times('h2-param', 1.12, 'ours-bare'),
  times('h2-param-names', 1.12, 'ours-bare'),
  times('h2-file-1k', 0.6, 'h2o', 'nghttpd'),
  times('ws', 0.7, 'ws'),
  times('ws', 1.25, 'bun'),
  times('ws-16', 0.2, 'ws'),
  times('ws-16', 1.5, 'bun'),
  times('ws-16k', 0.55, 'ws'),
  times('ws-16k', 1.3, 'bun'),
  times('ws-deflate', 0.8, 'ws'),
  times('ws-broadcast', 0.5, 'ws'),
  times('ws-broadcast', 1.5, 'bun'),
  times('ws-broadcast-8', 0.5, 'ws'),
  { load: 'ws-idle', how: 'above', most: 1200, against: { load: 'ws-idle', peers: ['net'] } },
  // Five times the rate.
  times('h2-upload', 0.2, 'node-http2'),
]

/** A verdict on each limit whose figures are there. */
export function verdicts(results: readonly LoadResult[], limits: readonly Limit[] = budget): Verdict[] {
  return limits.flatMap(limit => {
    const value = measuredFor(limit, results)
    return value === null ? [] : [{ limit, value, kept: value <= limit.most }]
  })
}

function measuredFor({ load, peer = 'ours', how, against }: Limit, results: readonly LoadResult[]): number | null {
  const own = rowOf(results, load, peer)
  const others = against.peers.map(peer => rowOf(results, against.load, peer))
  const ownValue = own && judgedBy(own, how)
  const otherValues = others.map(other => other && judgedBy(other, how))
  if (ownValue == null || !otherValues.every(value => value != null)) return null
  if (how === 'spread') return Math.max(ownValue, ...otherValues) / Math.min(ownValue, ...otherValues)
  const best = Math.min(...otherValues)
  return how === 'times' ? ownValue / best : ownValue - best
}

/** What a row is judged by; null where it has no valid figures. */
function judgedBy(row: Row, how: Limit['how']): number | null {
  const figure = figureOf(row)
  if (figure === null) return null
  return how === 'memory' ? memoryOf(row) / 1e6 : figure.median
}

function rowOf(results: readonly LoadResult[], load: string, peer: string): Row | undefined {
  return results.find(result => result.load === load)?.rows.find(row => row.peer === peer)
}

function times(load: string, most: number, ...peers: string[]): Limit {
  return { load, how: 'times', most, against: { load, peers } }
}
