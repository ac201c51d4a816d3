// Which route a handshake finds, and what is answered where there is none. The same over each wire.
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { App, type HttpVersion, Refused, Reply } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { connectSocket } from '../support/websocket-client.ts'
import { eachSocketWire } from './socket-support.ts'
import type { Wire } from './support.ts'

const named = (name: string) => ({ open: (peer: { send(text: string): unknown }) => peer.send(name) })

eachSocketWire(
  'a page and a connection share a path',
  () => {
    const app = new App()
    app.get('/chat', () => 'the page')
    app.socket('/chat', named('the connection'))
    return app
  },
  async sockets => {
    assert.equal(await (await sockets.connect('/chat')).next(), 'the connection')
    assert.equal((await sockets.wire.get('/chat')).content.toString(), 'the page')
    const { status, fields } = await sockets.wire.ask('POST', '/chat')
    const overTwo = sockets.wire.version === '2'
    assert.deepEqual([status, fields.allow], [405, overTwo ? 'GET, HEAD, OPTIONS, CONNECT' : 'GET, HEAD, OPTIONS'])
  },
)

eachSocketWire(
  'the most specific path is found, as with any method',
  () => {
    const app = new App()
    app.socket('/a/*', named('rest'))
    app.socket('/a/:x<int>', named('number'))
    app.socket('/a/b', named('literal'))
    app.get('/a/:x', () => 'a page')
    return app
  },
  async sockets => {
    for (const [path, name] of [
      ['/a/b', 'literal'],
      ['/a/7', 'number'],
      ['/a/c', 'rest'],
      ['/a/b/c', 'rest'],
      ['/a/%62', 'literal'],
    ])
      assert.equal(await (await sockets.connect(path)).next(), name)
  },
)

eachSocketWire(
  'where there are only connections, a page is not to be had',
  () => new App().socket('/chat', named('x')),
  async sockets => {
    const overTwo = sockets.wire.version === '2'
    for (const method of ['GET', 'HEAD']) {
      const { status, fields } = await sockets.wire.ask(method, '/chat')
      if (overTwo) assert.deepEqual([status, fields.allow, fields.upgrade], [405, 'OPTIONS, CONNECT', undefined])
      else assert.equal(status, 426)
      // A Web response has no field that is about a connection.
      if (sockets.wire.version === '1.1') assert.match(String(fields.upgrade), /websocket/)
    }
    for (const method of ['POST', 'WEBSOCKET', 'websocket']) {
      const { status, fields } = await sockets.wire.ask(method, '/chat')
      assert.deepEqual([status, fields.allow], [405, overTwo ? 'OPTIONS, CONNECT' : 'GET, HEAD, OPTIONS'], method)
    }
    const { status, fields } = await sockets.wire.ask('OPTIONS', '/chat')
    assert.deepEqual([status, fields.allow], [204, overTwo ? 'OPTIONS, CONNECT' : 'GET, HEAD, OPTIONS'])
    assert.equal((await sockets.wire.get('/')).status, 404)
  },
)

eachSocketWire(
  'a handshake where there is no connection is a request for the page over HTTP/1.1, and finds nothing over HTTP/2',
  () => {
    const app = new App()
    app.get('/page', () => 'the page')
    app.post('/form', () => 'the form')
    return app
  },
  async sockets => {
    const overTwo = sockets.wire.version === '2'
    const page = await sockets.refused('/page')
    assert.equal(page.status, overTwo ? 404 : 200)
    const form = await sockets.refused('/form')
    assert.deepEqual([form.status, form.fields.get('allow') ?? null], overTwo ? [404, null] : [405, 'POST, OPTIONS'])
    assert.equal((await sockets.refused('/nowhere')).status, 404)
    assert.equal((await sockets.refused('/a%')).status, 400)
  },
)

eachSocketWire(
  'Upgrade may name other protocols beside, in any case',
  () => new App().socket('/', named('taken')),
  async sockets => {
    for (const upgrade of ['WebSocket', 'WEBSOCKET', 'foo/2, websocket', 'websocket , bar']) {
      const { port } = sockets.wire
      const client = await connectSocket({ port, fields: { Upgrade: upgrade } })
      assert.equal(await client.next(), 'taken', upgrade)
      client.destroy()
    }
    for (const upgrade of ['websockets', 'foo', 'web socket']) assert.equal(await statusOf(sockets.wire, upgrade), 426)
  },
  { wires: ['HTTP/1.1'] },
)

async function statusOf({ port }: Wire, upgrade: string): Promise<number | undefined> {
  const refused = await connectSocket({ port, fields: { Upgrade: upgrade } }).catch(error => error)
  return refused.response?.status
}

eachSocketWire(
  'mounted handlers are given handshakes that no route takes',
  () => {
    const app = new App()
    app.socket('/own', named('own'))
    app.mount('/bare', exchange => (exchange.protocol === undefined ? new Reply(200) : new Reply(418)))
    app.mount('/fetch', { fetch: () => new Response('fetched') })
    app.all('/all', ({ method }) => method)
    return app
  },
  async sockets => {
    assert.equal((await sockets.refused('/bare/x')).status, 418)
    // Over HTTP/2 a reply of success would say that the connection is open: it is not sent.
    const answered = sockets.wire.version === '2' ? 501 : 200
    for (const path of ['/fetch/x', '/all']) assert.equal((await sockets.refused(path)).status, answered)
  },
)

eachSocketWire(
  'pages of other hosts may not connect unless origins says so',
  () => {
    const app = new App()
    app.socket('/same', named('in'))
    app.socket('/any', { origins: 'any' }, named('in'))
    app.socket('/listed', { origins: ['https://app.example', 'null'] }, named('in'))
    return app
  },
  async sockets => {
    const { port } = sockets.wire
    const own = sockets.wire.version === null ? 'http://localhost' : `http://localhost:${port}`
    const cases = [
      ['/same', own, true],
      ['/same', own.replace('localhost', 'LOCALHOST'), true],
      ['/same', `${own}.example`, false],
      ['/same', 'https://app.example', false],
      ['/same', 'null', false],
      ['/any', 'null', true],
      ['/listed', 'https://app.example', true],
      ['/listed', 'null', true],
      ['/listed', own, false],
      ['/listed', 'https://app.example.org', false],
    ] as const
    for (const [path, origin, taken] of cases) {
      if (taken) assert.equal(await (await sockets.connect(path, { fields: { Origin: origin } })).next(), 'in', origin)
      else assert.equal((await sockets.refused(path, { fields: { Origin: origin } })).status, 403, `${path} ${origin}`)
    }
  },
)

test('the routes of an application list its connections', () => {
  const app = new App()
  app.get('/chat', () => '')
  app.group('/a', group => group.socket('/', {}).socket('/:b', { origins: 'any' }, {}))
  assert.deepEqual(
    app.routes.map(({ method, path }) => `${method} ${path}`),
    ['GET /chat', 'WEBSOCKET /a', 'WEBSOCKET /a/', 'WEBSOCKET /a/:b'],
  )
})

describe('a request is a handshake, or is not, by its method and what it asks to go on with', () => {
  const app = new App()
  app.socket('/s', {})
  app.get('/g', () => 'page')
  app.all('/all', () => 'anything')
  const asked = (version: HttpVersion, method: string, protocol: string | undefined, target: string) =>
    app.handler({
      ...fakeExchange({ method, target }),
      version,
      protocol,
      accept: () => new Reply(299),
    })
  const CASES = [
    ['1.1', 'GET', 'websocket', '/s', 299],
    ['1.1', 'GET', undefined, '/s', 426],
    ['1.0', 'GET', undefined, '/s', 426],
    ['1.1', 'GET', 'h2c', '/s', 426],
    ['1.1', 'POST', 'websocket', '/s', 405],
    ['1.1', 'CONNECT', 'websocket', '/s', 405],
    ['1.1', 'GET', 'websocket', '/g', 200],
    ['1.1', 'GET', 'websocket', '/all', 200],
    ['1.1', 'GET', 'websocket', '/none', 404],
    ['2', 'CONNECT', 'websocket', '/s', 299],
    ['2', 'CONNECT', 'WebSocket', '/s', 299],
    ['2', 'CONNECT', 'websocket', '/g', 404],
    ['2', 'CONNECT', 'websocket', '/none', 404],
    ['2', 'CONNECT', 'connect-udp', '/s', 501],
    ['2', 'CONNECT', 'connect-udp', '/none', 501],
    ['2', 'CONNECT', undefined, 'host:443', 404],
    ['1.1', 'CONNECT', undefined, 'host:443', 404],
    ['2', 'GET', undefined, '/s', 405],
  ] as const
  for (const [version, method, protocol, target, status] of CASES)
    it(`HTTP/${version} ${method} ${target} for ${protocol}: ${status}`, async () => {
      let told = 0
      try {
        told = (await asked(version, method, protocol, target)).status
      } catch (error) {
        assert.ok(error instanceof Refused)
        told = error.refusal.status
      }
      assert.equal(told, status)
    })
})

describe('a route for connections', () => {
  it('can be added once, and beside a method that is called WEBSOCKET', async () => {
    const app = new App().on('WEBSOCKET', '/a', () => 'a method').socket('/a', named('x'))
    assert.throws(() => app.socket('/a', {}), /The route WEBSOCKET \/a was added twice/)
    assert.throws(() => app.socket('a', {}), /WEBSOCKET a cannot be added.*must start with a slash/)
    assert.equal(await (await app.request('/a', { method: 'WEBSOCKET' })).text(), 'a method')
    assert.equal(await (await app.connect('/a')).next(), 'x')
    assert.throws(() => app.on('(websocket)', '/b', () => ''), /a method is a token/)
  })
})
