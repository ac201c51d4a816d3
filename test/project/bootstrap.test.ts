import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Finished, Program, run } from '../support/program.ts'

const BOOTSTRAP = fileURLToPath(new URL('../../tools/bootstrap.mjs', import.meta.url))

/** Stands in for npm: writes down how it was called, and puts in place what counts as installed. */
const NPM = `
const fs = require('node:fs')
fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n')
if (fs.existsSync('npm-fails')) process.exit(1)
fs.mkdirSync('node_modules/node/bin', { recursive: true })
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
if (!fs.existsSync('node_modules/node/bin/node')) fs.symlinkSync(process.execPath, 'node_modules/node/bin/node')
`
const PROGRAM = `
process.on('SIGTERM', () => process.exit(7))
if (process.argv[2] === 'wait') setTimeout(() => {}, 60_000)
console.log(JSON.stringify(process.argv.slice(2)))
process.exitCode = 3
`

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

class Clone {
  private readonly root: string

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'wirewright-bootstrap-'))
    folders.push(this.root)
    mkdirSync(join(this.root, 'tools'))
    copyFileSync(BOOTSTRAP, join(this.root, 'tools/bootstrap.mjs'))
    writeFileSync(join(this.root, 'npm-cli.js'), NPM)
    writeFileSync(join(this.root, 'program.mjs'), PROGRAM)
    this.lock('1.0.0')
  }

  lock(version: string): void {
    const packages = {
      '': {},
      'node_modules/one': { version },
      'node_modules/other-system': { version, optional: true },
    }
    writeFileSync(join(this.root, 'package-lock.json'), JSON.stringify({ packages }))
  }

  breakNpm(): void {
    writeFileSync(join(this.root, 'npm-fails'), '')
  }

  /** How npm was called. */
  get calls(): string[] {
    const file = join(this.root, 'calls')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }

  get command(): [string, string[], { env: Record<string, string> }] {
    const env = { npm_execpath: join(this.root, 'npm-cli.js'), npm_node_execpath: process.execPath }
    return [process.execPath, [join(this.root, 'tools/bootstrap.mjs')], { env }]
  }

  run(...args: string[]): Promise<Finished> {
    const [node, first, options] = this.command
    return run(node, [...first, ...args], options)
  }
}

test('a fresh clone is set up once, and the program runs with its arguments and exit code', async () => {
  const clone = new Clone()
  for (let times = 0; times < 2; times++) {
    const { code, stdout } = await clone.run('program.mjs', 'a', '--b')
    assert.equal(stdout.toString(), '["a","--b"]\n')
    assert.equal(code, 3)
  }
  assert.deepEqual(clone.calls, ['install --no-save --include=dev'])
})

test('it is set up again when the lock names another version', async () => {
  const clone = new Clone()
  await clone.run('program.mjs')
  clone.lock('1.0.1')
  await clone.run('program.mjs')
  assert.equal(clone.calls.length, 2)
})

test('a set-up that fails is told, and nothing runs', async () => {
  const clone = new Clone()
  clone.breakNpm()
  const { code, stdout, stderr } = await clone.run('program.mjs')
  assert.equal(code, 1)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /"npm install" failed in /)
})

test('a program that does not exist is told before anything is installed', async () => {
  const clone = new Clone()
  const { code, stderr } = await clone.run('nowhere.ts')
  assert.equal(code, 1)
  assert.match(stderr, /There is no .*nowhere\.ts/)
  assert.deepEqual(clone.calls, [])
})

test('a signal reaches the program, and its exit code comes back', async () => {
  const [node, first, options] = new Clone().command
  const program = new Program(node, [...first, 'program.mjs', 'wait'], options)
  await program.says(/\["wait"\]/)
  assert.deepEqual(await program.stop('SIGTERM'), { code: 7, signal: null })
})

test('a program that a signal ended looks the same from outside', async () => {
  const [node, first, options] = new Clone().command
  const program = new Program(node, [...first, 'program.mjs', 'wait'], options)
  await program.says(/\["wait"\]/)
  assert.deepEqual(await program.stop('SIGHUP'), { code: null, signal: 'SIGHUP' })
})
