// Opening a file so that what is read is surely a regular file inside the root. Its law: the check is made on what was
// opened, not on the path, since a path can be given another meaning between two calls.
import { close, type Facts, fstat, open, read, readlink, realpath, stat } from './disk.ts'
import { leavesRoot, notFound, specialFile, withheldFile } from './failures.ts'
import { sameVersion, sameWriting, TICK, untilSettled } from './versions.ts'

/** Counts what is open, for the server's ledger. */
export interface DescriptorCount {
  open: number
}

/** The wall clock: milliseconds since 1970. */
export type WallClock = () => number

/**
 * Opens the regular file at `path`, which must lie inside `root` once symlinks are followed. A file that was changed
 * within the last tick is given that tick to settle, so that its facts can be trusted.
 * @param root the root without symlinks
 * @param withheld paths without symlinks of files that are never opened
 * @throws Refused or an error of the file system
 */
export async function openInside(
  root: string,
  path: string,
  withheld: ReadonlySet<string>,
  date: WallClock,
  count: DescriptorCount,
) {
  const descriptor = await open(path)
  const file = new OpenFile(path, descriptor, count)
  try {
    const now = date()
    file.facts = await file.look()
    const { kind } = file.facts
    if (kind !== 'file') throw kind === 'folder' ? notFound : specialFile
    const real = await whereIs(descriptor, path, file.facts)
    judgePlace(root, path, real)
    if (withheld.has(real)) throw withheldFile
    await settle(file, now, date)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** A file open for reading. Its descriptor is never closed under a call that still runs. */
export class OpenFile {
  readonly path: string
  /** As they were when the file was opened. */
  facts: Facts = NOTHING_KNOWN
  /** The wall clock when the facts were taken too early to be trusted; null where they can be. */
  unsettledAt: number | null = null
  private readonly descriptor: number
  private readonly count: DescriptorCount
  private running = 0
  private closing = false

  constructor(path: string, descriptor: number, count: DescriptorCount) {
    this.path = path
    this.descriptor = descriptor
    this.count = count
    count.open++
  }

  /** Reads at most `length` bytes at `position`; 0 is the file's end. */
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, size: number) => void,
  ): void {
    this.running++
    read(this.descriptor, into, offset, length, position, (error, size) => {
      this.settled()
      done(error, size)
    })
  }

  /** The facts as they are now. */
  look(): Promise<Facts> {
    this.running++
    return new Promise((resolve, reject) => {
      fstat(this.descriptor, (error, facts) => {
        this.settled()
        if (facts === null) reject(error)
        else resolve(facts)
      })
    })
  }

  /**
   * Whether the content is still the one that was opened. Being replaced, moved, deleted or linked is all right: it
   * changes the time of change, but not what was opened.
   */
  async isUnchanged(): Promise<boolean> {
    const now = await this.look()
    if (sameVersion(this.facts, now)) return true
    if (!sameWriting(this.facts, now)) return false
    if (now.links !== this.facts.links) return true
    // Written to and its old time put back, or moved to another name, or its permissions changed?
    const there = await stat(this.path).catch(() => null)
    return there === null || there.inode !== now.inode || there.device !== now.device
  }

  /** Closes once nothing runs; further calls do nothing. */
  close(): void {
    if (this.closing) return
    this.closing = true
    this.closeIfIdle()
  }

  private settled(): void {
    this.running--
    if (this.closing) this.closeIfIdle()
  }

  private closeIfIdle(): void {
    if (this.running > 0) return
    close(this.descriptor, () => {
      this.count.open--
    })
  }
}

/**
 * Refuses what lies outside the root, and a name whose case is not the file's own: a rule for `/private/` must hold
 * for `/PRIVATE/` too where the file system takes both for the same, so only one spelling is served.
 * @param real where `path` leads once symlinks are followed
 * @throws Refused
 */
export function judgePlace(root: string, path: string, real: string, caseIsIgnored = CASE_IS_IGNORED): void {
  if (!isInside(root, real)) throw leavesRoot
  if (!caseIsIgnored || real === path) return
  // macOS may spell an accented letter as two characters where the client sent one.
  const found = real.normalize('NFC')
  const asked = path.normalize('NFC')
  if (found !== asked && found.toLowerCase() === asked.toLowerCase()) throw notFound
}

/** Whether `path` is the root or lies below it; both without symlinks. */
function isInside(root: string, path: string): boolean {
  if (path === root) return true
  const base = root.endsWith('/') || root.endsWith('\\') ? root : null
  if (base !== null) return path.startsWith(base)
  return path.startsWith(root) && (path[root.length] === '/' || path[root.length] === '\\')
}

const NOTHING_KNOWN: Facts = { kind: 'other', device: 0n, inode: 0n, size: 0, links: 0n, modified: 0n, changed: 0n }

/** How often a file that keeps changing is waited for; after that it is read as it is. */
const PATIENCE = 2

const CASE_IS_IGNORED = process.platform === 'darwin' || process.platform === 'win32'

/** Where the open file really is. Linux tells it of the descriptor; elsewhere the path must still lead to the same file. */
async function whereIs(descriptor: number, path: string, facts: Facts): Promise<string> {
  if (process.platform === 'linux') {
    const real = await readlink(`/proc/self/fd/${descriptor}`).catch(() => null)
    if (real?.startsWith('/')) return real
  }
  const real = await realpath(path)
  const there = await stat(real)
  if (there.inode !== facts.inode || there.device !== facts.device) throw notFound
  return real
}

/** Waits for the clock to move on from the file's last change where that takes but a tick, and takes the facts again. */
async function settle(file: OpenFile, looked: number, date: WallClock): Promise<void> {
  let now = looked
  for (let turn = 0; ; turn++) {
    const wait = untilSettled(file.facts, now)
    file.unsettledAt = wait === 0 ? null : now
    // Longer than a tick: a coarse file system, or a clock that is not ours. Nobody is kept waiting for those.
    if (wait === 0 || wait > TICK || turn === PATIENCE) return
    await new Promise(resolve => setTimeout(resolve, wait))
    now = date()
    file.facts = await file.look()
  }
}
