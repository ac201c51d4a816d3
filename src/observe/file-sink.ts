// Lines to a file that is put aside by size and by age. They are gathered for a moment and written in one synchronous
// call, as nginx does with `access_log … buffer= flush=`: order holds, nothing is in flight when the process ends, and
// the loop is held up for some microseconds ten times a second. Rotation is part of it because no library rotates by
// size and age, keeps a number and survives a full disk without a worker thread that a quick exit would cut short.
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { putAside } from './rotation.ts'
import { countLines, lostLines, MOST_WAITING, type Sink } from './sink.ts'

export interface FileSinkOptions {
  readonly path: string
  /** Bytes after which the file is put aside; 0 for never. */
  readonly maxSize: number
  /** Milliseconds after which the file is put aside; 0 for never. */
  readonly maxAge: number
  /** Files put aside that are kept. */
  readonly keep: number
  /** Milliseconds since 1970. */
  readonly date: () => number
  /** Calls back once after so many milliseconds; does not keep the process alive. */
  readonly after: (milliseconds: number, call: () => void) => void
  /** Something is wrong with the file; told once until it is right again. */
  readonly complain: (message: string) => void
  /** Writes bytes to a descriptor, as `fs.writeSync`; another one in tests. */
  readonly writeBytes?: (descriptor: number, bytes: Uint8Array, from: number) => number
}

const FLUSH_EVERY = 100
const FLUSH_AT = 65_536
const RETRY_EVERY = 1000

export class FileSink implements Sink {
  private readonly options: FileSinkOptions
  private descriptor = -1
  private size = 0
  private since = 0
  private regular = true
  private waiting = ''
  /** Bytes of a write that did not take them all. */
  private rest: Uint8Array | null = null
  private lost = 0
  private timer = false
  private failing = false
  private rotateAgainAt = 0

  /** @throws Error where the file cannot be opened, so that a start with a wrong path fails */
  constructor(options: FileSinkOptions) {
    this.options = options
    this.open()
  }

  write(lines: string): void {
    if (this.waiting.length + lines.length > MOST_WAITING) {
      this.lost += countLines(lines)
      return
    }
    this.waiting += lines
    if (this.waiting.length >= FLUSH_AT && !this.failing) this.flush()
    else this.flushLater(this.failing ? RETRY_EVERY : FLUSH_EVERY)
  }

  flush(): void {
    if (this.waiting === '' && this.rest === null) return
    try {
      if (this.descriptor === -1) this.open()
      if (this.rest !== null) this.rest = this.put(this.rest)
      if (this.rest === null) this.putWaiting()
    } catch (error) {
      this.fail(error)
      return
    }
    if (this.rest !== null) this.flushLater(RETRY_EVERY)
    else this.failing = false
  }

  reopen(): void {
    this.flush()
    this.letGo()
    try {
      this.open()
    } catch (error) {
      this.fail(error)
    }
  }

  close(): void {
    this.flush()
    this.letGo()
  }

  private putWaiting(): void {
    const lines = this.lost === 0 ? this.waiting : this.waiting + lostLines(this.lost)
    const bytes = Buffer.from(lines, 'utf8')
    if (this.isDue(bytes.length)) this.rotate()
    // From here on the bytes are this sink's `rest`: what a failing write leaves is not written twice.
    this.waiting = ''
    this.lost = 0
    this.rest = bytes
    this.rest = this.put(bytes)
  }

  /** Writes as much as goes; null if that was all. What goes wrong is thrown, with what is left in `rest`. */
  private put(bytes: Uint8Array): Uint8Array | null {
    const write = this.options.writeBytes ?? writeSync
    let at = 0
    try {
      while (at < bytes.length) {
        const took = write(this.descriptor, bytes, at)
        if (took === 0) break
        at += took
        this.size += took
      }
    } finally {
      this.rest = at < bytes.length ? bytes.subarray(at) : null
    }
    return this.rest
  }

  private isDue(more: number): boolean {
    const { maxSize, maxAge, date } = this.options
    if (!this.regular || this.size === 0 || date() < this.rotateAgainAt) return false
    return (maxSize > 0 && this.size + more > maxSize) || (maxAge > 0 && date() - this.since >= maxAge)
  }

  private rotate(): void {
    this.letGo()
    try {
      putAside(this.options.path, this.options.keep)
    } catch (error) {
      this.rotateAgainAt = this.options.date() + 60_000
      this.options.complain(`The log file ${this.options.path} cannot be put aside and grows on: ${reason(error)}`)
    }
    this.open()
  }

  private open(): void {
    const { path, date } = this.options
    makeFolder(dirname(path))
    this.descriptor = openSync(path, 'a')
    const { size, birthtimeMs } = fstatSync(this.descriptor)
    this.regular = fstatSync(this.descriptor).isFile()
    this.size = size
    this.since = size > 0 && birthtimeMs > 0 ? birthtimeMs : date()
  }

  private letGo(): void {
    if (this.descriptor === -1) return
    closeSync(this.descriptor)
    this.descriptor = -1
  }

  private fail(error: unknown): void {
    if (!this.failing)
      this.options.complain(
        `The log file ${this.options.path} cannot be written: ${reason(error)}. The server goes on.`,
      )
    this.failing = true
    this.flushLater(RETRY_EVERY)
  }

  private flushLater(milliseconds: number): void {
    if (this.timer) return
    this.timer = true
    this.options.after(milliseconds, () => {
      this.timer = false
      this.flush()
    })
  }
}

const REASONS: Readonly<{ [code: string]: string }> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return REASONS[code ?? ''] ?? message
}

/** A folder with those above it. Node's own way never ends where the system says ENOENT of a folder whose parent exists, as in /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    mkdirSync(path)
  }
}
