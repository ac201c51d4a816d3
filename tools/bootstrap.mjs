// Runs one of the project's programs on the pinned Node: `node tools/bootstrap.mjs FILE [ARGUMENT...]`. Before that it
// installs what package-lock.json names, where node_modules does not hold it yet. It is the first thing that a fresh
// clone runs, on whatever Node the machine has: plain JavaScript for Node 18 and newer, on every system, and no dependency.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
const pinnedNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
const [file, ...rest] = process.argv.slice(2)

if (file === undefined) fail('Name the program to run: node tools/bootstrap.mjs FILE [ARGUMENT...]')
const program = resolve(root, file)
if (!existsSync(program)) fail(`There is no ${program}`)

setUp(root, () => existsSync(pinnedNode))
// A folder of programs may be a package of its own, such as the benchmarks with their peers.
if (existsSync(join(dirname(program), 'package-lock.json'))) setUp(dirname(program))
run()

/** Installs a package's dependencies where they are not there yet. */
function setUp(folder, isWhole = () => true) {
  if (isInstalled(folder) && isWhole()) return
  process.stderr.write(`Installing what ${join(folder, 'package-lock.json')} names ...\n`)
  // Inside an npm script the running npm says where it and its Node are: the pinned Node may be about to be replaced.
  const { npm_execpath: npm = '', npm_node_execpath: node = process.execPath } = process.env
  const [command, ...first] = /npm-cli\.c?js$/.test(npm) ? [node, npm] : ['npm']
  const shell = windows && command === 'npm'
  // Not `npm ci`: it fails where the lock lacks the binaries of other systems, which npm leaves out at will. What the lock
  // names is installed all the same, and the lock stays as it is. Standard output belongs to the program.
  const { status, error } = spawnSync(command, [...first, 'install', '--no-save', '--include=dev'], {
    cwd: folder,
    shell,
    stdio: ['ignore', 2, 2],
  })
  if (error) fail(`npm could not be started: ${error.message}`)
  if (status !== 0) fail(`"npm install" failed in ${folder}`)
  if (!isWhole())
    fail(`The pinned Node is missing at ${pinnedNode}: its install script did not run. Is ignore-scripts set for npm?`)
}

/** Whether node_modules holds each package in the version that the lock names. npm writes down what it installed. */
function isInstalled(folder) {
  const installed = packages(join(folder, 'node_modules', '.package-lock.json'))
  const wanted = packages(join(folder, 'package-lock.json'))
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  )
}

function packages(lock) {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/** Runs the program, and ends as it ends. */
function run() {
  process.env.PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const child = spawn(pinnedNode, [program, ...rest], { stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  // Who stops npm stops only the shell between npm and here, and that dies without a word: this process gets a new parent.
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref()
  child.on('error', error => fail(`${pinnedNode} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of signals) process.removeAllListeners(name)
    process.kill(process.pid, signal)
    // Only a signal that Node itself catches is survived.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000)
  })
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
