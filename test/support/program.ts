// Programs that tests start: a server as a process of its own, and clients that are run to their end.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], options: Options = {}): Promise<Finished> {
  const child = spawn(command, args, { ...spawnOptions(options), stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', chunk => stdout.push(chunk))
  child.stderr.on('data', chunk => stderr.push(chunk))
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}

/** A program that goes on until it is stopped. */
export class Program {
  /** All that it has said so far, on both outputs. */
  said = ''
  private readonly child: ChildProcess
  private readonly over: Promise<Pick<Finished, 'code' | 'signal'>>
  private readonly watchers = new Set<() => void>()

  constructor(command: string, args: readonly string[], options: Options = {}) {
    this.child = spawn(command, args, { ...spawnOptions(options), stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        this.said += text
        for (const look of this.watchers) look()
      })
    }
    this.over = once(this.child, 'close').then(([code, signal]) => ({ code, signal }))
  }

  /**
   * Waits until it has said something.
   * @throws Error when it ends without having said it
   */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>()
    const look = (): void => {
      const match = pattern.exec(this.said)
      if (match !== null) resolve(match)
    }
    this.watchers.add(look)
    look()
    const ended = this.over.then(({ code, signal }) => {
      throw neverSaid(pattern, signal ?? `code ${code}`, this.said)
    })
    return Promise.race([promise, ended]).finally(() => this.watchers.delete(look))
  }

  /** Ends it and waits until it has ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Pick<Finished, 'code' | 'signal'>> {
    this.child.kill(signal)
    return this.over
  }
}

/** Outside of the project's own npm scripts, so that nothing of theirs reaches the program. */
function spawnOptions({ cwd, env }: Options): { cwd: string | undefined; env: NodeJS.ProcessEnv } {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST|WIREWRIGHT_)/.test(name)),
  )
  return { cwd, env: { ...own, ...env } }
}

function neverSaid(pattern: RegExp, ending: string, said: string): Error {
  return new Error(`It ended with ${ending} and never said ${pattern}, but:\n${said}`)
}
