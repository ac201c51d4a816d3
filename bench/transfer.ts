// How long one message's content takes over a path with a delay: what flow control allows is what counts there, not what it costs.
// Each round has a new server, whose first transfer warms it up and whose second is timed, each on a new connection.
import { type Contestant, contestants, type Launched } from './contestant.ts'
import { residentBytes } from './cpu.ts'
import { type Row, rotated } from './figures.ts'
import { H2Client } from './h2-client.ts'
import type { Plan, Transfer } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { freePort, LOAD_CORE, listening, start } from './processes.ts'
import { compiled } from './programs.ts'
import { verifyDownload, verifyUpload } from './verify-h2.ts'

/** Seconds for the warming up, and for the transfer that is timed: what is slower is taken to go on as it went until then. */
const WARM_UP = 2
const PATIENCE = 20
const MEMORY_EVERY = 50

export async function measureTransfer(
  load: Transfer,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers)
  for (let round = 0; round < plan.rounds; round++) {
    plan.progress(`${load.title}: round ${round + 1} of ${plan.rounds}`)
    for (const each of rotated(all, round)) await transferOnce(load, each, materials)
  }
  return all.map(each => each.row())
}

async function transferOnce(load: Transfer, each: Contestant, materials: Materials): Promise<void> {
  if (each.faults.size > 0) return
  const launched = await each.launch(materials)
  if (launched === null) return
  const check = load.direction === 'up' ? verifyUpload : verifyDownload
  const path = await delayed(load, launched, materials)
  try {
    await check(load.path, launched.origin, materials)
    await transfer(load, path.port, WARM_UP)
    const memory = watchMemory(launched.server.pid)
    const { bytes, seconds } = await transfer(load, path.port, PATIENCE).finally(memory.stop)
    const rate = bytes / seconds
    each.samples.push({ figure: load.bytes / rate, rate: rate / 1e6, memory: memory.greatest() })
  } catch (error) {
    each.blame(error)
  } finally {
    await path.stop()
    await launched.server.stop()
  }
}

/** A path to the server on which bytes take their time. */
async function delayed(load: Transfer, { port: target }: Launched, { folder }: Materials) {
  const port = await freePort()
  const argv = [compiled('load/relay.c'), port, target, load.delay].map(String)
  const relay = start(argv, folder, {}, LOAD_CORE)
  await listening(relay, port)
  return { port, stop: relay.stop }
}

/** Bytes of content that went, and how long they took: from the request's head to the end of the reply, or to the end of patience. */
async function transfer(load: Transfer, port: number, patience: number): Promise<{ bytes: number; seconds: number }> {
  const client = await H2Client.connect(port)
  try {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const late = () => seconds() > patience
    if (load.direction === 'up') {
      const exchange = client.request('PUT', load.path, false, load.bytes)
      const bytes = await client.upload(exchange, load.bytes, late)
      if (bytes === load.bytes) await exchange.ended
      return { bytes, seconds: seconds() }
    }
    const exchange = client.request('GET', load.path, true)
    const timer = setTimeout(() => client.close(), patience * 1000)
    await exchange.ended.catch(error => {
      if (!late()) throw error
    })
    clearTimeout(timer)
    if (!late() && exchange.received !== load.bytes) throw wrongLength(exchange.received, load.bytes)
    return { bytes: exchange.received, seconds: seconds() }
  } finally {
    client.close()
  }
}

function watchMemory(pid: number): { readonly greatest: () => number; readonly stop: () => void } {
  let most = residentBytes(pid)
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid))
  }, MEMORY_EVERY)
  return { greatest: () => most, stop: () => clearInterval(timer) }
}

function wrongLength(received: number, expected: number): Error {
  return new Error(`sent ${received} bytes of content, not ${expected}`)
}
