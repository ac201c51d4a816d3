// Work that goes on after its request was answered: what it fails with is reported, and a drain waits for it.
import type { Exchange, Report } from '../exchange/index.ts'

export class Afterwork {
  private readonly report: Report
  private pending = 0
  private givenUp = false
  private whenDone: (() => void)[] = []

  constructor(report: Report) {
    this.report = report
  }

  /** How much of it is under way. */
  get size(): number {
    return this.pending
  }

  add(work: PromiseLike<unknown>, exchange: Exchange): void {
    this.pending++
    Promise.resolve(work).then(
      () => this.finished(),
      error => {
        this.report({ kind: 'failed', error, exchange, doing: 'working on after the reply' })
        this.finished()
      },
    )
  }

  /** Fulfilled once nothing is under way. */
  done(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise(resolve => this.whenDone.push(resolve))
  }

  /** Tells of what has not ended, for nobody waits for it any longer. */
  giveUp(): void {
    if (this.pending === 0 || this.givenUp) return
    this.givenUp = true
    const message = `The server ended before ${this.pending} ${this.pending === 1 ? 'piece' : 'pieces'} of work that went on after the reply`
    this.report({ kind: 'notice', level: 'warn', message })
  }

  private finished(): void {
    this.pending--
    if (this.pending > 0) return
    for (const tell of this.whenDone) tell()
    this.whenDone = []
  }
}
