// `npm run bench:compare -- REV`: the work tree beside another revision of it, interleaved, as a ratio of medians. A change to the hot
// path comes with this table.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { echoLoads } from './echo-loads.ts'
import { type Load, loads } from './loads.ts'
import { measure } from './measure.ts'
import { chosen, command, progress, WrongUse, warnIfBusy, whole } from './options.ts'
import { ours } from './peers.ts'
import { built, makeMaterials, project } from './prepare.ts'
import { cleanUpAtEnd, pinSelf } from './processes.ts'
import { BENCH } from './programs.ts'
import { faultLines, loadTable } from './report.ts'

const all: readonly Load[] = [...loads, ...echoLoads]

const USAGE = `usage: npm run bench:compare -- [OPTIONS] REVISION

Measures this work tree and REVISION (a commit, branch or tag) in turn. Less than 1.00 is an improvement. HTTP/2 is compared
by naming its loads (h2-hello,h2-file-1k and the like), and what \`npm run echo\` costs by --loads 'echo*'. A revision that does
not offer what a load asks for is left out of it.

  --loads A,B      of: ${all.map(load => load.name).join(', ')} (hello,browser,pipelined,file-1k)
  --rounds N       rounds of each load (15)
  --starts N       start both anew so many times within the rounds (5)
  --seconds S      length of a round's load (3)
  --built          build both first; else both run from src/
  --help
`
const USUAL = 'hello,browser,pipelined,file-1k'

const OPTIONS = {
  options: {
    loads: { type: 'string', default: USUAL },
    rounds: { type: 'string' },
    starts: { type: 'string' },
    seconds: { type: 'string' },
    built: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
} as const

await command(main)

async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs(OPTIONS)
  const name = positionals[0]
  if (options.help || name === undefined) return console.log(USAGE)
  const root = dirname(BENCH)
  const chosenLoads: Load[] = chosen(all, options.loads, 'load')
  const plan = {
    rounds: whole(options.rounds, '--rounds') ?? 15,
    starts: whole(options.starts, '--starts') ?? 5,
    seconds: whole(options.seconds, '--seconds') ?? 3,
    progress,
  }
  warnIfBusy()
  const materials = makeMaterials(chosenLoads)
  cleanUpAtEnd(materials.folder)

  const revision = revisionOf(root, name)
  const before = join(materials.folder, 'before')
  checkOut(root, revision, before)
  const prepare = options.built ? built : (path: string) => project(path, 'src')
  const peers = [ours(prepare(before), 'before', `${name} (${revision})`), ours(prepare(root), 'now', 'work tree')]
  pinSelf()
  for (const load of chosenLoads) {
    const result = await measure(load, peers, materials, plan)
    progress('')
    const absent = peers.filter(peer => !result.rows.some(row => row.peer === peer.name))
    const left = absent.map(peer => `${peer.title}: left out, it does not offer this`)
    console.log(`\n${[load.title, loadTable(result, 'before'), ...faultLines(result), ...left].join('\n')}`)
  }
}

/** The commit that a name stands for, in short. */
function revisionOf(root: string, name: string): string {
  const git = ['rev-parse', '--short', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  const { stdout, status } = spawnSync('git', git, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new WrongUse(`There is no revision "${name}"`)
  return stdout.trim()
}

/** The files of a revision, without a trace in the repository. It uses the packages that are installed here. */
function checkOut(root: string, revision: string, folder: string): void {
  mkdirSync(folder)
  const archive = execFileSync('git', ['archive', revision], { cwd: root, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}
