// One load, all its peers, all rounds: from a row of the table of loads to its result.
import { cpus, release, totalmem } from 'node:os'
import { measureBroadcast } from './broadcast.ts'
import { measureCompression } from './compressing.ts'
import type { LoadResult, Row } from './figures.ts'
import { measureIdle } from './idle.ts'
import type { Load, Plan } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { measureStart } from './start.ts'
import { measureThroughput } from './throughput.ts'
import { measureTransfer } from './transfer.ts'

export async function measure(
  load: Load,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<LoadResult> {
  const rows = await rowsOf(load, peers, materials, plan)
  const timed = TIMED.includes(load.kind)
  return {
    load: load.name,
    title: load.title,
    unit: load.unit,
    date: new Date().toISOString(),
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    rounds: plan.rounds,
    starts: timed ? Math.min(plan.starts, plan.rounds) : plan.rounds,
    ...(load.kind in RATES ? { rate: RATES[load.kind]! } : {}),
    seconds: timed ? plan.seconds : 0,
    rows,
  }
}

/** Loads whose rounds take as long as the plan says, spread over as many starts. */
const TIMED: readonly Load['kind'][] = ['throughput', 'messages', 'compression', 'broadcast']

/** What is counted in a second, where it is not requests. */
const RATES: Readonly<Partial<Record<Load['kind'], string>>> = {
  transfer: 'MB/s',
  messages: 'messages/s',
  compression: 'pages/s',
  broadcast: 'events/s',
}

function rowsOf(load: Load, peers: readonly Peer[], materials: Materials, plan: Plan): Promise<Row[]> {
  switch (load.kind) {
    case 'throughput':
    case 'messages':
      return measureThroughput(load, peers, materials, plan)
    case 'compression':
      return measureCompression(load, peers, materials, plan)
    case 'broadcast':
      return measureBroadcast(load, peers, materials, plan)
    case 'idle':
      return measureIdle(load, peers, materials, plan)
    case 'transfer':
      return measureTransfer(load, peers, materials, plan)
    case 'start':
      return measureStart(load, peers, materials, plan)
  }
}
