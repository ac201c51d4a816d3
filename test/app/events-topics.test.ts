// Topics: many listeners, who come back and go on where they left off, and who are dropped where they fall too far behind.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { App, type Exchange, ListenerTooSlow, Topic, type TopicOptions } from '../../src/index.ts'
import { EventReader, type ReceivedEvent } from '../../src/sse/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { EventListening } from './event-listening.ts'
import { eachWire, type Wire } from './support.ts'

/** The same topic at `/live`, `/oldest`, and passed on by a generator at `/generated`, served anew for each wire. */
function eachWireWith(name: string, options: TopicOptions, run: (wire: Wire, topic: Topic) => Promise<void>): void {
  let topic: Topic
  eachWire(
    name,
    () => {
      topic = new Topic(options)
      const app = new App()
      app.events('/live', context => topic.listen(context))
      app.events('/oldest', ({ exchange }) => topic.listen(exchange, { from: 'oldest' }))
      app.events('/generated', async function* (context) {
        yield* topic.listen(context)
      })
      return app
    },
    wire => run(wire, topic),
  )
}

async function listeners(topic: Topic, count: number): Promise<void> {
  while (topic.listeners !== count) await turn()
}

eachWireWith('all listeners get what is published, with its id, as one and the same bytes', {}, async (wire, topic) => {
  const paths = ['/live', '/live', '/generated']
  const all = await Promise.all(paths.map(path => EventListening.at(wire, path)))
  await listeners(topic, 3)
  const id = topic.publish({ event: 'tick', data: { n: 1 } })
  for (const one of all) {
    const { type, data, lastEventId } = await one.nextEvent()
    assert.deepEqual([type, data, lastEventId], ['tick', '{"n":1}', id])
  }
  topic.publish('text')
  for (const one of all) assert.equal(await one.next(), 'text')
  assert.equal(topic.lastId, all[0].reader.lastEventId)
  for (const one of all) one.vanish()
  await listeners(topic, 0)
})

eachWireWith('a client that comes back gets what it has missed, once and in order', {}, async (wire, topic) => {
  for (const path of ['/live', '/generated', '/oldest']) {
    const first = await EventListening.at(wire, path)
    await listeners(topic, 1)
    const id = topic.publish('seen')
    assert.equal(await first.next(), 'seen')
    first.vanish()
    await listeners(topic, 0)
    for (const word of ['a', 'b', 'c']) topic.publish(word)
    const again = await EventListening.at(wire, path, id)
    assert.deepEqual(await again.take(3), ['a', 'b', 'c'])
    topic.publish('d')
    assert.equal(await again.next(), 'd')
    assert.ok(again.events.every(({ type }) => type === 'message'))
    again.vanish()
    await listeners(topic, 0)
  }
})

eachWireWith('one that loses the stream before its first event has missed nothing either', {}, async (wire, topic) => {
  topic.publish('before')
  const first = await EventListening.at(wire, '/live')
  await first.until('id: ')
  await listeners(topic, 1)
  first.vanish()
  await listeners(topic, 0)
  assert.equal(first.reader.lastEventId, topic.lastId)
  topic.publish('missed')
  const again = await EventListening.at(wire, '/live', first.reader.lastEventId)
  assert.equal(await again.next(), 'missed')
  again.vanish()
})

eachWireWith('one that is new gets events from now on, or all that are kept', { history: 3 }, async (wire, topic) => {
  for (const word of ['a', 'b', 'c', 'd']) topic.publish(word)
  const live = await EventListening.at(wire, '/live')
  await listeners(topic, 1)
  const oldest = await EventListening.at(wire, '/oldest')
  assert.deepEqual(await oldest.take(3), ['b', 'c', 'd'])
  topic.publish('e')
  assert.equal(await live.next(), 'e')
  assert.equal(await oldest.next(), 'e')
  live.vanish()
  oldest.vanish()
})

eachWireWith(
  'one whose id is not known any more is told so, and gets what a new one gets',
  { history: 2 },
  async (wire, topic) => {
    const old = topic.publish('old')
    for (const word of ['a', 'b', 'c']) topic.publish(word)
    const oldest = await EventListening.at(wire, '/oldest', old)
    const reset = await oldest.nextEvent()
    assert.deepEqual([reset.type, reset.data], ['reset', old])
    assert.deepEqual(await oldest.take(2), ['b', 'c'])
    const live = await EventListening.at(wire, '/live', 'of another run')
    const { type, data, lastEventId } = await live.nextEvent()
    assert.deepEqual([type, data, lastEventId], ['reset', 'of another run', topic.lastId])
    topic.publish('d')
    assert.equal(await live.next(), 'd')
    oldest.vanish()
    live.vanish()
  },
)

eachWireWith('closing a topic ends its streams behind what was published', {}, async (wire, topic) => {
  const all = [await EventListening.at(wire, '/live'), await EventListening.at(wire, '/generated')]
  await listeners(topic, 2)
  topic.publish('last')
  topic.close()
  for (const one of all) assert.deepEqual(await one.rest(), ['last'])
  assert.equal(topic.listeners, 0)
  assert.deepEqual(await (await EventListening.at(wire, '/live')).rest(), [])
  assert.throws(() => topic.publish('more'), /topic is closed/)
  topic.close()
})

eachWireWith(
  'a listener that stops reading is dropped at its limit, at once; the others get everything, and it can come back',
  { limit: 64 * 1024, historyBytes: 100 * 1024 * 1024 },
  async (wire, topic) => {
    const reads = await EventListening.at(wire, '/live')
    const stuck = await EventListening.at(wire, '/live')
    await listeners(topic, 2)
    topic.publish('first')
    assert.equal(await stuck.next(), 'first')
    assert.equal(await reads.next(), 'first')
    const event = 'x'.repeat(10_000)
    let published = 0
    while (topic.listeners === 2) {
      topic.publish(event)
      published++
      assert.equal(await reads.next(), event)
      assert.ok(published < 5_000)
    }
    await wire.over()
    const [{ complete }] = wire.told('exchange')
    assert.equal(complete, false)
    await assert.rejects(stuck.rest())
    const { output, waiting, content } = wire.server.ledger
    assert.ok(output + waiting + content < 64 * 1024, JSON.stringify(wire.server.ledger))
    const again = await EventListening.at(wire, '/live', stuck.reader.lastEventId)
    const missed = published - (stuck.events.length - 1)
    assert.ok(missed > 6)
    for (const data of await again.take(missed)) assert.equal(data, event)
    assert.equal(again.reader.lastEventId, topic.lastId)
    again.vanish()
    reads.vanish()
  },
)

// --- Without a wire ---

/** One who reads a topic when the test says so. */
class Reading {
  readonly events: ReceivedEvent[] = []
  readonly reader: EventReader
  cutFor: Error | null = null
  /** The sizes of what it was given. */
  readonly sizes: number[] = []
  done = false
  private readonly pieces: AsyncIterator<Uint8Array>
  private asked: Promise<void> | null = null

  constructor(topic: Topic, lastEventId = '', from: 'now' | 'oldest' = 'now') {
    const fields = lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }
    const exchange = {
      ...fakeExchange({ fields }),
      cut: (reason: Error) => {
        this.cutFor = reason
      },
    } as Exchange
    this.reader = new EventReader(event => this.events.push(event), { lastEventId })
    this.pieces = topic.listen(exchange, { from })[Symbol.asyncIterator]()
  }

  /** Asks for the next piece; it comes when there is one. */
  ask(): Promise<void> {
    this.asked ??= this.pieces.next().then(({ done, value }) => {
      this.asked = null
      this.done = done === true
      if (done) return
      this.sizes.push(value.length)
      this.reader.receive(value)
    })
    return this.asked
  }

  /** Asks until nothing comes at once. */
  async readAll(): Promise<this> {
    for (let before = -1; before !== this.sizes.length && !this.done; ) {
      before = this.sizes.length
      void this.ask()
      await turn()
    }
    return this
  }

  get data(): string[] {
    return this.events.map(({ data }) => data)
  }

  leave(): void {
    void this.pieces.return?.()
  }
}

describe('ids', () => {
  test('go on from the last one, where it ends in a number', () => {
    const cases: readonly (readonly [last: string | number, next: string])[] = [
      [41, '42'],
      ['41', '42'],
      ['0', '1'],
      ['run-9', 'run-10'],
      ['a7-099', 'a7-0100'],
    ]
    for (const [lastId, next] of cases) {
      const topic = new Topic({ lastId })
      assert.equal(topic.lastId, String(lastId))
      assert.equal(topic.publish('x'), next)
    }
  })

  test('are never the same twice, whatever the last one was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', '-'), minLength: 1, maxLength: 20 }),
        lastId => {
          const topic = new Topic({ lastId })
          const ids = new Set([lastId, ...Array.from({ length: 12 }, () => topic.publish('x'))])
          assert.equal(ids.size, 13)
          const next = new Topic({ lastId: topic.lastId })
          assert.ok(!ids.has(next.publish('x')))
        },
      ),
    )
  })

  test('that are given are gone on from, where they end in a number', () => {
    const topic = new Topic({ lastId: 'a-1' })
    assert.equal(topic.publish({ id: 7, data: '' }), '7')
    assert.equal(topic.publish(''), '8')
    assert.equal(topic.publish({ id: 'b9', data: '' }), 'b9')
    assert.equal(topic.publish({ id: 'no number', data: '' }), 'no number')
    assert.equal(topic.publish(''), 'b10')
    assert.equal(topic.publish(''), 'b11')
    assert.equal(topic.lastId, 'b11')
  })

  test('of two runs are not taken for one another', async () => {
    const [first, second] = [new Topic(), new Topic()]
    const id = first.publish('of the first run')
    second.publish('of the second run')
    const reading = await new Reading(second, id, 'oldest').readAll()
    assert.deepEqual(
      reading.events.map(({ type, data }) => [type, data]),
      [
        ['reset', id],
        ['message', 'of the second run'],
      ],
    )
  })

  test('a restart that goes on from the last id, or publishes again what it has kept, is not noticed', async () => {
    const before = new Topic({ lastId: 'tick-100' })
    const ids = ['a', 'b', 'c'].map(data => before.publish(data))
    const goesOn = new Topic({ lastId: before.lastId })
    const current = await new Reading(goesOn, ids[2]).readAll()
    goesOn.publish('d')
    assert.deepEqual((await current.readAll()).data, ['d'])
    const kept = new Topic({ lastId: 'tick-100' })
    for (const [at, data] of ['a', 'b', 'c'].entries()) kept.publish({ id: ids[at], data })
    assert.deepEqual((await new Reading(kept, ids[0]).readAll()).data, ['b', 'c'])
    assert.deepEqual((await new Reading(kept, 'tick-100').readAll()).data, ['a', 'b', 'c'])
  })

  test('that a client could not come back with are refused', () => {
    const topic = new Topic()
    for (const id of ['', ' a', 'a ', 'a\tb', 'a\x7f', 'a\nb', 'a\0', '\ud800', Number.NaN])
      assert.throws(() => topic.publish({ id, data: '' }), TypeError, JSON.stringify(id))
    assert.throws(() => new Topic({ lastId: '' }), TypeError)
  })

  test('an event that cannot be sent takes none', () => {
    const topic = new Topic({ lastId: 0 })
    assert.throws(() => topic.publish({ data: () => {} }), TypeError)
    assert.throws(() => topic.publish({ event: 'a\nb', data: '' }), TypeError)
    assert.equal(topic.publish('x'), '1')
  })
})

describe('bounds', () => {
  test('that are no whole numbers are refused', () => {
    for (const options of [{ history: -1 }, { history: 0.5 }, { historyBytes: Number.NaN }, { limit: 0 }])
      assert.throws(() => new Topic(options), RangeError)
  })

  test('the history ends at so many events, and at so many bytes', async () => {
    const topic = new Topic({ history: 10, historyBytes: 200, lastId: 0 })
    for (let i = 1; i <= 100; i++) topic.publish('x')
    const all = await new Reading(topic, '', 'oldest').readAll()
    assert.equal(all.events.length, 10)
    all.leave()
    topic.publish('x'.repeat(150))
    const few = await new Reading(topic, '', 'oldest').readAll()
    assert.ok(few.events.length < 5)
    few.leave()
    topic.publish('x'.repeat(500))
    assert.equal((await new Reading(topic, '', 'oldest').readAll()).events.length, 0)
    assert.deepEqual((await new Reading(topic, topic.lastId).readAll()).events, [])
  })

  test('what is published in one turn comes in one piece, up to a size', async () => {
    const topic = new Topic()
    const reading = await new Reading(topic).readAll()
    reading.sizes.length = 0
    for (let i = 0; i < 10; i++) topic.publish(String(i))
    await reading.readAll()
    assert.equal(reading.sizes.length, 1)
    assert.equal(reading.events.length, 10)
    for (let i = 0; i < 100; i++) topic.publish('x'.repeat(1000))
    await reading.readAll()
    assert.equal(reading.events.length, 110)
    assert.ok(Math.max(...reading.sizes) <= 16 * 1024)
    topic.publish('x'.repeat(100_000))
    await reading.readAll()
    assert.equal(reading.events.length, 111)
    reading.leave()
  })

  test('a listener is dropped as soon as more than its limit waits, and not before', async () => {
    const topic = new Topic({ limit: 10_000, history: 0 })
    const slow = await new Reading(topic).readAll()
    // It was still waiting for this one; what follows waits for it.
    const size = 1_000
    topic.publish('x'.repeat(size))
    await turn()
    let waiting = 0
    while (slow.cutFor === null) {
      assert.ok(waiting <= 10_000, `${waiting} bytes wait`)
      const id = topic.publish('x'.repeat(size))
      waiting += `id: ${id}\ndata: \n\n`.length + size
      await turn()
    }
    assert.ok(waiting > 10_000)
    assert.ok(slow.cutFor instanceof ListenerTooSlow)
    assert.equal(topic.listeners, 0)
  })

  test('what a client comes back for does not count, however much it is', async () => {
    const topic = new Topic({ limit: 1_000, lastId: 0 })
    for (let i = 0; i < 500; i++) topic.publish('x'.repeat(100))
    const reading = new Reading(topic, '0')
    await reading.ask()
    topic.publish('y')
    await turn()
    assert.equal(reading.cutFor, null)
    await reading.readAll()
    assert.equal(reading.events.length, 501)
    reading.leave()
  })

  test('what is published at one go may come to as much as the limit, for those who have read all before', async () => {
    const topic = new Topic({ limit: 100_000 })
    const reading = await new Reading(topic).readAll()
    for (let i = 0; i < 90; i++) topic.publish('x'.repeat(1_000))
    await reading.readAll()
    assert.equal(reading.cutFor, null)
    assert.equal(reading.events.length, 90)
    for (let i = 0; i < 1_000; i++) topic.publish('x'.repeat(1_000))
    assert.ok(reading.cutFor !== null, 'more than that is not held for anyone')
  })
})

describe('listening', () => {
  test('counts from the first event that is asked for until the end', async () => {
    const topic = new Topic()
    const reading = new Reading(topic)
    assert.equal(topic.listeners, 0)
    await reading.ask()
    assert.equal(topic.listeners, 1)
    reading.leave()
    assert.equal(topic.listeners, 0)
    await reading.ask()
    assert.ok(reading.done)
  })

  test('begins now or at the oldest event, and nowhere else', () => {
    assert.throws(
      () => new Topic().listen(fakeExchange(), { from: 'then' as never }),
      /'now' or at the 'oldest' event, not at "then"/,
    )
  })

  test('ends when the client goes, be it before it has begun', async () => {
    const topic = new Topic()
    for (const early of [true, false]) {
      const gone = new AbortController()
      const exchange = { ...fakeExchange(), signal: gone.signal } as Exchange
      if (early) gone.abort()
      const pieces = topic.listen(exchange)[Symbol.asyncIterator]()
      if (!early) await pieces.next()
      const next = pieces.next()
      gone.abort()
      assert.deepEqual(await next, { done: true, value: undefined })
      assert.equal(topic.listeners, 0)
    }
  })

  test('goes on for one that has taken an event before it could be woken for it', async () => {
    const topic = new Topic()
    const pieces = topic.listen(fakeExchange())[Symbol.asyncIterator]()
    await pieces.next()
    topic.publish('a')
    const first = pieces.next()
    const second = pieces.next()
    await turn()
    topic.publish('b')
    assert.match(String(Buffer.from((await first).value)), /data: a/)
    assert.match(String(Buffer.from((await second).value)), /data: b/)
    assert.equal(topic.listeners, 1)
    await pieces.return?.()
  })

  test('asks for one event at a time', async () => {
    const topic = new Topic()
    const pieces = topic.listen(fakeExchange())[Symbol.asyncIterator]()
    await pieces.next()
    void pieces.next()
    assert.throws(() => pieces.next(), /one event at a time/)
  })

  test('one that publishes while others are dropped does not disturb them', async () => {
    const topic = new Topic({ limit: 1_000 })
    const slow = Array.from({ length: 3 }, () => new Reading(topic))
    for (const one of slow) {
      await one.readAll()
      Object.defineProperty(one, 'cutFor', { set: () => topic.publish('one has gone') })
    }
    const good = await new Reading(topic).readAll()
    for (let i = 0; i < 5; i++) {
      topic.publish('x'.repeat(500))
      await good.readAll()
    }
    await good.readAll()
    assert.equal(good.data.filter(data => data === 'one has gone').length, 3)
    assert.equal(topic.listeners, 1)
    good.leave()
  })

  test('any listeners that come, read, go and come back get all events in order, or a reset', async () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('publish' as const), size: fc.integer({ min: 0, max: 60 }) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), who: fc.nat({ max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat({ max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 5 }), async (steps, history) => {
        const topic = new Topic({ history, limit: 400, lastId: 0 })
        const readings: (Reading | null)[] = [null, null, null, null]
        const lastIds = ['', '', '', '']
        let count = 0
        for (const step of steps) {
          if (step.kind === 'publish') {
            count++
            topic.publish(`${'x'.repeat(step.size)}${count}`)
          } else if (step.kind === 'turn') await turn()
          else if (step.kind === 'leave') {
            lastIds[step.who] = readings[step.who]?.reader.lastEventId ?? ''
            readings[step.who]?.leave()
            readings[step.who] = null
          } else {
            let reading = readings[step.who]
            if (reading === null || reading.cutFor !== null) {
              const id = reading?.reader.lastEventId ?? lastIds[step.who]
              reading = new Reading(topic, id)
              readings[step.who] = reading
              await reading.readAll()
              const reset = reading.events[0]?.type === 'reset'
              const expected = reset || id === '' ? [] : numbersBetween(Number(id), count)
              assert.deepEqual(reading.events.filter(({ type }) => type !== 'reset').map(numberOf), expected)
              if (reset) assert.ok(Number(id) < count - history, 'what is kept is not asked for in vain')
            } else await reading.readAll()
            assert.equal(reading.reader.lastEventId, String(count))
            const numbers = reading.events.filter(({ type }) => type !== 'reset').map(numberOf)
            assert.deepEqual(numbers, numbersBetween(count - numbers.length, count), 'none is left out')
          }
        }
        for (const reading of readings) reading?.leave()
        assert.equal(topic.listeners, 0)
      }),
      { numRuns: 60 },
    )
  })
})

function numberOf({ data }: ReceivedEvent): number {
  return Number(data.replaceAll('x', ''))
}

/** The numbers behind `after` up to `last`. */
function numbersBetween(after: number, last: number): number[] {
  return Array.from({ length: last - after }, (_, i) => after + i + 1)
}
