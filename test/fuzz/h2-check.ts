// What must hold for any bytes that an HTTP/2 connection is given: it tells and answers what the reference foretells, the same
// however the bytes are split, keeps the peer's windows, holds little, and is silent once it has failed.
import assert from 'node:assert/strict'
import { showContent } from '../h2/notation.ts'
import { byteByByte } from '../h2/run-vector.ts'
import type { H2 } from '../h2/trace.ts'
import { errorCode, type Frame, isAck, lastStream, typeName } from '../support/h2-frames.ts'
import {
  ENOUGH,
  LIMITS,
  type Log,
  outputBytes,
  Party,
  REQUESTS,
  type Role,
  resetsOnContent,
  usesAtOnce,
} from './h2-party.ts'
import { framesOf, streamOf } from './h2-peer.ts'
import { H2Reference } from './h2-reference.ts'

/** @returns what happened, so that a fuzzer knows new behaviour when it sees it */
export function checkServer(h2: H2, input: Uint8Array): string[] {
  return check(h2, 'server', input)
}

export function checkClient(h2: H2, input: Uint8Array): string[] {
  return check(h2, 'client', input)
}

/** The first byte chooses what the program does; if the second is even, what follows are the peer's bytes, else what it does. */
function check(h2: H2, role: Role, input: Uint8Array): string[] {
  const program = input[0] ?? 0
  const rest = input.subarray(2)
  const bytes = (input[1] ?? 0) % 2 === 0 ? rest : framesOf(role, rest)
  const { log, seen, waited } = againstReference(h2, role, program, bytes)
  // Whether content still waits for a window, or for room in the output, when the next frame comes depends on the reads: then each frame has its own.
  const depends = waited || outputBytes(program) < ENOUGH
  const splits = [[...cut(bytes)].flatMap(({ whole }) => split(whole)), ...(depends ? [] : [[bytes], split(bytes)])]
  for (const pieces of resetsOnContent(program) ? [] : splits) {
    const party = new Party(h2, role, program)
    for (const piece of pieces) party.receive(piece)
    if (usesAtOnce(program) && [...party.told, ...log.told].some(line => line.endsWith('FLOW_CONTROL_ERROR'))) continue
    assert.deepEqual(party.log(), log, `split as ${pieces.map(piece => piece.length).join(' + ')}`)
  }
  return seen
}

interface Run {
  readonly log: Log
  readonly seen: string[]
  /** Content has waited for a window, or for room in the output. */
  readonly waited: boolean
}

/** Runs frame by frame, and foretells each. */
function againstReference(h2: H2, role: Role, program: number, bytes: Uint8Array): Run {
  const party = new Party(h2, role, program)
  const reference = new H2Reference(role, LIMITS, role === 'client' ? REQUESTS : [], resetsOnContent(program))
  for (const frame of party.takeFrames()) reference.watch(frame)
  const seen: string[] = []
  for (const { frame, length, whole } of cut(bytes)) {
    const before = party.told.length
    party.receive(whole)
    const told = party.told.slice(before)
    const sent = party.takeFrames()
    if (reference.over) {
      if (reference.failed) assert.deepEqual([told, sent], [[], []], 'something comes after the failure')
      continue
    }
    if (frame === null) {
      // The rest of the input is no whole frame.
      for (const one of sent) reference.watch(one)
      break
    }
    const outcome = reference.receive(frame, length)
    if (calmed(told)) {
      const { costs } = reference
      const much =
        costs.ping > 150 ||
        costs.settings > 75 ||
        costs.reset > 500 ||
        costs.idle > 200 ||
        costs.continuation > 0 ||
        reference.midBlock
      assert.ok(much, `cut off after ${JSON.stringify(costs)}`)
      reference.over = true
      continue
    }
    if (outcome.told.length === 0 && told.at(-1) === 'failed COMPRESSION_ERROR') {
      assert.ok(reference.isBlockBroken(), 'the field block could still have been whole')
      continue
    }
    const maybe = outcome.sent.filter(line => line.startsWith('maybe ')).map(line => line.slice(6))
    if (maybe.some(line => line.startsWith('GOAWAY')) && party.connection.failure !== null) {
      reference.over = true
      continue
    }
    const answers = sent.flatMap(answerOf).filter(line => !maybe.includes(line))
    const expected = outcome.sent.filter(line => !line.startsWith('maybe '))
    const label = `after ${frame.name} ${frame.stream} ${Buffer.from(whole).toString('hex')}`
    assert.deepEqual({ told: settle(told, outcome.told), answers }, { told: outcome.told, answers: expected }, label)
    for (const one of sent) reference.watch(one)
    seen.push(
      ...outcome.told.map(line => line.replace(/ \d+|[["][\s\S]*/g, '')),
      ...answers.map(line => line.replace(/ \d+|".*/g, '')),
    )
    seen.push(`${frame.name} ${frame.flags & 0x2d} > ${outcome.told.map(line => line.split(' ')[0]).join()}`)
  }
  party.checkWaiting(reference)
  return { log: party.log(), waited: party.waited, seen: seen.map((what, i) => `${seen[i - 1] ?? ''} > ${what}`) }
}

function calmed(told: readonly string[]): boolean {
  return told.some(line => line === 'failed ENHANCE_YOUR_CALM')
}

/** Where the reference leaves a choice, the choice that was made. */
function settle(told: readonly string[], expected: readonly string[]): string[] {
  return told.map((line, i) => {
    const choices = expected[i]?.match(/^(refused \d+ )(.*\|.*)$/)
    return choices?.[2].split('|').some(choice => line === choices[1] + choice) ? expected[i] : line
  })
}

/** The line of a frame that answers what came; those that a program or a window brings about are none. */
function answerOf(frame: Frame): string[] {
  const { name, stream } = frame
  if (name === 'SETTINGS') return isAck(frame) ? ['SETTINGS ACK'] : []
  if (name === 'PING') return isAck(frame) ? [`PING ACK ${showContent(frame.payload)}`] : []
  if (name === 'GOAWAY') return [`GOAWAY ${lastStream(frame)} ${errorCode(frame)}`]
  // The program's own resets are INTERNAL_ERROR.
  if (name === 'RST_STREAM' && errorCode(frame) !== 'INTERNAL_ERROR')
    return [`RST_STREAM ${stream} ${errorCode(frame)}`]
  return []
}

/** The input's frames; the last is null where it is not whole. A frame that is too large is judged by its head. */
function* cut(bytes: Uint8Array): Generator<{ frame: Frame | null; length: number; whole: Uint8Array }> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.length - at < 9 ? 0 : (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
    const end = at + 9 + (length > 16384 ? 0 : length)
    const whole = bytes.subarray(at, end)
    if (end > bytes.length) {
      yield { frame: null, length, whole }
      return
    }
    const type = whole[3]
    const [name, stream, flags] = [typeName(type), streamOf(whole), whole[4]]
    yield { frame: { name, type, flags, stream, payload: whole.subarray(9) }, length, whole }
    at = end
  }
}

/** Pieces of one to sixty bytes, chosen by the bytes themselves; every second one byte by byte. */
function split(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length % 2 === 0 && bytes.length < 600) return byteByByte(bytes)
  const pieces: Uint8Array[] = []
  let hash = bytes.length
  for (let at = 0; at < bytes.length; ) {
    hash = (Math.imul(hash ^ bytes[at], 0x01000193) + at) >>> 0
    const size = hash % 5 === 0 ? 1 + (hash % 61) : 1 + (hash % 8)
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}
