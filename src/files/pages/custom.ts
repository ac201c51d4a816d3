// The error pages that a document root brings along: `404.html` for one status, `4xx.html` for its class. They are read
// when they are needed, at once, since a refusal is answered synchronously; so they are small, and looked at again at
// most every 50 ms, so that an edit shows within 100 ms.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** More than any page made by hand; a larger file is left alone, since reading it holds everything up. */
export const LARGEST_PAGE = 1 << 20

/** Milliseconds for which a look at the disk is believed. */
const BELIEVED = 50

interface Look {
  at: number
  /** What tells one version of the file from another; empty where there is none to be used. */
  version: string
  content: Uint8Array | null
}

export class CustomPages {
  private readonly root: string
  private readonly now: () => number
  /** At most one entry for each status and class: some 500. */
  private readonly looks = new Map<string, Look>()

  /** @param now milliseconds that only grow */
  constructor(root: string, now: () => number) {
    this.root = root
    this.now = now
  }

  /** The page for a status, as it is on the disk; null where there is none. The same bytes for the same version. */
  page(status: number): Uint8Array | null {
    return this.read(`${status}.html`) ?? this.read(`${Math.floor(status / 100)}xx.html`)
  }

  private read(name: string): Uint8Array | null {
    const now = this.now()
    let look = this.looks.get(name)
    if (look === undefined) {
      look = { at: Number.NEGATIVE_INFINITY, version: '', content: null }
      this.looks.set(name, look)
    }
    if (now - look.at >= BELIEVED) {
      look.at = now
      this.refresh(look, join(this.root, name))
    }
    return look.content
  }

  private refresh(look: Look, path: string): void {
    let file: number | undefined
    try {
      // Without O_NONBLOCK, opening a FIFO would wait for its writer.
      file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      const stats = fstatSync(file)
      if (!stats.isFile() || stats.size > LARGEST_PAGE || !this.isInside(path, stats)) throw notAPage()
      const version = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ')
      if (version === look.version) return
      look.content = readWhole(file, stats.size)
      look.version = version
    } catch {
      look.content = null
      look.version = ''
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }

  /** Whether the file is in the root even when links are followed, and is the one that was opened: a link may be turned in between. */
  private isInside(path: string, opened: Stats): boolean {
    const root = realpathSync(this.root)
    const real = realpathSync(path)
    const { ino, dev } = statSync(real)
    return real.startsWith(root.endsWith(sep) ? root : root + sep) && ino === opened.ino && dev === opened.dev
  }
}

function readWhole(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(file, bytes, filled, size - filled, filled)
    // Shortened while it is read: half a page is none.
    if (count === 0) throw notAPage()
    filled += count
  }
  return bytes
}

function notAPage(): Error {
  return new Error('This is no file that can be used as an error page')
}
