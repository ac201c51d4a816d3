// Memory under attack, in a server that is a process of its own: what is alive grows by at most 20 MB whatever is sent,
// and goes back when the attackers are gone; another client is answered all the time, for it is the one that asks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { H2Client } from '../support/h2-client.ts'
import { get, post } from '../support/h2-frames.ts'
import { Program } from '../support/program.ts'
import { ATTACKS, type Attack } from './h2-attacks.ts'
import { flood } from './h2-floods.ts'
import type { Level } from './support.ts'

interface Told {
  readonly level: Level
  readonly ledger: Readonly<Record<string, number>>
  readonly memory: number
}

const MB = 1024 * 1024
const MOST = 20 * MB
/** At the same time. */
const ATTACKERS = 4

class Target {
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

async function attackOnce(target: Target, attack: Attack, reads: boolean): Promise<H2Client> {
  const client = (await H2Client.connect(target.port, { opensWindows: false, keeps: false })).greet(attack.settings)
  await client.frame(({ name }) => name === 'SETTINGS')
  if (!reads) client.stopReading()
  await flood(client, { ...attack, frames: 0 }, () => client.isOver)
  return client
}

for (const reads of [true, false]) {
  test(`memory under every attack grows by at most 20 MB, replies ${reads ? 'read' : 'unread'}`, async t => {
    const target = await Target.start()
    t.after(() => target.stop())
    await target.told()
    const before = await target.told()
    for (const attack of ATTACKS) {
      let over = false
      const attacks = Promise.all(Array.from({ length: ATTACKERS }, () => attackOnce(target, attack, reads)))
      attacks.finally(() => {
        over = true
      })
      for (let last = false; !last; ) {
        last = over
        const { memory, ledger } = await target.told()
        const grown = memory - before.memory
        assert.ok(grown < MOST, `${attack.name}: ${(grown / MB).toFixed(1)} MB, ${JSON.stringify(ledger)}`)
      }
      for (const client of await attacks) client.reset()
    }
    const after = await target.alone()
    assert.ok(after.level.descriptors <= before.level.descriptors)
    assert.deepEqual(
      { ...after.ledger, connections: 0 },
      { connections: 0, head: 0, content: 0, waiting: 0, output: 0 },
    )
    assert.ok(after.memory - before.memory < MOST / 2)
  })
}

test('20,000 unfinished requests over 160 connections take at most 20 MB, and leave nothing', async t => {
  const target = await Target.start()
  t.after(() => target.stop())
  await target.told()
  const before = await target.told()
  for (const unfinished of [true, false]) {
    const clients: H2Client[] = []
    for (let i = 0; i < 160; i++) {
      const client = (await H2Client.connect(target.port, { keeps: false })).greet()
      for (let j = 0; j < 125; j++)
        client.request(unfinished ? post('/deaf') : get('/deaf'), { endStream: !unfinished })
      clients.push(client)
    }
    const during = await target.told()
    const grown = during.memory - before.memory
    assert.ok(grown < MOST, `${(grown / MB).toFixed(1)} MB`)
    for (const client of clients) client.reset()
    const after = await target.alone()
    assert.ok(after.level.descriptors <= before.level.descriptors)
  }
})
