// What a peer does, byte by byte: mostly valid frames, out of inputs that know nothing of frames. And where the fuzzer begins.
import { bytesSent, readVectors } from '../h2/vectors.ts'
import {
  continuation,
  data,
  type Field,
  fieldBlock,
  frame,
  goaway,
  headers,
  indexed,
  literal,
  ping,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  tableSize,
  windowUpdate,
} from '../support/h2-frames.ts'
import type { Role } from './h2-party.ts'

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
export function framesOf(role: Role, bytes: Uint8Array): Uint8Array {
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

/** The number in a frame's head. */
export function streamOf(frame: Uint8Array): number {
  return (frame[5] & 0x7f) * 2 ** 24 + (frame[6] << 16) + (frame[7] << 8) + frame[8]
}

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
