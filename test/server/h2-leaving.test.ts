// Ends over HTTP/2: streams that are reset, clients that go, and a server that ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, type Exchange, Reply, Tunnel, text } from '../../src/exchange/index.ts'
import { data, goaway, headers, lastStream, post, rstStream } from '../support/h2-frames.ts'
import { World } from './support.ts'

/** A body that never brings anything, and tells when it is let go. */
function waiting(): Body & { cancelled: unknown } {
  return {
    length: undefined,
    cancelled: undefined,
    pull: () => new Promise(() => {}),
    cancel(reason) {
      this.cancelled = reason
    },
  }
}

test('a stream that is reset aborts its exchange, and lets go of its reply and content', async () => {
  const body = waiting()
  const seen: Exchange[] = []
  let reading: Promise<string> | null = null
  const world = new World(
    exchange => {
      seen.push(exchange)
      if (exchange.path === '/reads') {
        reading = Promise.resolve(exchange.content.pull()).then(String, (error: Error) => error.message)
        return new Promise<Reply>(() => {})
      }
      return exchange.path === '/sends' ? new Reply(200, undefined, body) : text('other')
    },
    { reportExchanges: true },
  )
  const { client } = world.connectHttp2()
  const sends = client.request('/sends')
  const reads = client.request(post('/reads'), { endStream: false })
  await world.settle()
  const signals = seen.map(exchange => exchange.signal)
  client.send(rstStream(sends), rstStream(reads))
  const other = client.request('/')
  await world.settle()
  assert.ok(signals.every(signal => signal.aborted))
  assert.ok(body.cancelled instanceof Error)
  assert.match(String(await reading), /reset/)
  assert.equal(client.text(other), 'other')
  assert.deepEqual(
    world.told('exchange').map(({ exchange, status, complete }) => [exchange.path, status, complete]),
    [
      ['/sends', 200, false],
      ['/reads', 0, false],
      ['/', 200, true],
    ],
  )
  assert.deepEqual(world.rules, [])
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a reply that comes after the stream was reset is let go', async () => {
  const body = waiting()
  let answer: (reply: Reply) => void = () => {}
  const world = new World(
    () =>
      new Promise<Reply>(resolve => {
        answer = resolve
      }),
  )
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  client.send(rstStream(stream))
  await world.settle()
  answer(new Reply(200, undefined, body))
  await world.settle()
  assert.notEqual(body.cancelled, undefined)
  assert.equal(client.answer(stream).status, 0)
  await world.closeAndCheck()
})

test('a whole reply that is reset on the way counts what had gone out', async () => {
  const world = new World(() => new Reply(200, undefined, new Uint8Array(100_000)), { reportExchanges: true })
  const { client } = world.connectHttp2({ opensWindows: false })
  const stream = client.request()
  await world.settle()
  assert.ok(world.connections.ledger.waiting > 0)
  client.send(rstStream(stream))
  await world.settle()
  assert.equal(world.told('exchange')[0].sent, 65535)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('handlers that go on after their streams were reset count as streams', async () => {
  let running = 0
  let most = 0
  const ends: (() => void)[] = []
  const world = new World(
    () => {
      running++
      most = Math.max(most, running)
      return new Promise<Reply>(resolve => {
        ends.push(() => {
          running--
          resolve(text('late'))
        })
      })
    },
    { limits: { streams: 10 } },
  )
  const { client } = world.connectHttp2()
  for (let i = 0; i < 100; i++) {
    const stream = client.request()
    client.send(rstStream(stream))
  }
  await world.settle()
  assert.equal(most, 10)
  const refused = client.request()
  await world.settle()
  assert.equal(client.answer(refused).reset, 'REFUSED_STREAM')
  assert.equal(world.rules[0], 'too-many-running')
  for (const end of ends) end()
  await world.settle()
  const welcome = client.request()
  await world.settle()
  assert.equal(client.answer(welcome).reset, null)
  ends.at(-1)!()
  await world.settle()
  assert.equal(client.text(welcome), 'late')
  await world.closeAndCheck()
})

test('requests that are turned away again and again cost the connection', async () => {
  const world = new World(() => new Promise<Reply>(() => {}), { limits: { streams: 1 } })
  const { client } = world.connectHttp2()
  client.send(rstStream(client.request()))
  for (let i = 0; i < 2000; i++) client.request()
  await world.settle()
  assert.equal(client.goawayCode, 'ENHANCE_YOUR_CALM')
  assert.equal(world.rules.at(-1), 'too-many-resets')
  await world.closeAndCheck()
})

test('after FIN what was asked for whole is still answered, and endless replies end', async () => {
  const events: Body & { cancelled: unknown } = { ...waiting(), endless: true }
  const answers = new Map<string, (reply: Reply) => void>()
  const world = new World(exchange => {
    if (exchange.path === '/events') return new Reply(200, undefined, events)
    if (exchange.method === 'CONNECT') return new Reply(200, undefined, new Tunnel(incoming => incoming))
    return new Promise<Reply>(resolve => {
      answers.set(exchange.path, resolve)
    })
  })
  const { client, near } = world.connectHttp2({ opensWindows: false, acknowledges: false })
  const whole = client.request('/whole')
  const half = client.request(post('/half'), { endStream: false })
  const endless = client.request('/events')
  const tunnel = client.request(
    [
      [':method', 'CONNECT'],
      [':authority', 'far:443'],
    ],
    { endStream: false },
  )
  await world.settle()
  near.finish()
  await world.settle()
  assert.notEqual(events.cancelled, undefined)
  assert.ok(!client.isOver)
  answers.get('/half')!(text('too late'))
  answers.get('/whole')!(text('to the end'))
  await world.settle()
  assert.equal(client.text(whole), 'to the end')
  assert.equal(client.text(half), '')
  assert.ok(client.isOver)
  assert.ok(!client.answer(endless).ended)
  assert.ok(!client.answer(tunnel).ended)
  await world.closeAndCheck()
})

test('a connection that is reset aborts everything on it', async () => {
  const seen: Exchange[] = []
  const body = waiting()
  const world = new World(
    exchange => {
      seen.push(exchange)
      return exchange.path === '/sends' ? new Reply(200, undefined, body) : new Promise<Reply>(() => {})
    },
    { reportExchanges: true },
  )
  const { client } = world.connectHttp2()
  client.request('/sends')
  client.request('/waits')
  await world.settle()
  const signals = seen.map(exchange => exchange.signal)
  client.reset()
  await world.settle()
  assert.ok(signals.every(signal => signal.aborted))
  assert.match(String((signals[1].reason as Error).message), /ECONNRESET|reset/i)
  assert.ok(body.cancelled instanceof Error)
  assert.equal(world.told('exchange').length, 2)
  assert.equal(world.connections.ledger.connections, 0)
  await world.closeAndCheck()
})

test('GOAWAY of the client ends the connection once its streams are answered', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(
    () =>
      new Promise<Reply>(resolve => {
        answer = resolve
      }),
  )
  const { client } = world.connectHttp2()
  const stream = client.request()
  client.send(goaway())
  await world.settle()
  assert.ok(!client.isOver)
  answer(text('bye'))
  await world.settle()
  assert.equal(client.text(stream), 'bye')
  assert.ok(client.isOver)
  await world.closeAndCheck()
})

test('a drain announces itself in two steps, lets exchanges end, and reports what it cut', async () => {
  const answers = new Map<string, (reply: Reply) => void>()
  const world = new World(
    exchange =>
      new Promise<Reply>(resolve => {
        answers.set(exchange.path, resolve)
      }),
  )
  const quick = world.connectHttp2()
  const slow = world.connectHttp2()
  const idle = world.connectHttp2()
  const finished = quick.client.request('/quick')
  slow.client.request('/slow')
  slow.client.request('/slower')
  await world.settle()
  const draining = world.connections.drain(3000)
  await world.settle()
  const steps = quick.client.frames.filter(frame => frame.name === 'GOAWAY').map(lastStream)
  assert.deepEqual(steps, [2 ** 31 - 1, finished])
  assert.ok(idle.client.isOver)
  answers.get('/quick')!(text('done'))
  await world.settle()
  assert.equal(quick.client.text(finished), 'done')
  assert.ok(quick.client.isOver)
  for (const { near } of [quick, idle]) near.finish()
  await world.pass(4000)
  assert.deepEqual(
    (await draining).cut.map(({ request, address, sent }) => [request, address, sent]),
    [
      ['GET /slow', '192.0.2.1', 0],
      ['GET /slower', '192.0.2.1', 0],
    ],
  )
  assert.equal((await draining).finished, 2)
  await world.closeAndCheck()
})

test('a request that was on its way when the drain began is answered; one after it is not begun', async () => {
  const world = new World()
  const { client } = world.connectHttp2({ acknowledges: false })
  await world.settle()
  const draining = world.connections.drain(60_000)
  await world.settle()
  const onItsWay = client.request()
  await world.settle()
  assert.equal(client.text(onItsWay), 'hello')
  const ping = client.frames.find(frame => frame.name === 'PING')!
  const acknowledged = Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0, ...ping.payload])
  client.send(acknowledged)
  const late = client.request()
  await world.settle()
  assert.equal(client.answer(late).status, 0)
  assert.ok(client.isOver)
  client.finish()
  await world.settle()
  assert.equal((await draining).finished, 1)
  await world.closeAndCheck()
})

test('a client that never acknowledges does not hold up a drain', async () => {
  const world = new World(undefined, { limits: { lingerTimeout: 2000 } })
  const { client, near } = world.connectHttp2({ acknowledges: false })
  client.request()
  await world.settle()
  const draining = world.connections.drain(60_000)
  await world.pass(3000)
  assert.ok(client.isOver)
  near.finish()
  await world.settle()
  assert.deepEqual(await draining, { finished: 1, cut: [] })
  await world.closeAndCheck()
})

test('so many requests on a connection are its last ones', async () => {
  const world = new World(undefined, { limits: { requestsPerConnection: 3 } })
  const { client } = world.connectHttp2()
  const streams = [1, 2, 3].map(() => client.request())
  await world.settle()
  assert.ok(streams.every(stream => client.text(stream) === 'hello'))
  assert.equal(client.goawayCode, 'NO_ERROR')
  assert.ok(client.isOver)
  await world.closeAndCheck()
})

test('what comes after the end is thrown away until the client has closed', async () => {
  const world = new World(undefined, { limits: { requestsPerConnection: 1, lingerTimeout: 3000 } })
  const { client } = world.connectHttp2()
  client.request()
  await world.settle()
  assert.ok(client.isOver)
  client.send(headers(99, post()), data(99, new Uint8Array(10_000)))
  await world.settle()
  world.assertNothingIsHeld()
  assert.equal(world.connections.ledger.connections, 1)
  await world.pass(4000)
  assert.equal(world.connections.ledger.connections, 0)
  await world.closeAndCheck()
})

test('content is let go when the connection goes while it is being sent', async () => {
  let cancelled = 0
  const world = new World(
    () =>
      new Reply(200, undefined, {
        length: undefined,
        pull: () => new Uint8Array(16384),
        cancel() {
          cancelled++
        },
      }),
  )
  const { client, server } = world.connectHttp2()
  server.room = 1000
  for (let i = 0; i < 5; i++) client.request()
  await world.settle()
  client.reset()
  await world.settle()
  assert.equal(cancelled, 5)
  await world.closeAndCheck()
})

test('what fails while it is let go is reported, and costs nothing else', async () => {
  const world = new World(
    () =>
      new Reply(200, undefined, {
        ...bodyOf([]),
        pull: () => new Promise<null>(() => {}),
        cancel() {
          throw new Error('stuck')
        },
      }),
  )
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  client.send(rstStream(stream))
  await world.settle()
  assert.deepEqual(
    world.told('failed').map(({ doing }) => doing),
    ['letting go of a reply'],
  )
  await world.closeAndCheck()
})

test('a client that has closed after FIN is found out by writing to it', async () => {
  const world = new World(() => new Promise<Reply>(() => {}), { reportExchanges: true })
  const { client, near } = world.connectHttp2({ acknowledges: false })
  client.request()
  await world.settle()
  near.finish()
  await world.settle()
  assert.equal(world.connections.ledger.connections, 1)
  near.closed = true
  await world.pass(2500)
  assert.equal(world.connections.ledger.connections, 0)
  assert.equal(world.told('exchange')[0].complete, false)
  await world.closeAndCheck()
})
