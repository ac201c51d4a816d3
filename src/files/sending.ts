// A piece of a file as a body. Its law: the last bytes are handed over only after another look at the file has shown
// that it is the version that was opened, so that a mix of two versions is never completed.
import type { Body, Chunk } from '../exchange/index.ts'
import { type BufferPool, LARGE_BUFFER, MEDIUM_BUFFER } from './buffers.ts'
import { changedWhileSent, shortenedWhileSent } from './failures.ts'
import type { OpenFile } from './opening.ts'

export interface Sending {
  readonly file: OpenFile
  /** From `start` up to but not including `end`, in bytes. */
  readonly start: number
  readonly end: number
  readonly buffers: BufferPool
  /** Milliseconds that only ever grow. */
  readonly now: () => number
  /** Close the file when this piece has ended, in whatever way. */
  readonly closes: boolean
}

/** A reader that asks for the next chunk within this many milliseconds keeps up and is given larger ones. */
const KEEPS_UP = 20

interface Waiting {
  resolve(chunk: Chunk): void
  reject(error: Error): void
}

/**
 * While one chunk is on its way to the client, the next is read. Both buffers go back to the pool as soon as they
 * are done with, and the file is closed once its last byte has been read.
 */
export class FileBody implements Body {
  readonly length: number
  private readonly sending: Sending
  /** Where the next read starts. */
  private position: number
  /** The buffer of the chunk that the client's side holds. */
  private lent: Uint8Array | null = null
  /** The buffer that is being read into, or whose `size` bytes are ready. */
  private ahead: Uint8Array | null = null
  private size = 0
  private ready = false
  private failure: Error | null = null
  private waiting: Waiting | null = null
  private lentAt = 0
  private keepsUp = false
  private ended = false

  constructor(sending: Sending) {
    this.sending = sending
    this.length = sending.end - sending.start
    this.position = sending.start
  }

  pull(): Chunk | Promise<Chunk> {
    if (this.lent !== null) {
      this.keepsUp = this.sending.now() - this.lentAt <= KEEPS_UP
      this.giveBack()
    }
    if (this.ready) return this.hand()
    if (this.failure !== null) throw this.failure
    if (this.ahead === null) {
      if (this.position >= this.sending.end) {
        this.finish()
        return null
      }
      this.readOn()
    }
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }

  cancel(): void {
    this.giveBack()
    // A read that runs gives its buffer back itself.
    if (this.ready) this.dropAhead()
    this.finish()
  }

  private readOn(): void {
    this.ahead = this.sending.buffers.take(this.keepsUp ? LARGE_BUFFER : MEDIUM_BUFFER)
    this.size = 0
    this.fill(this.ahead)
  }

  private fill(buffer: Uint8Array): void {
    const { file, end } = this.sending
    const wanted = Math.min(buffer.length - this.size, end - this.position)
    file.read(buffer, this.size, wanted, this.position, (error, size) => {
      if (error !== null || this.ended) return this.fail(error)
      if (size === 0) return this.fail(shortenedWhileSent(file.path))
      this.position += size
      this.size += size
      if (this.position === end) this.lookAgain()
      else if (this.size < buffer.length) this.fill(buffer)
      else this.arrived()
    })
  }

  private lookAgain(): void {
    const { file, closes } = this.sending
    file.isUnchanged().then(
      unchanged => {
        if (this.ended) return this.fail(null)
        if (!unchanged) return this.fail(changedWhileSent(file.path))
        if (closes) file.close()
        this.arrived()
      },
      error => this.fail(error),
    )
  }

  private arrived(): void {
    this.ready = true
    const { waiting } = this
    if (waiting === null) return
    this.waiting = null
    waiting.resolve(this.hand())
  }

  /** Hands the chunk over that is ready, and reads on. */
  private hand(): Uint8Array {
    const chunk = this.ahead as Uint8Array
    const size = this.size
    this.lent = chunk
    this.lentAt = this.sending.now()
    this.ahead = null
    this.ready = false
    if (this.position < this.sending.end && this.sending.buffers.roomy) this.readOn()
    return chunk.subarray(0, size)
  }

  /** Ends without the rest; `error` is null where nobody wants it any more. */
  private fail(error: Error | null): void {
    this.dropAhead()
    this.failure = error
    const { waiting, ended } = this
    this.waiting = null
    this.finish()
    if (waiting === null) return
    if (ended || error === null) waiting.resolve(null)
    else waiting.reject(error)
  }

  private finish(): void {
    this.ended = true
    if (this.sending.closes) this.sending.file.close()
  }

  private giveBack(): void {
    if (this.lent === null) return
    this.sending.buffers.give(this.lent)
    this.lent = null
  }

  private dropAhead(): void {
    if (this.ahead === null) return
    this.sending.buffers.give(this.ahead)
    this.ahead = null
    this.ready = false
  }
}

/** Content that is told of but not sent, as for HEAD: its length. */
export function lengthOnly(length: number): Body {
  return { length, pull: () => null, cancel() {} }
}
