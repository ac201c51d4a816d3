// A connection with a program behind it that does as it is told by one number: what the fuzz targets of HTTP/2 run.
import assert from 'node:assert/strict'
import { FieldList } from '../../src/http/fields.ts'
import { showContent } from '../h2/notation.ts'
import type { H2 } from '../h2/trace.ts'
import { ERROR_CODES, type Frame, FrameReader, preface, settings, settingsAck } from '../support/h2-frames.ts'
import type { H2Reference } from './h2-reference.ts'

type Connection = InstanceType<H2['H2Connection']>
type Sink = ConstructorParameters<H2['H2Connection']>[2]
type Stream = Parameters<Sink['end']>[0]
type Head = Parameters<Sink['head']>[1]
type Failure = Parameters<Sink['failed']>[0]
export type Role = 'server' | 'client'

/** Small, so that short inputs reach them. */
export const LIMITS = {
  headBytes: 600,
  fieldCount: 12,
  contentBytes: 400,
  streams: 4,
  streamWindow: 300,
  connectionWindow: 65535,
  mostWindow: 2000,
}

/** More than any program here sends. */
export const ENOUGH = 1_000_000

/** The program ends a stream as soon as any of its content comes: how much of it is told depends on the reads. */
export function resetsOnContent(program: number): boolean {
  return program % 16 === 9
}

/** Windows are opened by as much as was used, so that by the reads a peer who does not keep to them goes too far or not. */
export function usesAtOnce(program: number): boolean {
  return program % 128 >= 64
}

export function outputBytes(program: number): number {
  return program >= 192 ? 1000 : ENOUGH
}

/** What a client has asked for; the POST and the CONNECT go on. */
export const REQUESTS = ['GET', 'HEAD', 'POST', 'CONNECT'] as const
const GREETINGS = {
  server: Buffer.concat([preface, settings(), settingsAck()]),
  client: Buffer.concat([settings(), settingsAck()]),
}
/** Of the frames of an input that are no whole frame: more is never held. */
const MOST_HELD = 16384 + 9

/** All that was told, and what was sent on each stream. */
export interface Log {
  readonly told: readonly string[]
  readonly sent: Readonly<Record<string, string>>
  readonly failure: string | null
}

/** A connection with a program behind it that does as it is told by one number, and as the streams come. */
export class Party implements Sink {
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
  /** Content that came and will be used at the next chance. */
  private unused = new Map<Stream, number>()
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
    if (usesAtOnce(this.program)) this.connection.consumed(stream, end - start)
    else this.unused.set(stream, (this.unused.get(stream) ?? 0) + end - start)
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
    const { later, unused } = this
    this.unused = new Map()
    for (const [stream, count] of unused) this.connection.consumed(stream, count)
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
