// Results to test tables and plots with.
import type { LoadResult, Row } from '../../bench/figures.ts'

export function row(peer: string, figures: readonly number[], faults: readonly string[] = [], memory = 50e6): Row {
  const samples = figures.map(figure => ({ figure, rate: 1000, memory }))
  return { peer, title: peer === 'ours' ? 'Wirewright' : peer, version: '1.2.3', samples, faults }
}

export function result(load: string, rows: readonly Row[]): LoadResult {
  return {
    load,
    title: `The load ${load}`,
    unit: 'µs CPU per request',
    date: '2026-01-02T03:04:05.678Z',
    machine: 'a machine',
    rounds: 3,
    starts: 1,
    seconds: 3,
    rows,
  }
}
