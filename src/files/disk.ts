// The calls to the file system that this room makes, as promises of plain values. Times are whole nanoseconds: a
// millisecond is long enough for two versions of a file.
import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** What the file system says of a file: enough to tell one version of it from another. */
export interface Facts {
  /** `other` is a FIFO, a device or a socket. */
  readonly kind: 'file' | 'folder' | 'other'
  readonly device: bigint
  readonly inode: bigint
  readonly size: number
  /** How many names it has. */
  readonly links: bigint
  /** When the content was written, in nanoseconds since 1970; programs can set it to anything. */
  readonly modified: bigint
  /** When content or metadata changed, in nanoseconds since 1970; only the system sets it. */
  readonly changed: bigint
}

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void

// A FIFO without a writer would keep a thread of the pool waiting, and a terminal could become ours.
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants
const OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY

/** The facts of what is at `path`, behind any symlinks. */
export function stat(path: string): Promise<Facts> {
  return new Promise((resolve, reject) => {
    fs.stat(path, { bigint: true }, (error, stats) => (error ? reject(error) : resolve(factsOf(stats))))
  })
}

/** The facts of an open file, by callback: it is called for every file that is sent. */
export function fstat(descriptor: number, done: Done<Facts | null>): void {
  fs.fstat(descriptor, { bigint: true }, (error, stats) => (error ? done(error, null) : done(null, factsOf(stats))))
}

/** Opens for reading, never waiting for another program. */
export function open(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, OPEN_FLAGS, (error, descriptor) => (error ? reject(error) : resolve(descriptor)))
  })
}

/** Reads at `position`, by callback: a promise for each chunk would cost more than the call. */
export function read(
  descriptor: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
  done: Done<number>,
): void {
  fs.read(descriptor, into, offset, length, position, done)
}

/** Closes; that a file which was only read cannot be closed has no remedy. */
export function close(descriptor: number, done: () => void): void {
  fs.close(descriptor, done)
}

/** The path without symlinks, as the system spells it. */
export function realpath(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    fs.realpath.native(path, (error, real) => (error ? reject(error) : resolve(real)))
  })
}

export function readlink(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    fs.readlink(path, (error, target) => (error ? reject(error) : resolve(target)))
  })
}

/** What `path` is right now, waiting for the disk; for the start only. */
export function kindNow(path: string): Facts['kind'] {
  return factsOf(fs.statSync(path, { bigint: true })).kind
}

/** The path without symlinks, of its folder where the file itself is not there yet; for the start only. */
export function realPathNow(path: string): string {
  for (const folder of [path, dirname(path)]) {
    try {
      return join(fs.realpathSync.native(folder), relative(folder, path))
    } catch {
      // Not there yet, or not to be seen: then nothing leads to it now.
    }
  }
  return path
}

function factsOf(stats: fs.BigIntStats): Facts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
    device: stats.dev,
    inode: stats.ino,
    size: Number(stats.size),
    links: stats.nlink,
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
  }
}
