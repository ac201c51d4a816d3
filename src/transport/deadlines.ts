// Things that are cut off when their time is over. There are few at a time, so each tick looks at all of them.

export class Deadlines<T> {
  private readonly waiting = new Map<T, number>()
  private readonly cut: (one: T) => void

  constructor(cut: (one: T) => void) {
    this.cut = cut
  }

  /** `deadline` is in the clock's milliseconds; Infinity for none. */
  add(one: T, deadline: number): void {
    this.waiting.set(one, deadline)
  }

  delete(one: T): boolean {
    return this.waiting.delete(one)
  }

  tick(now: number): void {
    for (const [one, deadline] of this.waiting) {
      if (deadline <= now && this.waiting.delete(one)) this.cut(one)
    }
  }

  cutAll(): void {
    this.tick(Number.POSITIVE_INFINITY)
  }
}
