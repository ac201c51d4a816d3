// Processes that the bench starts. Each leads a process group of its own, pinned to a core, and none outlives the bench:
// not after an error, not after Ctrl-C.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** One core for the servers, the other for the load, the bench itself included. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

export interface Running {
  readonly pid: number
  /** What to say of a process that ended by itself: its status and its last words. Null while it runs. */
  ended(): string | null
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Starts a server in `folder`, on the servers' core unless another is named. Its errors are kept for the case that it fails; what else it says is not wanted. */
export function start(
  argv: readonly string[],
  folder: string,
  variables: NodeJS.ProcessEnv = {},
  core = SERVER_CORE,
): Running {
  const child = spawn('taskset', ['-c', String(core), ...argv], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment(folder), ...variables },
  })
  const said = tail(child)
  let ended: string | null = null
  child.once('error', error => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    ended = `ended with ${signal ?? code}${said() && `: ${said()}`}`
    living.delete(pid)
  })
  const pid = child.pid ?? 0
  if (pid > 0) living.add(pid)
  return {
    pid,
    ended: () => ended,
    signal: name => signalGroup(pid, name),
    async stop() {
      if (ended === null) await stopChild(child, pid)
    },
  }
}

/** Runs a command to its end, on the load's core unless another is named, and gives what it printed. */
export async function run(
  argv: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  core = LOAD_CORE,
): Promise<string> {
  const child = spawn('taskset', ['-c', String(core), ...argv], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  })
  const pid = child.pid ?? 0
  if (pid > 0) living.add(pid)
  const said = tail(child)
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  living.delete(pid)
  if (code !== 0) throw new Error(`${argv[0]} failed (${code}): ${said()}`)
  return printed
}

/** A TCP port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(done => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}

/** Waits until the server accepts connections. */
export async function listening(server: Running, port: number): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 25) {
    const ended = server.ended()
    if (ended !== null) throw new Error(ended)
    if (await accepts(port)) return
    await sleep(25)
  }
  throw new Error(`does not listen on port ${port} after 15 seconds`)
}

/** Keeps this process and what it runs off the servers' core. @throws where there are no two cores, or it is not Linux */
export function pinSelf(): void {
  if (process.platform !== 'linux' || availableParallelism() < 2) throw notHere()
  execFileSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' })
}

/** Ends all that was started and removes `folder`, however this process comes to its end. */
export function cleanUpAtEnd(folder: string): void {
  process.on('exit', () => {
    for (const pid of living) signalGroup(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => process.exit(code))
}

/** Leaders of the process groups that run now. */
const living = new Set<number>()

async function stopChild(child: ChildProcess, pid: number): Promise<void> {
  const gone = once(child, 'exit')
  signalGroup(pid, 'SIGTERM')
  const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), 1000)
  await gone
  clearTimeout(killer)
  // Members of the group that did not follow their leader.
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // 0 would be this process's own group.
  if (pid <= 0) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended already.
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The last of what a process says on its error output. */
function tail(child: ChildProcess): () => string {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000)
  })
  return () => said.trim()
}

/** Servers that keep state in the home folder keep it in the bench's own. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return {
    ...rest,
    NODE_ENV: 'production',
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
    NO_COLOR: '1',
  }
}

function notHere(): Error {
  return new Error(
    'The bench reads processor time from /proc and pins to two cores: it runs on Linux with at least two',
  )
}
