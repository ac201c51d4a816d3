// Tries what a document shows: a program, and the commands to try it with, whose output must be as printed there. Ports that
// documents name (8080 to 8089, 8443) are free ones here.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { type GuideCommand, isAsShown } from './guides.ts'
import { Program, run } from './program.ts'

export interface Shown {
  /** The document, for messages. */
  readonly page: string
  /** Where the commands run. */
  readonly cwd: string
  /** The program, as a path from there, and its code: it is a server if it calls `serve`. */
  readonly file: string
  readonly code: string
  readonly commands: readonly GuideCommand[]
  /** Is told of the ports before anything runs: `here` puts the real ones in place of those that a text names. */
  readonly prepare?: (here: (text: string) => string) => void
}

const PORT = /\b(?:808\d|8443)\b/g

/** The commands in turn, while the program runs. One that the document does not start with `$ node` is started here. */
export async function tryShown({ page, cwd, file, code, commands, prepare }: Shown): Promise<void> {
  const ports = await portsOf([code, ...commands.map(({ command }) => command)].join('\n'))
  const here = (text: string): string => text.replace(PORT, port => String(ports.get(port)))
  prepare?.(here)
  const listening = [...ports].filter(([port]) => code.includes(port)).map(([, real]) => real)
  const start = (): Promise<Program> => started(cwd, file, ports.get('8080'), listening)
  const begins = ({ command }: GuideCommand): boolean => command === `node ${file}` && /\bserve(All)?\(/.test(code)

  let program: Program | undefined
  try {
    if (!commands.some(({ command }) => command.startsWith('node '))) program = await start()
    for (const each of commands) {
      const where = `${page}:${each.line}: $ ${each.command}`
      if (begins(each)) {
        program = await start()
        await says(program, where, here(each.output))
      } else await prints(cwd, here(each.command), where, here(each.output))
    }
  } catch (error) {
    if (program !== undefined) (error as Error).message += `\nThe program has said:\n${program.said}`
    throw error
  } finally {
    await program?.stop('SIGKILL')
  }
}

async function portsOf(text: string): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>()
  for (const [port] of text.matchAll(PORT)) if (!ports.has(port)) ports.set(port, await freePort())
  return ports
}

async function prints(cwd: string, command: string, where: string, shown: string): Promise<void> {
  const quiet = command.replaceAll(/\bcurl\b/g, 'curl -sS -m 20').replace(/^node\b/, `"${process.execPath}"`)
  const { code, stdout, stderr } = await run('bash', ['-c', quiet], { cwd, env: { NO_COLOR: '1' } })
  const printed = stdout.toString()
  // What a client such as curl ends with is what its output says; a program of our own must end well.
  if (isAsShown(printed, shown) && (code === 0 || !command.startsWith('node '))) return
  assert.fail(`${where}\nshould print\n${shown}\nbut ends with ${code} and prints\n${printed}${stderr}`)
}

async function says(program: Program, where: string, shown: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (isAsShown(program.said, shown)) return
    await sleep(20)
  }
  assert.fail(`${where}\nshould say\n${shown}`)
}

/** The program, once it listens. @throws Error when it ends before that */
async function started(cwd: string, file: string, port = 0, listens: readonly number[]): Promise<Program> {
  const env = { NO_COLOR: '1', PORT: String(port) }
  const program = new Program(process.execPath, [file], { cwd, env })
  const given = new AbortController()
  const ended = program.says(NEVER).catch(() => {
    throw new Error(`${file} ended before it listened:\n${program.said}`)
  })
  try {
    await Promise.race([Promise.all(listens.map(port => answers(port, given.signal))), ended])
    return program
  } catch (error) {
    await program.stop('SIGKILL')
    throw error
  } finally {
    given.abort()
    // It ends when the program is stopped, which is nobody's concern then.
    ended.catch(() => {})
  }
}

/** So that waiting for it ends with the program. */
const NEVER = /(?!)/

async function answers(port: number, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const socket = connect({ port, host: '127.0.0.1' })
    const open = await new Promise<boolean>(done => {
      socket.once('connect', () => done(true)).once('error', () => done(false))
    })
    socket.destroy()
    if (open) return
    await sleep(20)
  }
}
