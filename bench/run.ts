// `npm run bench`: this server and its peers, side by side under each load. Prints a table for each, and keeps tables, figures
// and a plot beside this file. Linux, one machine, loopback only.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { verdicts } from './budget.ts'
import type { LoadResult } from './figures.ts'
import { type Load, loads } from './loads.ts'
import { measure } from './measure.ts'
import { others, ours, type Peer } from './peers.ts'
import { plot } from './plot.ts'
import { built, installPeers, makeMaterials, project } from './prepare.ts'
import { cleanUpAtEnd, LOAD_CORE, pinSelf } from './processes.ts'
import { BENCH, missing } from './programs.ts'
import { budgetTable, faultLines, loadTable, report } from './report.ts'

const USAGE = `usage: npm run bench [-- OPTIONS]

  --loads A,B      only these: ${loads.map(load => load.name).join(', ')}
  --peers A,B      only these: ours, ${others.map(peer => peer.name).join(', ')}
  --rounds N       rounds of each load (15 under load, 20 starts, 3 times many idle connections)
  --starts N       start the servers anew so many times within the rounds (3)
  --seconds S      length of a round's load (3)
  --source         measure src/ as it is, without a build
  --save, --no-save  keep what was measured (the default for a run with all peers, rounds and seconds); loads that were not
                   measured stay as they were
  --help
`

const { values: options } = parseArgs({
  options: {
    loads: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string' },
    starts: { type: 'string' },
    seconds: { type: 'string' },
    source: { type: 'boolean', default: false },
    save: { type: 'boolean' },
    help: { type: 'boolean', default: false },
  },
  allowNegative: true,
})

if (options.help) console.log(USAGE)
else await main()

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw onlyLinux()
  const chosenLoads = chosen(loads, options.loads, 'load')
  const seconds = whole(options.seconds, '--seconds') ?? 3
  const starts = whole(options.starts, '--starts') ?? 3
  const rounds = whole(options.rounds, '--rounds')
  const named = options.peers !== undefined
  const save = options.save ?? (!named && rounds === undefined && seconds >= 3)

  installPeers()
  const peers = chosenPeers().filter(isReady)
  const materials = makeMaterials(chosenLoads)
  cleanUpAtEnd(materials.folder)
  pinSelf(LOAD_CORE)

  const measured: LoadResult[] = []
  for (const load of chosenLoads.filter(canRun)) {
    const plan = { rounds: rounds ?? load.rounds, starts, seconds, progress }
    const result = await measure(load, peers, materials, plan)
    measured.push(result)
    progress('')
    console.log(`\n${[load.title, loadTable(result), ...faultLines(result)].join('\n')}`)
    if (save) keep(measured)
  }
  const found = verdicts(measured)
  if (found.length > 0) console.log(`\n${budgetTable(found)}`)
  if (save) console.log(`\nKept in ${join(BENCH, 'RESULTS.md')}`)
  process.exit()
}

/** This server is built first, and only if it takes part. */
function chosenPeers(): Peer[] {
  const root = dirname(BENCH)
  const names = chosen([{ name: 'ours' }, ...others], options.peers, 'peer').map(peer => peer.name)
  const own = names.includes('ours') ? [ours(options.source ? project(root, 'src') : built(root))] : []
  return [...own, ...others].filter(peer => names.includes(peer.name))
}

/** Writes what was measured over what was kept of the same loads before. */
function keep(measured: readonly LoadResult[]): void {
  const path = join(BENCH, 'results.json')
  const kept: LoadResult[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
  const newest = new Map([...kept, ...measured].map(result => [result.load, result]))
  const results = loads.flatMap(load => newest.get(load.name) ?? [])
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`)
  writeFileSync(join(BENCH, 'RESULTS.md'), report(results))
  writeFileSync(join(BENCH, 'results.svg'), plot(results))
}

function chosen<T extends { readonly name: string }>(all: readonly T[], names: string | undefined, what: string): T[] {
  if (names === undefined) return [...all]
  return names.split(',').map(name => {
    const found = all.find(each => each.name === name)
    if (found === undefined) throw unknown(what, name, all)
    return found
  })
}

function isReady(peer: Peer): boolean {
  const program = missing(peer.needs)
  if (program !== undefined) console.log(`Without ${peer.title}: install it with "apt-get install ${program}"`)
  return program === undefined
}

function canRun(load: Load): boolean {
  const program = load.kind === 'throughput' ? missing(['wrk']) : undefined
  if (program !== undefined)
    console.log(`Without "${load.title}": install the load client with "apt-get install ${program}"`)
  return program === undefined
}

function whole(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text)) throw notWhole(option, text)
  return Number(text)
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function onlyLinux(): Error {
  return new Error('The bench reads processor time from /proc and pins processes to cores: it runs on Linux alone')
}

function unknown(what: string, name: string, all: readonly { readonly name: string }[]): Error {
  return new Error(`There is no ${what} "${name}"; there are: ${all.map(each => each.name).join(', ')}`)
}

function notWhole(option: string, text: string): Error {
  return new Error(`${option} takes a whole number from 1, not "${text}"`)
}
