// Budgets against abuse: whoever does nothing but harm is cut off within a known number of frames, whoever works is not.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BUDGETS, type BudgetKind, Budgets } from '../../src/h2/budgets.ts'
import type { RuleName } from '../../src/h2/errors.ts'

const KINDS: readonly BudgetKind[] = ['reset', 'ping', 'settings', 'idle-frame']

/** How many frames are let through before the connection is ended, if they come faster than time helps. */
function letThrough(frame: () => RuleName | null): number {
  for (let count = 0; count < 100_000; count++) if (frame() !== null) return count
  return assert.fail('never cut off')
}

function spendAll(budgets: Budgets, kind: BudgetKind, count: number): void {
  for (let i = 0; i < count; i++) assert.equal(budgets.spend(kind), null, `${kind} ${i}`)
}

describe('a flood', () => {
  const floods: readonly (readonly [BudgetKind, RuleName, number])[] = [
    ['reset', 'too-many-resets', 1000],
    ['ping', 'too-many-pings', 200],
    ['settings', 'too-many-settings', 100],
    ['idle-frame', 'too-many-idle-frames', 2000],
  ]
  for (const [kind, rule, most] of floods) {
    it(`of ${kind} is cut off after ${most} frames (${BUDGETS[kind].attacks.join(', ')})`, () => {
      const budgets = new Budgets()
      spendAll(budgets, kind, most)
      assert.equal(budgets.spend(kind), rule)
    })
  }

  it('of a kind leaves the other budgets alone', () => {
    for (const kind of KINDS) {
      const budgets = new Budgets()
      budgets.spend(kind, BUDGETS[kind].most)
      for (const other of KINDS) if (other !== kind) assert.equal(budgets.spend(other), null)
      assert.equal(budgets.spend(kind), BUDGETS[kind].rule)
    }
  })

  it('is paid for by time, and no faster', () => {
    for (const kind of KINDS) {
      const budgets = new Budgets()
      const { most, tick } = BUDGETS[kind]
      spendAll(budgets, kind, most)
      for (let seconds = 0; seconds < 10; seconds++) {
        budgets.tick()
        budgets.tick()
        spendAll(budgets, kind, 2 * tick)
      }
      assert.equal(budgets.spend(kind), BUDGETS[kind].rule)
    }
  })

  it('is not paid for in advance: what is earned with nothing spent is lost', () => {
    for (const kind of KINDS) {
      const budgets = new Budgets()
      budgets.spend(kind)
      for (let i = 0; i < 10_000; i++) {
        budgets.tick()
        budgets.exchangeCompleted()
        budgets.contentMoved(16384)
      }
      assert.equal(
        letThrough(() => budgets.spend(kind)),
        BUDGETS[kind].most,
      )
    }
  })

  it('of windows opened a byte at a time is cut off, though each moves content: CVE-2019-9511', () => {
    const budgets = new Budgets()
    const count = letThrough(() => {
      budgets.contentMoved(1, true)
      return budgets.spend('idle-frame')
    })
    assert.equal(count, 2000)
  })

  it('of windows opened by 128 bytes, for the stream and the connection, is cut off', () => {
    const budgets = new Budgets()
    const count = letThrough(() => {
      budgets.contentMoved(128, true)
      return budgets.spend('idle-frame', 2)
    })
    assert.equal(count, 1000)
  })
})

describe('an honest client', () => {
  it('may make 10,000 requests without a tick, 100 at once, and cancel half of them', () => {
    const budgets = new Budgets()
    budgets.spend('settings')
    for (let round = 0; round < 100; round++) {
      spendAll(budgets, 'reset', 50)
      for (let i = 0; i < 50; i++) budgets.exchangeCompleted()
    }
  })

  it('may cancel 1,000 in one go, and go on', () => {
    const budgets = new Budgets()
    spendAll(budgets, 'reset', 1000)
    for (let i = 0; i < 10; i++) budgets.tick()
    spendAll(budgets, 'reset', 150)
  })

  it('may answer each DATA frame with a WINDOW_UPDATE for the stream and one for the connection, however small it is', () => {
    const budgets = new Budgets()
    for (let i = 0; i < 100_000; i++) {
      budgets.contentMoved(1 + (i % 16384))
      spendAll(budgets, 'idle-frame', 2)
    }
  })

  it('may open windows of 1 KB', () => {
    const budgets = new Budgets()
    for (let i = 0; i < 100_000; i++) {
      budgets.contentMoved(1024, true)
      spendAll(budgets, 'idle-frame', 2)
    }
  })

  it('may send a PRIORITY_UPDATE and a WINDOW_UPDATE with each request', () => {
    const budgets = new Budgets()
    for (let i = 0; i < 10_000; i++) {
      spendAll(budgets, 'idle-frame', 2)
      budgets.exchangeCompleted()
    }
  })

  it('may measure the path with a PING for each frame of content, as gRPC does', () => {
    const budgets = new Budgets()
    for (let i = 0; i < 10_000; i++) {
      budgets.contentMoved(500)
      spendAll(budgets, 'ping', 1)
    }
  })

  it('may ping every second for a day', () => {
    const budgets = new Budgets()
    for (let second = 0; second < 86_400; second++) {
      spendAll(budgets, 'ping', 1)
      budgets.tick()
      budgets.tick()
    }
  })
})

describe('the table', () => {
  it('says for each budget what it is for, why, and who does alike', () => {
    for (const budget of Object.values(BUDGETS)) {
      assert.ok(budget.most > 0)
      for (const text of [budget.spentOn, budget.reason, budget.precedent, ...budget.attacks]) assert.match(text, /\w/)
    }
  })

  it('holds whatever comes in whatever order: nobody gets beyond what was earned', () => {
    const step = fc.constantFrom(...KINDS, 'tick', 'exchange', 'content', 'cut')
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), steps => {
        const budgets = new Budgets()
        const spent = new Map(KINDS.map(kind => [kind, 0]))
        const earn = (amount: (kind: BudgetKind) => number) => {
          for (const kind of KINDS) spent.set(kind, Math.max(0, spent.get(kind)! - amount(kind)))
        }
        for (const what of steps) {
          if (what === 'tick') {
            budgets.tick()
            earn(kind => BUDGETS[kind].tick)
          } else if (what === 'exchange') {
            budgets.exchangeCompleted()
            earn(kind => BUDGETS[kind].exchange)
          } else if (what === 'content') {
            budgets.contentMoved(1000)
            earn(kind => BUDGETS[kind].frame + Math.floor(1000 / BUDGETS[kind].bytes))
          } else if (what === 'cut') {
            budgets.contentMoved(1000, true)
            earn(kind => Math.floor(1000 / BUDGETS[kind].bytes))
          } else {
            // In fives, to get somewhere.
            spent.set(what, spent.get(what)! + 5)
            assert.equal(budgets.spend(what, 5), spent.get(what)! > BUDGETS[what].most ? BUDGETS[what].rule : null)
          }
        }
      }),
    )
  })
})
