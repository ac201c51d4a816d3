// Runs one vector in the ways in which its bytes can be split over reads, and with a pause at every event.
import assert from 'node:assert/strict'
import { type H1, party, trace, withoutFields } from './trace.ts'
import type { Vector } from './vectors.ts'

/** The bytes whole, byte by byte, and in two at every place. */
export function splitsOf(bytes: Uint8Array): Uint8Array[][] {
  const splits: Uint8Array[][] = [[bytes], Array.from(bytes, byte => Uint8Array.of(byte))]
  for (let at = 1; at < bytes.length; at++) splits.push([bytes.subarray(0, at), bytes.subarray(at)])
  return splits
}

/** @throws AssertionError where the connection tells something else than the vector, or the splits tell different things */
export function runVector(h1: H1, vector: Vector, splits: readonly Uint8Array[][]): void {
  const showsFields = vector.events.some(line => line.startsWith('  '))
  const run = (pieces: readonly Uint8Array[], pausing: boolean) =>
    trace(party(h1, vector.answers, vector.limits), pieces, { ends: vector.ends, pausing })
  const whole = run([vector.bytes], false)
  assert.deepEqual(showsFields ? whole : withoutFields(whole), vector.events)
  for (const pieces of splits) {
    for (const pausing of [false, true]) {
      const sizes = pieces.map(piece => piece.length).join(' + ')
      assert.deepEqual(run(pieces, pausing), whole, `split as ${sizes}${pausing ? ', with pauses' : ''}`)
    }
  }
}
