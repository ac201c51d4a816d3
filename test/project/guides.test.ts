// Runs what the guides show: each program whose first line is `// file: NAME.ts`, and the commands of the ```console block
// behind it, whose output must be as printed there. Ports that a guide names (8080 to 8089, 8443) are free ones here.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/free-port.ts'
import { type GuideProgram, guidePrograms, isAsShown } from '../support/guides.ts'
import { Program, run } from '../support/program.ts'
import { type UserProject, userProject } from '../support/user-project.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [...globSync('docs/guide/*.md', { cwd: root }).sort(), 'README.md']
const guides = pages.map(page => ({ page, programs: guidePrograms(readFileSync(join(root, page), 'utf8')) }))

const PORT = /\b(?:808\d|8443)\b/g

/** A guide's files are in a folder together, so that one can import another. */
const folderOf = (page: string): string => basename(page, '.md')

let project: UserProject
before(() => {
  project = userProject()
  for (const { page, programs } of guides)
    for (const { file, code } of programs) project.write(join(folderOf(page), file), code)
})
after(() => project[Symbol.dispose]())

test('all programs of the guides compile', async () => {
  const complaints = (await project.complaints()).map(complaint => {
    const [, folder, file, line, text] = /^([\w-]+)\/([\w.-]+)\((\d+),\d+\): (.*)/.exec(complaint) ?? []
    const guide = guides.find(({ page }) => folderOf(page) === folder)
    const program = guide?.programs.find(program => program.file === file)
    return program === undefined ? complaint : `${guide?.page}:${program.line + Number(line) - 1} ${text}`
  })
  assert.deepEqual(complaints, [])
})

for (const { page, programs } of guides) {
  describe(page, () => {
    for (const program of programs) {
      if (program.commands.length > 0) test(`${program.file} does what is shown`, () => tryOut(page, program))
    }
  })
}

/** The commands in turn, while the program runs. One that the guide does not start with `$ node` is started here. */
async function tryOut(page: string, { file, code, commands }: GuideProgram): Promise<void> {
  const cwd = join(project.path, folderOf(page))
  const ports = new Map<string, string>()
  for (const [port] of [code, ...commands.map(({ command }) => command)].join('\n').matchAll(PORT)) {
    if (!ports.has(port)) ports.set(port, String(await freePort()))
  }
  const here = (text: string): string => text.replace(PORT, port => ports.get(port) as string)
  project.write(join(folderOf(page), file), here(code))

  let program: Program | undefined
  try {
    if (!commands.some(({ command }) => command.startsWith('node '))) program = await started(cwd, file, code, ports)
    for (const { command, output, line } of commands) {
      const where = `${page}:${line}: $ ${command}`
      if (command === `node ${file}` && ports.size > 0) {
        program = await started(cwd, file, code, ports)
        await says(program, where, here(output))
      } else await prints(cwd, here(command), where, here(output))
    }
  } catch (error) {
    if (program !== undefined) (error as Error).message += `\nThe program has said:\n${program.said}`
    throw error
  } finally {
    await program?.stop('SIGKILL')
  }
}

async function prints(cwd: string, command: string, where: string, shown: string): Promise<void> {
  const quiet = command.replaceAll(/\bcurl\b/g, 'curl -sS -m 20').replace(/^node\b/, `"${process.execPath}"`)
  const { code, stdout, stderr } = await run('bash', ['-c', quiet], { cwd, env: { NO_COLOR: '1' } })
  const printed = stdout.toString()
  if (isAsShown(printed, shown)) return
  assert.fail(`${where}\nshould print\n${shown}\nbut ends with ${code} and prints\n${printed}${stderr}`)
}

async function says(program: Program, where: string, shown: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (isAsShown(program.said, shown)) return
    await sleep(20)
  }
  assert.fail(`${where}\nshould say\n${shown}`)
}

/** The program, once it listens at the ports that its code names. */
async function started(cwd: string, file: string, code: string, ports: ReadonlyMap<string, string>): Promise<Program> {
  const program = new Program(process.execPath, [file], { cwd, env: { NO_COLOR: '1' } })
  const given = new AbortController()
  const ended = program.says(NEVER)
  const listens = async (): Promise<void> => {
    for (const [port, real] of ports) if (code.includes(port)) await listening(Number(real), given.signal)
  }
  try {
    await Promise.race([listens(), ended])
    return program
  } catch (error) {
    await program.stop('SIGKILL')
    throw error
  } finally {
    given.abort()
  }
}

/** So that waiting for it ends with the program. */
const NEVER = /(?!)/

async function listening(port: number, until: AbortSignal): Promise<void> {
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
