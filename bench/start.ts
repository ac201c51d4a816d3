// From the start of a process to the first byte of its first reply, as a client sees it that cannot wait.
import { connect } from 'node:net'
import { type Contestant, contestants } from './contestant.ts'
import { residentBytes } from './cpu.ts'
import { type Row, rotated } from './figures.ts'
import type { Plan, Start } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import type { Running } from './processes.ts'

/** Milliseconds between two tries to connect, and for all of them. */
const TRY_EVERY = 1
const PATIENCE = 15_000

export async function measureStart(
  load: Start,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers)
  // The round before the first brings the programs into the page cache.
  for (let round = -1; round < plan.rounds; round++) {
    plan.progress(`${load.title}: ${round < 0 ? 'warming up' : `round ${round + 1} of ${plan.rounds}`}`)
    for (const each of rotated(all, Math.max(0, round))) await startOnce(load, each, materials, round >= 0)
  }
  return all.map(each => each.row())
}

async function startOnce(load: Start, each: Contestant, materials: Materials, keep: boolean): Promise<void> {
  if (each.faults.size > 0) return
  const began = performance.now()
  const { server, port } = await each.spawn(materials)
  try {
    await firstByte(server, port, load.path, began + PATIENCE)
    const figure = performance.now() - began
    if (keep) each.samples.push({ figure, rate: null, memory: residentBytes(server.pid) })
  } catch (error) {
    each.blame(error)
  } finally {
    await server.stop()
  }
}

async function firstByte(server: Running, port: number, path: string, until: number): Promise<void> {
  while (!(await answered(port, path))) {
    const ended = server.ended()
    if (ended !== null) throw new Error(ended)
    if (performance.now() > until) throw new Error('no reply after 15 seconds')
    await new Promise(done => setTimeout(done, TRY_EVERY))
  }
}

function answered(port: number, path: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.once('data', bytes => {
      const line = bytes.toString('latin1', 0, 15)
      line.startsWith('HTTP/1.1 200') ? done(true) : fail(new Error(`first answers with ${JSON.stringify(line)}`))
      socket.destroy()
    })
  })
}
