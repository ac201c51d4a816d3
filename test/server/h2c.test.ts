// `Upgrade: h2c`: a connection that begins as HTTP/1.1 and goes on as HTTP/2 (RFC 7540 section 3.2).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Exchange, type Reply, text } from '../../src/exchange/index.ts'
import { H2Client } from '../support/h2-client.ts'
import { get as h2Get, headers, preface, settings } from '../support/h2-frames.ts'
import { get, Visitor, World } from './support.ts'

const ASKS = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'

const told = ({ method, target, version, authority, fields }: Exchange): Reply =>
  text([method, target, version, authority, [...fields].map(([name]) => name.toLowerCase()).join()].join(' '))

/** What comes after the head of 101, as a client of HTTP/2 sees it once it has sent its preface. */
async function afterSwitch(world: World, visitor: Visitor, ...first: readonly Uint8Array[]): Promise<H2Client> {
  const bytes = visitor.recorder.bytes
  const end = bytes.indexOf('\r\n\r\n') + 4
  // Its preface comes before anything else of it.
  const client = H2Client.over(visitor.client, { acknowledges: false, opensWindows: false })
  visitor.client.user.receive(bytes, end, bytes.length)
  client.send(...first)
  await world.settle()
  return client
}

for (const split of [Number.POSITIVE_INFINITY, 1]) {
  test(`the request that asks is answered on stream 1, in reads of ${split}`, async () => {
    const world = new World(told, { h2c: true, reportConnections: true })
    world.network.split = split
    const visitor = world.connect().send(get('/a?b', `X-Own: 1\r\n${ASKS}`))
    await world.settle()
    assert.match(visitor.text, /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n/)
    const client = await afterSwitch(world, visitor, preface, settings())
    assert.equal(client.frames[0].name, 'SETTINGS')
    assert.equal(client.text(1), 'GET /a?b 2 test x-own')
    assert.ok(client.answer(1).ended)
    client.latestStream = 1
    const next = client.request('/next')
    await world.settle()
    assert.match(client.text(next), /^GET \/next 2 test/)
    world.assertNothingIsHeld()
    assert.equal(world.told('opened').length, 1)
    await world.closeAndCheck()
    assert.equal(world.told('closed').length, 1)
  })
}

test('what was read behind the head goes along', async () => {
  const world = new World(told, { h2c: true })
  const behind = Buffer.concat([preface, settings(), headers(3, h2Get('/three'), { endStream: true })])
  const visitor = world.connect().send(get('/one', ASKS) + behind.toString('latin1'))
  await world.settle()
  const client = await afterSwitch(world, visitor, new Uint8Array(0))
  assert.match(client.text(1), /\/one 2/)
  assert.match(client.text(3), /\/three 2/)
  await world.closeAndCheck()
})

test('a request before it is answered first', async () => {
  const world = new World(
    exchange =>
      exchange.path === '/first'
        ? new Promise<Reply>(resolve => setImmediate(() => resolve(told(exchange))))
        : told(exchange),
    { h2c: true },
  )
  const visitor = world.connect().send(get('/first') + get('/second', ASKS))
  await world.settle()
  assert.match(visitor.text, /^HTTP\/1\.1 200 [\s\S]*\/first 1\.1 [\s\S]*HTTP\/1\.1 101 /)
  await world.closeAndCheck()
})

test('nothing but settings comes behind 101 until the client has sent its preface', async () => {
  const world = new World(() => text('hello'), { h2c: true, reportExchanges: true })
  const visitor = world.connect().send(get('/', ASKS))
  await world.settle()
  const client = await afterSwitch(world, visitor, preface.subarray(0, 10))
  assert.deepEqual([...new Set(client.frames.map(({ name }) => name))], ['SETTINGS', 'WINDOW_UPDATE'])
  client.send(preface.subarray(10), settings())
  await world.settle()
  assert.equal(client.text(1), 'hello')
  await world.closeAndCheck()
})

test('a client that is gone before its preface came is not answered', async () => {
  const world = new World(told, { h2c: true, reportExchanges: true })
  const visitor = world.connect().send(get('/', ASKS))
  await world.settle()
  visitor.client.destroy()
  await world.settle()
  assert.equal(world.told('exchange').length, 0)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test("the client's settings hold from the start", async () => {
  // INITIAL_WINDOW_SIZE 3
  const world = new World(() => text('hello'), { h2c: true })
  const visitor = world.connect().send(get('/', ASKS.replace('AAMAAABkAAQAAP__', 'AAQAAAAD')))
  await world.settle()
  assert.equal((await afterSwitch(world, visitor, preface, settings())).text(1), 'hel')
  await world.closeAndCheck()
})

test('the answer to HEAD has no content', async () => {
  const world = new World(() => text('hello'), { h2c: true })
  const visitor = world.connect().send(get('/', ASKS).replace('GET', 'HEAD'))
  await world.settle()
  const { ended, size, status } = (await afterSwitch(world, visitor, preface, settings())).answer(1)
  assert.deepEqual({ ended, size, status }, { ended: true, size: 0, status: 200 })
  await world.closeAndCheck()
})

const ignored: Record<string, string> = {
  'without settings': get('/', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'),
  'with settings that Connection does not name': get('/', ASKS.replace(', HTTP2-Settings', '')),
  'with settings twice': get('/', `${ASKS}HTTP2-Settings: AAMAAABk\r\n`),
  'with settings that are no base64url': get('/', ASKS.replace('__', '//')),
  'with settings that are cut short': get('/', ASKS.replace('AAMAAABkAAQAAP__', 'AAMAAAB')),
  'with settings that have an odd character': get('/', ASKS.replace('AAMAAABkAAQAAP__', 'AAMAAABkA')),
  'with half a setting': get('/', ASKS.replace('AAMAAABkAAQAAP__', 'AAMA')),
  'with padding': get('/', ASKS.replace('AAMAAABkAAQAAP__', 'AAMAAABkAAQAAP8=')),
  'that Connection does not name': get('/', ASKS.replace('Upgrade, ', '')),
  'for h2, which is for TLS': get('/', ASKS.replace('h2c', 'h2')),
  'with content': `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n${ASKS}\r\nhi`,
  'over HTTP/1.0': get('/', ASKS).replace('1.1', '1.0'),
}

for (const [how, request] of Object.entries(ignored)) {
  test(`an Upgrade ${how} is passed over`, async () => {
    const world = new World(told, { h2c: true })
    const visitor = world.connect().send(request)
    await world.settle()
    assert.deepEqual(visitor.statuses, [200])
    await world.closeAndCheck()
  })
}

test('it is passed over where it is not switched on, over TLS, and after FIN', async () => {
  for (const options of [{}, { h2c: false }, { h2c: true, http2: false }]) {
    const world = new World(told, options)
    const visitor = world.connect().send(get('/', ASKS))
    await world.settle()
    assert.deepEqual(visitor.statuses, [200])
    await world.closeAndCheck()
  }
  const world = new World(told, { h2c: true })
  const tls = { version: 'TLSv1.3', cipher: 'x', serverName: 'test', alpn: 'http/1.1' }
  const { client, server } = world.network.connect({ tls })
  world.connections.add(server, exchange => world.handler(exchange))
  const secure = new Visitor(client, server).send(get('/', ASKS))
  await world.settle()
  assert.deepEqual(secure.statuses, [200])
  await world.closeAndCheck()
})

test('a client that asks and then says nothing is given up in the time for a head', async () => {
  const world = new World(told, { h2c: true, limits: { headTimeout: 5000, lingerTimeout: 1000 } })
  const visitor = world.connect().send(get('/', ASKS))
  await world.pass(8000)
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('it is passed over behind FIN, and while the server ends', async () => {
  const answers: (() => void)[] = []
  const world = new World(exchange => new Promise<Reply>(resolve => answers.push(() => resolve(told(exchange)))), {
    h2c: true,
  })
  const gone = world.connect().send(get('/first') + get('/second', ASKS))
  await world.settle()
  gone.client.finish()
  await world.settle()
  answers[0]()
  await world.settle()
  answers[1]()
  await world.settle()
  assert.deepEqual(gone.statuses, [200, 200])
  const begun = world.connect().send(get('/begun', ASKS).slice(0, 30))
  await world.settle()
  const draining = world.connections.drain(5000)
  begun.send(get('/begun', ASKS).slice(30))
  await world.settle()
  answers[2]()
  await world.settle()
  assert.deepEqual(begun.statuses, [200])
  begun.client.finish()
  await world.settle()
  await draining
  await world.closeAndCheck()
})
