// `npm run bench`: this server and its peers, side by side under each load. Prints a table for each, and keeps tables, figures
// and a plot beside this file. Linux, one machine, loopback only.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { verdicts } from './budget.ts'
import type { LoadResult } from './figures.ts'
import { isH2, isSecure, type Load, loads } from './loads.ts'
import { measure } from './measure.ts'
import { chosen, command, progress, warnIfBusy, whole } from './options.ts'
import { others, ours, oursOtherwise, type Peer } from './peers.ts'
import { plot } from './plot.ts'
import { built, makeMaterials, project } from './prepare.ts'
import { cleanUpAtEnd, pinSelf } from './processes.ts'
import { BENCH, missing } from './programs.ts'
import { budgetTable, faultLines, loadTable, report } from './report.ts'

const USAGE = `usage: npm run bench [-- OPTIONS]

  --loads A,B      only these: ${loads.map(load => load.name).join(', ')}
  --peers A,B      only these: ${[...own('src'), ...others].map(peer => peer.name).join(', ')}
  --rounds N       rounds of each load (15 under load, 20 starts, 3 times many idle connections)
  --starts N       start the servers anew so many times within the rounds (3)
  --seconds S      length of a round's load (3)
  --source         measure src/ as it is, without a build
  --save, --no-save  keep what was measured (the default for a run with all peers, rounds and seconds); loads that were not
                   measured stay as they were
  --help
`

const OPTIONS = {
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
} as const

await command(main)

async function main(): Promise<void> {
  const { values: options } = parseArgs(OPTIONS)
  if (options.help) return console.log(USAGE)
  const chosenLoads = chosen(loads, options.loads, 'load').filter(canRun)
  const seconds = whole(options.seconds, '--seconds') ?? 3
  const starts = whole(options.starts, '--starts') ?? 3
  const rounds = whole(options.rounds, '--rounds')
  const named = options.peers !== undefined
  const save = options.save ?? (!named && rounds === undefined && seconds >= 3)

  warnIfBusy()
  const peers = chosenPeers(options.peers, options.source).filter(isReady)
  const materials = makeMaterials(chosenLoads)
  cleanUpAtEnd(materials.folder)
  pinSelf()

  const measured: LoadResult[] = []
  for (const load of chosenLoads) {
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
}

/** This server is built first, and only if it takes part. */
function chosenPeers(names: string | undefined, source: boolean): Peer[] {
  const ready = own('src')
  const peers = chosen([...ready, ...others], names, 'peer')
  if (source || !ready.some(peer => peers.includes(peer))) return peers
  return chosen([...own('dist'), ...others], names, 'peer')
}

/** This server, from its sources or built now. */
function own(from: 'dist' | 'src'): Peer[] {
  const root = dirname(BENCH)
  const checkout = from === 'dist' ? built(root) : project(root, from)
  return [ours(checkout), ...oursOtherwise(checkout)]
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

function isReady(peer: Peer): boolean {
  const program = missing(peer.needs)
  if (program !== undefined) console.log(`Without ${peer.title}: install it with "apt-get install ${program}"`)
  return program === undefined
}

/** The programs that make a load. */
function clientsOf(load: Load): readonly string[] {
  if (load.kind === 'messages') return ['gcc', 'zlib.h']
  if (load.kind === 'compression') return ['wrk']
  if (load.kind === 'throughput') return [load.services.some(isH2) ? 'h2load' : 'wrk']
  return []
}

function canRun(load: Load): boolean {
  const client = clientsOf(load)
  const program = missing(load.services.some(isSecure) ? [...client, 'openssl'] : client)
  if (program !== undefined)
    console.log(`Without "${load.title}": install what it needs with "apt-get install ${program}"`)
  return program === undefined
}
