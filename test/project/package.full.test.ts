// The package as users get it: packed, installed in an empty folder, and run on every runtime that is promised.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Program, run } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Runtime {
  /** The npm package that it comes in. */
  readonly package: string
  readonly version: string
  readonly args: readonly string[]
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'the oldest Node 22': { package: 'node', version: '22.12.0', args: [] },
  'Node 22': { package: 'node', version: '22.23.3', args: [] },
  'Node 24': { package: 'node', version: '24.21.0', args: [] },
  'Node 26': { package: 'node', version: '26.10.0', args: [] },
  Bun: { package: 'bun', version: '1.4.5', args: [] },
  Deno: { package: 'deno', version: '2.9.6', args: ['run', '-A'] },
}

const LIBRARY = `
import { files, serve, text } from 'wirewright'
import { RULES } from 'wirewright/h1'
import { parseRange } from 'wirewright/http/ranges'
const site = files(process.argv[2])
const server = await serve(exchange => (exchange.path === '/hello' ? text('hello ' + typeof RULES) : site(exchange)), { port: 0 })
console.log('port ' + server.port)
process.on('SIGTERM', async () => {
  await server.close()
  console.log('closed')
})
`

let folder: string
let site: string
const content = Uint8Array.from({ length: 300_000 }, (_, i) => i * 31)

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wirewright-package-'))
  site = join(folder, 'site')
  mkdirSync(site)
  writeFileSync(join(site, 'file.bin'), content)
  const packed = await npm(root, 'pack', '--pack-destination', folder)
  assert.equal(packed.code, 0, packed.stderr)
  const [tarball] = readdirSync(folder).filter(name => name.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'library.js'), LIBRARY)
  const installed = await npm(folder, 'install', '--prefer-offline', join(folder, tarball))
  assert.equal(installed.code, 0, installed.stderr)
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('the package has what users need and nothing else', () => {
  const top = readdirSync(join(folder, 'node_modules/wirewright')).sort()
  assert.deepEqual(top, [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist',
    'docs',
    'package.json',
    'welcome',
  ])
})

test('every subpath has types that hold without the sources', async () => {
  const subpaths = ['', '/bytes/output', '/http/fields', '/exchange', '/h1', '/transport', '/server', '/files']
  const lines = subpaths.map((subpath, i) => `export * as all${i} from 'wirewright${subpath}'`)
  lines.push("import { type Handler, serve, text } from 'wirewright'")
  lines.push('const handler: Handler = ({ path }) => text(path)')
  lines.push('export const port: number = (await serve(handler, { port: 0 })).port')
  writeFileSync(join(folder, 'consumer.ts'), `${lines.join('\n')}\n`)
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), ...args, '--typeRoots', join(root, 'node_modules/@types')]
  const { code, stdout } = await run(process.execPath, [...tsc, 'consumer.ts'], { cwd: folder })
  assert.equal(code, 0, stdout.toString())
})

test('the command is there under its name', async () => {
  const { stdout } = await run(join(folder, 'node_modules/.bin/wirewright'), ['--version'], { cwd: folder })
  assert.match(stdout.toString(), /^\d+\.\d+\.\d+\n$/)
})

test('the example of a protocol of its own runs on the subpaths', async () => {
  const example = join(folder, 'line-protocol')
  mkdirSync(example)
  for (const name of ['frames.ts', 'store.ts', 'server.ts', 'client.ts']) {
    const text = readFileSync(join(root, 'examples/line-protocol', name), 'utf8')
    const imports = text.replace(/'(?:\.\.\/)+src\/([\w/-]+?)(?:\/index)?\.ts'/g, "'wirewright/$1'")
    writeFileSync(join(example, name), imports)
  }
  const server = new Program(process.execPath, [join(example, 'server.ts'), '0'])
  try {
    const [, port] = await server.says(/port (\d+)/)
    const client = (...args: string[]) => run(process.execPath, [join(example, 'client.ts'), port, ...args])
    assert.equal((await client('set', 'greeting', 'hello')).stdout.toString(), 'OK\n')
    assert.equal((await client('get', 'greeting')).stdout.toString(), 'hello\n')
  } finally {
    await server.stop()
  }
})

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  describe(name, () => {
    let command: string
    before(async () => {
      command = await installed(runtime)
    })

    test('the command serves a folder', async () => {
      const main = join(folder, 'node_modules/wirewright/dist/cli/main.js')
      const program = new Program(command, [...runtime.args, main, site, '--port', '0'], { cwd: folder })
      const [, port] = await program.says(/http:\/\/localhost:(\d+)/)
      await sameFile(port)
      assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.said)
    })

    test('the library serves a handler and a folder', async () => {
      const program = new Program(command, [...runtime.args, join(folder, 'library.js'), site], { cwd: folder })
      const [, port] = await program.says(/port (\d+)/)
      const hello = await fetch(`http://127.0.0.1:${port}/hello`)
      assert.equal(await hello.text(), 'hello object')
      await sameFile(port)
      assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.said)
      assert.match(program.said, /closed/)
    })
  })
}

async function sameFile(port: string): Promise<void> {
  const whole = await fetch(`http://127.0.0.1:${port}/file.bin`)
  assert.equal(whole.status, 200)
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(content))
  const part = await fetch(`http://127.0.0.1:${port}/file.bin`, { headers: { Range: 'bytes=1000-1999' } })
  assert.equal(part.status, 206)
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(content.subarray(1000, 2000)))
}

/** The runtime's program. It is kept in .cache/, so that it is fetched once. */
async function installed(runtime: Runtime): Promise<string> {
  const home = join(root, '.cache/runtimes', `${runtime.package}-${runtime.version}`)
  const program = join(home, 'node_modules/.bin', runtime.package)
  if (existsSync(program)) return program
  mkdirSync(home, { recursive: true })
  const manifest = { private: true, allowScripts: { [runtime.package]: true } }
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest))
  const result = await npm(home, 'install', '--no-save', `${runtime.package}@${runtime.version}`)
  assert.equal(result.code, 0, result.stderr)
  return program
}

function npm(cwd: string, ...args: string[]): ReturnType<typeof run> {
  return run('npm', [...args, '--no-fund', '--no-audit', '--no-update-notifier'], { cwd })
}
