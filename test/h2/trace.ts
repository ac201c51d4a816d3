// What an HTTP/2 connection tells and sends, as lines of text that can be compared: adjacent pieces of content are joined,
// so that the same bytes give the same trace however they were split.
import assert from 'node:assert/strict'
import { HpackDecoder } from '../../src/hpack/index.ts'
import { FieldList, type Fields } from '../../src/http/fields.ts'
import { showText } from '../h1/notation.ts'
import {
  contentOf,
  endsHeaders,
  type Frame,
  FrameReader,
  preface,
  settings,
  settingsAck,
} from '../support/h2-frames.ts'
import { canonical, codeOf, type Line, parseLine, settingId, showCode, showContent, showFrame } from './notation.ts'
import type { Vector } from './vectors.ts'

/** What makes connections: `src/h2`, or a copy of it with a fault planted in. */
export type H2 = Pick<
  typeof import('../../src/h2/index.ts'),
  'H2Connection' | 'DEFAULT_LIMITS' | 'RULES' | 'UsualFields' | 'UNKNOWN_LENGTH'
>
type Connection = InstanceType<H2['H2Connection']>
type Stream = Parameters<Connection['sendEnd']>[0]
type Sink = ConstructorParameters<H2['H2Connection']>[2]
type Head = Parameters<Sink['head']>[1]
type Failure = Parameters<Sink['failed']>[0]

export type Setup = Pick<Vector, 'role' | 'limits' | 'keepsContent' | 'greeted'>

/** Bytes on both sides of what `receive` may read; a reader that looks there sees frames that nobody sent. */
const FENCE = Uint8Array.of(0, 0, 8, 6, 0, 0, 0, 0, 0)
const SCRIBBLE = 0xa5

/** What each side sends first, so that vectors need not. */
const GREETINGS = {
  server: Buffer.concat([preface, settings(), settingsAck()]),
  client: Buffer.concat([settings(), settingsAck()]),
}

/** A connection, and what it has told and sent since it was last asked. */
export class Party {
  readonly connection: Connection
  /** Where frames that `receive` was given whole began, counted from the first byte. */
  offset = 0
  private readonly h2: H2
  private readonly usual: InstanceType<H2['UsualFields']>
  private readonly recorder: Recorder
  private prefaceDue: boolean
  private readonly frames = new FrameReader()
  private readonly decoder = new HpackDecoder({ tableBytes: 4096, listBytes: 1e9, fieldCount: 1e6 })
  private head: { frame: Frame; block: Uint8Array[] } | null = null

  constructor(h2: H2, setup: Setup) {
    this.h2 = h2
    this.usual = new h2.UsualFields('')
    this.prefaceDue = setup.role === 'client'
    this.recorder = new Recorder(setup.keepsContent)
    this.connection = new h2.H2Connection(setup.role, { ...h2.DEFAULT_LIMITS, ...setup.limits }, this.recorder)
    this.recorder.connection = this.connection
    if (!setup.greeted) return
    this.receive(GREETINGS[setup.role])
    const [first] = this.sent().filter(line => line !== 'PREFACE')
    assert.match(first ?? 'nothing', /^SETTINGS [^A]/, 'the first frame')
    assert.deepEqual(this.told(), [])
  }

  /** Gives the connection bytes that are overwritten after the call. */
  receive(bytes: Uint8Array): void {
    const buffer = Buffer.concat([FENCE, bytes, FENCE])
    const before = Buffer.from(buffer)
    this.recorder.frameAt = this.offset
    this.connection.receive(buffer, FENCE.length, FENCE.length + bytes.length)
    assert.ok(before.equals(buffer), 'wrote into borrowed bytes')
    buffer.fill(SCRIBBLE)
    this.offset += bytes.length
  }

  /** What the user of the connection does, in words. @throws SyntaxError for what it cannot do */
  act(text: string): void {
    const line = parseLine(text)
    const act = ACTS[line.name]
    if (act === undefined) throw new SyntaxError(`Nobody can «${text}»`)
    act(this.connection, line, {
      stream: () => this.stream(line.numbers[0]),
      opened: stream => void this.recorder.streams.set(stream.id, stream),
      usual: this.usual,
      h2: this.h2,
    })
  }

  /** What the sink was told since the last call. */
  told(): string[] {
    return this.recorder.take().map(canonical)
  }

  /** The frames that were sent since the last call; header blocks are shown whole. */
  sent(): string[] {
    const bytes = Buffer.concat(this.connection.output.take())
    this.connection.output.forget()
    const greets = this.prefaceDue && bytes.length > 0
    if (greets)
      assert.ok(
        preface.every((byte, i) => byte === bytes[i]),
        'a client begins with the preface',
      )
    if (greets) this.prefaceDue = false
    const frames = this.frames.push(greets ? bytes.subarray(preface.length) : bytes)
    assert.equal(this.frames.rest, 0, 'half a frame was sent')
    return [...(greets ? ['PREFACE'] : []), ...frames.flatMap(frame => this.show(frame)).map(canonical)]
  }

  /** What the sink keeps is as it was told, though all the buffers have been overwritten. */
  checkKept(): void {
    for (const check of this.recorder.kept) check()
  }

  private stream(id: number): Stream {
    const stream = this.recorder.streams.get(id)
    if (stream === undefined) throw new SyntaxError(`Stream ${id} was never opened`)
    return stream
  }

  private show(frame: Frame): string[] {
    if (frame.name === 'HEADERS') {
      assert.equal(this.head, null, 'HEADERS in the middle of a header block')
      this.head = { frame, block: [contentOf(frame)] }
    } else if (frame.name === 'CONTINUATION') {
      assert.equal(this.head?.frame.stream, frame.stream, 'CONTINUATION of no header block')
      this.head!.block.push(frame.payload)
    } else {
      assert.equal(this.head, null, `${frame.name} in the middle of a header block`)
      return [showFrame(frame)]
    }
    if (!endsHeaders(frame)) return []
    const { frame: first, block } = this.head!
    this.head = null
    const whole = Buffer.concat(block)
    return [showFrame(first, this.decode(whole), sizeUpdates(whole))]
  }

  private decode(block: Uint8Array): (readonly [string, string])[] {
    this.decoder.begin()
    assert.equal(this.decoder.decode(block, 0, block.length), block.length, 'the header block is broken')
    this.decoder.finish()
    return this.decoder.takeFields().map(({ name, value }) => [name, value] as const)
  }
}

/** The sizes of the dynamic table that stand at the begin of a header block (RFC 7541 section 6.3). */
function sizeUpdates(block: Uint8Array): number[] {
  const sizes: number[] = []
  let at = 0
  while ((block[at] & 0xe0) === 0x20) {
    let size = block[at++] & 0x1f
    if (size === 0x1f) {
      for (let shift = 0; ; shift += 7) {
        const byte = block[at++]
        size += (byte & 0x7f) << shift
        if (byte < 0x80) break
      }
    }
    sizes.push(size)
  }
  return sizes
}

interface Means {
  /** The stream that the line names. */
  stream(): Stream
  opened(stream: Stream): void
  readonly usual: InstanceType<H2['UsualFields']>
  readonly h2: H2
}

/** What a server's or client's program does; README.md lists it. */
const ACTS: Readonly<Record<string, (connection: Connection, line: Line, means: Means) => void>> = {
  answer: (connection, { numbers, fields, payload }, { stream, usual }) =>
    connection.sendWhole(stream(), numbers[1], FieldList.of(fields), withoutFields(payload, fields), usual),
  respond: (connection, { numbers, options, fields }, { stream, usual, h2 }) => {
    const length = options.get('length')
    const known = length === undefined ? h2.UNKNOWN_LENGTH : Number(length)
    connection.sendResponse(stream(), numbers[1], FieldList.of(fields), known, usual)
  },
  interim: (connection, { numbers, fields }, { stream }) =>
    connection.sendInterim(stream(), numbers[1], FieldList.of(fields)),
  send: (connection, { payload }, { stream }) => connection.sendContent(stream(), payload),
  finish: (connection, { fields }, { stream }) => connection.sendEnd(stream(), FieldList.of(fields)),
  reset: (connection, { words }, { stream }) => connection.reset(stream(), codeOf(words[0])),
  consume: (connection, { numbers }, { stream }) => connection.consumed(stream(), numbers[1]),
  request: (connection, { fields, words }, { opened }) => {
    const pseudo = new Map(fields.filter(([name]) => name.startsWith(':')))
    const protocol = pseudo.get(':protocol')
    const target = {
      scheme: pseudo.get(':scheme') ?? '',
      authority: pseudo.get(':authority') ?? '',
      path: pseudo.get(':path') ?? '',
      ...(protocol === undefined ? {} : { protocol }),
    }
    const others = FieldList.of(fields.filter(([name]) => !name.startsWith(':')))
    const stream = connection.sendRequest(pseudo.get(':method')!, target, others, words.includes('END_STREAM'))
    opened(stream)
  },
  upgrade: (connection, { fields, options }) => {
    const values = [...options].map(([name, value]): [number, number] => [settingId(name), Number(value)])
    connection.upgrade(contentOf(new FrameReader().push(settings(values))[0]), {
      method: fields[0][1],
      scheme: fields[1][1],
      authority: fields[2][1],
      path: fields[3][1],
      protocol: undefined,
      status: 0,
      fields: FieldList.empty,
      length: -1,
      expectsContinue: false,
      priority: null,
    })
  },
  produce: connection => connection.produce(),
  tick: connection => connection.tick(),
  drain: connection => connection.drain(),
  drainNow: connection => connection.drainNow(),
  ping: connection => connection.ping(),
  fail: (connection, { words }) => connection.fail(words[0] as Parameters<Connection['fail']>[0]),
  FIN: connection => connection.end(),
  abort: connection => connection.abort(),
}

/** The content that stands behind the fields: those were put into the payload as well, for frames. */
function withoutFields(payload: Uint8Array, fields: Line['fields']): Uint8Array {
  const size = fields.reduce((sum, [name, value]) => sum + 3 + name.length + value.length, 0)
  return payload.subarray(size)
}

class Recorder implements Sink {
  connection: Connection | null = null
  /** Where the bytes begin that are being given. */
  frameAt = 0
  readonly streams = new Map<number, Stream>()
  readonly kept: (() => void)[] = []
  private readonly keepsContent: boolean
  private lines: string[] = []
  private piece: { stream: number; pieces: Uint8Array[] } | null = null
  private over = false

  constructor(keepsContent: boolean) {
    this.keepsContent = keepsContent
  }

  take(): string[] {
    const { lines } = this
    this.lines = []
    this.piece = null
    return lines
  }

  head(stream: Stream, head: Head, ended: boolean): void {
    const lines = [describeHead(stream, head, ended), ...describeFields(head.fields)]
    this.streams.set(stream.id, stream)
    this.kept.push(() =>
      assert.deepEqual([describeHead(stream, head, ended), ...describeFields(head.fields)], lines, 'a head is kept'),
    )
    this.tell(...lines)
  }

  content(stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    assert.ok(start < end && start >= 0 && end <= bytes.length, `content from ${start} to ${end} of ${bytes.length}`)
    const piece = Uint8Array.prototype.slice.call(bytes, start, end)
    if (this.piece?.stream === stream.id) {
      this.piece.pieces.push(piece)
      this.lines.pop()
    } else this.piece = { stream: stream.id, pieces: [piece] }
    this.lines.push(`content ${stream.id} ${showContent(Buffer.concat(this.piece.pieces))}`)
    if (!this.keepsContent) this.connection?.consumed(stream, end - start)
  }

  trailers(stream: Stream, fields: Fields): void {
    this.tell(`trailers ${stream.id}`, ...describeFields(fields))
  }

  end(stream: Stream): void {
    this.tell(`end ${stream.id}`)
  }

  writable(stream: Stream): void {
    this.tell(`writable ${stream.id}`)
  }

  sent(stream: Stream): void {
    this.tell(`sent ${stream.id}`)
  }

  lost(stream: Stream, error: Failure): void {
    assert.equal(error.stream, stream.id)
    this.tell(`lost ${stream.id} ${error.rule} ${showCode(error.code)}`)
  }

  refused(stream: Stream, error: Failure): void {
    this.streams.set(stream.id, stream)
    assert.equal(error.stream, stream.id)
    this.tell(`refused ${stream.id} ${error.rule} ${error.status === 0 ? showCode(error.code) : error.status}`)
  }

  failed(error: Failure): void {
    this.tell(`failed ${error.rule} ${showCode(error.code)}`)
    this.over = true
  }

  goingAway(last: number, code: number): void {
    this.tell(`goingAway last=${last} ${showCode(code)}`)
  }

  private tell(...lines: string[]): void {
    assert.ok(!this.over, `told after the failure: ${lines[0]}`)
    this.piece = null
    this.lines.push(...lines)
  }
}

function describeHead(stream: Stream, head: Head, ended: boolean): string {
  const { method, scheme, authority, path } = head
  const start =
    head.status === 0
      ? `${method} ${[scheme, authority, path].map(part => (part === '' ? '-' : showText(part))).join(' ')}`
      : `${head.status}`
  const facts = [
    `head ${stream.id} ${start}`,
    ...(head.protocol === undefined ? [] : [`protocol ${head.protocol}`]),
    ...(head.length === -1 ? [] : [`length ${head.length}`]),
    ...(head.expectsContinue ? ['expects 100'] : []),
    ...(head.priority === null ? [] : [`urgency ${head.priority.urgency}`]),
    ...(head.priority?.incremental ? ['incremental'] : []),
    ...(ended ? ['ended'] : []),
  ]
  return facts.join(' | ')
}

function describeFields(fields: Fields): string[] {
  return [...fields].map(([name, value]) => `    ${name}: ${showText(value)}`.trimEnd())
}
