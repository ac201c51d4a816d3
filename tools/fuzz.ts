// Fuzzes the parsers: `fuzz.ts [TARGET...] [--seconds N] [--seed S] [--runs N] [--input HEX]`. The targets are the files
// of `test/fuzz/`. A target runs on a thread of its own, so that one that hangs is noticed and its input shown.
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Finding, Fuzzing, type FuzzTarget, minimised } from './fuzzing/fuzz.ts'

/** An input that takes longer than this hangs, or is slow enough to be called so. */
const HANG_MS = 10_000
const ROOM_FOR_INPUT = 8192

interface Job {
  readonly file: string
  readonly seconds: number
  readonly runs: number
  readonly seed: number
  /** Where the thread writes how many inputs it ran, the length of the present one, and its bytes. */
  readonly shared: SharedArrayBuffer
}

if (isMainThread) await main()
else await work(workerData)

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '20' },
      runs: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      input: { type: 'string' },
    },
  })
  const targets = await allTargets()
  const wrong = positionals.find(name => !targets.some(({ target }) => target.name === name))
  if (wrong !== undefined) {
    console.error(`There is no target ${wrong}; there are ${targets.map(({ target }) => target.name).join(', ')}`)
    process.exitCode = 2
    return
  }
  for (const { file, target } of targets) {
    if (positionals.length > 0 && !positionals.includes(target.name)) continue
    if (values.input !== undefined) {
      target.run(Uint8Array.from(Buffer.from(values.input, 'hex')))
      console.log(`${target.name}: the input breaks nothing`)
      continue
    }
    const [seconds, runs, seed] = [values.seconds, values.runs, values.seed].map(Number)
    if (!(await runOne(target, { file, seconds, runs, seed, shared: new SharedArrayBuffer(8 + ROOM_FOR_INPUT) })))
      process.exitCode = 1
  }
}

/** Fuzzes one target on a thread of its own; says whether nothing broke. */
async function runOne(target: FuzzTarget, job: Job): Promise<boolean> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job })
  const counters = new Int32Array(job.shared, 0, 2)
  let last = -1
  return new Promise(resolve => {
    const watch = setInterval(() => {
      if (counters[0] === last) {
        console.error(`${target.name}: hangs on its input number ${last}`)
        repeat(target, Uint8Array.from(new Uint8Array(job.shared, 8, counters[1])))
        void worker.terminate()
        resolve(false)
      }
      last = counters[0]
    }, HANG_MS)
    worker.on('message', ({ found, message }: { found: Finding | null; message: string }) => {
      console.log(`${target.name}: ${message} (seed ${job.seed})`)
      if (found !== null) repeat(target, found.bytes)
      resolve(found === null)
    })
    worker.on('error', (error: Error) => {
      console.error(`${target.name}: ${error.stack}`)
      resolve(false)
    })
    worker.on('exit', () => {
      clearInterval(watch)
      resolve(false)
    })
  })
}

async function work(job: Job): Promise<void> {
  const { default: target } = (await import(job.file)) as { default: FuzzTarget }
  const fuzzing = new Fuzzing(target, job.seed)
  const counters = new Int32Array(job.shared, 0, 2)
  const input = new Uint8Array(job.shared, 8)
  const deadline = performance.now() + job.seconds * 1000
  while (fuzzing.runs < job.runs && performance.now() < deadline) {
    const bytes = fuzzing.next()
    counters[0] = fuzzing.runs
    counters[1] = Math.min(bytes.length, input.length)
    input.set(bytes.subarray(0, input.length))
    const finding = fuzzing.try(bytes)
    if (finding === null) continue
    const smallest = minimised(target, finding)
    const why = smallest.error instanceof Error ? smallest.error.stack : String(smallest.error)
    parentPort?.postMessage({
      found: { bytes: smallest.bytes, runs: finding.runs },
      message: `broken by input number ${finding.runs}\n${why}`,
    })
    return
  }
  const message = `${fuzzing.runs} inputs, ${fuzzing.corpus.length} kept, nothing broken`
  parentPort?.postMessage({ found: null, message })
}

async function allTargets(): Promise<{ file: string; target: FuzzTarget }[]> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = globSync('test/fuzz/*.ts', { cwd: root })
    .filter(file => !basename(file).endsWith('.test.ts'))
    .sort()
    .map(file => pathToFileURL(join(root, file)).href)
  const targets: { file: string; target: FuzzTarget }[] = []
  for (const file of files) {
    const { default: target } = (await import(file)) as { default?: FuzzTarget }
    if (target !== undefined) targets.push({ file, target })
  }
  return targets
}

function repeat(target: FuzzTarget, bytes: Uint8Array): void {
  const hex = Buffer.from(bytes).toString('hex')
  console.error(`The input: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`)
  console.error(`Repeat it with: npm run fuzz -- ${target.name} --input ${hex === '' ? '""' : hex}`)
}
