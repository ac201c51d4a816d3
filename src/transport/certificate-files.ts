// Certificates in files, loaded again when the files change.
// Its law: what is in force stays in force until something better is there as a whole. A new certificate is checked
// before it is used; connections that are open do not notice.
import { type FSWatcher, watch } from 'node:fs'
import { resolve } from 'node:path'
import { digestOf, foldersOf, foundIn, inFile, materialIn, type TlsFiles } from './certificate-reading.ts'
import type { Clock } from './clock.ts'
import { TlsContext, TlsError, type TlsMaterial } from './tls.ts'

export interface CertificateWatchOptions {
  readonly clock: Clock
  /** A certificate was replaced, or a new one is no good. */
  readonly notice: (level: 'info' | 'error', message: string) => void
}

/** How often the clock beats: a change is in force half a second after it is complete, or a whole one. */
const BEAT = 500
/** So long after the last change in its folder a certificate is looked at: programs write files in pieces. */
const SETTLED = 200
/** File systems over a network, and those mounted into containers, may tell of no change: everything is looked at so often. */
const POLL = 30_000
/** Certificate and key are written one after the other: what does not fit together for so long is a mistake. */
const PATIENCE = 5_000

/** Watches the files of certificates, and loads those that have changed. */
export class CertificateWatch {
  private readonly options: CertificateWatchOptions
  private readonly kept = new Map<string, Kept>()
  private readonly watchers = new Map<string, FSWatcher | null>()
  private stopClock: (() => void) | null = null
  private closed = false

  constructor(options: CertificateWatchOptions) {
    this.options = options
  }

  /**
   * The certificate in the files, from now on the newest usable one. The same files give the same context.
   * @param names the hosts it is for: a new certificate must not leave out one that the old one covers
   * @throws TlsError where a file cannot be read, or the certificate cannot be used
   */
  add(files: TlsFiles, names: readonly string[] = []): TlsContext {
    const paths = { ...files, certFile: resolve(files.certFile), keyFile: resolve(files.keyFile) }
    const id = JSON.stringify([paths.certFile, paths.keyFile, files.passphrase])
    const known = this.kept.get(id)
    if (known !== undefined) {
      for (const name of names) known.names.add(name)
      return known.context
    }
    const material = materialIn(paths)
    const context = this.contextOf(paths, material)
    this.kept.set(id, {
      context,
      files: paths,
      folders: foldersOf(paths),
      names: new Set(names),
      digest: digestOf(material),
      changedAt: Number.NaN,
      lookedAt: this.options.clock.now(),
      doubt: null,
      told: null,
      looking: false,
    })
    this.stopClock ??= this.options.clock.every(BEAT, () => this.beat())
    this.watchFolders()
    return context
  }

  /** Lets go of files, folders and the clock. The contexts can still be used. */
  close(): void {
    this.closed = true
    this.stopClock?.()
    for (const watcher of this.watchers.values()) watcher?.close()
    this.watchers.clear()
  }

  private beat(): void {
    const now = this.options.clock.now()
    for (const kept of this.kept.values()) {
      const isDue = now - kept.changedAt >= SETTLED || now - kept.lookedAt >= POLL
      if (!kept.looking && (isDue || kept.doubt !== null)) void this.look(kept, now)
    }
  }

  private async look(kept: Kept, now: number): Promise<void> {
    kept.looking = true
    kept.changedAt = Number.NaN
    kept.lookedAt = now
    const found = await foundIn(kept.files)
    kept.looking = false
    if (this.closed) return
    kept.folders = foldersOf(kept.files)
    this.watchFolders()
    if (found instanceof TlsError) this.doubt(kept, found.message, now)
    else if (digestOf(found) !== kept.digest) this.judge(kept, found, now)
    else {
      kept.doubt = null
      if (kept.told !== null) this.options.notice('info', `${kept.files.certFile}: ${AS_BEFORE}`)
      kept.told = null
    }
  }

  /** Uses what was found if it is good. */
  private judge(kept: Kept, found: TlsMaterial, now: number): void {
    const reason = this.faultOf(kept, found)
    if (reason !== null) {
      this.doubt(kept, reason, now)
      return
    }
    kept.context.replace(found)
    kept.digest = digestOf(found)
    kept.doubt = null
    kept.told = null
    this.options.notice('info', renewed(kept))
  }

  private faultOf({ context, files, names }: Kept, found: TlsMaterial): string | null {
    let candidate: TlsContext
    try {
      candidate = this.contextOf(files, found)
    } catch (error) {
      return error instanceof TlsError ? error.message : String(error)
    }
    const lost = [...names].filter(name => context.covers(name) && !candidate.covers(name))
    if (lost.length > 0) return `${files.certFile}: ${leavesOut(lost)}`
    const [notice] = candidate.notices
    return notice === undefined ? null : `${files.certFile}: ${notice}`
  }

  private contextOf(files: TlsFiles, material: TlsMaterial): TlsContext {
    try {
      return new TlsContext(material, { now: () => this.options.clock.date() })
    } catch (error) {
      throw error instanceof TlsError ? inFile(files, error) : error
    }
  }

  /** What is wrong may be half of a change: it is told, once, when it stays. */
  private doubt(kept: Kept, reason: string, now: number): void {
    if (kept.told === reason) {
      kept.doubt = null
      return
    }
    if (kept.doubt?.reason !== reason) kept.doubt = { reason, since: now }
    if (now - kept.doubt.since < PATIENCE) return
    kept.doubt = null
    kept.told = reason
    this.options.notice('error', `${reason}. ${STAYS}`)
  }

  /** Watches the folders of all files and of what links lead to; those that cannot be watched are tried again with each look. */
  private watchFolders(): void {
    for (const folder of [...this.kept.values()].flatMap(({ folders }) => folders))
      if (!this.watchers.get(folder)) this.watchers.set(folder, this.watcher(folder))
  }

  private watcher(folder: string): FSWatcher | null {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.changed(folder))
      watcher.on('error', () => {
        watcher.close()
        this.watchers.set(folder, null)
      })
      return watcher
    } catch {
      return null
    }
  }

  private changed(folder: string): void {
    const now = this.options.clock.now()
    for (const kept of this.kept.values()) if (kept.folders.includes(folder)) kept.changedAt = now
  }
}

interface Kept {
  readonly context: TlsContext
  readonly files: TlsFiles
  /** Where a change can show itself. */
  folders: readonly string[]
  readonly names: Set<string>
  /** Of what is in force. */
  digest: string
  /** When something happened in a folder that has not been looked at yet; NaN for nothing. */
  changedAt: number
  lookedAt: number
  /** What is wrong with the files now, unless it has been told. */
  doubt: { readonly reason: string; readonly since: number } | null
  told: string | null
  looking: boolean
}

const STAYS = 'The certificate from before stays in use'
const AS_BEFORE = 'the files are those of the certificate in use again'

function renewed({ context, files }: Kept): string {
  return `${files.certFile}: the new certificate is in use, valid to ${context.validTo}`
}

function leavesOut(names: readonly string[]): string {
  return `The new certificate is not for ${names.join(', ')}, as the one in use is`
}
