// Connections without a socket: what a test sees of them is what a client would see over a wire.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { App, SocketRefused } from '../../src/index.ts'

const echo = (): App => new App().socket('/', { message: (peer, message) => peer.send(message) })

describe('a connection without a socket', () => {
  it('is asked for by a path or a URL, with fields, protocols and a client', async () => {
    const app = new App()
    app.socket(
      '/who',
      { protocols: ['b'] },
      {
        open({ context, ...peer }) {
          const { client, url, fields, method, exchange, connection } = context
          const about = [client.address, url.href, fields.get('x'), fields.get('sec-websocket-protocol'), method]
          context.waitUntil(Promise.resolve(peer))
          kept.push(...about, exchange.protocol, exchange.version, connection.address)
        },
      },
    )
    const kept: unknown[] = []
    const options = { protocols: ['a', 'b'], headers: { X: 'y' }, client: { address: '192.0.2.1' } }
    for (const target of ['ws://chat.example/who', new URL('http://chat.example/who')]) {
      const { protocol, fields, isOpen } = await app.connect(target, options)
      assert.deepEqual([protocol, fields.get('sec-websocket-protocol'), isOpen], ['b', 'b', true])
      await turn()
      const about = ['192.0.2.1', 'http://chat.example/who', 'y', 'a, b', 'GET', 'websocket', '1.1', '127.0.0.1']
      assert.deepEqual(kept.splice(0), about)
    }
    const { protocol } = await app.connect('/who', { headers: new Headers({ X: 'y' }) })
    assert.equal(protocol, '')
    await assert.rejects(app.connect('who'), /What is asked for is a path/)
  })

  it('is refused with what the application answers, explained as in development', async () => {
    const app = echo().get('/page', () => 'a page')
    const refused = await app.connect('/nowhere').catch((error: unknown) => error)
    assert.ok(refused instanceof SocketRefused)
    assert.equal(refused.message, 'The WebSocket handshake was answered with 404 Not Found')
    assert.match(await refused.response.text(), /The application has no route for this path/)
    const page = await app.connect('/page').catch((error: unknown) => error)
    assert.ok(page instanceof SocketRefused)
    assert.equal(await page.response.text(), 'a page')
  })

  it('gives messages in order, and says why there is none', async () => {
    const client = await echo().connect('/')
    client.send('1')
    client.send(Uint8Array.of(2))
    await client.sendJson([3])
    assert.equal(client.unread, 3)
    assert.equal(await client.next(), '1')
    assert.deepEqual(await client.next(), Uint8Array.of(2))
    assert.deepEqual(await client.nextJson<number[]>(), [3])
    assert.equal(client.unread, 0)
    const waiting = client.next()
    assert.deepEqual(await client.close(4000, 'bye'), { code: 4000, reason: 'bye' })
    await assert.rejects(waiting, /There is no further message: the connection was closed with 4000: bye/)
    assert.equal(client.isOpen, false)
    await client.send('dropped')
    assert.deepEqual(await client.close(), { code: 4000, reason: 'bye' })
    assert.throws(() => client.sendJson(undefined), /JSON has no word/)
  })

  it('gives several who wait one message each', async () => {
    const client = await echo().connect('/')
    const all = Promise.all([client.next(), client.next(), client.next()])
    for (const text of ['a', 'b', 'c']) client.send(text)
    assert.deepEqual(await all, ['a', 'b', 'c'])
  })

  it('keeps what was sent before the end for those who ask later', async () => {
    const app = new App().socket('/', {
      open(peer) {
        peer.send('last words')
        peer.close(4000)
      },
    })
    const client = await app.connect('/')
    assert.equal((await client.closed).code, 4000)
    assert.equal(await client.next(), 'last words')
    await assert.rejects(client.next())
  })

  it('sends bytes as they were, and gives bytes as they were', async () => {
    const client = await echo().connect('/')
    const sent = Buffer.from([1, 2])
    client.send(sent)
    sent[0] = 9
    assert.deepEqual(await client.next(), Uint8Array.of(1, 2))
    const text = 'a\ud800b'
    client.send(text)
    assert.equal(await client.next(), 'a\ufffdb', 'what no UTF-8 can say is replaced, as over a wire')
  })

  it('tells of its close as a wire does', async () => {
    const told: unknown[] = []
    const app = new App().socket('/', { close: (_, code, reason) => told.push([code, reason]) })
    await (await app.connect('/')).close()
    await (await app.connect('/')).close(1000, 'ok')
    const lost = await app.connect('/')
    lost.cut()
    await lost.closed
    assert.deepEqual(told, [
      [1005, ''],
      [1000, 'ok'],
      [1006, ''],
    ])
    const client = await app.connect('/')
    assert.throws(() => client.close(1005), RangeError)
  })

  it('ends with 1009 where a message is too large, and 1006 where too much waits', async () => {
    const app = new App()
    app.socket('/small', { messageBytes: 3 }, { message: (peer, message) => peer.send(message) })
    app.socket(
      '/full',
      { queueBytes: 10 },
      {
        open(peer) {
          for (const text of ['0123456789', 'x', 'y']) peer.send(text)
        },
      },
    )
    const small = await app.connect('/small')
    small.send('abc')
    assert.equal(await small.next(), 'abc')
    small.send('€€')
    assert.equal((await small.closed).code, 1009)
    const full = await app.connect('/full')
    assert.equal((await full.closed).code, 1006)
  })

  it('ends where the application cuts the exchange, or fails, and tells of the failure', async () => {
    const app = new App()
    app.socket('/cut', { message: ({ context }) => context.exchange.cut(new Error('enough')) })
    app.socket('/fail', {
      message() {
        throw new Error(`too ${'long '.repeat(100)}`)
      },
    })
    const cut = await app.connect('/cut')
    cut.send('x')
    assert.equal((await cut.closed).code, 1006)
    const failed = await app.connect('/fail')
    failed.send('x')
    const { code, reason, error } = await failed.closed
    assert.deepEqual([code, Buffer.byteLength(reason) <= 123], [1011, true])
    assert.match(String(error), /The handler message of WEBSOCKET \/fail failed: too long/)
    const why = await failed.next().catch((thrown: Error) => thrown.cause)
    assert.equal(why, error)
  })

  it('is held back by a handler that gives a promise', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const heard: unknown[] = []
    const app = new App().socket('/', {
      message(_, message) {
        heard.push(message)
        return promise
      },
    })
    const client = await app.connect('/')
    client.send('1')
    const second = client.send('2')
    await turn()
    assert.deepEqual(heard, ['1'])
    resolve()
    await second
    assert.deepEqual(heard, ['1', '2'])
  })
})

describe('app.request', () => {
  it('cannot take a connection', async () => {
    const response = await echo().request('/', { headers: { Upgrade: 'websocket', Connection: 'Upgrade' } })
    assert.equal(response.status, 426)
    assert.match(await response.text(), /There are only WebSocket connections here/)
  })

  it('explains a handler that takes one', async () => {
    const app = new App().get('/', ({ exchange }) => exchange.accept({ opened() {}, message() {}, closed() {} }, {}))
    assert.equal((await app.request('/')).status, 426)
  })
})
