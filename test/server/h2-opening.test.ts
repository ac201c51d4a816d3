// The first bytes of a connection, or ALPN, decide what it speaks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Exchange, text } from '../../src/exchange/index.ts'
import { H2Client } from '../support/h2-client.ts'
import { get as h2Get, headers, preface, settings } from '../support/h2-frames.ts'
import { Visitor, World } from './support.ts'

const hello = (exchange: Exchange) => text(`${exchange.method} over ${exchange.version}`)

const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', serverName: 'test' }

for (const [split, how] of [
  [Number.POSITIVE_INFINITY, 'whole'],
  [1, 'byte by byte'],
  [7, 'in sevens'],
] as const) {
  test(`the preface of HTTP/2 is known, ${how}`, async () => {
    const world = new World(hello)
    world.network.split = split
    const { client } = world.connectHttp2()
    const stream = client.request('/')
    await world.settle()
    assert.equal(client.text(stream), 'GET over 2')
    assert.equal(client.count('GOAWAY'), 0)
    await world.closeAndCheck()
  })

  for (const method of ['GET', 'POST', 'PUT', 'P', 'PR', 'PRI', 'PROPFIND', 'PATCH', 'PRINT']) {
    test(`${method} is HTTP/1.1, ${how}`, async () => {
      const world = new World(hello)
      world.network.split = split
      const visitor = world.connect().send(`${method} / HTTP/1.1\r\nHost: test\r\n\r\n`)
      await world.settle()
      assert.deepEqual(visitor.statuses, [200])
      assert.ok(visitor.text.endsWith(`${method} over 1.1`))
      await world.closeAndCheck()
    })
  }

  for (const line of ['PRI * HTTP/1.1', 'PRI * HTTP/2.1', 'PRI * x']) {
    test(`${line} is answered with GOAWAY, ${how}`, async () => {
      const world = new World(hello)
      world.network.split = split
      const { client, server } = world.network.connect()
      world.connections.add(server, exchange => world.handler(exchange))
      const h2 = H2Client.over(client).send(Buffer.from(`${line}\r\nHost: test\r\n\r\n`))
      await world.settle()
      assert.equal(h2.goawayCode, 'PROTOCOL_ERROR')
      assert.ok(h2.isOver)
      assert.deepEqual(world.rules, ['invalid-preface'])
      await world.closeAndCheck()
    })
  }

  test(`a request for * by the method PRI that is HTTP/1.1's own affair is refused by it, ${how}`, async () => {
    const world = new World(hello)
    world.network.split = split
    const visitor = world.connect().send('PRI *\r\n\r\n')
    await world.settle()
    assert.equal(visitor.statuses.length, 1)
    assert.ok(visitor.statuses[0] >= 400)
    await world.closeAndCheck()
  })
}

test('ALPN h2 is HTTP/2 at once: its SETTINGS come before a byte was received', async () => {
  const world = new World(hello)
  const { client, server } = world.network.connect({ tls: { ...tls, alpn: 'h2' } })
  world.connections.add(server, exchange => world.handler(exchange))
  const h2 = H2Client.over(client, { acknowledges: false })
  await world.settle()
  assert.equal(h2.frames[0].name, 'SETTINGS')
  h2.greet()
  const stream = h2.request(h2Get('/', [], 'test', 'https'))
  await world.settle()
  assert.equal(h2.text(stream), 'GET over 2')
  await world.closeAndCheck()
})

test('ALPN http/1.1 is HTTP/1.1, whatever comes', async () => {
  const world = new World(hello)
  const { client, server } = world.network.connect({ tls: { ...tls, alpn: 'http/1.1' } })
  world.connections.add(server, exchange => world.handler(exchange))
  const visitor = new Visitor(client, server).send(Buffer.from(preface).toString('latin1'))
  await world.settle()
  assert.match(visitor.text, /^HTTP\/1\.1 (400|505) /)
  await world.closeAndCheck()
})

test('over TLS without ALPN the first bytes decide', async () => {
  const world = new World(hello)
  const { client, server } = world.network.connect({ tls: { ...tls, alpn: '' } })
  world.connections.add(server, exchange => world.handler(exchange))
  const h2 = H2Client.over(client).greet()
  const stream = h2.request()
  await world.settle()
  assert.equal(h2.answer(stream).status, 200)
  await world.closeAndCheck()
})

test('without HTTP/2 the preface is a request of HTTP/1.1 that cannot be', async () => {
  const world = new World(hello, { http2: false })
  const visitor = world.connect().send(`${Buffer.from(preface).toString('latin1')}`)
  await world.settle()
  assert.match(visitor.text, /^HTTP\/1\.1 (400|505) /)
  await world.closeAndCheck()
})

test('a client that thinks it has agreed on HTTP/2 is answered by HTTP/1.1 where that is all there is', async () => {
  const world = new World(hello, { http2: false })
  const { client, server } = world.network.connect({ tls: { ...tls, alpn: 'h2' } })
  world.connections.add(server, exchange => world.handler(exchange))
  const visitor = new Visitor(client, server).send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  await world.closeAndCheck()
})

test('a client that ends within the preface is let go', async () => {
  for (const begin of ['', 'P', 'PRI *', 'PRI * HTTP']) {
    const world = new World(hello)
    const visitor = world.connect().send(begin)
    await world.settle()
    visitor.client.finish()
    await world.settle()
    assert.ok(visitor.ended, begin)
    assert.equal(world.connections.ledger.connections, 0)
    await world.closeAndCheck()
  }
})

test('what a connection holds before it is decided is in the ledger', async () => {
  const world = new World(hello)
  const visitor = world.connect().send('PRI')
  await world.settle()
  assert.equal(world.connections.ledger.head, 3)
  visitor.send('NT / HTTP/1.1\r\nHost: test\r\n\r\n')
  await world.settle()
  world.assertNothingIsHeld()
  assert.deepEqual(visitor.statuses, [200])
  await world.closeAndCheck()
})

test('a connection that says nothing, or not enough, is given up in the time for a head', async () => {
  for (const [begin, answer] of [
    ['', /^$/],
    ['PRI', /^HTTP\/1\.1 408 /],
    ['PRI * HT', /^/],
  ] as const) {
    const world = new World(hello, { limits: { headTimeout: 10_000, lingerTimeout: 1000 } })
    const visitor = world.connect().send(begin)
    await world.pass(9000)
    assert.ok(!visitor.ended, begin)
    await world.pass(2000)
    assert.ok(visitor.ended, begin)
    assert.match(visitor.text, answer)
    assert.deepEqual(world.rules, begin === '' ? [] : ['head-timeout'])
    await world.closeAndCheck()
  }
})

test('the time for a head goes on when it is known what is spoken', async () => {
  const world = new World(hello, { limits: { headTimeout: 10_000, lingerTimeout: 1000 } })
  const visitor = world.connect()
  await world.pass(9000)
  visitor.send('GET / HT')
  await world.pass(2500)
  assert.deepEqual(visitor.statuses, [408])
  await world.closeAndCheck()
})

test('a drain ends a connection that has said nothing, and answers one that has begun', async () => {
  const world = new World(hello)
  const silent = world.connect()
  const begun = world.connect().send('PR')
  await world.settle()
  const draining = world.connections.drain(5000)
  await world.settle()
  assert.ok(silent.ended)
  assert.ok(!begun.ended)
  begun.send('INT / HTTP/1.1\r\nHost: test\r\n\r\n')
  await world.settle()
  assert.deepEqual(begun.statuses, [200])
  assert.ok(begun.ended)
  silent.client.finish()
  begun.client.finish()
  await world.settle()
  assert.deepEqual(await draining, { finished: 2, cut: [] })
  await world.closeAndCheck()
})

test('connections are reported as opened and closed once each, whatever they speak', async () => {
  const world = new World(hello, { reportConnections: true })
  const { client } = world.connectHttp2()
  const visitor = world.connect().send('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n')
  client.request()
  await world.settle()
  client.destroy()
  visitor.client.finish()
  await world.settle()
  assert.equal(world.told('opened').length, 2)
  assert.deepEqual(
    world.told('closed').map(({ reason }) => reason),
    ['peer', 'done'],
  )
  await world.closeAndCheck()
})

test('what comes behind the preface in the same read is taken', async () => {
  const world = new World(hello)
  const { client, server } = world.network.connect()
  world.connections.add(server, exchange => world.handler(exchange))
  const h2 = H2Client.over(client)
  h2.send(preface, settings(), ...[1, 3, 5].map(stream => headers(stream, h2Get(), { endStream: true })))
  await world.settle()
  assert.deepEqual(
    [1, 3, 5].map(stream => h2.answer(stream).status),
    [200, 200, 200],
  )
  await world.closeAndCheck()
})
