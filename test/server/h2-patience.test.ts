// Every time-out of an HTTP/2 connection, on a simulated clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect, type Exchange, Reply, text } from '../../src/exchange/index.ts'
import { H2Client } from '../support/h2-client.ts'
import { data, frame, get, headers, ping, post, preface, settings, windowUpdate } from '../support/h2-frames.ts'
import { World } from './support.ts'

const limits = {
  headTimeout: 10_000,
  idleTimeout: 30_000,
  contentGrace: 5000,
  contentRate: 1000,
  replyTimeout: 20_000,
  writeTimeout: 15_000,
  lingerTimeout: 2000,
}

const tls = { version: 'TLSv1.3', cipher: 'x', serverName: 'test', alpn: 'h2' }

test('a client that agreed on HTTP/2 and never says anything is closed without a word', async () => {
  const world = new World(undefined, { limits })
  const { client, server } = world.network.connect({ tls })
  world.connections.add(server, exchange => world.handler(exchange))
  await world.pass(9500)
  assert.equal(world.connections.ledger.connections, 1)
  await world.pass(4000)
  assert.equal(world.connections.ledger.connections, 0)
  assert.deepEqual(world.rules, [])
  assert.ok(client.closed || server.closed)
  await world.closeAndCheck()
})

const beginnings: Record<string, Uint8Array[]> = {
  'a preface': [preface.subarray(0, 20)],
  'the first frame': [preface, settings().subarray(0, 5)],
  'a head in one frame': [preface, settings(), headers(1, get()).subarray(0, 15)],
  'a head in several frames': [preface, settings(), headers(1, get(), { endHeaders: false })],
  'any other frame': [preface, settings(), windowUpdate(0, 1).subarray(0, 11)],
}

for (const [what, begin] of Object.entries(beginnings)) {
  test(`${what} that does not end costs the connection, while another client is answered`, async () => {
    const world = new World(undefined, { limits })
    const { client: other } = world.connectHttp2()
    const { client, server } = world.network.connect()
    world.connections.add(server, exchange => world.handler(exchange))
    const slow = H2Client.over(client, { acknowledges: false }).send(...begin)
    for (let second = 0; second < 12; second++) {
      other.request()
      await world.pass(1000)
      if (second === 8) assert.ok(!slow.isOver)
    }
    assert.equal(slow.goawayCode, 'ENHANCE_YOUR_CALM')
    assert.ok(slow.isOver)
    assert.equal(other.count('HEADERS'), 12)
    assert.deepEqual(world.rules, ['head-timeout'])
    await world.closeAndCheck()
  })
}

test('an idle connection is told so and closed, and one in use is not', async () => {
  const world = new World(undefined, { limits })
  const idle = world.connectHttp2()
  idle.client.request()
  const busy = world.connectHttp2()
  for (let i = 0; i < 33; i++) {
    busy.client.request()
    await world.pass(1000)
  }
  assert.equal(idle.client.goawayCode, 'NO_ERROR')
  assert.ok(idle.client.isOver)
  assert.ok(!busy.client.isOver)
  assert.equal(busy.client.count('HEADERS'), 33)
  await world.pass(3000)
  assert.equal(world.connections.ledger.connections, 1, 'it does not linger for ever')
  await world.closeAndCheck()
})

test('PING keeps no idle connection', async () => {
  const world = new World(undefined, { limits })
  const { client } = world.connectHttp2()
  for (let i = 0; i < 33; i++) {
    client.send(ping())
    await world.pass(1000)
  }
  assert.ok(client.isOver)
  await world.closeAndCheck()
})

test('SETTINGS that are never acknowledged cost the connection', async () => {
  const world = new World(undefined, { limits })
  const { client } = world.connectHttp2({ acknowledges: false })
  for (let i = 0; i < 12; i++) {
    client.request()
    await world.pass(1000)
    if (i === 8) assert.ok(!client.isOver)
  }
  assert.equal(client.goawayCode, 'SETTINGS_TIMEOUT')
  assert.deepEqual(world.rules, ['settings-timeout'])
  await world.closeAndCheck()
})

test('a handler that never answers is answered for with 503, on its stream alone', async () => {
  let cancelled = false
  let exchange: Exchange | null = null
  let answer: (reply: Reply) => void = () => {}
  const world = new World(
    one => {
      if (one.path === '/') return text('fine')
      exchange = one
      return new Promise<Reply>(resolve => {
        answer = resolve
      })
    },
    { limits },
  )
  const { client } = world.connectHttp2()
  const stream = client.request('/never')
  await world.pass(19_000)
  assert.equal(client.answer(stream).status, 0)
  await world.pass(2000)
  assert.equal(client.answer(stream).status, 503)
  assert.ok(exchange!.signal.aborted)
  assert.deepEqual(world.rules, ['reply-timeout'])
  answer(
    new Reply(200, undefined, {
      length: undefined,
      pull: () => null,
      cancel() {
        cancelled = true
      },
    }),
  )
  const other = client.request()
  await world.settle()
  assert.ok(cancelled)
  assert.equal(client.text(other), 'fine')
  await world.closeAndCheck()
})

test('content that comes more slowly than the least rate is refused with 408; a slow but honest one is not', async () => {
  const world = new World(async ({ content }) => text(String((await collect(content, 1e6)).length)), { limits })
  const { client } = world.connectHttp2()
  const dripping = client.request(post(), { endStream: false })
  const honest = client.request(post(), { endStream: false })
  for (let second = 0; second < 20; second++) {
    if (client.answer(dripping).reset === null) client.send(data(dripping, 'x'.repeat(10)))
    client.send(data(honest, 'x'.repeat(1500)))
    await world.settle()
    if (client.answer(dripping).status !== 0) assert.equal(client.answer(dripping).reset, 'NO_ERROR')
    await world.pass(1000)
  }
  client.send(data(honest, '', { endStream: true }))
  await world.settle()
  assert.equal(client.answer(dripping).status, 408)
  assert.equal(client.text(honest), '30000')
  assert.deepEqual(world.rules, ['content-timeout'])
  await world.closeAndCheck()
})

test('content that nobody reads and that never ends is not waited for', async () => {
  const world = new World(undefined, { limits })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  await world.pass(8000)
  assert.equal(client.answer(stream).reset, 'NO_ERROR')
  assert.equal(client.text(stream), 'hello')
  await world.closeAndCheck()
})

test('a reply whose window is never opened is given up on its stream; one that trickles goes on', async () => {
  const world = new World(exchange => (exchange.path === '/' ? text('x'.repeat(1000)) : text('')), {
    limits,
    reportExchanges: true,
  })
  const { client } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 1 })
  const stuck = client.request()
  const trickles = client.request()
  for (let second = 0; second < 20; second++) {
    client.send(windowUpdate(trickles, 1))
    client.request('/empty')
    await world.pass(1000)
  }
  assert.equal(client.answer(stuck).reset, 'CANCEL')
  assert.equal(client.answer(trickles).reset, null)
  assert.deepEqual(world.rules, ['write-timeout'])
  const lost = world.told('exchange').find(({ complete }) => !complete)
  assert.equal(lost?.sent, 1)
  await world.closeAndCheck()
})

test('a reply that waits for more urgent ones is not given up', async () => {
  const world = new World(() => text('x'.repeat(1_000_000)), { limits })
  const { client } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 2 ** 24 })
  const urgent = client.request(get('/', [['priority', 'u=0']]))
  const patient = client.request(get('/', [['priority', 'u=7']]))
  for (let second = 0; second < 30; second++) {
    client.send(windowUpdate(0, 1000))
    await world.pass(1000)
  }
  assert.equal(client.answer(patient).size, 0)
  assert.deepEqual([client.answer(urgent).reset, client.answer(patient).reset], [null, null])
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('a client that reads slowly, but steadily, gets its replies', async () => {
  const world = new World(() => text('x'.repeat(30_000)), { limits })
  const { client, server } = world.connectHttp2()
  await world.settle()
  server.room = 20_000
  const streams = [1, 2, 3].map(() => client.request())
  for (let second = 0; second < 40; second++) {
    server.drain(100)
    await world.pass(1000)
  }
  assert.ok(streams.every(stream => client.answer(stream).reset === null))
  server.drain()
  await world.settle()
  assert.ok(streams.every(stream => client.answer(stream).size === 30_000))
  await world.closeAndCheck()
})

test("replies that wait for the connection's window in vain are given up together", async () => {
  const world = new World(() => text('x'.repeat(50_000)), { limits })
  const { client } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 2 ** 20 })
  const streams = [1, 2, 3, 4].map(() => client.request())
  await world.pass(14_000)
  assert.ok(streams.every(stream => client.answer(stream).reset === null))
  await world.pass(3000)
  assert.deepEqual(
    streams.map(stream => client.answer(stream).reset === 'CANCEL' || client.answer(stream).ended),
    [true, true, true, true],
  )
  assert.ok(world.rules.length >= 3)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a client whose socket takes nothing is cut off', async () => {
  const world = new World(() => text('x'.repeat(50_000)), { limits, reportConnections: true })
  const { client, server } = world.connectHttp2()
  await world.settle()
  server.room = 100
  client.request()
  await world.pass(14_000)
  assert.ok(!client.isOver)
  await world.pass(3000)
  assert.ok(client.isOver)
  assert.deepEqual(world.rules, ['write-timeout'])
  assert.equal(world.told('closed')[0].reason, 'write-timeout')
  await world.closeAndCheck()
})

test('a client that has gone without a word is found out by a PING, and one that answers is kept', async () => {
  const endless = () => new Reply(200, undefined, { length: undefined, pull: () => new Promise(() => {}), cancel() {} })
  const world = new World(endless, { limits, reportConnections: true })
  const gone = world.connectHttp2()
  const there = world.connectHttp2()
  gone.client.request()
  there.client.request()
  await world.settle()
  gone.near.pause()
  await world.pass(29_000)
  assert.equal(there.client.count('PING'), 0)
  await world.pass(60_000)
  assert.ok(there.client.count('PING') >= 2)
  assert.ok(!there.client.isOver)
  assert.deepEqual(
    world.told('closed').map(({ reason }) => reason),
    ['silent'],
  )
  await world.closeAndCheck()
})

test('an unknown frame that trickles in is no head, but costs no less', async () => {
  const world = new World(undefined, { limits })
  const { client } = world.connectHttp2()
  await world.settle()
  const unknown = frame(99, 0, 0, new Uint8Array(100))
  for (let second = 0; second < 14; second++) {
    client.send(unknown.subarray(second * 2, second * 2 + 2))
    await world.pass(1000)
  }
  assert.deepEqual(world.rules, ['head-timeout'])
  await world.closeAndCheck()
})

test('no time-out of HTTP/2 is there where it is switched off', async () => {
  const off = { headTimeout: 0, idleTimeout: 0, contentRate: 0, replyTimeout: 0, writeTimeout: 0 }
  const world = new World(() => new Promise<Reply>(() => {}), { limits: off })
  const { client } = world.connectHttp2({ acknowledges: false })
  client.request(post(), { endStream: false })
  await world.pass(600_000)
  assert.ok(!client.isOver)
  assert.equal(client.count('PING'), 0)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})
