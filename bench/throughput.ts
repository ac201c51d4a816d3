// Requests, or WebSocket messages, as fast as they are answered: all contestants stand ready, and are loaded in turn, round after round, so that a
// drift of the machine's speed meets all of them alike.
import { type Contestant, contestants, type Launched } from './contestant.ts'
import { cpuSeconds, residentBytes } from './cpu.ts'
import { type Row, rotated, type Sample } from './figures.ts'
import { h2load } from './h2load.ts'
import { isH2, type Messages, type Plan, type Throughput } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { verify } from './verify.ts'
import { verifyH2 } from './verify-h2.ts'
import { type Counted, wrk } from './wrk.ts'
import { wsClient } from './ws-client.ts'

const MEMORY_EVERY = 100

export async function measureThroughput(
  load: Throughput | Messages,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers)
  for (let started = 0; started < plan.starts; started++) {
    const from = Math.round((plan.rounds * started) / plan.starts)
    const to = Math.round((plan.rounds * (started + 1)) / plan.starts)
    if (to > from) await measureRounds(load, all, materials, plan, from, to)
  }
  return all.map(each => each.row())
}

async function measureRounds(
  load: Throughput | Messages,
  all: readonly Contestant[],
  materials: Materials,
  plan: Plan,
  from: number,
  to: number,
): Promise<void> {
  const ready = new Map<Contestant, Launched>()
  try {
    for (const each of all) {
      const launched = await each.launch(materials)
      if (launched === null) continue
      ready.set(each, launched)
      await check(load, each, launched.origin, materials).catch(error => each.blame(error))
    }
    const sound = [...ready.keys()].filter(each => each.faults.size === 0)
    for (const seconds of warmUps(plan.seconds)) {
      plan.progress(`${load.title}: warming up`)
      for (const each of sound) await take(load, each, ready.get(each)!, materials, seconds)
    }
    for (let round = from; round < to; round++) {
      plan.progress(`${load.title}: round ${round + 1} of ${plan.rounds}`)
      for (const each of rotated(sound, round)) {
        const sample = await take(load, each, ready.get(each)!, materials, plan.seconds)
        if (sample !== null) each.samples.push(sample)
      }
    }
  } finally {
    await Promise.all([...ready.values()].map(({ server }) => server.stop()))
  }
}

/** Loads one contestant once. Null where that gives no figure; what was wrong is its fault then. */
export async function take(
  load: Throughput | Messages,
  each: Contestant,
  { server, origin }: Launched,
  materials: Materials,
  seconds: number,
): Promise<Sample | null> {
  let memory = residentBytes(server.pid)
  const watch = setInterval(() => {
    memory = Math.max(memory, residentBytes(server.pid))
  }, MEMORY_EVERY)
  try {
    const before = cpuSeconds(server.pid)
    const { requests, bytes, seconds: took, fault } = await ask(load, each, origin, materials, seconds)
    const used = cpuSeconds(server.pid) - before
    if (fault !== null) each.blame(fault)
    const ended = server.ended()
    if (ended !== null) each.blame(ended)
    const figure = perGigabyte(load) ? (used * 1e3) / (bytes / 1e9) : (used * 1e6) / requests
    return Number.isFinite(figure) ? { figure, rate: requests / took, memory } : null
  } catch (error) {
    each.blame(error)
    return null
  } finally {
    clearInterval(watch)
  }
}

/** Looks at the replies. Messages are compared as long as they come. */
async function check(
  load: Throughput | Messages,
  { service }: Contestant,
  origin: string,
  materials: Materials,
): Promise<void> {
  if (load.kind === 'throughput') await (isH2(service) ? verifyH2 : verify)(load, origin, materials)
}

function ask(
  load: Throughput | Messages,
  { service }: Contestant,
  origin: string,
  materials: Materials,
  seconds: number,
): Promise<Counted> {
  if (load.kind === 'messages') return wsClient(load, service, origin, seconds)
  return (isH2(service) ? h2load : wrk)(load, origin, materials, seconds)
}

function perGigabyte(load: Throughput | Messages): boolean {
  return load.kind === 'throughput' && load.per === 'gigabyte'
}

/** Twice: an idle machine may have given its memory back, and compilers take their time. */
export function warmUps(seconds: number): number[] {
  return [Math.max(1, seconds - 1), seconds]
}
