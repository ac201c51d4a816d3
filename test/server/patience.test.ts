import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, collect, type Exchange, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, World } from './support.ts'

const limits = {
  headTimeout: 10_000,
  idleTimeout: 30_000,
  contentGrace: 5000,
  contentRate: 1000,
  replyTimeout: 20_000,
  writeTimeout: 15_000,
  lingerTimeout: 2000,
}

test('a connection that never says anything is closed without a word', async () => {
  const world = new World(undefined, { limits })
  const visitor = world.connect()
  await world.pass(9500)
  assert.ok(!visitor.ended)
  await world.pass(2000)
  assert.ok(visitor.ended)
  assert.equal(visitor.text, '')
  await world.closeAndCheck()
})

test('a head that trickles in is refused with 408 in its time, while another client is answered', async () => {
  const world = new World(undefined, { limits })
  const slow = world.connect().send('GET / HTTP/1.1\r\nHost: test\r\n')
  const other = world.connect()
  for (let second = 0; second < 12; second++) {
    slow.send('X: y\r\n')
    other.send(get())
    await world.pass(1000)
    if (second === 8) assert.ok(!slow.ended)
  }
  assert.deepEqual(slow.statuses, [408])
  assert.ok(slow.ended)
  assert.equal(other.statuses.length, 12)
  assert.deepEqual(world.rules, ['head-timeout'])
  await world.closeAndCheck()
})

test('an idle connection is closed in order, and one in use is not', async () => {
  const world = new World(undefined, { limits })
  const idle = world.connect().send(get())
  const busy = world.connect()
  for (let i = 0; i < 32; i++) {
    busy.send(get())
    await world.pass(1000)
  }
  assert.ok(idle.ended)
  assert.ok(!busy.ended)
  await world.pass(3000)
  assert.equal(world.connections.ledger.connections, 1, 'it does not linger for ever')
  await world.closeAndCheck()
})

test('content that comes more slowly than the least rate is refused with 408; a slow but honest one is not', async () => {
  const world = new World(async exchange => text(String((await collect(exchange.content, 1e6)).length)), { limits })
  const dripping = world.connect().send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n')
  const honest = world.connect().send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 30000\r\n\r\n')
  for (let second = 0; second < 20; second++) {
    if (!dripping.ended) dripping.send('x'.repeat(10))
    honest.send('x'.repeat(1500))
    await world.pass(1000)
  }
  assert.deepEqual(dripping.statuses, [408])
  assert.ok(dripping.ended)
  assert.deepEqual(honest.statuses, [200])
  assert.deepEqual(world.rules, ['content-timeout'])
  await world.closeAndCheck()
})

test('a handler that never answers is answered for with 503, and its late reply is let go', async () => {
  let answer: (reply: Reply) => void = () => {}
  let cancelled = false
  let exchange: Exchange | null = null
  const world = new World(
    given => {
      exchange = given
      return new Promise<Reply>(resolve => (answer = resolve))
    },
    { limits },
  )
  const visitor = world.connect().send(get())
  await world.settle()
  const { signal } = exchange!
  await world.pass(22_000)
  assert.deepEqual(visitor.statuses, [503])
  assert.ok(signal.aborted)
  const body: Body = { length: 1, pull: () => new Uint8Array(1), cancel: () => (cancelled = true) }
  answer(new Reply(200, FieldList.empty, body))
  await world.settle()
  assert.deepEqual(visitor.statuses, [503])
  assert.ok(cancelled)
  await world.closeAndCheck()
})

test('a reader that takes nothing is cut off, one that takes a little is not', async () => {
  const data = new Uint8Array(100_000)
  const world = new World(() => new Reply(200, FieldList.empty, data), { limits })
  const stuck = world.connect()
  const slow = world.connect()
  for (const visitor of [stuck, slow]) {
    visitor.server.room = 1000
    visitor.send(get())
  }
  for (let second = 0; second < 20; second++) {
    slow.server.drain(100)
    await world.pass(1000)
  }
  assert.notEqual(stuck.recorder.error, undefined)
  assert.equal(slow.recorder.error, undefined)
  assert.deepEqual(world.rules, ['write-timeout'])
  await world.closeAndCheck()
})

test('a reply whose producer takes long is not cut off', async () => {
  let yieldMore: () => void = () => {}
  async function* slowly() {
    yield Buffer.from('a')
    await new Promise<void>(resolve => (yieldMore = resolve))
    yield Buffer.from('b')
  }
  const world = new World(() => new Reply(200, FieldList.empty, bodyOf(slowly())), { limits })
  const visitor = world.connect().send(get())
  await world.pass(300_000)
  yieldMore()
  await world.settle()
  assert.ok(visitor.text.endsWith('1\r\nb\r\n0\r\n\r\n'))
  await world.closeAndCheck()
})

test('time-outs can be switched off', async () => {
  const off = { headTimeout: 0, idleTimeout: 0, contentRate: 0, replyTimeout: 0, writeTimeout: 0 }
  const world = new World(({ method }) => (method === 'POST' ? new Promise(() => {}) : text('x')), { limits: off })
  const visitors = [
    world.connect(),
    world.connect().send('GET'),
    world.connect().send(get()),
    world.connect().send(post('x')),
  ]
  await world.pass(200_000)
  for (const visitor of visitors) assert.ok(!visitor.ended)
  await world.closeAndCheck()
})
