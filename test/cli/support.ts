// The real command, started with a folder of its own, and a client that reads to the end.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')

export interface Run {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Fulfilled with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Fulfilled once either output has what the pattern looks for. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>
}

/** A folder with files in it, removed after the test. */
export function folderOf(context: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-cli-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

export interface Started {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly prefix?: readonly string[]
}

export function wirewright(
  context: TestContext,
  args: readonly string[],
  { cwd, env = {}, prefix = [] }: Started,
): Run {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WIREWRIGHT_|LISTEN_|NO_COLOR|FORCE_COLOR|NODE_TEST)/.test(name)),
  )
  const command = [...prefix, process.execPath, MAIN, ...args]
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  const heard = () => {
    for (const look of [...waiting]) look()
  }
  child.stdout?.setEncoding('utf8').on('data', text => {
    stdout += text
    heard()
  })
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
    heard()
  })
  let isOver = false
  const ended = new Promise<number | NodeJS.Signals>(resolve =>
    child.on('close', (code, signal) => {
      isOver = true
      resolve(code ?? signal ?? -1)
      heard()
    }),
  )
  context.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (found === null && !isOver) return
        waiting.delete(look)
        if (found) resolve(found)
        else reject(new Error(`It ended without saying ${pattern}:\n${stdout}\n${stderr}`))
      }
      waiting.add(look)
      look()
    })
  return { child, stdout: () => stdout, stderr: () => stderr, ended, says }
}

/** Starts a server on a free port and waits for its address. */
export async function server(
  context: TestContext,
  args: readonly string[],
  started: Started,
): Promise<Run & { readonly port: number }> {
  const run = wirewright(context, ['--port', '0', ...args], started)
  const [, port] = await run.says(/Local +https?:\/\/localhost:(\d+)\//)
  return { ...run, port: Number(port) }
}

/** Sends a request and gives the whole reply as latin1 text. */
export function ask(
  where: number | string,
  target = '/',
  fields: readonly string[] = [],
  method = 'GET',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where)
    let reply = ''
    socket.setEncoding('latin1')
    socket.on('data', text => {
      reply += text
    })
    socket.on('end', () => resolve(reply))
    socket.on('error', reject)
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...fields, '', '']
    socket.write(lines.join('\r\n'))
  })
}
