// Watches a folder and tells, once things have come to rest, which files changed. Hidden files and installed packages
// do not count: editors and version control write there all the time.
import { watch as watchFolder } from 'node:fs'

/** Waiting, as an argument, so that tests need not wait. */
export interface Timer {
  /** Calls `done` once after `delay` milliseconds, unless what it returns is called before. Does not keep the process alive. */
  after(delay: number, done: () => void): () => void
}

/** Watches; gives what stops it. `changed` gets a path relative to the folder, or null where nobody knows which. */
export type Watch = (root: string, changed: (path: string | null) => void, failed: (error: Error) => void) => () => void

export interface Changes {
  close(): void
}

/** Nothing has changed for this long: an editor has finished writing, and the file cache (100 ms) has noticed too. */
export const REST = 120
/** What keeps changing is told after this long all the same. */
export const LONGEST_WAIT = 1000
/** More paths than this are told as "everything". */
const MOST_PATHS = 200

/** @param tell gets the changed paths, with slashes; null where it is not known which, or too many */
export function changesOf(
  root: string,
  watch: Watch,
  timer: Timer,
  tell: (paths: readonly string[] | null) => void,
  failed: (error: Error) => void,
): Changes {
  let paths: Set<string> | null = new Set()
  let cancelRest = () => {}
  let cancelWait: (() => void) | null = null

  function noticed(path: string | null): void {
    const slashed = path?.replaceAll('\\', '/') ?? null
    if (slashed?.split('/').some(isIgnored)) return
    if (slashed === null || (paths !== null && paths.size >= MOST_PATHS)) paths = null
    else paths?.add(slashed)
    cancelRest()
    cancelRest = timer.after(REST, settled)
    cancelWait ??= timer.after(LONGEST_WAIT, settled)
  }

  function settled(): void {
    const told = paths === null ? null : [...paths]
    quiet()
    tell(told)
  }

  function quiet(): void {
    cancelRest()
    cancelWait?.()
    cancelWait = null
    paths = new Set()
  }

  const stop = watch(root, noticed, failed)
  return {
    close() {
      stop()
      quiet()
    },
  }
}

function isIgnored(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || name.endsWith('~')
}

export const systemTimer: Timer = {
  after(delay, done) {
    const timer = setTimeout(done, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** The system's own notices, which can run out (inotify's watches are counted): that is told once, and not thrown. */
export const systemWatch: Watch = (root, changed, failed) => {
  let told = false
  const tellOnce = (error: Error) => {
    if (!told) failed(error)
    told = true
  }
  try {
    const watcher = watchFolder(root, { recursive: true, persistent: false })
    watcher.on('change', (_event, name) => changed(name === null ? null : String(name)))
    watcher.on('error', tellOnce)
    return () => watcher.close()
  } catch (error) {
    tellOnce(error instanceof Error ? error : new Error(String(error)))
    return () => {}
  }
}
