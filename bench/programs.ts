// Where the programs of the peers are, and which versions they have.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'

/** This folder. */
export const BENCH = import.meta.dirname

const MODULES = join(BENCH, 'node_modules')

/** One of the scripts in `peers/`. */
export function script(name: string): string {
  return join(BENCH, 'peers', name)
}

/** The version of a package that the bench has installed. */
export function packaged(name: string): string {
  if (!existsSync(join(MODULES, name))) throw notInstalled(name)
  return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version
}

/** The program that an npm package carries for this machine, started without the package's own launcher, which would cost a process. */
export function native(prefix: string, path: string): string {
  const [scope = '', start = ''] = prefix.split('/')
  if (!existsSync(join(MODULES, scope))) throw notInstalled(scope)
  const folders = readdirSync(join(MODULES, scope)).filter(name => name.startsWith(start))
  const program = folders.map(name => join(MODULES, scope, name, path)).find(existsSync)
  if (program === undefined) throw notForThisMachine(prefix)
  return program
}

/** What a program prints when asked for its version, on either output. */
export function printed(program: string, ...argv: string[]): string {
  const { stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' })
  return `${stdout ?? ''}${stderr ?? ''}`.trim()
}

/** The Debian package of the first of the programs, packages of Python (`python3-flask`) or headers in C, that this machine lacks. */
export function missing(needs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const lacking = needs.find(need => {
    if (need.startsWith('python3-')) return !existsSync(join(PYTHON_PACKAGES, need.slice('python3-'.length)))
    if (need.endsWith('.h')) return !existsSync(join(HEADERS, need))
    return !folders.some(folder => existsSync(join(folder, need)))
  })
  return lacking && (PACKAGES[lacking] ?? lacking)
}

/** Of programs that are not called like their packages. */
const PACKAGES: Readonly<Record<string, string>> = {
  h2load: 'nghttp2-client',
  nghttpd: 'nghttp2-server',
  hypercorn: 'python3-hypercorn',
  'zlib.h': 'zlib1g-dev',
}

/** Where Debian puts what its own Python imports. */
const PYTHON_PACKAGES = '/usr/lib/python3/dist-packages'

/** Where Debian puts what programs in C include. */
const HEADERS = '/usr/include'

/** The versions of Debian's Python and of some of its packages. */
export function packagedForPython(...names: string[]): string {
  const program = `
import importlib.metadata as m, platform, sys
print(', '.join([f'{n} {m.version(n)}' for n in sys.argv[1:]] + [f'Python {platform.python_version()}']))`
  return printed('/usr/bin/python3', '-c', program, ...names)
}

/** The program made of a source in C below this folder, compiled when it is older than that. */
export function compiled(path: string, ...libraries: string[]): string {
  const source = join(BENCH, path)
  const program = join(BENCH, '.cache', basename(path, '.c'))
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(join(BENCH, '.cache'), { recursive: true })
    execFileSync('gcc', ['-O2', '-Wall', '-D_GNU_SOURCE', '-o', program, source, ...libraries], { stdio: 'inherit' })
  }
  return program
}

function notInstalled(name: string): Error {
  return new Error(`${name} is not installed: start the bench with "npm run bench", or run "npm ci" in ${BENCH}`)
}

function notForThisMachine(name: string): Error {
  return new Error(`${name} has no program for ${process.platform} ${process.arch}`)
}
