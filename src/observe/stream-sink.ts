// Lines to a stream of the process: the terminal, or the pipe or file behind stdout or stderr.
import { countLines, lostLines, MOST_WAITING, type Sink } from './sink.ts'

export interface LineStream {
  readonly writableLength: number
  write(text: string): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** Lines of one turn of the loop leave in one write. */
export class StreamSink implements Sink {
  private readonly stream: LineStream
  private waiting = ''
  private lost = 0
  private broken = false

  constructor(stream: LineStream) {
    this.stream = stream
    // EPIPE: whoever read our lines has gone (`wirewright | head`). That is no reason to stop serving.
    stream.on('error', () => {
      this.broken = true
      this.waiting = ''
    })
  }

  write(lines: string): void {
    if (this.broken) return
    if (this.waiting.length + lines.length + this.stream.writableLength > MOST_WAITING) {
      this.lost += countLines(lines)
      return
    }
    if (this.waiting === '') setImmediate(() => this.flush())
    this.waiting += lines
  }

  flush(): void {
    if (this.waiting === '') return
    const lines = this.lost === 0 ? this.waiting : lostLines(this.lost) + this.waiting
    this.waiting = ''
    this.lost = 0
    if (!this.broken) this.stream.write(lines)
  }

  reopen(): void {}

  close(): void {
    this.flush()
  }
}
