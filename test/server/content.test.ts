import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, chunksOf, collect, type Exchange, Reply, Tunnel, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, World } from './support.ts'

const echo = async (exchange: Exchange): Promise<Reply> =>
  new Reply(200, FieldList.empty, await collect(exchange.content, 1e6))

const chunkedPost = 'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n'

for (const split of [Number.POSITIVE_INFINITY, 7, 1]) {
  test(`content is read whole, in reads of ${split} bytes`, async () => {
    const world = new World(echo)
    world.network.split = split
    const visitor = world
      .connect()
      .send(`${post('hello') + chunkedPost}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n${post('last')}`)
    await world.settle()
    assert.deepEqual(visitor.statuses, [200, 200, 200])
    assert.deepEqual(visitor.text.match(/\r\n\r\n(hello|abcde|last)/g), [
      '\r\n\r\nhello',
      '\r\n\r\nabcde',
      '\r\n\r\nlast',
    ])
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })
}

test('trailers are there once the content has been read', async () => {
  const world = new World(async exchange => {
    await collect(exchange.content, 1e6)
    return text(exchange.trailers.get('sum') ?? 'none')
  })
  const visitor = world.connect().send(`${chunkedPost}3\r\nabc\r\n0\r\nSum: 3\r\n\r\n`)
  await world.settle()
  assert.ok(visitor.text.endsWith('\r\n\r\n3'))
  await world.closeAndCheck()
})

test('a handler that does not read stops the sender', async () => {
  let exchange: Exchange | null = null
  const world = new World(given => {
    exchange = given
    return new Promise(() => {})
  })
  const visitor = world.connect().send(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n`)
  for (let i = 0; i < 100; i++) visitor.send('x'.repeat(10_000))
  world.network.split = 10_000
  await world.settle()
  assert.ok(visitor.server.isPaused)
  assert.ok(world.connections.ledger.waiting <= 20_000)
  const whole = collect(exchange!.content, 1e6)
  await world.settle()
  assert.equal((await whole).length, 1_000_000)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('100 Continue is sent by the first pull of the content, once', async () => {
  let proceed: () => void = () => {}
  const gate = new Promise<void>(resolve => (proceed = resolve))
  const world = new World(async exchange => {
    await gate
    return echo(exchange)
  })
  const visitor = world
    .connect()
    .send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  await world.settle()
  assert.equal(visitor.text, '')
  proceed()
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 100 Continue\r\n\r\n')
  visitor.send('ab')
  await world.settle()
  visitor.send('cd')
  await world.settle()
  assert.deepEqual(visitor.statuses, [100, 200])
  assert.ok(!visitor.ended)
  await world.closeAndCheck()
})

test('a reply without 100 Continue closes the connection, for nobody knows whether the content comes', async () => {
  const world = new World(() => text('no'))
  const visitor = world
    .connect()
    .send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  assert.match(visitor.text, /Connection: close/)
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('a handler that answers before the content is read: a little is thrown away and the connection goes on', async () => {
  const world = new World(({ target }) => text(target))
  const visitor = world.connect().send(post('x'.repeat(5000), '', '/1').slice(0, 3000))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  visitor.send(post('x'.repeat(5000), '', '/1').slice(3000) + get('/2'))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200])
  assert.ok(visitor.text.endsWith('/2'))
  await world.closeAndCheck()
})

test('with much content unread the connection is closed, and lingers so that the reply is not lost', async () => {
  const world = new World(() => text('enough'))
  const visitor = world
    .connect()
    .send(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`)
  await world.settle()
  assert.match(visitor.text, /Connection: close\r\n\r\nenough$/)
  assert.equal(visitor.recorder.error, undefined, 'the connection is still open for what comes')
  visitor.send('x'.repeat(100_000))
  await world.settle()
  world.assertNothingIsHeld()
  await world.pass(7000)
  assert.equal(world.connections.ledger.connections, 0, 'but not for ever')
  await world.closeAndCheck()
})

test('chunked content that nobody reads is thrown away up to a bound, then the connection is closed', async () => {
  const world = new World(() => text('enough'), { limits: { discardBytes: 10_000 } })
  const visitor = world.connect().send(chunkedPost)
  for (let i = 0; i < 30; i++) visitor.send(`3e8\r\n${'x'.repeat(1000)}\r\n`)
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('content can be answered while it comes in', async () => {
  const world = new World(exchange => {
    async function* doubled() {
      for await (const chunk of chunksOf(exchange.content)) yield Buffer.concat([chunk, chunk])
    }
    return new Reply(200, FieldList.empty, bodyOf(doubled()))
  })
  const visitor = world.connect().send(`${chunkedPost}2\r\nab\r\n`)
  await world.settle()
  assert.ok(visitor.text.endsWith('4\r\nabab\r\n'))
  visitor.send(`1\r\nc\r\n0\r\n\r\n${chunkedPost}0\r\n\r\n`)
  await world.settle()
  assert.ok(visitor.text.includes('2\r\ncc\r\n0\r\n\r\nHTTP/1.1 200 OK'))
  await world.closeAndCheck()
})

test('content beyond the limit is refused with 413, announced or not', async () => {
  const world = new World(echo, { limits: { contentBytes: 1000 } })
  const announced = world.connect().send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n')
  const chunked = world.connect().send(chunkedPost)
  for (let i = 0; i < 3; i++) chunked.send(`1f4\r\n${'x'.repeat(500)}\r\n`)
  await world.settle()
  assert.deepEqual(announced.statuses, [413])
  assert.deepEqual(chunked.statuses, [413])
  assert.deepEqual(world.rules, ['content-too-large', 'content-too-large'])
  assert.ok(announced.ended && chunked.ended)
  await world.closeAndCheck()
})

test('a broken chunk is refused with 400, and the handler that reads is told', async () => {
  const seen: unknown[] = []
  const world = new World(async exchange => {
    try {
      return await echo(exchange)
    } catch (error) {
      seen.push(error)
      throw error
    }
  })
  const visitor = world.connect().send(`${chunkedPost}3\r\nabc\r\nzz\r\n`)
  await world.settle()
  assert.deepEqual(visitor.statuses, [400])
  assert.equal(seen.length, 1)
  assert.deepEqual(world.rules, ['invalid-chunk-size'])
  await world.closeAndCheck()
})

test('a body that is pulled again before the last pull has settled says so', async () => {
  const world = new World(async exchange => {
    const first = exchange.content.pull()
    assert.throws(() => exchange.content.pull(), /one chunk at a time/)
    await first
    return text('ok')
  })
  const visitor = world.connect().send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\n')
  await world.settle()
  visitor.send('x')
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  await world.closeAndCheck()
})

test('a tunnel gets what follows the head, both ways, until both have ended', async () => {
  const world = new World(
    () => new Reply(101, FieldList.of({ Upgrade: 'reverse' }), new Tunnel(incoming => bodyOf(reversed(incoming)))),
  )
  const visitor = world.connect().send(`${get('/', 'Connection: Upgrade\r\nUpgrade: reverse\r\n')}abc`)
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: reverse\r\n\r\ncba')
  visitor.send('xy')
  await world.settle()
  assert.ok(visitor.text.endsWith('cbayx'))
  visitor.client.finish()
  await world.settle()
  assert.ok(visitor.text.endsWith('cbayxend'))
  assert.equal(world.connections.ledger.connections, 0)
  await world.closeAndCheck()
})

test('CONNECT opens a tunnel with 200', async () => {
  const world = new World(
    ({ target }) => new Reply(200, FieldList.of({ To: target }), new Tunnel(incoming => bodyOf(reversed(incoming)))),
  )
  const visitor = world.connect().send('CONNECT far:80 HTTP/1.1\r\nHost: far:80\r\n\r\nabc')
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 200 OK\r\nTo: far:80\r\n\r\ncba')
  visitor.client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('a tunnel that was not asked for is the handler’s mistake', async () => {
  const world = new World(() => new Reply(101, FieldList.of({ Upgrade: 'x' }), new Tunnel(incoming => incoming)))
  const visitor = world.connect().send(get())
  await world.settle()
  assert.deepEqual(visitor.statuses, [500])
  assert.match(String(world.told('failed')[0].error), /answers a request that asks for it/)
  await world.closeAndCheck()
})

async function* reversed(incoming: Body): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunksOf(incoming)) yield chunk.slice().reverse()
  yield Buffer.from('end')
}
