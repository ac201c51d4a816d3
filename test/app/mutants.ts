// Which test notices that something was changed.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { EQUIVALENT } from './faults.ts'
import { type Mutant, mutantsOf } from './planted.ts'

const LOADER = new URL('mutant-loader.ts', import.meta.url).href
const REPORTER = new URL('mutant-reporter.ts', import.meta.url).href

const SOCKETS = [
  'socket-peer',
  'socket-client',
  'socket-misuse',
  'socket-rooms',
  'socket',
  'socket-schema',
  'socket-protocols',
]
const ROUTING = ['routing', 'routing-errors', 'methods', 'hostile']

/** The sources that are changed, each with the tests that must notice, those that are most about it first. */
export const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'src/app/app.ts': ['hooks', 'methods', 'context', 'errors', 'mounting', 'socket-routing', 'socket-rooms'],
  'src/app/hooks.ts': ['hooks', 'letting-go', 'errors', 'context'],
  'src/app/answers.ts': ['errors'],
  'src/app/connection.ts': ['context'],
  'src/app/context.ts': ['context', 'mounting', 'both-wires', 'request-body', 'events'],
  'src/app/handlers.ts': ['mounting', 'fetch'],
  'src/app/mounted.ts': ['mounting', 'lifecycle', 'fetch'],
  'src/app/rooms.ts': ['socket-rooms', 'socket-misuse'],
  'src/app/routes.ts': ['hooks', 'methods', 'mounting', 'socket-misuse', 'socket-routing'],
  'src/app/socket-checking.ts': ['socket-schema'],
  'src/app/socket-message.ts': SOCKETS,
  'src/app/socket-peer.ts': SOCKETS,
  'src/app/socket-route.ts': SOCKETS,
}

/** Others that can be asked for by name: among their changes are some that make nothing but slower what they are of. */
export const MORE: typeof SOURCES = {
  'src/app/asked-socket.ts': SOCKETS,
  'src/app/connecting.ts': ['socket-client', 'socket-routing', 'socket-protocols'],
  'src/app/socket-close.ts': ['socket-misuse', 'socket-schema'],
  'src/app/standard-schema.ts': ['socket-schema'],
  'src/exchange/socket-handshake.ts': ['socket-routing'],
  'src/app/routing/encoding.ts': ROUTING,
  'src/app/routing/leaf.ts': ROUTING,
  'src/app/routing/pattern.ts': ROUTING,
  'src/app/routing/reach.ts': ROUTING,
  'src/app/routing/router.ts': ROUTING,
  'src/app/routing/search.ts': ROUTING,
  'src/app/routing/values.ts': ROUTING,
  'src/app/request-body.ts': ['request-body'],
  'src/app/events.ts': ['events', 'broken-events'],
  'src/app/event-body.ts': ['events', 'broken-events'],
  'src/app/listener.ts': ['events-topics'],
  'src/app/topic.ts': ['events-topics'],
  'src/exchange/stream.ts': ['streams'],
}

/** Without a sign of life for so long, the tests hang, which counts as noticed. */
const PATIENCE_MS = 10_000

/** All that is tried of a source; what changes nothing that anybody could see is left out. */
export function mutantsToTry(file: string): Mutant[] {
  const same = EQUIVALENT[file] ?? []
  return mutantsOf(file).filter(mutant => !same.some(([was, is]) => mutant.was === was && mutant.is === is))
}

/** Some of all mutants, evenly spread: what there is time for in a run of all tests. */
export function someMutants(count: number): Mutant[] {
  const all = Object.keys(SOURCES).flatMap(mutantsToTry)
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)])
}

/** The first test that fails with the mutant, `hangs` if they do not end, or null where none notices. */
export async function noticedBy(mutant: Mutant): Promise<string | null> {
  for (const name of SOURCES[mutant.file] ?? MORE[mutant.file]) {
    const failed = await firstFailing(mutant, fileURLToPath(new URL(`${name}.test.ts`, import.meta.url)))
    if (failed !== null) return `${name}: ${failed}`
  }
  return null
}

/** A mutant on one line. */
export function shown({ file, line, was, is }: Mutant): string {
  const short = (text: string) => text.replace(/\s+/g, ' ').slice(0, 60)
  return `${file}:${line} ${short(was)} → ${short(is)}`
}

function firstFailing({ file, text }: Mutant, test: string): Promise<string | null> {
  const child = spawn(process.execPath, ['--import', LOADER, '--test-reporter', REPORTER, test], {
    env: { ...process.env, NODE_TEST_CONTEXT: '', WIREWRIGHT_MUTANT: JSON.stringify({ file, text }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let told = ''
  let hangs = false
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString()
    guard.refresh()
  })
  const guard = setTimeout(() => {
    hangs = true
    child.kill('SIGKILL')
  }, PATIENCE_MS)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(guard)
      if (hangs) resolve('hangs')
      else resolve(code === 0 ? null : told.trim() || 'does not start')
    })
  })
}
