// A gate that lets only so many through at a time; the others wait in the order in which they came. It bounds the memory
// of work that may be large, where the number of those who wait is bounded elsewhere (by the connections there can be).

export class Gate {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(width: number) {
    this.free = width
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>(resolve => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.free++
      else next()
    }
  }
}
