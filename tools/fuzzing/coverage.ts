// Which code of `src/` has run, as V8 counts it: for fuzz targets that say nothing about what they saw.
import { type Profiler, Session } from 'node:inspector'

const SOURCE = /^file:.*\/src\/.*\.ts$/

export class Coverage {
  private readonly session = new Session()
  private readonly seen = new Set<string>()

  constructor() {
    this.session.connect()
    this.session.post('Profiler.enable')
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Whether code has run since the last call that had never run before. */
  hasGrown(): boolean {
    const before = this.seen.size
    // The answer comes before `post` returns: the inspector runs on this thread.
    this.session.post('Profiler.takePreciseCoverage', (_error, taken) => this.add(taken))
    return this.seen.size > before
  }

  end(): void {
    this.session.disconnect()
  }

  private add(taken: Profiler.TakePreciseCoverageReturnType): void {
    for (const { url, functions } of taken.result) {
      if (!SOURCE.test(url)) continue
      for (const { ranges } of functions) {
        // How often a loop went round tells apart what the places alone do not; powers of two are enough.
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) this.seen.add(`${url}:${startOffset}-${endOffset}:${Math.min(6, 32 - Math.clz32(count))}`)
        }
      }
    }
  }
}
