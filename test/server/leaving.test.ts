// Clients that vanish, and servers that end: at every stage nothing may be left behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, collect, type Exchange, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, type Visitor, World } from './support.ts'

/** Content that goes on until it is cancelled; pulled chunk by chunk when the test says so. */
class Endless implements Body {
  readonly length: undefined
  readonly endless: boolean
  cancelled = 0
  private next: ((chunk: Uint8Array) => void) | null = null

  constructor(endless: boolean) {
    this.endless = endless
  }

  pull(): Promise<Uint8Array> {
    return new Promise(resolve => (this.next = resolve))
  }

  cancel(): void {
    this.cancelled++
  }

  give(): void {
    this.next?.(Buffer.from('more'))
  }
}

interface Stage {
  readonly handler: Handler
  readonly before: (visitor: Visitor) => void
}

const never: Handler = () => new Promise(() => {})

const stages: Record<string, Stage> = {
  'before anything': { handler: never, before() {} },
  'in the middle of a head': { handler: never, before: visitor => visitor.send('GET / HT') },
  'in the middle of content': {
    handler: async ({ content }) => text(String((await collect(content, 1e6)).length)),
    before: visitor => visitor.send(post('hello').slice(0, -2)),
  },
  'before unread content': { handler: never, before: visitor => visitor.send(post('x'.repeat(100_000))) },
  'while the handler works': { handler: never, before: visitor => visitor.send(get()) },
  'with requests waiting': { handler: never, before: visitor => visitor.send(get() + get() + get()) },
  'while its reply is written': {
    handler: () => new Reply(200, FieldList.empty, new Uint8Array(1e6)),
    before(visitor) {
      visitor.server.room = 1000
      visitor.send(get())
    },
  },
  'while content is produced': {
    handler: () => new Reply(200, FieldList.empty, new Endless(false)),
    before: visitor => visitor.send(get()),
  },
  'between two requests': { handler: () => text('x'), before: visitor => visitor.send(get()) },
}

for (const [stage, { handler, before }] of Object.entries(stages)) {
  test(`a client that resets ${stage} leaves nothing behind`, async () => {
    let exchange: Exchange | null = null
    const world = new World(given => {
      exchange = given
      return handler(given)
    })
    const visitor = world.connect()
    before(visitor)
    await world.settle()
    const signal = (exchange as Exchange | null)?.signal
    visitor.client.reset()
    await world.settle()
    assert.deepEqual(world.connections.ledger, { connections: 0, head: 0, content: 0, waiting: 0, output: 0 })
    if (signal !== undefined && stage.includes('while')) assert.ok(signal.aborted || stage.includes('written'))
    assert.deepEqual(world.told('failed'), [])
    await world.closeAndCheck()
  })

  test(`a client that stops sending ${stage} is gone in the end`, async () => {
    const world = new World(handler)
    const visitor = world.connect()
    before(visitor)
    await world.settle()
    visitor.client.finish()
    await world.settle()
    visitor.server.drain()
    await world.pass(130_000)
    visitor.client.destroy()
    await world.settle()
    await world.closeAndCheck()
  })
}

test('a client that has sent all it wants may still read its reply', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(() => new Promise<Reply>(resolve => (answer = resolve)))
  const visitor = world.connect().send(get())
  visitor.client.finish()
  await world.settle()
  assert.ok(!visitor.ended)
  answer(text('still here'))
  await world.settle()
  assert.ok(visitor.text.endsWith('still here'))
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('all requests that came before the end are answered', async () => {
  const answers: ((reply: Reply) => void)[] = []
  const world = new World(() => new Promise<Reply>(resolve => answers.push(resolve)))
  const visitor = world.connect().send(get() + get() + get())
  visitor.client.finish()
  await world.settle()
  for (let i = 0; i < 3; i++) {
    answers[i](text(String(i)))
    await world.settle()
  }
  assert.deepEqual(visitor.statuses, [200, 200, 200])
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('the end of what a client sends ends a reply that would never end, and no other', async () => {
  for (const endless of [true, false]) {
    const body = new Endless(endless)
    const world = new World(() => new Reply(200, FieldList.empty, body))
    const visitor = world.connect().send(get())
    visitor.client.finish()
    await world.settle()
    assert.equal(body.cancelled, endless ? 1 : 0)
    assert.equal(world.connections.ledger.connections, endless ? 0 : 1)
    await world.closeAndCheck()
    assert.equal(body.cancelled, 1)
  }
})

test('a message cut short by the end is refused, and the client can read that', async () => {
  const world = new World()
  const visitor = world.connect().send('GET / HTTP/1.1\r\nHo')
  visitor.client.finish()
  await world.settle()
  assert.deepEqual(visitor.statuses, [400])
  assert.deepEqual(world.rules, ['incomplete-message'])
  await world.closeAndCheck()
})

test('draining lets what is under way end, closes what is idle, and reports nothing cut', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(({ target }) =>
    target === '/slow' ? new Promise<Reply>(resolve => (answer = resolve)) : text('x'),
  )
  const idle = world.connect().send(get())
  const busy = world.connect().send(get('/slow') + get('/never'))
  await world.settle()
  const draining = world.connections.drain(10_000)
  await world.settle()
  assert.ok(idle.ended)
  assert.ok(!busy.ended)
  idle.client.finish()
  answer(text('slow'))
  await world.settle()
  assert.match(busy.text, /Connection: close\r\n\r\nslow$/)
  busy.client.finish()
  await world.pass(1000)
  assert.deepEqual(await draining, { finished: 2, cut: [] })
  await world.closeAndCheck()
})

test('what does not end within the deadline is cut and named', async () => {
  const world = new World(({ target }) => (target === '/stuck' ? new Promise<Reply>(() => {}) : text('x')))
  const visitor = world.connect().send(get('/stuck'))
  await world.settle()
  const draining = world.connections.drain(3000)
  await world.pass(2500)
  assert.ok(!visitor.ended)
  await world.pass(1000)
  const report = await draining
  assert.equal(report.cut.length, 1)
  assert.equal(report.cut[0].request, 'GET /stuck')
  assert.notEqual(visitor.recorder.error, undefined)
  await world.closeAndCheck()
})

test('a reader that has lost interest does not bring the process down when its client goes', async () => {
  const world = new World(({ content }) => {
    void content.pull()
    return new Promise(() => {})
  })
  const visitor = world.connect().send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n')
  await world.settle()
  visitor.client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('a listener of reports that throws costs nobody a connection', async t => {
  const complaints = t.mock.method(console, 'error', () => {})
  const world = new World(() => Promise.reject(new Error('handler')), {
    report() {
      throw new Error('listener')
    },
  })
  const visitor = world.connect().send(get() + get())
  await world.settle()
  assert.deepEqual(visitor.statuses, [500, 500])
  assert.equal(complaints.mock.callCount(), 2)
  await world.closeAndCheck()
})
