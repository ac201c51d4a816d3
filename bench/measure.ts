// One load, all its peers, all rounds: from a row of the table of loads to its result.
import { cpus, release, totalmem } from 'node:os'
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
  const throughput = load.kind === 'throughput' || load.kind === 'compression'
  return {
    load: load.name,
    title: load.title,
    unit: load.unit,
    date: new Date().toISOString(),
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    rounds: plan.rounds,
    starts: throughput ? Math.min(plan.starts, plan.rounds) : plan.rounds,
    ...(load.kind === 'transfer' ? { rate: 'MB/s' } : {}),
    seconds: throughput ? plan.seconds : 0,
    rows,
  }
}

function rowsOf(load: Load, peers: readonly Peer[], materials: Materials, plan: Plan): Promise<Row[]> {
  switch (load.kind) {
    case 'throughput':
      return measureThroughput(load, peers, materials, plan)
    case 'compression':
      return measureCompression(load, peers, materials, plan)
    case 'idle':
      return measureIdle(load, peers, materials, plan)
    case 'transfer':
      return measureTransfer(load, peers, materials, plan)
    case 'start':
      return measureStart(load, peers, materials, plan)
  }
}
