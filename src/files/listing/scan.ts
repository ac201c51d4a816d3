// What is in a folder: its entries as far as they may be listed, with sizes and dates where they are needed. The folder
// may be huge, and may change while it is read: names are read in batches, so are sizes, and what vanishes is left out.
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { decodePath, encodeSegment } from '../../http/paths.ts'

export interface Entry {
  readonly name: string
  readonly folder: boolean
  /** The name as a link relative to the folder; null where no address leads to it, because of its name or its permissions. */
  href: string | null
  /** In bytes; null for a folder, and where it could not be found out. */
  size: number | null
  /** Milliseconds since 1970; null where it has not been or could not be found out. */
  modified: number | null
}

export interface Scan {
  readonly entries: Entry[]
  /** Entries whose names are not UTF-8 (Node shows U+FFFD in them), so that no address leads to them. */
  readonly unnamable: number
  /** True where the folder has more entries than were read. */
  readonly cut: boolean
}

export interface ScanOptions {
  readonly root: string
  readonly directory: string
  /** Whether a name is to be listed. */
  readonly wanted: (name: string) => boolean
}

/** The disk, as far as a scan needs it; tests bring one that fails. */
export interface Disk {
  opendir: typeof opendir
  stat: (path: string) => Promise<{ size: number; mtimeMs: number; isFile(): boolean; isDirectory(): boolean }>
  realpath: (path: string) => Promise<string>
}

export const disk: Disk = { opendir, stat, realpath }

/** More entries than this are not read: some 30 MB of names. */
export const MOST_ENTRIES = 200_000

/** How many entries are looked at together: more than the four threads that Node has for it, and few enough to hold in hand. */
const BATCH = 64

/**
 * Reads a folder's names. Sizes and dates are found by `fill`, for those entries that are shown.
 * @throws what opening the folder throws
 */
export async function scan({ root, directory, wanted }: ScanOptions, from: Disk = disk): Promise<Scan> {
  const folder = await from.opendir(directory, { bufferSize: 256 })
  const entries: Entry[] = []
  const links: string[] = []
  let unnamable = 0
  let cut = false
  for await (const entry of folder) {
    if (entries.length + links.length >= MOST_ENTRIES) {
      cut = true
      break
    }
    const { name } = entry
    if (name.includes('\ufffd')) unnamable++
    else if (!wanted(name)) continue
    else if (entry.isSymbolicLink()) links.push(name)
    else if (entry.isDirectory() || entry.isFile()) entries.push(made(name, entry.isDirectory()))
  }
  if (links.length > 0) await follow(links, root, directory, entries, from)
  return { entries, unnamable, cut }
}

/** Finds the sizes and dates of the entries. Gives those that are still there. */
export async function fill(entries: readonly Entry[], directory: string, from: Disk = disk): Promise<Entry[]> {
  const found = await inBatches(entries, async entry => {
    try {
      const stats = await from.stat(join(directory, entry.name))
      entry.size = entry.folder ? null : stats.size
      entry.modified = stats.mtimeMs
    } catch (error) {
      if (hasVanished(error)) return null
      entry.href = null
    }
    return entry
  })
  return found.filter(entry => entry !== null)
}

/** Adds those of the links that lead to a file or folder inside the root. */
async function follow(links: string[], root: string, directory: string, entries: Entry[], from: Disk): Promise<void> {
  const realRoot = await from.realpath(root)
  const inside = realRoot.endsWith(sep) ? realRoot : realRoot + sep
  const followed = await inBatches(links, async name => {
    try {
      const target = await from.realpath(join(directory, name))
      if (target !== realRoot && !target.startsWith(inside)) return null
      const stats = await from.stat(target)
      return stats.isDirectory() || stats.isFile() ? made(name, stats.isDirectory()) : null
    } catch {
      // Dangling, a loop, or not ours to follow.
      return null
    }
  })
  for (const entry of followed) if (entry !== null) entries.push(entry)
}

async function inBatches<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += BATCH) {
    results.push(...(await Promise.all(items.slice(at, at + BATCH).map(look))))
  }
  return results
}

function made(name: string, folder: boolean): Entry {
  return { name, folder, href: hrefOf(name, folder), size: null, modified: null }
}

/** The link to a name; null where the address would be refused. */
function hrefOf(name: string, folder: boolean): string | null {
  const segment = encodeSegment(name)
  if (typeof decodePath(`/${segment}`, process.platform === 'win32') === 'string') return null
  return folder ? `${segment}/` : segment
}

function hasVanished(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
