// Results as text: one table for each load, in Markdown that reads well in a terminal too.
import type { Limit, Verdict } from './budget.ts'
import { verdicts } from './budget.ts'
import { figureOf, type LoadResult, median, memoryOf, type Row } from './figures.ts'

/** The table of one load. Ratios are to the peer named `base`. */
export function loadTable(result: LoadResult, base = 'ours'): string {
  const columns = columnsOf(result, base)
  return table(
    columns.map(column => column.title),
    result.rows.map(row => columns.map(column => column.cell(row))),
  )
}

/** Why figures are missing, a line each. */
export function faultLines(result: LoadResult): string[] {
  return result.rows.flatMap(row => row.faults.map(fault => `${row.title}: not valid: ${fault.replace(/\s+/g, ' ')}`))
}

export function budgetTable(all: readonly Verdict[]): string {
  return table(
    ['what', 'at most', 'measured', ''],
    all.map(({ limit, value, kept }) => [
      limitText(limit),
      String(limit.most),
      number(value),
      kept ? 'kept' : '**missed**',
    ]),
  )
}

/** All of `RESULTS.md`. */
export function report(results: readonly LoadResult[]): string {
  return `# Measured

${METHOD}
![The figures as bars](results.svg)

## What is promised

"Ours" is Wirewright. Of each pair of medians: the ratio, or the difference.

${budgetTable(verdicts(results))}

## Figures

${results.map(section).join('\n\n')}

## Versions

${versions(results)}
`
}

const METHOD = `This file is written by \`npm run bench\`. The figures are the server's own cost: CPU time, user and system, of the
process and all its descendants, as /proc counts it, divided by the requests that were answered, or the messages. It hardly moves with
the load client or the neighbours; requests per second does.

- Servers are pinned to one core, the load client to another; everything is on the loopback.
- All servers of a load stand ready at the same time, are warmed up twice, and are then loaded in turn, round after round,
  in rotating order. Rounds are spread over several starts of the servers.
- Figures are medians over the rounds; least and greatest stand beside them. Memory is the most that was resident at
  any time during the load, sampled ten times a second.
- Each server must give the right status, length and content before it is measured. Any failed request makes the
  figure invalid, and it is left out with its reason.
- Wirewright runs as it is published, with its defaults: Date field, limits and time-outs on. Requests are not logged, by
  any server. Idle time-outs shorter than nginx's 75 seconds are raised to it, and the others have one worker.
- Throughput of HTTP/1.1: wrk, one thread, 64 keep-alive connections (4 for the file of 100 MB). Of HTTP/2: h2load, one thread, 8
  connections with 100 streams each at any time, unless the load is named otherwise; without TLS by prior knowledge, over TLS 1.3
  with TLS_AES_128_GCM_SHA256 and one ECDSA certificate for all. h2o and nghttpd serve hello as a small file.
- Applications: the route \`/hello/:name\`, asked for as \`/hello/world\`, or with 64 names in turn (so with routes and hooks). "Wirewright" is an \`App\` there, "no App" a handler that cuts the path
  itself, as those on node:http, node:http2 and Deno.serve do; the frameworks and Bun.serve have a route, nginx a location with a pattern.
  What runs in Python comes from Debian: uvicorn and hypercorn with uvloop (uvicorn with httptools too), gunicorn with a worker of
  four threads, which keeps connections where its usual worker closes them.
- Routes: every other one with a parameter, every tenth beside the one that is asked for, which was added in the middle. "Wirewright" has 10
  there. Hooks: one before, one after, one around, which look at the request or the reply and leave it as it is.
- Compression: a page of 20 KB, another one each time, by an \`App\` with \`compression()\` and by one without, asked alike in turn; the figure is the
  difference. Beside it what \`gzipSync\` and its kin cost in a loop over such pages, at the same level, in a process of their own on the
  same core. What a server makes of a page may be no more than 2 % larger than that.
- Events: 5,000 listeners over HTTP/1.1 at one server after the other; the next event is published when all have got the one before, each once.
- WebSocket: a client in C keeps so many messages under way on each of 64 connections. Each connection sends 64 messages in turn, no two alike,
  and every answer is compared with what was sent. Compressed ones are JSON, made and inflated by zlib as browsers do it: with context takeover where the server
  agrees. Every server copies a message for its program and sends it back by its plain \`send\`; "borrowed" is a route of an \`App\` whose messages are valid during the
  call alone. No compression is offered but where it is measured; there it is on in ws and Bun.serve too, as they do it by default. "node:net, no
  parsing" looks at nothing and writes a frame of the same length.
- Messages to 5,000 WebSocket peers: as with events; ws and Deno.serve go through the connections as the README of ws shows, Bun.serve publishes, Wirewright has a room.
  Eight at once are published within one turn, as in a room where many speak.
- Transfers: one stream of a new connection, by way of a relay that holds back what it gets for 20 ms in each direction (a
  round trip takes 40 ms, as over the sea to a neighbour), with room for 1.6 GB/s. From the request's head to the end of the reply;
  what takes more than 20 seconds is cut off, and taken to go on as it went until then. The client's own windows are no limit.
- Idle connections: 10,000 after 1,000 that warm up, one request each (WebSocket: one message; HTTP/2: 1,000 after 100); open streams: 100 connections after 10, each with 100
  requests whose content does not come, the connection itself shared out among them. The growth of private memory, after a full garbage collection where the
  runtime can be asked for one (Node, Bun, Deno). \`node:net\` is a socket that is read once, answered and left alone.
- Start: from the start of the process to the first byte of its first reply, a connect being tried every millisecond.
`

interface Column {
  readonly title: string
  readonly cell: (row: Row) => string
}

function columnsOf(result: LoadResult, base: string): Column[] {
  const baseFigure = figureNamed(result, base)
  const zero = figureNamed(result, 'net')
  const columns: Column[] = [
    { title: 'server', cell: row => row.title },
    { title: result.unit, cell: row => number(figureOf(row)?.median) },
    { title: 'least – greatest', cell: row => range(row) },
    { title: base === 'ours' ? '× ours' : `× ${base}`, cell: row => ratio(figureOf(row)?.median, baseFigure) },
  ]
  if (zero !== undefined)
    columns.push({ title: 'above node:net', cell: row => number(difference(figureOf(row)?.median, zero)) })
  if (result.rows.some(row => row.samples.some(sample => sample.rate !== null)))
    columns.push({
      title: result.rate ?? 'requests/s',
      cell: row => number(median(row.samples.map(sample => sample.rate ?? 0))),
    })
  columns.push({ title: 'MB', cell: row => number(memoryOf(row) / 1e6) })
  return columns
}

function section(result: LoadResult): string {
  const faults = faultLines(result).map(line => `- ${line}`)
  const length = result.seconds > 0 ? ` of ${result.seconds} s` : ''
  const date = result.date.slice(0, 16).replace('T', ' ')
  const when = `Rounds: ${result.rounds}${length}; starts of each server: ${result.starts}; ${date} UTC; ${result.machine}`
  return [`### ${result.title}`, loadTable(result), ...(faults.length > 0 ? [faults.join('\n')] : []), when].join(
    '\n\n',
  )
}

function versions(results: readonly LoadResult[]): string {
  const found = new Map<string, Set<string>>()
  for (const row of results.flatMap(result => result.rows))
    found.set(row.title, (found.get(row.title) ?? new Set()).add(row.version))
  return table(
    ['server', 'version'],
    [...found].map(([title, each]) => [title, [...each].join('; ')]),
    2,
  )
}

const HOW = { times: 'times', above: 'more than', memory: 'MB of memory more than' }

function limitText({ load, peer = 'ours', how, against }: Limit): string {
  const all = against.peers.join(' and ')
  if (how === 'spread') return `${load}: ${peer} and ${all}, the greatest times the least`
  const peers = against.peers.length > 1 ? `the better of ${all}` : all
  const other = against.load === load ? peers : `${peers} under ${against.load}`
  return `${load}: ${peer}, ${HOW[how]} ${other}`
}

/** `texts`: so many columns from the left hold text, the others figures. */
function table(titles: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const widths = titles.map((title, column) => Math.max(title.length, 3, ...rows.map(row => row[column]!.length)))
  const padded = (text: string, column: number) =>
    column < texts ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  const line = (cells: readonly string[]) => `| ${cells.map(padded).join(' | ')} |`
  const rule = widths.map((width, column) => (column < texts ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`))
  return [line(titles), `|${rule.join('|')}|`, ...rows.map(row => line(row))].join('\n')
}

function figureNamed(result: LoadResult, peer: string): number | undefined {
  const row = result.rows.find(each => each.peer === peer)
  return row && figureOf(row)?.median
}

function range(row: Row): string {
  const figure = figureOf(row)
  return figure === null ? 'not valid' : `${number(figure.least)} – ${number(figure.greatest)}`
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? '–' : (value / base).toFixed(2)
}

function difference(value: number | undefined, base: number): number | undefined {
  return value === undefined ? undefined : value - base
}

/** Three digits that count, thousands apart. */
export function number(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
