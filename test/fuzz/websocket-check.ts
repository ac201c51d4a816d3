// What must hold for any bytes that a WebSocket connection is given: it tells and answers what the reference foretells, the same however
// the bytes are cut and whenever it is paused, it holds little, and it is silent once it is over.
import assert from 'node:assert/strict'
import { codecFor } from '../websocket/codec.ts'
import { FrameReader } from '../websocket/notation.ts'
import { PlainInflater } from '../websocket/plain-inflater.ts'
import type { WebSocketRoom } from '../websocket/trace.ts'
import { bytesSent, readVectors } from '../websocket/vectors.ts'
import { framesOf } from './websocket-peer.ts'
import { type Expected, expectedOf, type Terms } from './websocket-reference.ts'

type Connection = InstanceType<WebSocketRoom['WebSocketConnection']>
type Sink = Parameters<Connection['receive']>[1]
type Failure = Parameters<Sink['failed']>[0]
type Role = Terms['role']

const COMPRESSIONS = ['none', 'takeover', 'alone', 'takeover'] as const
const AGREED = {
  takeover: 'permessage-deflate',
  alone: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
}

export function checkServer(room: WebSocketRoom, input: Uint8Array): string[] {
  return check(room, 'server', input)
}

export function checkClient(room: WebSocketRoom, input: Uint8Array): string[] {
  return check(room, 'client', input)
}

/** The first byte chooses the terms; if the second is even, what follows are the peer's bytes, else what it does. */
function check(room: WebSocketRoom, role: Role, input: Uint8Array): string[] {
  const terms = termsOf(role, input[0] ?? 0)
  const rest = input.subarray(2)
  const bytes = (input[1] ?? 0) % 2 === 0 ? rest : framesOf(role, terms.compression !== 'none', rest)
  const expected = expectedOf(bytes, terms)
  if (expected.unclear) return []
  for (const [pieces, pausing] of [
    [[bytes], false],
    [cut(bytes), false],
    [cut(bytes), true],
  ] as const) {
    const party = new Party(room, terms, pausing)
    for (const piece of pieces) party.receive(piece)
    compare(party, expected, `in ${pieces.length} pieces${pausing ? ', paused after every event' : ''}`)
    party.close()
  }
  const { compression } = terms
  return expected.seen.map((what, i) => `${compression} ${expected.seen[i - 1] ?? ''} > ${what}`)
}

/** @throws AssertionError where the connection told or sent something else */
function compare(party: Party, { told, sent, codes, maybe }: Expected, how: string): void {
  const failed = party.failedWith
  if (failed === null) assert.deepEqual(codes, [], `it did not fail, ${how}`)
  else assert.ok([...codes, ...maybe].includes(failed), `failed with ${failed}, not with any of [${codes}], ${how}`)
  const answers = failed === null || party.program.closed ? sent : [...sent, `close ${failed}`]
  assert.deepEqual({ told: party.told, sent: party.sent() }, { told, sent: answers }, how)
}

function termsOf(role: Role, byte: number): Terms {
  return {
    role,
    compression: COMPRESSIONS[byte & 3],
    messageBytes: (byte & 4) === 0 ? 100_000 : 100,
    emptyFragments: 3,
    echoes: (byte & 8) === 0,
    closesAfter: (byte >> 4) & 3,
  }
}

/** A connection whose program does what the terms say. */
class Party implements Sink {
  readonly told: string[] = []
  readonly program = { closed: false }
  failedWith: number | null = null
  private readonly connection: Connection
  private readonly terms: Terms
  private readonly pausing: boolean
  private readonly codec: ReturnType<typeof codecFor> | null
  private over = false
  private paused = false
  private messages = 0
  private keys = 0

  constructor(room: WebSocketRoom, terms: Terms, pausing: boolean) {
    const { role, compression, messageBytes, emptyFragments } = terms
    this.terms = terms
    this.pausing = pausing
    this.codec = compression === 'none' ? null : codecFor(role, AGREED[compression])
    const limits = { ...room.DEFAULT_LIMITS, messageBytes, emptyFragments }
    const keys = role === 'client' ? () => Math.imul(++this.keys, 0x9e3779b1) >>> 0 : null
    this.connection = new room.WebSocketConnection(role, limits, this.codec, keys)
  }

  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const buffer = Buffer.concat([FENCE, bytes.subarray(at), FENCE])
      const [start, end] = [FENCE.length, buffer.length - FENCE.length]
      const taken = this.connection.receive(buffer, this, start, end)
      assert.ok(taken >= 0 && taken <= end - start, `it took ${taken} of ${end - start} bytes`)
      assert.ok(taken > 0 || this.pausing, 'it took nothing')
      const rest = buffer.subarray(start + taken)
      assert.ok(rest.equals(Buffer.concat([bytes.subarray(at + taken), FENCE])), 'it changed what it did not take')
      assert.ok(FENCE.equals(buffer.subarray(0, start)), 'it changed what lies before')
      buffer.fill(0xa5)
      at += taken
      this.resume()
    }
    assert.ok(this.connection.heldBytes <= this.terms.messageBytes + 200, `${this.connection.heldBytes} bytes are held`)
  }

  close(): void {
    this.codec?.close()
  }

  /** What was sent, message by message. */
  sent(): string[] {
    while (this.connection.pendingBytes > 0) this.connection.produce()
    const { output } = this.connection
    const bytes = Buffer.concat(output.take())
    const reader = new FrameReader()
    const inflater = new PlainInflater(this.terms.compression === 'takeover')
    const lines: string[] = []
    let message: { opcode: number; compressed: boolean; pieces: Uint8Array[] } | null = null
    for (const { fin, reserved, opcode, key, payload } of reader.take(bytes)) {
      assert.equal(key !== null, this.terms.role === 'client', 'masked or not')
      const hex = Buffer.from(payload).toString('hex')
      if (opcode >= 8) {
        assert.ok(fin && reserved === 0 && payload.length <= 125, 'a control frame that is none')
        const code = payload.length === 0 ? '' : ` ${Number.parseInt(hex.slice(0, 4), 16)}`
        lines.push(opcode === 8 ? `close${code}` : `${opcode === 9 ? 'ping' : 'pong'} ${hex}`)
        continue
      }
      assert.ok(reserved === 0 || (reserved === 0x40 && opcode !== 0 && this.codec !== null), 'reserved bits')
      assert.equal(opcode === 0, message !== null, 'a fragment')
      message ??= { opcode, compressed: reserved !== 0, pieces: [] }
      message.pieces.push(payload)
      if (!fin) continue
      const whole = Buffer.concat(message.pieces)
      const content = message.compressed ? inflater.message(whole) : whole
      lines.push(`${message.opcode === 1 ? 'text' : 'binary'} ${Buffer.from(content).toString('hex')}`)
      message = null
    }
    assert.equal(reader.rest, 0, 'half a frame')
    assert.equal(message, null, 'half a message')
    output.recycle()
    return lines
  }

  // --- What the connection tells ---

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.tell(`${text ? 'text' : 'binary'} ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`)
    if (this.terms.echoes) this.connection.sendMessage(text, bytes, start, end, false)
    if (++this.messages !== this.terms.closesAfter) return
    this.connection.close(1000)
    this.program.closed = true
  }

  pong(bytes: Uint8Array, start: number, end: number): void {
    this.tell(`pong ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`)
  }

  closing(code: number, reason: string): void {
    this.tell(`closing ${code} ${Buffer.from(reason).toString('hex')}`)
    this.over = true
  }

  failed({ code }: Failure): void {
    assert.equal(this.over, false, 'failed after the end')
    this.over = true
    this.failedWith = code
  }

  private resume(): void {
    this.paused = false
    if (this.pausing) this.connection.resume()
  }

  private tell(line: string): void {
    assert.equal(this.over, false, 'told something after the end')
    this.told.push(line)
    assert.equal(this.paused, false, 'told something while it is paused')
    if (!this.pausing) return
    this.paused = true
    this.connection.pause()
  }
}

/** Bytes on both sides of what may be read: whole frames, which nobody sent. */
const FENCE = Buffer.of(0x89, 0x80, 0, 0, 0, 0, 0x81, 0x81, 0, 0, 0, 0, 0x21)

/** Pieces of one to sixty bytes, chosen by the bytes themselves; every second one byte by byte. */
function cut(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length % 2 === 0 && bytes.length < 600) return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
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

// --- Where the fuzzer begins ---

/** The vectors' bytes, and some courses of action. */
export function seeds(role: Role): Uint8Array[] {
  const vectors = readVectors()
    .filter(vector => vector.role === role)
    .map((vector, i) => Uint8Array.from([compressionByte(vector.compression) + (i % 4) * 4, 0, ...bytesSent(vector)]))
    .filter(bytes => bytes.length < 300)
  const courses = Array.from({ length: 24 }, (_, i) =>
    Uint8Array.from([i * 5, 1, ...Array.from({ length: 20 }, (_, j) => (i * 37 + j * (2 * i + 1)) % 256)]),
  )
  return [...vectors, ...courses]
}

function compressionByte(agreed: string | null): number {
  return agreed === null ? 0 : agreed.includes('no_context') ? 2 : 1
}
