// What an HTTP/1.1 connection tells of the bytes it is given, as lines of text that can be compared: adjacent pieces of
// content are joined, so that the same message gives the same trace however it was split.
import assert from 'node:assert/strict'
import type { H1Error } from '../../src/h1/errors.ts'
import type { H1Head, H1Sink } from '../../src/h1/sink.ts'
import { FieldList, type Fields } from '../../src/http/fields.ts'
import { show, showText } from './notation.ts'

/** The part of a connection that reads. */
export interface Reader {
  receive(bytes: Uint8Array, sink: H1Sink, start?: number, end?: number): number
  pause(): void
  resume(): void
  end(sink: H1Sink): void
}

/** A connection with the other half of its exchanges: what it does when a message has ended, so that the next can be read. */
export interface Party {
  readonly connection: Reader
  turn(): void
}

/** What makes connections: `src/h1`, or a copy of it with a fault planted in. */
export type H1 = Pick<typeof import('../../src/h1/index.ts'), 'H1Connection' | 'Preamble' | 'DEFAULT_LIMITS' | 'IDLE'>

/** A server that refuses every request, CONNECT too, or a client that has sent requests (`GET`, `GET with Upgrade`), each when the one before was answered. */
export function party(h1: H1, answers: readonly string[], limits: Readonly<Record<string, number>> = {}): Party {
  const connection = new h1.H1Connection(answers.length === 0 ? 'server' : 'client', {
    ...h1.DEFAULT_LIMITS,
    ...limits,
  })
  const preamble = new h1.Preamble('')
  const requests = [...answers]
  const ask = () => {
    const [method, upgrade] = requests.shift()?.split(' with ') ?? []
    if (method === undefined || connection.sending !== h1.IDLE) return
    connection.sendRequest(method, method === 'CONNECT' ? 'a:1' : '/', HOST, undefined, upgrade && 'any')
  }
  ask()
  const turn = () => {
    if (answers.length === 0) connection.sendTextResponse(404, FieldList.empty, '', preamble)
    else ask()
    connection.output.takePieces()
  }
  return { connection, turn }
}

const HOST = FieldList.of({ Host: 'a' })

export interface Feeding {
  /** The peer sends FIN after the last piece. */
  readonly ends?: boolean
  /** Pause inside every call of the sink, and resume once `receive` has returned. */
  readonly pausing?: boolean
}

/** The trace of a connection that is given the pieces one after the other, each in a buffer that is overwritten after the call. */
export function trace(party: Party, pieces: readonly Uint8Array[], feeding: Feeding = {}): string[] {
  const recorder = new Recorder(party, feeding.pausing ?? false, pieces)
  let kept: Uint8Array = new Uint8Array(0)
  for (const piece of pieces) kept = recorder.give(kept, piece)
  if (feeding.ends) {
    party.connection.end(recorder)
    recorder.resumed()
  }
  recorder.checkKept()
  return recorder.lines
}

/** The trace's lines without the fields below heads and trailers. */
export function withoutFields(lines: readonly string[]): string[] {
  return lines.filter(line => !line.startsWith('  '))
}

/** Bytes on both sides of what `receive` may read; a parser that looks there sees a request's end too early or too late. */
const FENCE = Uint8Array.from(Buffer.from('\r\n\r\n\n\r0'))
const SCRIBBLE = 0x7e

class Recorder implements H1Sink {
  readonly lines: string[] = []
  private readonly party: Party
  private readonly connection: Reader
  private readonly pausing: boolean
  private readonly all: Buffer
  private readonly kept: (() => void)[] = []
  private contentLine: Uint8Array[] | null = null
  private paused = false
  private over = false

  constructor(party: Party, pausing: boolean, pieces: readonly Uint8Array[]) {
    this.party = party
    this.connection = party.connection
    this.pausing = pausing
    this.all = Buffer.concat(pieces)
  }

  /** Gives what was kept and the piece; returns what the connection left. */
  give(kept: Uint8Array, piece: Uint8Array): Uint8Array {
    let rest: Uint8Array = Buffer.concat([kept, piece])
    for (;;) {
      const fenced = Buffer.concat([FENCE, rest, FENCE])
      // Node gives Buffers, whose own slice shares their memory, and arrays that are none.
      const buffer = this.pausing ? fenced : Uint8Array.from(fenced)
      const end = FENCE.length + rest.length
      const taken = this.connection.receive(buffer, this, FENCE.length, end)
      assert.ok(Number.isInteger(taken) && taken >= 0 && taken <= rest.length, `took ${taken} of ${rest.length} bytes`)
      assert.ok(Buffer.concat([FENCE, rest, FENCE]).equals(buffer), 'wrote into borrowed bytes')
      buffer.fill(SCRIBBLE)
      rest = rest.subarray(taken)
      if (!this.resumed() || (taken === 0 && rest.length === 0)) return rest
    }
  }

  /** Resumes a connection that was paused; says whether it was. */
  resumed(): boolean {
    const was = this.paused
    this.paused = false
    if (was) this.connection.resume()
    return was
  }

  head(head: H1Head): void {
    const lines = [describeHead(head), ...describeFields(head.fields)]
    this.kept.push(() =>
      assert.deepEqual([describeHead(head), ...describeFields(head.fields)], lines, 'a head is kept'),
    )
    this.told(...lines)
  }

  content(bytes: Uint8Array, start: number, end: number): void {
    assert.ok(start < end && start >= 0 && end <= bytes.length, `content from ${start} to ${end} of ${bytes.length}`)
    this.contentLine ??= []
    this.contentLine.push(Uint8Array.prototype.slice.call(bytes, start, end))
    this.pauseNow()
    if (this.contentLine.length === 1) this.lines.push('')
    this.lines[this.lines.length - 1] = `content "${show(Buffer.concat(this.contentLine))}"`
  }

  trailers(fields: Fields): void {
    this.told('trailers', ...describeFields(fields))
  }

  end(): void {
    this.told('end')
    this.party.turn()
  }

  failed(error: H1Error): void {
    // Nothing came before this message: neither another one nor an interim response.
    const isFirst = !this.lines.some(line => line === 'end' || /^head 1\d\d /.test(line))
    this.told(`refused ${error.rule} at ${error.offset}`)
    this.over = true
    this.kept.push(() => this.checkExcerpt(error, isFirst))
  }

  /** What the sink may keep is as it was told, though all the buffers have been overwritten. */
  checkKept(): void {
    for (const check of this.kept) check()
  }

  private checkExcerpt({ around, before, offset }: H1Error, isFirst: boolean): void {
    const shown = `the excerpt ${show(around)}`
    assert.ok(before >= 0 && before <= around.length, shown)
    assert.ok(this.all.includes(around), shown)
    if (!isFirst) return
    // A CR that came at the end of the read before cannot be shown: then the excerpt begins behind it.
    const places = before === 0 ? [offset, offset + 1] : [offset - before]
    assert.ok(
      places.some(at => this.all.subarray(at, at + around.length).equals(around)),
      `${shown} at ${offset}`,
    )
  }

  private told(...lines: string[]): void {
    assert.ok(!this.over, `told after the refusal: ${lines[0]}`)
    this.contentLine = null
    this.lines.push(...lines)
    this.pauseNow()
  }

  private pauseNow(): void {
    if (!this.pausing) return
    assert.ok(!this.paused, 'told while paused')
    this.paused = true
    this.connection.pause()
  }
}

function describeHead(head: H1Head): string {
  const start = head.status === 0 ? `${head.method} ${showText(head.target)}` : `${head.status}`
  const facts = [
    `head ${start} HTTP/1.${head.minor}`,
    ...(head.status === 0 ? [head.host === '' ? 'no host' : `host ${showText(head.host)}`] : []),
    head.length === 0 ? 'no content' : head.length > 0 ? `length ${head.length}` : 'length unknown',
    head.persistent ? 'keep-alive' : 'close',
    ...(head.expectsContinue ? ['expects 100'] : []),
    ...(head.upgrade === '' ? [] : [`upgrade ${showText(head.upgrade)}`]),
  ]
  return facts.join(' | ')
}

function describeFields(fields: Fields): string[] {
  return [...fields].map(([name, value]) => `  ${name}: ${showText(value)}`.trimEnd())
}
