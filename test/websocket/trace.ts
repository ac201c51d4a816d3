// What a WebSocket connection tells and sends, as lines of text that can be compared.
import assert from 'node:assert/strict'
import { codecFor } from './codec.ts'
import { type Frame, FrameReader, parseLine, type Role, showBytes, showFrame } from './notation.ts'
import { PlainInflater } from './plain-inflater.ts'
import type { Vector } from './vectors.ts'

/** What makes connections: `src/websocket`, or a copy of it with a fault planted in. */
export type WebSocketRoom = Pick<
  typeof import('../../src/websocket/index.ts'),
  'WebSocketConnection' | 'DEFAULT_LIMITS' | 'MessageBudget' | 'RULES'
>
type Connection = InstanceType<WebSocketRoom['WebSocketConnection']>
type Sink = Parameters<Connection['receive']>[1]
type Failure = Parameters<Sink['failed']>[0]

export type Setup = Pick<Vector, 'role' | 'limits' | 'compression'>

/** Bytes on both sides of what `receive` may read: a reader that looks there sees frames that nobody sent. */
const FENCE = Buffer.of(0x89, 0x80, 0, 0, 0, 0, 0x81, 0x81, 0, 0, 0, 0, 0x21)
const SCRIBBLE = 0xa5
/** A client's masking keys, in the order in which they are to be used. */
const KEYS = [0x01020304, 0xfffefdfc, 0x80000001, 0x7f7f7f7f]

/** A connection, and what it has told and sent since it was last asked. */
export class Party implements Sink {
  readonly connection: Connection
  readonly role: Role
  /** Where what failed stands, counted from the first byte; -1 before anything has. */
  offset = -1
  private readonly reader = new FrameReader()
  private readonly inflater: PlainInflater | null
  private compressed: Frame[] = []
  private lines: string[] = []
  private readonly pausing: boolean
  private keysMade = 0
  private keysSeen = 0
  private over = false
  private paused = false

  /** @param pausing every event pauses the connection until the call has returned */
  constructor(room: WebSocketRoom, setup: Setup, pausing = false) {
    this.role = setup.role
    this.pausing = pausing
    const keys = setup.role === 'client' ? () => KEYS[this.keysMade++ % KEYS.length] : null
    const codec = setup.compression === null ? null : codecFor(setup.role, setup.compression)
    const { budget, ...others } = setup.limits
    const limits = {
      ...room.DEFAULT_LIMITS,
      ...others,
      budget: budget === undefined ? null : new room.MessageBudget(budget),
    }
    this.connection = new room.WebSocketConnection(setup.role, limits, codec, keys)
    const ours = `${setup.role}_no_context_takeover`
    this.inflater = setup.compression === null ? null : new PlainInflater(!setup.compression.includes(ours))
  }

  /** Gives the connection bytes that are overwritten after the call. */
  receive(bytes: Uint8Array): void {
    let left = bytes
    for (let stuck = 0; left.length > 0; ) {
      const taken = this.receiveOnce(left)
      if (taken < left.length) {
        assert.ok(this.pausing, 'it did not take all bytes, though it was not paused')
        assert.ok(++stuck < 100_000, 'it never takes the rest')
        assert.equal(this.receiveOnce(left.subarray(taken)), 0, 'it takes bytes while it is paused')
      }
      this.resume()
      left = left.subarray(taken)
    }
    assert.ok(this.connection.heldBytes >= 0, 'it holds less than nothing')
  }

  private receiveOnce(bytes: Uint8Array): number {
    const buffer = Buffer.concat([FENCE, bytes, FENCE])
    const end = FENCE.length + bytes.length
    const taken = this.connection.receive(buffer, this, FENCE.length, end)
    assert.ok(taken >= 0 && taken <= bytes.length, `it took ${taken} of ${bytes.length} bytes`)
    assert.ok(FENCE.equals(buffer.subarray(0, FENCE.length)), 'it wrote before what is its to read')
    assert.ok(FENCE.equals(buffer.subarray(end)), 'it wrote behind what is its to read')
    assert.ok(
      buffer.subarray(FENCE.length + taken, end).equals(bytes.subarray(taken)),
      'it changed what it did not take',
    )
    buffer.fill(SCRIBBLE)
    return taken
  }

  /** Does what a program does. @throws SyntaxError for a line that is no act */
  act(text: string): void {
    if (text === 'FIN') {
      this.connection.end(this)
      return
    }
    const { name, words, numbers, payload } = parseLine(text)
    const act = ACTS[name]
    if (act === undefined) throw new SyntaxError(`«${text}» is nothing that a program does`)
    try {
      act(this.connection, payload, words[0] ?? '', numbers[0])
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.lines.push('throws RangeError')
    }
    // What was lent for the call is the program's again.
    payload.fill(SCRIBBLE)
  }

  /** What was told since the last call. */
  told(): string[] {
    const { lines } = this
    this.lines = []
    return lines
  }

  /** The frames sent since the last call. */
  sent(): string[] {
    // Large messages are compressed slice by slice.
    while (this.connection.pendingBytes > 0) this.connection.produce()
    const { output } = this.connection
    const pieces = output.take().map(piece => Uint8Array.from(piece))
    output.recycle()
    const frames = this.reader.take(Buffer.concat(pieces))
    assert.equal(this.reader.rest, 0, 'half a frame was sent')
    for (const { key } of frames)
      if (key !== null) assert.equal(key, KEYS[this.keysSeen++ % KEYS.length], 'a key that is not the next one')
    return frames.flatMap(frame => this.shown(frame))
  }

  /** A compressed message is shown as one, however many fragments it has. */
  private shown(frame: Frame): string[] {
    if (this.inflater === null || (frame.opcode & 8) !== 0) return [showFrame(frame, this.role)]
    if (this.compressed.length === 0 && (frame.reserved & 0x40) === 0) return [showFrame(frame, this.role)]
    this.compressed.push(frame)
    if (!frame.fin) return []
    const [first, ...others] = this.compressed
    this.compressed = []
    for (const other of others)
      assert.deepEqual([other.reserved, other.opcode], [0, 0], 'a fragment with RSV1 or an opcode')
    const content = this.inflater.message(Buffer.concat([first, ...others].map(({ payload }) => payload)))
    return [showFrame({ ...first, fin: true }, this.role, content)]
  }

  // --- What the connection tells ---

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.tell(`${text ? 'text' : 'binary'} ${start === end ? '' : showBytes(bytes.subarray(start, end))}`.trimEnd())
  }

  pong(bytes: Uint8Array, start: number, end: number): void {
    this.tell(`pong ${start === end ? '' : showBytes(bytes.subarray(start, end))}`.trimEnd())
  }

  closing(code: number, reason: string): void {
    this.tell(`closing ${code} ${reason === '' ? '' : showBytes(Buffer.from(reason))}`.trimEnd())
    this.over = true
  }

  failed({ rule, code, offset }: Failure): void {
    // How much memory is asked for, and when, depends on the reads.
    this.offset = rule === 'no-message-memory' ? 0 : offset
    this.tell(`failed ${rule} ${code}`)
    this.over = true
  }

  private resume(): void {
    this.paused = false
    if (this.pausing) this.connection.resume()
  }

  private tell(line: string): void {
    assert.equal(this.over, false, `told «${line}» after the end`)
    this.lines.push(line)
    assert.equal(this.paused, false, 'told something while it is paused')
    if (!this.pausing) return
    this.paused = true
    this.connection.pause()
  }
}

type Act = (connection: Connection, payload: Uint8Array, word: string, code: number | undefined) => void

const ACTS: Readonly<Record<string, Act>> = {
  send: (connection, payload, type) => connection.sendMessage(type === 'text', payload, 0, payload.length, false),
  ping: (connection, payload) => connection.ping(payload),
  close: (connection, payload, _, code = 1005) => connection.close(code, Buffer.from(payload).toString()),
}
