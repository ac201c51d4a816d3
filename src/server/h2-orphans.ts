// Exchanges of an HTTP/2 connection whose streams are over, but whose handlers still run. They are bounded, or resetting streams would make
// room for ever more handlers.
import type { H2Exchange } from './h2-exchange.ts'

export class Orphans {
  private readonly most: number
  private running: H2Exchange[] | null = null

  /** @param most as many as there may be streams */
  constructor(most: number) {
    this.most = most
  }

  /** Whether there are as many as may be. */
  get tooMany(): boolean {
    if (this.running === null || this.running.length < this.most) return false
    this.letGoEnded()
    return this.running.length >= this.most
  }

  /** The exchange's stream is over. */
  add(exchange: H2Exchange): void {
    if (!exchange.handlerRuns) return
    this.running ??= []
    this.running.push(exchange)
  }

  letGoEnded(): void {
    if (this.running !== null) this.running = this.running.filter(exchange => exchange.handlerRuns)
  }
}
