// Streams of events from generators, over every wire.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { App, type Events, encodeEvent, eventStream, Refused, type ServerSentEvent } from '../../src/index.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { EventListening } from './event-listening.ts'
import { BOTH, type EachWireOptions, eachWire, SOCKETS, type Wire, type WireName } from './support.ts'

/** A place where things happen that a test waits for. */
class Happenings {
  readonly all: string[] = []
  private readonly watchers = new Set<() => void>()

  add(what: string): void {
    this.all.push(what)
    for (const look of [...this.watchers]) look()
  }

  until(what: string): Promise<void> {
    return new Promise(resolve => {
      const look = (): void => {
        if (!this.all.includes(what)) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
  }
}

/** Waits for ever, or until the signal aborts. */
function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** A test on each wire of an application that it shares something with. */
function eachWireWith<Made extends { readonly app: App }>(
  name: string,
  make: () => Made,
  run: (wire: Wire, made: Made) => Promise<void>,
  options?: EachWireOptions,
): void {
  let made: Made
  eachWire(
    name,
    () => {
      made = make()
      return made.app
    },
    wire => run(wire, made),
    options,
  )
}

/** Those whose clients can be made to vanish without a word. */
const VANISHING: readonly WireName[] = [...BOTH, 'HTTP/2 over TLS']

/** A turnstile: each `go` lets one `next` through. */
function steps(): { next(): Promise<void>; go(): void } {
  const waiting: (() => void)[] = []
  let free = 0
  return {
    next: () => (free > 0 ? Promise.resolve(void free--) : new Promise(resolve => waiting.push(resolve))),
    go() {
      const first = waiting.shift()
      if (first === undefined) free++
      else first()
    },
  }
}

eachWire(
  'events come as they are yielded, with the fields of a stream',
  () => {
    const app = new App()
    app.events('/all', async function* () {
      yield 'text'
      yield { data: { n: 1 }, event: 'object', id: 7 }
      yield { data: 'two\nlines' }
      yield encodeEvent({ data: 'encoded', id: 'x' })
      yield { comment: 'nothing to see' }
      yield 'last'
    })
    return app
  },
  async wire => {
    const listening = await EventListening.at(wire, '/all')
    const { status, fields } = listening.opened
    assert.equal(status, 200)
    assert.equal(fields['content-type'], 'text/event-stream')
    assert.equal(fields['cache-control'], 'no-cache')
    assert.equal(fields['x-accel-buffering'], 'no')
    assert.equal(fields['content-length'], undefined)
    await listening.rest()
    assert.deepEqual(
      listening.events.map(({ type, data, lastEventId }) => [type, data, lastEventId]),
      [
        ['message', 'text', ''],
        ['object', '{"n":1}', '7'],
        ['message', 'two\nlines', '7'],
        ['message', 'encoded', 'x'],
        ['message', 'last', 'x'],
      ],
    )
    assert.ok(listening.text.includes(': nothing to see\n'))
  },
  { wires: SOCKETS },
)

eachWire(
  'head and first bytes come before there is an event, with the retry if there is one',
  () => {
    const app = new App()
    app.events('/plain', ({ signal }) => pending(signal))
    app.events('/retry', { retry: 2500 }, ({ signal }) => pending(signal))
    async function* pending(signal: AbortSignal): AsyncGenerator<string> {
      yield await forever(signal)
    }
    return app
  },
  async wire => {
    const plain = await EventListening.at(wire, '/plain')
    await plain.until(':\n\n')
    const retry = await EventListening.at(wire, '/retry')
    await retry.until('retry: 2500\n\n')
    assert.equal(retry.reader.retry, 2500)
    plain.vanish()
    retry.vanish()
  },
  { wires: VANISHING },
)

eachWireWith(
  'each event goes out at once: none waits for the next',
  () => {
    const app = new App()
    const step = steps()
    app.events('/words', async function* () {
      for (const word of ['a', 'b', 'c']) {
        yield word
        await step.next()
      }
    })
    return { app, step }
  },
  async (wire, { step }) => {
    const listening = await EventListening.at(wire, '/words')
    for (const word of ['a', 'b', 'c']) {
      assert.equal(await listening.next(), word)
      step.go()
    }
    assert.deepEqual(await listening.rest(), [])
  },
  { wires: SOCKETS },
)

eachWireWith(
  'a generator that waits, and listens to the signal, ends when its client vanishes',
  () => {
    const app = new App()
    const happenings = new Happenings()
    app.events('/waits', async function* ({ signal }) {
      try {
        yield 'begun'
        await forever(signal)
      } catch (error) {
        happenings.add(String((error as Error).name))
        throw error
      } finally {
        happenings.add('let go')
      }
    })
    return { app, happenings }
  },
  async (wire, { happenings }) => {
    const listening = await EventListening.at(wire, '/waits')
    assert.equal(await listening.next(), 'begun')
    listening.vanish()
    await happenings.until('let go')
    assert.deepEqual(happenings.all, ['ConnectionLost', 'let go'])
    await wire.over()
  },
  { wires: VANISHING },
)

eachWireWith(
  'a generator whose client reads slowly is stopped at its yield, and returns there when the client vanishes',
  () => {
    const app = new App()
    const happenings = new Happenings()
    let yielded = 0
    app.events('/much', async function* () {
      try {
        for (;;) {
          yield 'x'.repeat(10_000)
          yielded++
        }
      } finally {
        happenings.add('let go')
      }
    })
    return { app, happenings, yielded: () => yielded }
  },
  async (wire, { happenings, yielded }) => {
    const { vanish } = await wire.open('GET', '/much')
    let before = -1
    // It stands still when neither the sockets nor Node's client take more.
    while (yielded() !== before) {
      before = yielded()
      for (let i = 0; i < 50; i++) await turn()
    }
    assert.ok(yielded() < 2_000, `${yielded()} events`)
    const { output, waiting } = wire.server.ledger
    assert.ok(output + waiting < 1_000_000)
    vanish()
    await happenings.until('let go')
  },
)

eachWireWith(
  'what a generator throws is reported with its route, and the stream ends behind its last event',
  () => {
    const app = new App()
    app.events('/fails/:how', async function* ({ params }): AsyncGenerator<ServerSentEvent | string> {
      yield 'before'
      if (params.how === 'throws') throw new Error('out of ticks')
      if (params.how === 'yields') yield 5 as never
      if (params.how === 'null') yield null as never
      yield { data: () => {} }
    })
    return { app }
  },
  async wire => {
    const expected = {
      throws: /The events of GET \/fails\/:how broke off: out of ticks/,
      yields: /GET \/fails\/:how broke off: A stream of events yields events .*, not number 5/,
      null: /not null/,
      event: /must be text or what JSON can say, not a function/,
    }
    for (const [how, message] of Object.entries(expected)) {
      const listening = await EventListening.at(wire, `/fails/${how}`)
      assert.deepEqual(await listening.rest(), ['before'])
      const [failure, ...more] = wire.failures()
      assert.match(failure, message)
      assert.deepEqual(more, [])
    }
    assert.equal((wire.told('failed')[0].error as Error & { cause: Error }).cause.message, 'out of ticks')
  },
)

eachWireWith(
  'a reply in place of events is sent as it is; so is what is thrown before there are any',
  () => {
    const app = new App()
    app.events('/done', context => context.empty())
    app.events('/later', async context => context.text('no events', 404))
    app.events('/refused', () => {
      throw new Refused({ status: 403, rule: 'not-yours', detail: 'Not yours' })
    })
    app.events('/nothing', (() => {}) as never)
    app.events('/promised', async () => two())
    async function* two(): Events {
      yield 'one'
      yield 'two'
    }
    return { app }
  },
  async wire => {
    assert.equal((await wire.get('/done')).status, 204)
    assert.equal((await wire.get('/later')).content, 'no events')
    assert.equal((await wire.get('/refused')).status, 403)
    assert.deepEqual(wire.failures(), [])
    assert.equal((await wire.get('/nothing')).status, 500)
    assert.match(wire.failures()[0], /Events come from an async generator .* not undefined/)
    assert.deepEqual(await (await EventListening.at(wire, '/promised')).rest(), ['one', 'two'])
  },
)

eachWireWith(
  'HEAD has the fields of the stream, and does not run the handler',
  () => {
    const app = new App()
    let runs = 0
    app.events('/head', context => {
      runs++
      return context.empty()
    })
    return { app, runs: () => runs }
  },
  async (wire, { runs }) => {
    const { status, fields, content } = await wire.ask('HEAD', '/head')
    assert.equal(status, 200)
    assert.equal(fields['content-type'], 'text/event-stream')
    assert.equal(fields['content-length'], undefined)
    assert.equal(content, '')
    assert.equal(runs(), 0)
    assert.equal((await wire.ask('POST', '/head')).status, 405)
  },
)

eachWireWith(
  'the last id that the client has got is the contexts',
  () => {
    const app = new App()
    app.events('/id', async function* ({ lastEventId }) {
      yield { data: `after ${JSON.stringify(lastEventId)}` }
    })
    return { app }
  },
  async wire => {
    for (const id of ['', '7', 'a b', 'é😀'])
      assert.equal(await (await EventListening.at(wire, '/id', id)).next(), `after ${JSON.stringify(id)}`)
    assert.equal(await (await EventListening.at(wire, '/id')).next(), 'after ""')
  },
)

eachWireWith(
  'a stream that is quiet gets heartbeats, and one that is not gets none; all go by one timer',
  () => {
    const clock = new SimulatedClock()
    const app = new App()
    const step = steps()
    app.events('/quiet', { heartbeat: 5_000, clock }, ({ signal }) => pending(signal))
    app.events('/silent', { heartbeat: 0, clock }, ({ signal }) => pending(signal))
    app.events('/busy', { heartbeat: 5_000, clock }, async function* () {
      for (;;) {
        yield 'tick'
        await step.next()
      }
    })
    async function* pending(signal: AbortSignal): AsyncGenerator<string> {
      yield 'begun'
      await forever(signal)
    }
    return { app, clock, step }
  },
  async (wire, { clock, step }) => {
    const silent = await EventListening.at(wire, '/silent')
    await silent.next()
    assert.equal(clock.timers, 0, 'it needs no beat')
    const quiet = [await EventListening.at(wire, '/quiet'), await EventListening.at(wire, '/quiet')]
    for (const one of quiet) await one.next()
    const busy = await EventListening.at(wire, '/busy')
    await busy.next()
    assert.equal(clock.timers, 1)
    for (let second = 1; second <= 5; second++) {
      clock.advance(1_000)
      step.go()
      await busy.next()
    }
    for (const one of quiet) await one.until(':\n\ndata: begun\n\n:\n\n')
    for (let second = 1; second <= 5; second++) clock.advance(1_000)
    for (const one of quiet) await one.until('begun\n\n:\n\n:\n\n')
    assert.equal(busy.text, `:\n\n${'data: tick\n\n'.repeat(6)}`)
    assert.equal(silent.text, ':\n\ndata: begun\n\n')
    for (const one of [...quiet, silent, busy]) one.vanish()
    step.go()
    await wire.over(4)
    assert.equal(clock.timers, 0, 'nobody needs the beat any more')
  },
)

eachWireWith(
  'a drain ends streams in order and at once: the generator lets go, and the client may go elsewhere',
  () => {
    const app = new App()
    const happenings = new Happenings()
    app.events('/waits', async function* ({ signal }) {
      try {
        yield 'begun'
        await forever(signal)
      } finally {
        happenings.add('let go')
      }
    })
    return { app, happenings }
  },
  async (wire, { happenings }) => {
    const listening = await EventListening.at(wire, '/waits')
    await listening.next()
    const rest = listening.rest()
    const report = await wire.server.drain(600_000)
    assert.deepEqual(report.cut, [])
    assert.deepEqual(await rest, [])
    await happenings.until('let go')
  },
  { wires: SOCKETS },
)

eachWireWith(
  'a plain handler streams events too; what its source throws cuts the reply',
  () => {
    const app = new App()
    app.mount('/plain', ({ path }) => eventStream(path === '/ends' ? some(false) : some(true), { retry: 10 }))
    async function* some(fails: boolean): Events {
      yield 'one'
      yield { data: 'two' }
      if (fails) throw new Error('no more')
    }
    return { app }
  },
  async wire => {
    const ends = await EventListening.at(wire, '/plain/ends')
    assert.deepEqual(await ends.rest(), ['one', 'two'])
    assert.ok(ends.text.startsWith('retry: 10\n\n'))
    await assert.rejects((await EventListening.at(wire, '/plain/fails')).rest())
    assert.deepEqual(wire.failures(), ['Error: no more'])
  },
)

test('options that no stream can have are refused when the route is made', () => {
  const app = new App()
  const handler = async function* (): Events {}
  for (const heartbeat of [-1, 1, 999, 1.5, Number.NaN])
    assert.throws(() => app.events('/a', { heartbeat }, handler), /A heartbeat is a whole number of milliseconds/)
  for (const retry of [-1, 1.5, Number.NaN])
    assert.throws(() => app.events('/b', { retry }, handler), /retry is a whole number of milliseconds/)
  assert.throws(() => eventStream(5 as never), /Events come from an async generator/)
})

test('a source that is no generator is told to stop as well, whatever it does then', async () => {
  let returned = 0
  const source: Events = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return() {
        returned++
        throw new Error('never mind')
      },
    }),
  }
  const { body } = eventStream(source, { heartbeat: 0 })
  assert.ok(body !== null && typeof body === 'object' && 'pull' in body)
  await body.pull()
  const pulled = body.pull()
  body.conclude?.()
  assert.equal(await pulled, null)
  body.cancel('over')
  assert.equal(returned, 1)
})

test('an event that came behind a heartbeat is not lost to the next', async () => {
  const clock = new SimulatedClock()
  let give: (text: string) => void = () => {}
  async function* one(): Events {
    yield await new Promise<string>(resolve => {
      give = resolve
    })
  }
  const { body } = eventStream(one(), { heartbeat: 2_000, clock })
  assert.ok(body !== null && typeof body === 'object' && 'pull' in body)
  const text = async (): Promise<string> => Buffer.from((await body.pull()) ?? []).toString()
  assert.equal(await text(), ':\n\n')
  const pulled = text()
  clock.advance(2_000)
  assert.equal(await pulled, ':\n\n')
  give('here')
  await turn()
  clock.advance(10_000)
  assert.equal(await text(), 'data: here\n\n')
  assert.equal(await text(), '')
  assert.equal(clock.timers, 0)
})

test('a reply that is let go before it is sent never asks its source', () => {
  const source: Events = { [Symbol.asyncIterator]: () => assert.fail('it was asked') }
  const { body } = eventStream(source)
  assert.ok(body !== null && typeof body === 'object' && 'cancel' in body)
  body.cancel('not sent')
})
