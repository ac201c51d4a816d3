// Whose turn it is: RFC 9218 section 10.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Scheduler } from '../../src/h2/scheduler.ts'
import { H2Stream } from '../../src/h2/stream.ts'

function stream(id: number, urgency = 3, incremental = false): H2Stream {
  const one = new H2Stream(id)
  one.urgency = urgency
  one.incremental = incremental
  return one
}

/** Who gets the next `count` turns, if nobody has enough. */
function turns(scheduler: Scheduler, count: number): number[] {
  return Array.from({ length: count }, () => {
    const next = scheduler.peek()!
    scheduler.served(next)
    return next.id
  })
}

describe('the scheduler', () => {
  it('has nobody at first', () => {
    const scheduler = new Scheduler()
    assert.equal(scheduler.peek(), null)
    assert.equal(scheduler.size, 0)
  })

  it('serves the most urgent first', () => {
    const scheduler = new Scheduler()
    const streams = [stream(1, 7), stream(3, 0, true), stream(5, 3), stream(7, 0)]
    for (const one of streams) scheduler.add(one)
    const order: number[] = []
    while (scheduler.size > 0) {
      const next = scheduler.peek()!
      order.push(next.id)
      scheduler.remove(next)
    }
    assert.deepEqual(order, [7, 3, 5, 1])
  })

  it('serves those that are not incremental one after the other, in the order of their requests', () => {
    const scheduler = new Scheduler()
    for (const id of [9, 3, 7, 1, 5]) scheduler.add(stream(id))
    assert.deepEqual(turns(scheduler, 3), [1, 1, 1])
    const order: number[] = []
    for (let next = scheduler.peek(); next !== null; next = scheduler.peek()) {
      order.push(next.id)
      scheduler.remove(next)
    }
    assert.deepEqual(order, [1, 3, 5, 7, 9])
  })

  it('lets incremental ones share', () => {
    const scheduler = new Scheduler()
    for (const id of [5, 1, 3]) scheduler.add(stream(id, 3, true))
    assert.deepEqual(turns(scheduler, 7), [5, 1, 3, 5, 1, 3, 5])
  })

  it('puts one that comes again behind those that wait', () => {
    const scheduler = new Scheduler()
    const [a, b, c] = [stream(1, 3, true), stream(3, 3, true), stream(5, 3, true)]
    for (const one of [a, b, c]) scheduler.add(one)
    scheduler.remove(a)
    scheduler.served(a)
    scheduler.add(a)
    assert.deepEqual(turns(scheduler, 4), [3, 5, 1, 3])
  })

  it('starves neither kind where an urgency has both: they take turns', () => {
    const scheduler = new Scheduler()
    for (const one of [stream(1), stream(3), stream(5, 3, true), stream(7, 3, true)]) scheduler.add(one)
    assert.deepEqual(turns(scheduler, 8), [1, 5, 1, 7, 1, 5, 1, 7])
  })

  it('starves neither kind where each piece ends its stream', () => {
    const scheduler = new Scheduler()
    const whole = stream(1)
    scheduler.add(whole)
    const order: number[] = []
    for (let id = 3; id < 11; id += 2) {
      scheduler.add(stream(id, 3, true))
      const next = scheduler.peek()!
      order.push(next.id)
      if (next !== whole) scheduler.remove(next)
      scheduler.served(next)
    }
    assert.deepEqual(order, [1, 3, 1, 5])
  })

  it('adds nobody twice, and removes nobody who is not there', () => {
    const scheduler = new Scheduler()
    const one = stream(1)
    scheduler.remove(one)
    scheduler.add(one)
    scheduler.add(one)
    assert.equal(scheduler.size, 1)
    scheduler.remove(one)
    scheduler.remove(one)
    assert.equal(scheduler.size, 0)
    assert.equal(scheduler.peek(), null)
  })

  it('moves one that waits and gets another priority', () => {
    const scheduler = new Scheduler()
    const [a, b] = [stream(1), stream(3)]
    scheduler.add(a)
    scheduler.add(b)
    scheduler.reprioritise(b, { urgency: 1, incremental: true })
    assert.equal(scheduler.peek(), b)
    scheduler.reprioritise(b, { urgency: 3, incremental: false })
    assert.equal(scheduler.peek(), a)
    assert.equal(scheduler.size, 2)
  })

  it('gives another priority to one that does not wait', () => {
    const scheduler = new Scheduler()
    const one = stream(1)
    scheduler.reprioritise(one, { urgency: 6, incremental: true })
    assert.equal(one.urgency, 6)
    assert.equal(one.incremental, true)
    assert.equal(one.queued, false)
    assert.equal(scheduler.size, 0)
  })

  it('keeps nothing of one that it has let go', () => {
    const scheduler = new Scheduler()
    const [a, b] = [stream(1), stream(3)]
    scheduler.add(a)
    scheduler.add(b)
    scheduler.remove(a)
    assert.deepEqual([a.next, a.previous, a.queued], [null, null, false])
    assert.deepEqual([b.next, b.previous], [b, b])
  })

  it('does what a plain list would do', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'remove', 'serve', 'reprioritise'),
      which: fc.nat({ max: 7 }),
      urgency: fc.constantFrom(0, 3, 7),
      incremental: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const scheduler = new Scheduler()
        const model = new Model()
        const streams = Array.from({ length: 8 }, (_, i) => stream(2 * i + 1))
        for (const { what, which, urgency, incremental } of steps) {
          const one = streams[which]
          if (what === 'add') {
            scheduler.add(one)
            model.add(one)
          } else if (what === 'remove') {
            scheduler.remove(one)
            model.remove(one)
          } else if (what === 'reprioritise') {
            const moves = one.urgency !== urgency || one.incremental !== incremental
            const waits = model.waiting.includes(one)
            scheduler.reprioritise(one, { urgency, incremental })
            assert.deepEqual([one.urgency, one.incremental, one.queued], [urgency, incremental, waits])
            if (moves && waits) {
              model.remove(one)
              model.add(one)
            }
          } else if (model.peek() !== null) {
            model.served(model.peek()!)
            scheduler.served(scheduler.peek()!)
          }
          assert.equal(scheduler.peek(), model.peek())
          assert.equal(scheduler.size, model.waiting.length)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

/** The same in words: who waits, in the order in which they came, and whose turn it is in each urgency. */
class Model {
  waiting: H2Stream[] = []
  sharersNext = new Set<number>()

  add(one: H2Stream): void {
    if (!this.waiting.includes(one)) this.waiting.push(one)
  }

  remove(one: H2Stream): void {
    this.waiting = this.waiting.filter(other => other !== one)
  }

  peek(): H2Stream | null {
    if (this.waiting.length === 0) return null
    const urgency = Math.min(...this.waiting.map(one => one.urgency))
    const level = this.waiting.filter(one => one.urgency === urgency)
    const whole = level.filter(one => !one.incremental).sort((a, b) => a.id - b.id)[0]
    const sharing = level.find(one => one.incremental)
    if (whole === undefined || sharing === undefined) return whole ?? sharing ?? null
    return this.sharersNext.has(urgency) ? sharing : whole
  }

  served(one: H2Stream): void {
    if (!one.incremental) this.sharersNext.add(one.urgency)
    else {
      this.sharersNext.delete(one.urgency)
      this.remove(one)
      this.add(one)
    }
  }
}
