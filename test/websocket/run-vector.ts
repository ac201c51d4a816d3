// Runs one vector: line by line, where each must give just what stands below it, and then with the bytes between two acts of the
// program whole, byte by byte, in two at every place, and paused after every event, where all of it together must be the same.
import assert from 'node:assert/strict'
import { Party, type WebSocketRoom } from './trace.ts'
import type { Step, Vector } from './vectors.ts'

/** How the bytes between two acts of the program are cut: into pieces. */
export type Split = (bytes: Uint8Array) => Uint8Array[]

export const whole: Split = bytes => [bytes]

/** Byte by byte; long ones in pieces that end anywhere in a frame. */
export const finely: Split = bytes => {
  const size = bytes.length <= 1500 ? 1 : 611
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

/** Whole and in small pieces; in two at every place too where there are not too many. */
export function splitsOf(vector: Vector): Split[] {
  const longest = Math.max(0, ...segmentsOf(vector.steps).map(({ bytes }) => bytes.length))
  if (longest > 250) return [whole, finely]
  const inTwo = Array.from(
    { length: Math.max(0, longest - 1) },
    (_, at): Split =>
      bytes =>
        at + 1 < bytes.length ? [bytes.subarray(0, at + 1), bytes.subarray(at + 1)] : [bytes],
  )
  return [whole, finely, ...inTwo]
}

/** What came of a run. */
export interface Log {
  readonly told: readonly string[]
  readonly sent: readonly string[]
  /** Where what failed stands; -1 where nothing did. */
  readonly offset: number
}

/** @throws AssertionError where the connection tells or sends something else than the vector, or the splits differ */
export function runVector(room: WebSocketRoom, vector: Vector, splits: readonly Split[]): void {
  const log = lineByLine(room, vector)
  for (const split of splits) {
    const pieces = segmentsOf(vector.steps).map(({ bytes }) => split(bytes).length)
    assert.deepEqual(inPieces(room, vector, split), log, `in ${pieces} pieces`)
  }
  for (const split of [whole, finely])
    assert.deepEqual(inPieces(room, vector, split, { pausing: true }), log, 'paused after every event')
}

/** Runs the vector with each line's bytes in a read of its own. */
export function lineByLine(room: WebSocketRoom, vector: Vector): Log {
  const party = new Party(room, vector)
  const log = { told: [] as string[], sent: [] as string[] }
  for (const { bytes, line, ...expected } of vector.steps) {
    if (bytes === null) party.act(line)
    else party.receive(bytes)
    const seen = { told: party.told(), sent: party.sent() }
    assert.deepEqual(seen, expected, `after «${line}»`)
    log.told.push(...seen.told)
    log.sent.push(...seen.sent)
  }
  return { ...log, offset: party.offset }
}

/** Runs the vector with other bytes behind it, if any. */
export function inPieces(
  room: WebSocketRoom,
  vector: Vector,
  split: Split,
  { behind = new Uint8Array(0), pausing = false } = {},
): Log {
  const party = new Party(room, vector, pausing)
  const segments = segmentsOf(vector.steps)
  const log = { told: [] as string[], sent: [] as string[] }
  for (const [i, { act, bytes }] of segments.entries()) {
    if (act !== null) party.act(act)
    const given = i === segments.length - 1 ? Buffer.concat([bytes, behind]) : bytes
    for (const piece of split(given)) party.receive(piece)
    log.told.push(...party.told())
    log.sent.push(...party.sent())
  }
  return { ...log, offset: party.offset }
}

/** Whether a vector's connection goes on to read frames after it. */
export function goesOn(room: WebSocketRoom, vector: Vector): boolean {
  const party = new Party(room, vector)
  for (const { bytes, line } of vector.steps) {
    if (bytes === null) party.act(line)
    else party.receive(bytes)
  }
  const { connection } = party
  return !connection.finished && !connection.midMessage
}

interface Segment {
  readonly act: string | null
  readonly bytes: Uint8Array
}

/** What the program does, and all bytes that come after it. */
function segmentsOf(steps: readonly Step[]): Segment[] {
  const segments: { act: string | null; bytes: Uint8Array }[] = [{ act: null, bytes: new Uint8Array(0) }]
  for (const { line, bytes } of steps) {
    if (bytes === null) segments.push({ act: line, bytes: new Uint8Array(0) })
    else segments.at(-1)!.bytes = Buffer.concat([segments.at(-1)!.bytes, bytes])
  }
  return segments
}
