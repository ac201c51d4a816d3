// Content from a program that makes it as it is sent. Its law: nobody makes more than somebody has room for. A source that is
// asked (an iterable, a Web stream) is asked for the next chunk when the last one is out; a producer that writes is told by
// a promise when to wait, and is stopped for good if it does not.

import { ByteQueue } from '../bytes/byte-queue.ts'
import { utf8Bytes, utf8Length } from '../bytes/text.ts'
import type { Body, Chunk } from './body.ts'
import { isThenable } from './thenable.ts'

/** A piece of streamed content: text, sent as UTF-8, or bytes. */
export type StreamChunk = string | Uint8Array

/**
 * Takes a chunk of a producer. The promise is fulfilled when there is room for more: `await` it. It is rejected when nobody
 * wants the content any more. The chunk may be used again as soon as the call has returned.
 */
export type Write = (chunk: StreamChunk) => Promise<void>

/** Makes content by writing it; the content ends when the promise is fulfilled. The signal aborts when nobody wants the rest. */
export type Producer = (write: Write, signal: AbortSignal) => Promise<void> | void

/**
 * Where streamed content comes from: something that yields chunks (a generator, an array, a Web `ReadableStream`), or a producer
 * that writes them.
 */
export type StreamSource = AsyncIterable<StreamChunk> | Iterable<StreamChunk> | ReadableStream<StreamChunk> | Producer

/** Bytes that wait beyond which a producer is told to wait: what a socket's buffer takes, and HTTP/2's first window. */
const WRITTEN_AHEAD = 64 * 1024
/** Bytes that wait beyond which a producer that does not wait has failed. */
const MOST_WRITTEN_AHEAD = 1024 * 1024

/** A longer string is encoded in pieces, each when it is sent. In characters. */
const PIECE = 64 * 1024

/**
 * A body of what a source makes. Nothing is asked of the source, nor is a producer called, before the content is wanted.
 * @param length the bytes in all, if known: a reply is cut off where there are more or fewer
 * @throws TypeError for what is no source
 */
export function streamBody(source: StreamSource, length?: number): Body {
  if (typeof source === 'function') return new Produced(source, length)
  if (typeof source === 'object' && source !== null && !(source instanceof Uint8Array)) {
    if (source instanceof ReadableStream) return new Pulled(readerSteps(source), length)
    if (Symbol.asyncIterator in source) return new Pulled(iteratorSteps(source[Symbol.asyncIterator]()), length)
    if (Symbol.iterator in source) return new Pulled(iteratorSteps(source[Symbol.iterator]()), length)
  }
  throw noSource(source)
}

/** What a source does when it is asked, and when it is let go of. */
interface Steps {
  next(): Step | PromiseLike<Step>
  letGo(reason: unknown): unknown
}

interface Step {
  readonly done?: boolean | undefined
  readonly value?: unknown
}

function iteratorSteps(iterator: AsyncIterator<unknown> | Iterator<unknown>): Steps {
  return { next: () => iterator.next(), letGo: () => iterator.return?.() }
}

function readerSteps(stream: ReadableStream<unknown>): Steps {
  if (stream.locked) throw lockedStream()
  const reader = stream.getReader()
  return { next: () => reader.read(), letGo: reason => reader.cancel(reason) }
}

/** The content of a source that is asked for it. */
class Pulled implements Body {
  readonly length: number | undefined
  private readonly steps: Steps
  /** A long string of which `at` characters are sent. */
  private text = ''
  private at = 0

  constructor(steps: Steps, length: number | undefined) {
    this.steps = steps
    this.length = length
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.at < this.text.length) return this.piece()
    const step = this.steps.next()
    return isThenable(step) ? Promise.resolve(step).then(this.take) : this.take(step)
  }

  cancel(reason: unknown): void {
    this.text = ''
    // A generator that throws while it is being told to stop has nobody left to tell.
    const stopped = async () => this.steps.letGo(reason)
    stopped().catch(() => {})
  }

  private readonly take = ({ done, value }: Step): Chunk => {
    if (done) return null
    if (value instanceof Uint8Array) return value
    if (typeof value !== 'string') {
      const error = noChunk('yielded', value)
      this.cancel(error)
      throw error
    }
    if (value.length <= PIECE) return utf8Bytes(value)
    this.text = value
    this.at = 0
    return this.piece()
  }

  private piece(): Uint8Array {
    let end = Math.min(this.at + PIECE, this.text.length)
    // Not between the halves of a surrogate pair.
    if (end < this.text.length && isHighSurrogate(this.text.charCodeAt(end - 1))) end--
    const bytes = utf8Bytes(this.text.slice(this.at, end))
    this.at = end
    if (end === this.text.length) this.text = ''
    return bytes
  }
}

interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

/** The content of a producer that writes it. */
class Produced implements Body {
  readonly length: number | undefined
  private readonly producer: Producer
  private readonly controller = new AbortController()
  private waiting = new ByteQueue()
  private state: 'new' | 'running' | 'ended' | 'failed' | 'unwanted' = 'new'
  private error: unknown
  private reader: PromiseWithResolvers<Chunk> | null = null
  /** The writes that wait for room. */
  private writers: Waiter[] = []

  constructor(producer: Producer, length: number | undefined) {
    this.producer = producer
    this.length = length
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.state === 'new') this.run()
    const chunk = this.waiting.take()
    if (chunk !== null) {
      if (this.waiting.size < WRITTEN_AHEAD) this.settleWriters(writer => writer.resolve())
      return chunk
    }
    if (this.state === 'ended') return null
    if (this.state === 'failed') throw this.error
    this.reader = Promise.withResolvers()
    return this.reader.promise
  }

  cancel(reason: unknown): void {
    this.waiting = new ByteQueue()
    if (this.state === 'new' || this.state === 'running') this.stop('unwanted', reason)
  }

  private run(): void {
    this.state = 'running'
    const finished = async () => this.producer(this.write, this.controller.signal)
    finished().then(
      () => {
        if (this.state === 'running') this.end()
      },
      error => {
        if (this.state === 'running') this.stop('failed', error)
      },
    )
  }

  private readonly write: Write = chunk => {
    const written = this.written(chunk)
    // Who does not look at the promise must not be struck by it: the content itself has failed where it matters.
    written.catch(() => {})
    return written
  }

  private written(chunk: StreamChunk): Promise<void> {
    if (this.state === 'unwanted' || this.state === 'failed') return Promise.reject(this.error)
    if (this.state === 'ended') return Promise.reject(writtenAfterEnd())
    const { waiting } = this
    const size = typeof chunk === 'string' ? utf8Length(chunk) : chunk instanceof Uint8Array ? chunk.length : -1
    if (size < 0) return this.failed(noChunk('wrote', chunk))
    if (waiting.size >= WRITTEN_AHEAD && waiting.size + size > MOST_WRITTEN_AHEAD) return this.failed(doesNotWait())
    if (size === 0) return Promise.resolve()
    waiting.add(typeof chunk === 'string' ? utf8Bytes(chunk) : chunk, 0, size)
    this.reader?.resolve(waiting.take())
    this.reader = null
    if (waiting.size < WRITTEN_AHEAD) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.writers.push({ resolve, reject })
    return promise
  }

  private failed(error: Error): Promise<never> {
    this.stop('failed', error)
    return Promise.reject(error)
  }

  private end(): void {
    this.state = 'ended'
    this.reader?.resolve(null)
    this.reader = null
  }

  /** Nothing more is taken. What was written before a failure is still sent. */
  private stop(state: 'failed' | 'unwanted', error: unknown): void {
    this.state = state
    this.error = error
    this.controller.abort(error)
    this.settleWriters(writer => writer.reject(error))
    this.reader?.reject(error)
    this.reader = null
  }

  private settleWriters(settle: (writer: Waiter) => void): void {
    const { writers } = this
    if (writers.length === 0) return
    this.writers = []
    for (const writer of writers) settle(writer)
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function noChunk(done: 'yielded' | 'wrote', chunk: unknown): TypeError {
  return new TypeError(
    `The source of a stream ${done} ${described(chunk)}: a chunk is a string or a Uint8Array, and an object can be sent as JSON.stringify(object)`,
  )
}

function noSource(source: unknown): TypeError {
  const whole = typeof source === 'string' || source instanceof Uint8Array
  return new TypeError(
    `stream(…) takes an iterable of strings and bytes, a ReadableStream or a function that writes, not ${described(source)}${whole ? ': text(…) and bytes(…) send what is there already' : ''}`,
  )
}

function lockedStream(): TypeError {
  return new TypeError('stream(…) was given a ReadableStream that somebody reads already')
}

function writtenAfterEnd(): Error {
  return new Error('A producer wrote after its promise was fulfilled: the content had ended then')
}

function doesNotWait(): Error {
  return new Error(
    `A producer wrote more than ${MOST_WRITTEN_AHEAD} bytes ahead of the client: await each write(…), it tells when there is room`,
  )
}

function described(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'object') return `an object of ${value.constructor?.name || 'no class'}`
  return `a ${typeof value}`
}
