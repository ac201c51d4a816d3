// A site in a folder of its own, served by the command as users start it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Program } from '../support/program.ts'

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** The site that `npm start` serves. */
export const WELCOME = fileURLToPath(new URL('../../welcome', import.meta.url))

export class Site {
  /** Where it is served, without a slash at the end. */
  readonly origin: string
  readonly port: number
  private readonly program: Program
  private readonly temporary: string

  private constructor(origin: string, program: Program, temporary: string) {
    this.origin = origin
    this.port = Number(new URL(origin).port)
    this.program = program
    this.temporary = temporary
  }

  /** Waits until the server's log has a line. */
  async says(pattern: RegExp): Promise<void> {
    await this.program.says(pattern)
  }

  /** Serves a folder, or files by their paths, until `stop`. */
  static async serve(content: string | Record<string, string | Uint8Array>, ...options: string[]): Promise<Site> {
    const temporary = mkdtempSync(join(tmpdir(), 'wirewright-site-'))
    const folder = typeof content === 'string' ? content : filled(join(temporary, 'site'), content)
    const program = new Program(process.execPath, [COMMAND, folder, '--port', '0', ...options], {
      cwd: temporary,
      env: { XDG_CACHE_HOME: join(temporary, 'cache') },
    })
    const [, origin] = await program.says(/(https?:\/\/localhost:\d+)/)
    return new Site(origin, program, temporary)
  }

  /** A folder that goes when the site does. */
  folder(name: string): string {
    const path = join(this.temporary, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** A file of the site. */
  file(path: string): string {
    return join(this.temporary, 'site', path)
  }

  async stop(): Promise<void> {
    await this.program.stop()
    rmSync(this.temporary, { recursive: true, force: true })
  }
}

function filled(folder: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}
