// What must hold for any bytes that an HTTP/2 connection is given: it tells and answers what the reference foretells, the same
// however the bytes are split, keeps the peer's windows, holds little, and is silent once it has failed.
import assert from 'node:assert/strict'
import { FieldList } from '../../src/http/fields.ts'
import { showContent } from '../h2/notation.ts'
import { byteByByte } from '../h2/run-vector.ts'
import type { H2 } from '../h2/trace.ts'
import { bytesSent, readVectors } from '../h2/vectors.ts'
import {
  continuation,
  data,
  ERROR_CODES,
  errorCode,
  type Field,
  type Frame,
  FrameReader,
  fieldBlock,
  frame,
  goaway,
  headers,
  indexed,
  isAck,
  lastStream,
  literal,
  ping,
  preface,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  settingsAck,
  tableSize,
  typeName,
  windowUpdate,
} from '../support/h2-frames.ts'
import { H2Reference } from './h2-reference.ts'

type Connection = InstanceType<H2['H2Connection']>
type Sink = ConstructorParameters<H2['H2Connection']>[2]
type Stream = Parameters<Sink['end']>[0]
type Head = Parameters<Sink['head']>[1]
type Failure = Parameters<Sink['failed']>[0]
type Role = 'server' | 'client'

/** Small, so that short inputs reach them. */
const LIMITS = {
  headBytes: 600,
  fieldCount: 12,
  contentBytes: 400,
  streams: 4,
  streamWindow: 300,
  connectionWindow: 65535,
  mostWindow: 2000,
}

/** More than any program here sends. */
const ENOUGH = 1_000_000

/** The program ends a stream as soon as any of its content comes: how much of it is told depends on the reads. */
function resetsOnContent(program: number): boolean {
  return program % 16 === 9
}

/** Windows are opened by as much as was used, so that by the reads a peer who does not keep to them goes too far or not. */
function usesAtOnce(program: number): boolean {
  return program % 128 >= 64
}

function outputBytes(program: number): number {
  return program >= 192 ? 1000 : ENOUGH
}

/** What a client has asked for; the POST and the CONNECT go on. */
const REQUESTS = ['GET', 'HEAD', 'POST', 'CONNECT'] as const
const GREETINGS = {
  server: Buffer.concat([preface, settings(), settingsAck()]),
  client: Buffer.concat([settings(), settingsAck()]),
}
/** Of the frames of an input that are no whole frame: more is never held. */
const MOST_HELD = 16384 + 9

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

interface Log {
  readonly told: readonly string[]
  readonly sent: Readonly<Record<string, string>>
  readonly failure: string | null
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

/** A connection with a program behind it that does as it is told by one number, and as the streams come. */
class Party implements Sink {
  readonly connection: Connection
  readonly told: string[] = []
  private readonly h2: H2
  private readonly program: number
  private readonly usual: InstanceType<H2['UsualFields']>
  private readonly reader = new FrameReader()
  private readonly frames: Frame[] = []
  private taken = 0
  private prefaceDue: boolean
  /** What is to be done at the next chance, which comes with any head or end. */
  private later: (() => void)[] = []
  /** Content that has been given and not been sent, by stream. */
  private readonly waiting = new Map<number, Stream>()
  /** Content has ever waited. */
  waited = false
  private over = false

  constructor(h2: H2, role: Role, program: number) {
    this.h2 = h2
    this.program = program
    this.usual = new h2.UsualFields('')
    this.prefaceDue = role === 'client'
    this.connection = new h2.H2Connection(
      role,
      {
        ...h2.DEFAULT_LIMITS,
        ...LIMITS,
        outputBytes: outputBytes(program),
      },
      this,
    )
    this.receive(GREETINGS[role])
    this.taken = this.frames.length
    if (role === 'client') this.ask()
    this.collect()
  }

  receive(bytes: Uint8Array): void {
    const buffer = Buffer.concat([Buffer.alloc(7, 0x5a), bytes, Buffer.alloc(7, 0x5a)])
    this.connection.receive(buffer, 7, 7 + bytes.length)
    buffer.fill(0xa5)
    this.collect()
    const { heldBytes } = this.connection
    assert.ok(heldBytes <= MOST_HELD + LIMITS.headBytes * 8, `${heldBytes} bytes are held`)
    assert.ok(this.connection.streams.size <= LIMITS.streams, `${this.connection.streams.size} streams are open`)
  }

  /** The frames that were sent since the last call. */
  takeFrames(): Frame[] {
    const frames = this.frames.slice(this.taken)
    this.taken = this.frames.length
    return frames
  }

  /** All that was told, and what was sent on each stream, in a form that does not depend on reads. */
  log(): Log {
    const sent: Record<string, string> = {}
    for (const { name, stream, flags, payload } of this.frames) {
      // Windows are opened by as much as was used so far, and content is cut where the output is full.
      if (name === 'WINDOW_UPDATE') continue
      sent[stream] ??= ''
      if (name === 'DATA') sent[stream] += `${Buffer.from(payload).toString('latin1')}${flags & 1 ? ' END_STREAM' : ''}`
      else sent[stream] += `\n${name} ${flags} ${Buffer.from(payload).toString('hex')}\n`
    }
    return { told: joined(this.told), sent, failure: this.connection.failure?.rule ?? null }
  }

  /** What may be sent has been sent. */
  checkWaiting(reference: H2Reference): void {
    if (this.connection.failure !== null || reference.over) return
    for (const [id, stream] of this.waiting) {
      if (this.connection.streams.get(id) !== stream) continue
      assert.ok(reference.sendable(id) <= 0, `stream ${id} waits, though there is room for ${reference.sendable(id)}`)
    }
  }

  // --- What the connection tells ---

  head(stream: Stream, head: Head, ended: boolean): void {
    const start = head.status === 0 ? `${head.method} ${head.path}` : head.status
    this.tell(`head ${stream.id} ${start}${ended ? ' ended' : ''} ${JSON.stringify([...head.fields])}`)
    if (head.status === 0) this.react(stream, head, ended)
  }

  content(stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    assert.ok(start < end, 'empty content')
    this.tell(`content ${stream.id} ${showContent(Uint8Array.from(bytes.subarray(start, end)))}`)
    if (resetsOnContent(this.program)) this.connection.reset(stream, 2)
    // Every fourth stream's content is never used.
    if (stream.id % 8 === 7) return
    const use = () => this.connection.consumed(stream, end - start)
    if (usesAtOnce(this.program)) use()
    else this.later.push(use)
  }

  trailers(stream: Stream): void {
    this.tell(`trailers ${stream.id}`)
  }

  end(stream: Stream): void {
    this.tell(`end ${stream.id}`)
    this.chance()
  }

  writable(stream: Stream): void {
    this.waiting.delete(stream.id)
    this.connection.sendEnd(stream, FieldList.of({ 'x-sum': '1' }))
  }

  sent(stream: Stream): void {
    this.waiting.delete(stream.id)
  }

  lost(stream: Stream, error: Failure): void {
    assert.equal(this.connection.streams.has(stream.id), false, 'a lost stream is among the open ones')
    this.waiting.delete(stream.id)
    this.tell(`lost ${stream.id} ${code(error.code)}`)
  }

  refused(stream: Stream, error: Failure): void {
    this.tell(`refused ${stream.id} ${error.status === 0 ? code(error.code) : error.status}`)
    if (error.status !== 0 && !stream.headSent) this.refuse(stream, error.status)
  }

  failed(error: Failure): void {
    this.tell(`failed ${code(error.code)}`)
    this.over = true
  }

  goingAway(last: number, number: number): void {
    this.tell(`goingAway ${last} ${code(number)}`)
  }

  // --- What the program does ---

  private tell(line: string): void {
    assert.ok(!this.over, `told after the failure: ${line}`)
    this.told.push(line)
  }

  private react(stream: Stream, head: Head, ended: boolean): void {
    this.chance()
    const { connection } = this
    const way = (this.program + (stream.id >> 1) * 5) % 8
    if (way === 0) this.whole(stream, 'hello')
    else if (way === 1) this.inParts(stream)
    else if (way === 2) this.whole(stream, 'x'.repeat(3000))
    else if (way === 3) connection.reset(stream, 2)
    else if (way === 4) this.later.push(() => this.whole(stream, 'later'))
    else if (way === 5 && head.method !== 'CONNECT') {
      connection.sendInterim(stream, 103, FieldList.of({ link: '</a>' }))
      this.later.push(() => this.inParts(stream))
    } else if (way === 6 && ended) this.whole(stream, 'y'.repeat(this.program % 8 === 0 ? 70_000 : 700))
  }

  private refuse(stream: Stream, status: number): void {
    this.waiting.set(stream.id, stream)
    this.connection.sendWhole(stream, status, FieldList.empty, 'no', this.usual)
    this.waited ||= stream.pending !== null
  }

  private whole(stream: Stream, content: string): void {
    this.waiting.set(stream.id, stream)
    this.connection.sendWhole(stream, 200, FieldList.empty, content, this.usual)
    this.waited ||= stream.pending !== null
  }

  private inParts(stream: Stream): void {
    const { connection } = this
    if (!connection.sendResponse(stream, 200, FieldList.empty, this.h2.UNKNOWN_LENGTH, this.usual)) return
    if (connection.sendContent(stream, Buffer.alloc(500, 'p'))) connection.sendEnd(stream)
    else {
      this.waiting.set(stream.id, stream)
      this.waited = true
    }
  }

  private chance(): void {
    const { later } = this
    this.later = []
    for (const act of later) act()
  }

  private ask(): void {
    for (const method of REQUESTS) {
      const target =
        method === 'CONNECT'
          ? { scheme: '', authority: 'b:443', path: '' }
          : { scheme: 'http', authority: 'a', path: '/' }
      const goesOn = method === 'POST' || method === 'CONNECT'
      const stream = this.connection.sendRequest(method, target, FieldList.empty, !goesOn)
      if (method !== 'POST') continue
      if (this.connection.sendContent(stream, Buffer.from('content'))) this.connection.sendEnd(stream)
      else {
        this.waiting.set(stream.id, stream)
        this.waited = true
      }
    }
  }

  private collect(): void {
    const { connection } = this
    for (let rounds = 0; ; rounds++) {
      assert.ok(rounds < 1000, 'it never stops sending')
      const { size } = connection.output
      if (size === 0 && !connection.pendingContent) return
      // One frame more than the limit, and what answers need.
      assert.ok(size < 500_000, `${size} bytes of output`)
      let bytes: Uint8Array = Buffer.concat(connection.output.take())
      connection.output.forget()
      if (this.prefaceDue && bytes.length > 0) {
        this.prefaceDue = false
        bytes = bytes.subarray(preface.length)
      }
      this.frames.push(...this.reader.push(bytes))
      assert.equal(this.reader.rest, 0, 'half a frame was sent')
      if (!connection.pendingContent || connection.failure !== null) return
      connection.produce()
    }
  }
}

function code(number: number): string {
  return ERROR_CODES[number] ?? `0x${number.toString(16)}`
}

/** Adjacent pieces of content as one. */
function joined(told: readonly string[]): string[] {
  const lines: string[] = []
  for (const line of told) {
    const [, head, content] = line.match(/^(content \d+ )"([\s\S]*)"$/) ?? []
    const last = lines.at(-1)
    if (head !== undefined && last?.startsWith(head)) lines[lines.length - 1] = `${last.slice(0, -1)}${content}"`
    else lines.push(line)
  }
  // Runs are written short, wherever the pieces ended.
  return lines.map(line => line.replace(/\\\((.|\\x..|\\.)\*(\d+)\)/g, (_, one, times) => one.repeat(Number(times))))
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

function streamOf(frame: Uint8Array): number {
  return (frame[5] & 0x7f) * 2 ** 24 + (frame[6] << 16) + (frame[7] << 8) + frame[8]
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

// --- What a peer does, byte by byte ---

const FIELDS: readonly Field[] = [
  ['x', 'y'],
  ['content-length', '5'],
  ['te', 'trailers'],
  ['connection', 'close'],
  ['X', 'y'],
  ['cookie', 'a=1'],
  ['host', 'a'],
  [':path', '/'],
  ['priority', 'u=1, i'],
  ['content-length', '401'],
  ['x', 'a\nb'],
  ['large', 'l'.repeat(500)],
]

/** Mostly valid frames, two bytes each: what, and on which stream or with which value. */
function framesOf(role: Role, bytes: Uint8Array): Uint8Array {
  const frames: Uint8Array[] = []
  let next = 1
  for (let at = 0; at + 1 < bytes.length && frames.length < 60; at += 2) {
    const what = bytes[at]
    const value = bytes[at + 1]
    // A stream that was opened lately, or the next one.
    const stream = Math.max(1, next - 2 * (value % 6))
    const act = ACTS[what % ACTS.length]
    const more = act({ role, stream: role === 'client' ? 1 + 2 * (value % 5) : stream, next, value })
    frames.push(...more)
    for (const frame of more) if (frame[3] === 1) next = Math.max(next, streamOf(frame) + 2)
  }
  return Buffer.concat(frames)
}

interface Chance {
  readonly role: Role
  readonly stream: number
  readonly next: number
  readonly value: number
}

type Act = (chance: Chance) => Uint8Array[]

/** A head on the next stream, or a response on one of those that were asked for. */
const OPEN: Act = ({ role, stream, next, value }) => {
  const endStream = (value & 1) === 1
  const extra = (value & 6) === 6 ? [FIELDS[(value >> 3) % FIELDS.length]] : []
  const fields: Field[] =
    role === 'client'
      ? [[':status', ['200', '103', '204', '304'][(value >> 4) % 4]], ...extra]
      : [...((value & 0x78) === 0x78 ? CONNECT : REQUEST[(value >> 5) % REQUEST.length]), ...extra]
  return [headers(role === 'client' ? stream : next, fields, { endStream })]
}

const CONNECT: readonly Field[] = [
  [':method', 'CONNECT'],
  [':authority', 'b:443'],
]
const REQUEST: readonly (readonly Field[])[] = ['GET', 'POST', 'HEAD', 'POST'].map(method => [
  [':method', method],
  [':scheme', 'http'],
  [':authority', 'a'],
  [':path', '/'],
])

const ACTS: readonly Act[] = [
  OPEN,
  OPEN,
  ({ stream, value }) => [data(stream, 'd'.repeat(value % 7), { endStream: value > 200 })],
  ({ stream, value }) => [data(stream, 'e'.repeat(value), { endStream: value % 3 === 0 })],
  ({ stream, value }) => [data(stream, 'p'.repeat(value % 11), { padding: value, endStream: value % 5 === 0 })],
  ({ stream, value }) => [windowUpdate(stream, value === 255 ? 0 : value * value)],
  ({ value }) => [windowUpdate(0, value === 255 ? 0 : value * value * 4)],
  ({ value }) => [settings({ INITIAL_WINDOW_SIZE: value * 100 })],
  ({ value }) => [settings({ HEADER_TABLE_SIZE: value * 20, MAX_FRAME_SIZE: 16384 + value })],
  ({ stream, value }) => [rstStream(stream, value % 16)],
  ({ value }) => [ping(Buffer.alloc(8, value), { ack: value > 200 })],
  ({ stream, value }) => [headers(stream, [FIELDS[value % FIELDS.length]], { endStream: value < 200 })],
  ({ stream, value }) => [priority(stream, { dependency: value % 4, weight: value })],
  ({ stream, value }) => [priorityUpdate(stream + (value > 128 ? 2 : 0), `u=${value % 9}`)],
  ({ next, value }) => {
    const block = Buffer.concat([
      value % 4 === 0 ? tableSize(value * 16) : new Uint8Array(0),
      fieldBlock(REQUEST[0]),
      literal(`n${value % 5}`, 'v'.repeat(value), 'index'),
      indexed(value % 3 === 0 ? 62 : 2 + (value % 60)),
    ])
    const place = value % block.length
    return [
      headers(next, block.subarray(0, place), { endHeaders: false, endStream: value % 2 === 0 }),
      continuation(next, block.subarray(place)),
    ]
  },
  // A new entry of the table, and then a block that means another field each time.
  ({ next, value }) => [
    headers(next, Buffer.concat([BY_INDEX, literal('n', `${value}`, 'index')]), { endStream: true }),
    headers(next + 2, Buffer.concat([BY_INDEX, indexed(62)]), { endStream: true }),
  ],
  ({ stream }) => [headers(stream, [[':status', '200']]), headers(stream, [['x', 'y']], { endStream: true })],
  ({ next, value }) => [
    headers(next, [...REQUEST[1], ['content-length', '5']]),
    data(next, 'd'.repeat(value % 7), { endStream: value % 4 !== 0 }),
  ],
  ({ stream, value }) => [windowUpdate(stream, 1 + (value % 40))],
  ({ value }) => [goaway(value, value % 16)],
  ({ value }) => [frame(0x20 + value, value, value)],
]

/** GET / of a, by index as far as can be. */
const BY_INDEX = Uint8Array.of(0x82, 0x86, 0x84, 0x01, 1, 0x61)

// --- Where the fuzzer begins ---

export function serverSeeds(): Uint8Array[] {
  return seeds('server')
}

export function clientSeeds(): Uint8Array[] {
  return seeds('client')
}

/** The vectors' bytes, and some courses of action. */
function seeds(role: Role): Uint8Array[] {
  const vectors = readVectors()
    .filter(vector => vector.role === role && vector.greeted)
    .map((vector, i) => Uint8Array.from([i, 0, ...bytesSent(vector)]))
    .filter(bytes => bytes.length < 600)
  const courses = Array.from({ length: 16 }, (_, i) =>
    Uint8Array.from([i, 1, ...Array.from({ length: 24 }, (_, j) => (i * 37 + j * (2 * i + 1)) % 256)]),
  )
  return [...vectors, ...courses]
}

/** Whole frames, and their beginnings. */
export const DICTIONARY: readonly Uint8Array[] = [
  headers(1, REQUEST[0], { endStream: true }),
  headers(3, REQUEST[1]),
  headers(5, CONNECT),
  headers(1, [[':status', '200']]),
  headers(3, [[':status', '304']], { endStream: true }),
  headers(1, [['x', 'y']], { endStream: true }),
  headers(7, REQUEST[1], { endHeaders: false }),
  continuation(7, literal('x', 'y', 'index')),
  data(1, 'data'),
  data(3, 'data', { endStream: true, padding: 3 }),
  data(3, 'd'.repeat(299)),
  windowUpdate(0, 1000),
  windowUpdate(1, 2147483647),
  settings({ INITIAL_WINDOW_SIZE: 10 }),
  settings({ MAX_FRAME_SIZE: 20000 }),
  rstStream(1),
  ping(),
  goaway(1),
  priority(3, { dependency: 3 }),
  priorityUpdate(3, 'u=0'),
  indexed(62),
  ...FIELDS.map(([name, value]) => literal(name, value)),
]
