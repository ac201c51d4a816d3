// The target of attacks in a process of its own (h2-server.child.ts), and the client that asks what it holds.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { H2Client } from '../support/h2-client.ts'
import { Program } from '../support/program.ts'
import type { Level } from './support.ts'

export interface Told {
  readonly level: Level
  readonly ledger: Readonly<Record<string, number>>
  /** Bytes that are alive. */
  readonly memory: number
  readonly rss: number
}

export class Target {
  readonly port: number
  private readonly program: Program
  private readonly other: H2Client

  static async start(): Promise<Target> {
    const file = fileURLToPath(new URL('h2-server.child.ts', import.meta.url))
    const program = new Program(process.execPath, ['--expose-gc', file])
    const port = Number((await program.says(/port (\d+)/))[1])
    return new Target(program, port, (await H2Client.connect(port)).greet())
  }

  private constructor(program: Program, port: number, other: H2Client) {
    this.program = program
    this.port = port
    this.other = other
  }

  async told(): Promise<Told> {
    const stream = this.other.request('/level')
    assert.equal((await this.other.answered(stream)).status, 200)
    const told = JSON.parse(this.other.text(stream)) as Told
    this.other.answers.delete(stream)
    this.other.frames.splice(0)
    return told
  }

  /** Waits until only the one who asks is left. */
  async alone(): Promise<Told> {
    for (;;) {
      const told = await this.told()
      if (told.ledger.connections === 1) return told
    }
  }

  async stop(): Promise<void> {
    this.other.destroy()
    await this.program.stop()
  }
}
