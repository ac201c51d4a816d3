// What must hold for any bytes that an HPACK decoder is given, and for any fields that an encoder is.
import assert from 'node:assert/strict'
import type { HpackField, Indexing } from '../../src/hpack/index.ts'
import { encodeBlock, type FieldToSend, type Hpack, hex } from '../hpack/blocks.ts'
import { HpackReference, type ReferenceField, sum } from './hpack-reference.ts'

/** Small, so that short inputs reach them. */
const LIMITS = { tableBytes: 160, listBytes: 400, fieldCount: 8, stringBytes: 300 }

/** The byte that ends a block in an input. The next one, if it is small, is a new limit of the table in steps. */
const END_OF_BLOCK = 0xee
const LIMITS_UP_TO = 16
const LIMIT_STEP = 40

/**
 * Decodes a connection's blocks, whole, byte by byte and in two pieces, and compares all with the reference. After a broken block
 * another connection begins.
 * @returns what was seen, so that a fuzzer knows new behaviour when it sees it
 */
export function checkDecoder(hpack: Hpack, bytes: Uint8Array): string[] {
  const seen: string[] = []
  let parties = newParties(hpack)
  for (let at = 0; at < bytes.length; ) {
    const mark = bytes.indexOf(END_OF_BLOCK, at)
    const end = mark === -1 ? bytes.length : mark
    const limit = bytes[end + 1] < LIMITS_UP_TO ? bytes[end + 1] * LIMIT_STEP : null
    // Limits may follow each other without a block between them.
    if (at < end || limit === null) {
      const { broken, told } = checkBlock(parties, bytes.slice(at, end))
      seen.push(...told)
      if (broken) parties = newParties(hpack)
    }
    if (limit !== null) changeLimit(parties, limit)
    at = end + 2
  }
  for (const { decoder } of parties.decoders) noMore(decoder, parties.reference)
  return steps(seen)
}

/** The reference and those that are compared with it, each fed in its way. */
interface Parties {
  readonly reference: HpackReference
  readonly decoders: readonly { readonly feed: Feed; readonly decoder: Decoder }[]
}

function newParties(hpack: Hpack): Parties {
  const decoders = [wholly, bytewise, halved].map(feed => ({ feed, decoder: new hpack.HpackDecoder(LIMITS) }))
  return { reference: new HpackReference(LIMITS), decoders }
}

function changeLimit({ reference, decoders }: Parties, limit: number): void {
  reference.tableLimit(limit)
  for (const { decoder } of decoders) decoder.tableLimit(limit)
}

function checkBlock({ reference, decoders }: Parties, block: Uint8Array): { broken: boolean; told: readonly string[] } {
  const before = shown(reference)
  const expected = reference.block(block)
  assert.ok(sum(reference.table) <= reference.size)
  const errors = decoders.map(({ feed, decoder }) => {
    const { edition } = decoder
    const sound = feed(decoder, block)
    assert.equal(sound, !expected.broken, `${feed.name}: ${decoder.error?.rule}`)
    assert.deepEqual(plain(decoder.fields), expected.fields, feed.name)
    assert.equal(decoder.tooLarge, expected.tooLarge, feed.name)
    if (sound && edition === decoder.edition) assert.equal(shown(reference), before, 'the same edition, another table')
    return decoder.error
  })
  for (const error of errors) assert.deepEqual(error, errors[0], 'the same fault, however it came')
  if (!expected.broken && shown(reference) !== before) for (const { decoder } of decoders) sameTable(decoder, reference)
  return { broken: expected.broken, told: expected.seen }
}

type Feed = (decoder: Decoder, block: Uint8Array) => boolean
type Decoder = InstanceType<Hpack['HpackDecoder']>

function wholly(decoder: Decoder, block: Uint8Array): boolean {
  decoder.begin()
  return decoder.decode(fenced(block), 1, block.length + 1) !== -1 && decoder.finish()
}

function bytewise(decoder: Decoder, block: Uint8Array): boolean {
  return inPieces(decoder, block, 1)
}

function halved(decoder: Decoder, block: Uint8Array): boolean {
  return inPieces(decoder, block, Math.max(1, block.length >> 1))
}

function inPieces(decoder: Decoder, block: Uint8Array, size: number): boolean {
  decoder.begin()
  let taken = 0
  for (let end = size; end < block.length + size; end += size) {
    const part = block.subarray(taken, end)
    const came = decoder.decode(fenced(part), 1, part.length + 1)
    if (came === -1) return false
    assert.ok(came >= 1 && came <= part.length + 1)
    taken += came - 1
  }
  return decoder.finish()
}

/** What stands before and behind must not be read. */
function fenced(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([0x82, ...bytes, 0x00, 0x7f])
}

/** Both have the same fields at every index that there is. */
function sameTable(decoder: Decoder, reference: HpackReference): void {
  for (const [i, field] of reference.table.entries()) {
    assert.ok(wholly(decoder, Uint8Array.of(0x80 + 62 + i)), `the table has ${i} fields`)
    const whole = decoder.tooLarge ? [] : [{ ...field, sensitive: false }]
    assert.deepEqual(plain(decoder.fields), whole)
  }
}

/** There is no field behind the last one that there is. */
function noMore(decoder: Decoder, reference: HpackReference): void {
  assert.ok(!wholly(decoder, Uint8Array.of(0x80 + 62 + reference.table.length)), 'the table has more fields')
}

function shown({ table, size }: HpackReference): string {
  return JSON.stringify([table, size])
}

/** Pairs of what was seen one after the other. */
function steps(seen: readonly string[]): string[] {
  return seen.map((what, i) => `${seen[i - 1] ?? ''} > ${what}`)
}

function plain(fields: readonly HpackField[]): ReferenceField[] {
  return fields.map(({ name, value, sensitive }) => ({ name, value, sensitive }))
}

const INDEXING: readonly Indexing[] = ['index', 'once', 'never', 'index']
/** What short inputs take names and values from: some of the static table, some long ones. */
const NAMES = [':status', ':path', 'accept-encoding', 'date', 'x', 'x-y', '', 'a-name-that-is-rather-long']
const VALUES = [
  '',
  '200',
  '/',
  'gzip, deflate',
  '1',
  '22',
  'a value of some length, not too long',
  '\u00ff\u00fe\u0000\n',
]

/** The largest size that the encoder is made with, and what a table can be agreed upon to be. */
const MOST = 600
const PEER_LIMIT_STEP = 90

/**
 * Encodes the fields that an input asks for, two bytes each; the reference decodes them.
 * The first byte: 0 to 7 the end of the block, 8 to 15 the end and a new limit, else a field: two bits of indexing, three of the name, three
 * of the value; the second byte says what is added to both.
 */
export function checkEncoder(hpack: Hpack, bytes: Uint8Array): string[] {
  const seen: string[] = []
  const encoder = new hpack.HpackEncoder({ tableBytes: MOST })
  const reference = new HpackReference({ tableBytes: 4096, listBytes: 1e9, fieldCount: 1e9, stringBytes: 1e9 })
  let fields: FieldToSend[] = []
  const endBlock = () => {
    seen.push(...checkEncoded(encoder, reference, fields))
    fields = []
  }
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const [first, second] = [bytes[at], bytes[at + 1]]
    if (first < 8) endBlock()
    else if (first < 16) {
      if (fields.length > 0) endBlock()
      const limit = (second % 9) * PEER_LIMIT_STEP
      encoder.peerLimit(limit)
      reference.tableLimit(limit)
    } else fields.push(field(first, second))
  }
  endBlock()
  return steps(seen)
}

function checkEncoded(encoder: Encoder, reference: HpackReference, fields: readonly FieldToSend[]): readonly string[] {
  const { edition } = encoder
  const before = shown(reference)
  const block = encodeBlock(encoder, fields)
  const decoded = reference.block(block)
  assert.ok(!decoded.broken, decoded.seen.at(-1) ?? 'broken')
  assert.deepEqual(
    decoded.fields.map(({ name, value }) => [name, value]),
    fields.map(([name, value]) => [name, value]),
  )
  for (const [i, [, , indexing]] of fields.entries())
    assert.equal(decoded.fields[i].sensitive, indexing === 'never', 'never is never, and else not')
  assert.ok(!decoded.wasteful, 'what is in a table is sent as its index')
  assert.ok(block.length <= plainLength(fields), 'no longer than plain literals')
  assert.ok(reference.size <= MOST)
  if (edition === encoder.edition) {
    assert.equal(shown(reference), before, 'the same edition, another table')
    assert.deepEqual(encodeBlock(encoder, fields), block, 'the same edition, other bytes')
  }
  return decoded.seen
}

type Encoder = InstanceType<Hpack['HpackEncoder']>

function field(first: number, second: number): FieldToSend {
  const name = NAMES[(first >> 3) & 7] + 'n'.repeat(second & 3)
  const value = VALUES[first & 7] + String.fromCharCode(second).repeat(second >> 5)
  return [name, value, INDEXING[first >> 6]]
}

/** Two size updates of three bytes; for each field one byte for the kind and up to three for each length. */
function plainLength(fields: readonly FieldToSend[]): number {
  return fields.reduce((sum, [name, value]) => sum + 7 + name.length + value.length, 6)
}

export function decoderSeeds(): Uint8Array[] {
  return [
    // Appendix C.4, C.6 and C.2.3; sizes; what is larger than a table; too many fields
    '82868441 8cf1e3c2e5f23a6ba0ab90f4ff ee80 828684be5886a8eb10649cbf ee80 828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
    `488264025885aec3771a4b6196d07abe941054d444a820059504 0b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3 ee80
     4883640effc1c0bf`,
    '1008 70617373776f726406736563726574',
    'ee01 3f09 82 ee80 4001780131 be ee04 3f8101 4001780131 7e0132',
    '20 3f8101 4001780131 ee80 be',
    `4001780131 4001787f30${'61'.repeat(175)} ee80 82`,
    '82828282828282 4001780131',
    '00ffffffff07 ee80 0f2e00 0f8000 00',
    '00028e8000 ee80 8e84ffffffff',
    // So many fields that the ring grows, or nearly
    `ee0f 3fb904${[...'abcdefghijklmno'].map(letter => `400001${letter.charCodeAt(0).toString(16)}`).join('')}`,
    `ee0f 3fb904${'400000'.repeat(15)} ee80 4001780131 4001790132 be bf c0 ee80 ce cd bf`,
  ].map(hex)
}

export function encoderSeeds(): Uint8Array[] {
  return [
    [0x10, 0, 0x21, 0, 0x31, 0, 0, 0, 0x10, 0, 0x21, 0],
    [0x36, 0x40, 0x3e, 0x60, 0, 0, 0x36, 0x40, 8, 1, 0x36, 0x40, 8, 6],
    [0x96, 0x21, 0x56, 0x21, 0xd6, 0x21, 0, 0, 0xd6, 0x21],
    [0x3f, 0xff, 0x27, 0x0a, 8, 0, 9, 8, 0x27, 0x0a],
  ].map(bytes => Uint8Array.from(bytes))
}

/** What blocks are made of. */
export const DECODER_DICTIONARY = [
  ...['ee80', 'ee00', 'ee01', 'ee02', 'ee04', 'ee0f', '3fb904', '40000130', '3f09', `4001787f30${'61'.repeat(175)}`],
  ...[
    '82',
    'be',
    'bf',
    'c0',
    '80',
    '20',
    '3f00',
    '3f8101',
    '3fe11f',
    '4001780131',
    '7e0132',
    '0001610162',
    '1001610162',
  ],
  ...[
    'f0',
    'f1',
    'f4',
    'ff00',
    'ff808000',
    '81ff',
    '821fff',
    '811f',
    '84ffffffff',
    '84fffffffb',
    '8a',
    '8cf1e3c2e5f23a6ba0ab90f4ff',
  ],
].map(hex)
