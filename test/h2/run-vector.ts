// Runs one vector: frame by frame, where each line must give just what stands below it, and then with the bytes between
// two acts of the program whole, byte by byte, and in two at every place, where all of it together must be the same.
import assert from 'node:assert/strict'
import { canonical } from './notation.ts'
import { type H2, Party } from './trace.ts'
import type { Step, Vector } from './vectors.ts'

/** How the bytes between two acts of the program are cut: into pieces. */
export type Split = (bytes: Uint8Array) => Uint8Array[]

/** Whole and in small pieces; in two at every place too where there are not too many. */
export function splitsOf(vector: Vector): Split[] {
  const splits: Split[] = [bytes => [bytes], finely]
  const longest = Math.max(0, ...segmentsOf(vector.steps).map(({ bytes }) => bytes.length))
  if (longest > 250) return splits
  for (let at = 1; at < longest; at++)
    splits.push(bytes => (at < bytes.length ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes]))
  return splits
}

/** Byte by byte; long ones in pieces that end anywhere in a frame. */
export function finely(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length <= 1500) return byteByByte(bytes)
  const count = Math.ceil(bytes.length / ODD_SIZE)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * ODD_SIZE, (i + 1) * ODD_SIZE))
}

const ODD_SIZE = 611

export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, byte => Uint8Array.of(byte))
}

/** @throws AssertionError where the connection tells or sends something else than the vector, or the splits differ */
export function runVector(h2: H2, vector: Vector, splits: readonly Split[]): void {
  const whole = frameByFrame(h2, vector)
  for (const split of splits) {
    const log = inPieces(h2, vector, split)
    assert.deepEqual(log, whole, `split as ${segmentsOf(vector.steps).map(({ bytes }) => split(bytes).length)} pieces`)
  }
}

/** What came of a run, in a form that does not depend on how its bytes were split. */
export interface Log {
  readonly told: readonly string[]
  /** By stream, since frames of different streams may overtake each other. */
  readonly sent: Readonly<Record<string, readonly string[]>>
}

/** Runs the vector line by line, with each line's frame in a read of its own. */
export function frameByFrame(h2: H2, vector: Vector): Log {
  const party = new Party(h2, vector)
  const all: Step[] = []
  for (const step of vector.steps) {
    if (step.bytes === null) party.act(step.line)
    else party.receive(step.bytes)
    const told = party.told()
    const sent = party.sent()
    const seen = { told: asShown(told, vector, step), sent }
    assert.deepEqual(seen, { told: step.told, sent: step.sent }, `after «${step.line}»`)
    all.push({ ...step, told, sent })
  }
  party.checkKept()
  return logOf(all)
}

/** Runs the vector with other bytes behind it, if any. @returns the log, and whether the connection still reads */
export function inPieces(h2: H2, vector: Vector, split: Split, behind: Uint8Array = new Uint8Array(0)): Log {
  const party = new Party(h2, vector)
  const all: Step[] = []
  const segments = segmentsOf(vector.steps)
  for (const [i, { act, bytes }] of segments.entries()) {
    if (act !== null) party.act(act)
    const given = i === segments.length - 1 ? Buffer.concat([bytes, behind]) : bytes
    for (const piece of split(given)) {
      party.receive(piece)
      all.push({ line: '', bytes: null, told: party.told(), sent: party.sent() })
    }
    all.push({ line: '', bytes: null, told: party.told(), sent: party.sent() })
  }
  party.checkKept()
  return logOf(all)
}

/** Whether a vector's connection goes on to read frames after it. */
export function goesOn(h2: H2, vector: Vector): boolean {
  const party = new Party(h2, vector)
  for (const step of vector.steps) {
    if (step.bytes === null) party.act(step.line)
    else party.receive(step.bytes)
  }
  const { connection } = party
  const ended = vector.steps.some(({ line }) => /^(FIN|abort)\b/.test(line))
  return connection.started && !connection.finished && !connection.midHead && connection.failure === null && !ended
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

/** Without the fields, unless the step shows some, and without what the program is told of its own sending, unless the vector shows any. */
function asShown(told: readonly string[], vector: Vector, step: Step): string[] {
  const showsFields = step.told.some(line => line.startsWith('    '))
  const showsSending = vector.steps.some(step => step.told.some(isAboutSending))
  return told.filter(line => (showsFields || !line.startsWith('    ')) && (showsSending || !isAboutSending(line)))
}

function isAboutSending(line: string): boolean {
  return /^(sent|writable) /.test(line)
}

function logOf(steps: readonly Step[]): Log {
  const told: string[] = []
  // When content that waited is moved on depends on the reads.
  for (const line of steps.flatMap(step => step.told).filter(line => !isAboutSending(line)))
    joinContent(told, line, /^(content \d+ )"(.*)"$/)
  const sent: Record<string, string[]> = {}
  for (const line of steps.flatMap(step => step.sent)) {
    // Windows are opened by as much as was used so far, which depends on the reads.
    if (line.startsWith('WINDOW_UPDATE')) continue
    const stream = line.match(/^[A-Z_]+ (\d+)/)?.[1] ?? 'connection'
    sent[stream] ??= []
    joinContent(sent[stream], line, /^(DATA \d+ )(?:END_STREAM )?"(.*)"$/)
  }
  for (const lines of [told, ...Object.values(sent)])
    for (const [i, line] of lines.entries()) lines[i] = canonical(line)
  return { told, sent }
}

/** Adds the line, or its content to the line before if that has content of the same stream. */
function joinContent(lines: string[], line: string, pattern: RegExp): void {
  const [, head, content] = line.match(pattern) ?? []
  const [whole, before, start] = lines.at(-1)?.match(pattern) ?? []
  if (head === undefined || head !== before || whole?.includes('END_STREAM')) lines.push(line)
  else lines[lines.length - 1] = line.replace(`"${content}"`, `"${start}${content}"`)
}
