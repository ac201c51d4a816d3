// Runs the tests: `test.ts [--full] [FILE...]`. Each file of `test/` that ends in `.test.ts` runs in a process of its own;
// those that end in `.full.test.ts` take long (many sockets, large files, other Nodes) and run with `--full` only.
// Nothing hangs: a test has its time, and a run that nothing more is heard of is ended. With CI=true a test that is skipped or left to do
// counts as a failure: whatever it needs must be there.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false } },
})

const MINUTE = 60_000
/** How long one test may take, and how long the whole run may be silent, before they are ended. */
const PATIENCE = values.full ? { test: 15 * MINUTE, silence: 16 * MINUTE } : { test: 1 * MINUTE, silence: 2 * MINUTE }

const root = fileURLToPath(new URL('..', import.meta.url))
// What was compiled in one process need not be in the next: half of what most test files cost.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled')

const files = positionals.length > 0 ? positionals : chosen()
const left: string[] = []
let passed = false
const silence = new AbortController()
const alarm = setTimeout(() => silence.abort(), PATIENCE.silence)

const tests = run({
  files,
  cwd: root,
  // Tests wait for sockets more than they compute, and what they start (clients, servers) needs the cores too.
  concurrency: Math.max(2, availableParallelism()),
  timeout: PATIENCE.test,
  signal: silence.signal,
})
tests.on('data', () => alarm.refresh())
tests.on('test:pass', ({ name, file, skip, todo }) => {
  if ((skip ?? todo ?? false) !== false) left.push(`${name} (${file === undefined ? '?' : relative(root, file)})`)
})
tests.on('test:summary', ({ file, success }) => {
  if (file === undefined) passed = success
})

const report = new spec()
// The summary's lines are told from the tests' own by the `#` that TAP gives them.
report.on('data', (text: Buffer | string) => process.stdout.write(String(text).replace(/^\S*\u2139 /gm, '# ')))
tests.pipe(report)
await new Promise(done => report.on('end', done))
clearTimeout(alarm)

if (left.length > 0 && !['', 'false', '0'].includes(process.env.CI ?? '')) {
  process.stdout.write(
    `\nIn CI nothing may be skipped or left to do, but these were:\n${left.map(name => `  ${name}\n`).join('')}`,
  )
  passed = false
}
process.exitCode = passed && files.length > 0 ? 0 : 1

function chosen(): string[] {
  const all = globSync('test/**/*.test.ts', { cwd: root }).sort()
  return values.full ? all : all.filter(file => !file.endsWith('.full.test.ts'))
}
