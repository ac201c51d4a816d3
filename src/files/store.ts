// What is known of the files below a root: asked of the disk when it must be, shared by all who ask for the same at the
// same time, kept in memory where it is worth it.
import { Refused } from '../exchange/index.ts'
import type { DecodedPath } from '../http/paths.ts'
import { type BufferPool, MEDIUM_BUFFER } from './buffers.ts'
import { realpath } from './disk.ts'
import { keepsChanging, refusalOf } from './failures.ts'
import { type Located, type LocatedFile, locate, sameFiles } from './locating.ts'
import { type Entry, Memory, TRUST } from './memory.ts'
import { type DescriptorCount, type OpenFile, openInside } from './opening.ts'
import type { FolderSettings, Settings } from './options.ts'
import { type Representation, representation } from './representation.ts'
import type { Headers } from './rules.ts'
import { sameVersion } from './versions.ts'

/** A path below the root, in the one spelling by which it is known. */
export interface Place {
  /** Encoded. Something before the first slash keeps places apart that have the same path. */
  readonly path: string
  readonly decoded: DecodedPath
  readonly settings: FolderSettings
}

export type Resource = Entry | Exclude<Located, LocatedFile>

/** How often a file is read again that was changed while it was read. */
const TRIES = 5

export class Store {
  readonly memory: Memory
  readonly descriptors: DescriptorCount = { open: 0 }
  private readonly root: string
  private readonly settings: Settings
  private readonly headers: Headers
  /** The largest file that is read as a whole. */
  private readonly wholeBytes: number
  private readonly looking = new Map<string, { readonly started: number; readonly result: Promise<Resource> }>()
  private readonly reading = new Map<string, Promise<Entry>>()

  constructor(root: string, settings: Settings, headers: Headers) {
    this.root = root
    this.settings = settings
    this.headers = headers
    this.memory = new Memory(settings.cache?.bytes ?? null)
    // Without a memory, what fits one buffer is still read as a whole: it can be read again if it was changed meanwhile.
    this.wholeBytes = settings.cache?.fileBytes ?? MEDIUM_BUFFER
  }

  /** Asks the disk what is at a place, together with everyone else who asks now. */
  look(place: Place): Promise<Resource> {
    const started = this.settings.clock.now()
    const underway = this.looking.get(place.path)
    // A look that has taken long tells of a time that is too long ago.
    if (underway !== undefined && started - underway.started <= TRUST) return underway.result
    const result = this.lookNow(place, started).finally(() => {
      if (this.looking.get(place.path)?.result === result) this.looking.delete(place.path)
    })
    this.looking.set(place.path, { started, result })
    return result
  }

  /** Reads what an entry has not got yet: the entry with this coding, or without it where it is no use. */
  read(entry: Entry, coding: string): Promise<Entry> {
    const key = `${entry.path}\n${coding}`
    const underway = this.reading.get(key)
    if (underway !== undefined) return underway
    const result = this.readNow(entry, coding).finally(() => this.reading.delete(key))
    this.reading.set(key, result)
    return result
  }

  /** Opens a version of a file to be sent piece by piece; the representation is of what was opened. */
  async open(entry: Entry, coding: string): Promise<{ file: OpenFile; version: Representation }> {
    const { path } = located(entry.file, coding)
    try {
      const file = await openInside(
        entry.root,
        path,
        this.settings.withheld,
        this.settings.clock.date,
        this.descriptors,
      )
      const known = entry.versions.get(coding)
      if (known?.settled && sameVersion(known.facts, file.facts)) return { file, version: known }
      return { file, version: this.represent(entry, coding, file, null) }
    } catch (error) {
      this.memory.forget(entry.path)
      throw refusalOf(error)
    }
  }

  private async lookNow(place: Place, started: number): Promise<Resource> {
    const { path, decoded, settings } = place
    try {
      // The root may be a link that a new release is switched to.
      const root = await realpath(this.root)
      const found = await locate(root, decoded, settings)
      if (found.kind !== 'file') {
        this.memory.forget(path)
        return found
      }
      const entry = this.renewed(path, root, found, started)
      this.memory.keep(entry)
      return entry
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal instanceof Refused && refusal.refusal.status === 404) this.memory.keepRefused(path, refusal, started)
      else this.memory.forget(path)
      throw refusal
    }
  }

  /** The entry for what was found, with all that was read before and is still true. */
  private renewed(path: string, root: string, file: LocatedFile, checked: number): Entry {
    const known = this.memory.known(path)
    const age = (this.settings.cache?.age ?? 0) * 1000
    if (known === undefined || checked - known.loaded >= age || !sameFiles(known.file, file))
      return entryOf(path, root, file, new Map(), checked, checked)
    const settled = [...known.versions].filter(([, version]) => version.settled)
    return entryOf(path, root, known.file, new Map(settled), settled.length > 0 ? known.loaded : checked, checked)
  }

  private async readNow(entry: Entry, coding: string): Promise<Entry> {
    const codings = new Map(entry.file.codings)
    const versions = new Map(entry.versions)
    try {
      const version = await this.readVersion(entry, coding)
      codings.set(coding, { path: located(entry.file, coding).path, facts: version.facts })
      versions.set(coding, version)
    } catch (error) {
      if (coding === 'identity') {
        this.memory.forget(entry.path)
        throw refusalOf(error)
      }
      codings.delete(coding)
    }
    const file = { ...entry.file, codings }
    const result = entryOf(entry.path, entry.root, file, versions, entry.loaded, entry.checked)
    this.memory.keep(result)
    return result
  }

  private async readVersion(entry: Entry, coding: string): Promise<Representation> {
    const { path } = located(entry.file, coding)
    for (let turn = 0; turn < TRIES; turn++) {
      const file = await openInside(
        entry.root,
        path,
        this.settings.withheld,
        this.settings.clock.date,
        this.descriptors,
      )
      try {
        if (file.facts.size > this.wholeBytes) return this.represent(entry, coding, file, null)
        const bytes = await readWhole(file)
        if (bytes !== null) return this.represent(entry, coding, file, bytes)
      } finally {
        file.close()
      }
    }
    throw keepsChanging()
  }

  private represent(entry: Entry, coding: string, file: OpenFile, bytes: Uint8Array | null): Representation {
    const { facts, unsettledAt } = file
    const path = entry.path.slice(entry.path.indexOf('/'))
    const now = this.settings.clock.date()
    return representation({ path, file: entry.file, coding, facts, unsettledAt, bytes, headers: this.headers, now })
  }
}

/** What a store has lent and kept, for the server's ledger. */
export function ledgerOf(store: Store, buffers: BufferPool) {
  const { files, bytes } = store.memory.size
  return {
    cachedFiles: files,
    cachedBytes: bytes,
    openFiles: store.descriptors.open,
    lentBytes: buffers.lent,
    freeBytes: buffers.free,
  }
}

function entryOf(
  path: string,
  root: string,
  file: LocatedFile,
  versions: Entry['versions'],
  loaded: number,
  checked: number,
): Entry {
  const offered = [...file.codings.keys()].filter(coding => coding !== 'identity')
  const memo = { lastAccept: undefined, lastCoding: '' }
  return { kind: 'file', path, root, file, offered, versions, loaded, checked, ...memo, renewing: false }
}

function located(file: LocatedFile, coding: string) {
  const version = file.codings.get(coding)
  if (version === undefined) throw new TypeError(`The file ${file.name} is not to be had as ${coding}`)
  return version
}

/** All bytes of one version; null where it was changed meanwhile. */
async function readWhole(file: OpenFile): Promise<Uint8Array | null> {
  const { size } = file.facts
  // Not from the runtime's shared pool: what is kept must not hold other memory with it.
  const bytes = Buffer.allocUnsafeSlow(size)
  for (let at = 0; at < size; ) {
    const taken = await new Promise<number>((resolve, reject) =>
      file.read(bytes, at, size - at, at, (error, count) => (error ? reject(error) : resolve(count))),
    )
    if (taken === 0) return null
    at += taken
  }
  return sameVersion(await file.look(), file.facts) ? bytes : null
}
