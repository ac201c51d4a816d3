// What it costs to judge the head of a request over HTTP/2: `node bench/micro/request-head.ts`. Prints nanoseconds for a
// head, the best of five rounds. On the hot path are the first two: fields from HPACK's tables have been judged before.
import { DEFAULT_LIMITS } from '../../src/h2/limits.ts'
import { requestHead } from '../../src/h2/request-head.ts'
import type { HpackField } from '../../src/hpack/index.ts'

const ROUNDS = 5
const HEADS = 500_000

function field(name: string, value: string): HpackField {
  return { name, value, sensitive: false, verdict: 0 }
}

const pseudo = [
  field(':method', 'GET'),
  field(':scheme', 'https'),
  field(':authority', 'a.example'),
  field(':path', '/'),
]
const usual = [
  field('user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'),
  field('accept', 'text/html,application/xhtml+xml'),
  field('accept-language', 'en-GB,en;q=0.7'),
  field('accept-encoding', 'gzip, deflate, br, zstd'),
  field('te', 'trailers'),
]
const table = [...pseudo, ...usual]
const withPriority = [...table, field('priority', 'u=1, i'), field('cookie', 'a=b')]
let number = 0

const CASES: Readonly<Record<string, () => readonly HpackField[]>> = {
  'GET, all from the tables': () => table,
  'the same with Priority and Cookie': () => withPriority,
  'GET with a path of its own': () => [...pseudo.slice(0, 3), field(':path', `/item/${number++ % 1000}`), ...usual],
  'GET, none from the tables': () => table.map(({ name, value }) => field(name, value)),
}

for (const [what, fields] of Object.entries(CASES)) {
  const times = Array.from({ length: ROUNDS }, () => nanoseconds(fields))
  console.log(
    `${Math.min(...times)
      .toFixed(0)
      .padStart(6)} ns  ${what}`,
  )
}

function nanoseconds(fields: () => readonly HpackField[]): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < HEADS; i++) {
    const head = requestHead(fields(), DEFAULT_LIMITS)
    if (typeof head === 'string') throw new Error(`The head was refused: ${head}`)
  }
  return Number(process.hrtime.bigint() - start) / HEADS
}
