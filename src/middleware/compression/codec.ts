// One compressor or decompressor: a stream of Node's zlib, driven one operation at a time by whoever pulls. The work
// itself is done beside the thread. Its law: the native handle is closed on every path, and what an operation was given
// is not asked for again before it is over.
import type { CodecStream } from './codings.ts'

/** The codec was closed while it worked. */
export class CodecClosed extends Error {
  override name = 'CodecClosed'
}

export class Codec {
  private readonly stream: CodecStream
  private readonly outputs: Uint8Array[] = []
  /** Stops after each piece of output until the next is asked for: what comes out of a decompressor has no bound else. */
  private readonly holds: boolean
  private operation: PromiseWithResolvers<void> | null = null
  private looking: PromiseWithResolvers<void> | null = null
  private failure: Error | null = null
  private fed = 0
  /** All output has been made. */
  private over = false

  /** @param holds whether to stop after each piece of output */
  constructor(stream: CodecStream, holds: boolean) {
    this.stream = stream
    this.holds = holds
    stream.on('data', (chunk: Uint8Array) => {
      if (chunk.length > 0) this.outputs.push(chunk)
      if (holds) stream.pause()
      this.look()
    })
    stream.on('end', () => {
      this.over = true
      this.finish(null)
    })
    stream.on('error', error => this.finish(error))
    stream.on('close', () => this.finish(this.over ? null : new CodecClosed('The codec was closed')))
  }

  /** Whether all output there will be has been made. */
  get ended(): boolean {
    return this.over
  }

  /** What it failed with, or that it was closed; null while all is well. */
  get failed(): Error | null {
    return this.failure
  }

  /** Whether an operation is under way. */
  get busy(): boolean {
    return this.operation !== null
  }

  /** Bytes that were fed, but stand behind the end of the coded content. */
  get unused(): number {
    return this.fed - this.stream.bytesWritten
  }

  /** The next piece of output there is. It is valid for good. */
  take(): Uint8Array | undefined {
    // What the stream itself still holds, 'data' tells of.
    if (this.outputs.length === 0 && this.holds && !this.over) this.stream.read()
    return this.outputs.shift()
  }

  /** Feeds a piece of content, which must stay as it is until the operation is over. */
  feed(chunk: Uint8Array): Promise<void> {
    this.fed += chunk.length
    return this.run(done => this.stream.write(chunk, done))
  }

  /** Makes output of all that was fed. */
  flush(): Promise<void> {
    return this.run(done => this.stream.flush(done))
  }

  /** No more will be fed: the operation is over when all output has been made, and the codec is closed then. */
  end(): Promise<void> {
    return this.run(() => this.stream.end())
  }

  /** Fulfilled when there is output to take, or the operation is over. @throws what the codec failed with */
  progress(): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure)
    if (this.outputs.length > 0 || !this.busy) return Promise.resolve()
    this.looking = Promise.withResolvers()
    if (this.holds) this.stream.resume()
    return this.looking.promise
  }

  /** Lets go of everything at once. An operation under way is over with `CodecClosed`. */
  close(): void {
    this.finish(this.over ? null : new CodecClosed('The codec was closed'))
    this.stream.destroy()
    this.outputs.length = 0
  }

  private run(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.operation !== null) throw new Error('A codec does one thing at a time: the last operation is not over yet')
    if (this.failure !== null) return Promise.reject(this.failure)
    const operation = Promise.withResolvers<void>()
    // A decompressor's operations are looked at by way of progress().
    operation.promise.catch(() => {})
    this.operation = operation
    start(error => {
      if (this.operation === operation) this.finish(error ?? null)
    })
    return operation.promise
  }

  /** The operation is over. */
  private finish(error: Error | null): void {
    if (error !== null) this.failure ??= error
    // Output that is still in the stream's own buffer belongs to the operation.
    if (error === null && !this.holds) while (this.stream.read() !== null);
    const { operation } = this
    this.operation = null
    if (this.failure === null) operation?.resolve()
    else operation?.reject(this.failure)
    this.look()
  }

  private look(): void {
    const { looking } = this
    if (looking === null) return
    this.looking = null
    if (this.failure === null) looking.resolve()
    else looking.reject(this.failure)
  }
}
