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
import { App, files, serve, text } from 'wirewright'
import { compression } from 'wirewright/compression'
import { RULES } from 'wirewright/h1'
import { parseRange } from 'wirewright/http/ranges'
const app = new App()
app.get('/hello', () => text('hello ' + typeof RULES))
app.get('/hello/:name', ({ params }) => 'hello ' + params.name)
app.get('/long', () => 'long '.repeat(1000))
app.mount('/web', { fetch: async request => new Response(new URL(request.url).pathname + ' ' + (await request.text())) })
app.mount('/', files(process.argv[2]))
app.after(compression())
const server = await serve(app, { port: 0 })
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

const CONSUMER = `
import { App, files, type Handler, serve, text } from 'wirewright'
import { compression } from 'wirewright/compression'
import { EventReader } from 'wirewright/sse'

const handler: Handler = ({ path }) => text(path)
const app = new App({ state: () => ({ user: 'nobody' }) })
app.after(compression())
app.get('/users/:id<int>', ({ params, state, json }) => json({ id: params.id.toFixed(), user: state.user.trim() }))
// @ts-expect-error: the path has no such parameter
app.get('/users/:id', ({ params }) => params.name)
app.mount('/files', files('.'))
app.mount('/plain', handler)
export const reader = new EventReader(event => event.data)
export const port: number = (await serve(app, { port: 0 })).port
`

const TYPES = ['--strict', '--target', 'es2023', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]

for (const resolution of [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]) {
  test(`every subpath has types that hold without the sources: ${resolution.at(-1)}`, async () => {
    const subpaths = ['', '/bytes/output', '/http/fields', '/exchange', '/h1', '/h2', '/hpack', '/sse', '/transport']
    const lines = [...subpaths, '/server', '/files', '/compression'].map(
      (subpath, i) => `export * as all${i} from 'wirewright${subpath}'`,
    )
    writeFileSync(join(folder, 'consumer.ts'), `${lines.join('\n')}\n${CONSUMER}`)
    const args = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', ...resolution, ...TYPES, 'consumer.ts']
    const { code, stdout } = await run(process.execPath, args, { cwd: folder })
    assert.equal(code, 0, stdout.toString())
  })
}

test('what editors show is in the package: the docstrings', () => {
  const types = join(folder, 'node_modules/wirewright/dist')
  assert.match(readFileSync(join(types, 'app/app.d.ts'), 'utf8'), /\/\*\*\n \* A web application: /)
  assert.match(
    readFileSync(join(types, 'app/routes.d.ts'), 'utf8'),
    /\/\*\* A route for GET; it answers HEAD as well. \*\//,
  )
  assert.match(readFileSync(join(types, 'middleware/compression/compression.d.ts'), 'utf8'), /Compresses replies/)
})

test('the guides and the reference are in the package', () => {
  for (const page of ['guide/README.md', 'guide/hooks.md', 'reference/wirewright.md', 'api.md'])
    assert.ok(existsSync(join(folder, 'node_modules/wirewright/docs', page)), page)
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
      try {
        const [, port] = await program.says(/http:\/\/localhost:(\d+)/)
        await sameFile(port)
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.said)
      } finally {
        await program.stop('SIGKILL')
      }
    })

    test('the library serves an application with a folder', async () => {
      const program = new Program(command, [...runtime.args, join(folder, 'library.js'), site], { cwd: folder })
      try {
        const [, port] = await program.says(/port (\d+)/)
        const hello = await fetch(`http://127.0.0.1:${port}/hello`)
        assert.equal(await hello.text(), 'hello object')
        assert.equal(await (await fetch(`http://127.0.0.1:${port}/hello/Ada`)).text(), 'hello Ada')
        const web = await fetch(`http://127.0.0.1:${port}/web/app`, { method: 'POST', body: 'content' })
        assert.equal(await web.text(), '/app content')
        const long = await fetch(`http://127.0.0.1:${port}/long`)
        assert.ok(long.headers.has('content-encoding'))
        assert.equal((await long.text()).length, 5000)
        await sameFile(port)
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.said)
        assert.match(program.said, /closed/)
      } finally {
        await program.stop('SIGKILL')
      }
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
