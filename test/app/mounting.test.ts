// Applications and handlers below prefixes: what they see of the path, and what they do not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App, bodyOf, type Exchange, FieldList, json, Reply, text } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

interface Seen {
  readonly base: string
  readonly path: string
  readonly target: string
  readonly query: string
}

const see = ({ base, path, target, query }: Exchange) => json({ base, path, target, query } satisfies Seen)

/** Three levels, a prefix that needs encoding, and handlers that tell what they see. */
function nested(): App {
  const inner = new App()
    .get('/', ({ exchange, path, url, query }) =>
      json({ ...exchangeOf(exchange), context: path, url: url.href, page: query.get('page') }),
    )
    .get('/deep/:id', ({ exchange, params, route, url }) =>
      json({ ...exchangeOf(exchange), params, route, url: url.href }),
    )
  const middle = new App()
    .mount('/inner', inner)
    .mount('/handler', see)
    .get('/', () => 'middle')
  return new App()
    .mount('/outer', middle)
    .mount('/with space', see)
    .mount('/über', see)
    .mount('/files/', see)
    .get('/outer/inner/more', () => 'says more')
    .group('/group/:tenant', group => group.mount('/below', see))
}

function exchangeOf({ base, path, target, query }: Exchange): Seen {
  return { base, path, target, query }
}

/** Asked for, and seen by `see`. */
const SEEN: readonly (readonly [asked: string, seen: Seen])[] = [
  ['/outer/handler', { base: '/outer/handler', path: '', target: '', query: '' }],
  ['/outer/handler?a=1', { base: '/outer/handler', path: '', target: '?a=1', query: 'a=1' }],
  ['/outer/handler/', { base: '/outer/handler', path: '/', target: '/', query: '' }],
  ['/outer/handler/?', { base: '/outer/handler', path: '/', target: '/?', query: '' }],
  ['/outer/handler/x/y?b=2', { base: '/outer/handler', path: '/x/y', target: '/x/y?b=2', query: 'b=2' }],
  ['/outer/handler/x//y', { base: '/outer/handler', path: '/x//y', target: '/x//y', query: '' }],
  ['/%6futer/h%61ndler/%78', { base: '/%6futer/h%61ndler', path: '/%78', target: '/%78', query: '' }],
  ['/with%20space/x', { base: '/with%20space', path: '/x', target: '/x', query: '' }],
  ['/%C3%BCber/x', { base: '/%C3%BCber', path: '/x', target: '/x', query: '' }],
  ['/files/x', { base: '/files', path: '/x', target: '/x', query: '' }],
  ['/files', { base: '/files', path: '', target: '', query: '' }],
  ['/group/a%2Fb/below/x', { base: '/group/a%2Fb/below', path: '/x', target: '/x', query: '' }],
]

eachWire(
  'what is mounted sees the path behind its prefix, and the prefix as the base',
  nested,
  async wire => {
    for (const [asked, seen] of SEEN) assert.deepEqual(JSON.parse((await wire.get(asked)).content), seen, asked)
    assert.equal((await wire.get('/outer')).content, 'middle')
    assert.equal((await wire.get('/outer/')).content, 'middle')
    assert.equal((await wire.get('/outer/inner/more')).content, 'says more')
    for (const missing of ['/outerx', '/outer/handlerx', '/handler', '/inner', '/outer/nothing', '/Outer/handler'])
      assert.equal((await wire.get(missing)).status, 404, missing)
    // What begins with two slashes would lead to another site, if the handler made a redirect of it.
    for (const missing of ['/outer/handler//evil.example', '//outer/handler', '/outer//handler'])
      assert.equal((await wire.get(missing)).status, 404, missing)
  },
  { wires: ALSO_WITHOUT },
)

eachWire('an application in an application in an application has the whole URL', nested, async wire => {
  const origin = `http://localhost:${wire.port}`
  assert.deepEqual(JSON.parse((await wire.get('/outer/inner?page=2')).content), {
    base: '/outer/inner',
    path: '',
    target: '?page=2',
    query: 'page=2',
    context: '/',
    url: `${origin}/outer/inner?page=2`,
    page: '2',
  })
  assert.deepEqual(JSON.parse((await wire.get('/outer/inner/deep/a%20b')).content), {
    base: '/outer/inner',
    path: '/deep/a%20b',
    target: '/deep/a%20b',
    query: '',
    params: { id: 'a b' },
    route: 'GET /deep/:id',
    url: `${origin}/outer/inner/deep/a%20b`,
  })
})

eachWire(
  'everything else of the exchange is the same',
  () =>
    new App().mount('/below', async (exchange: Exchange) => {
      const { method, version, authority, fields, peer, client, protocol, signal, content } = exchange
      exchange.inform(103, FieldList.of({ Link: '</x>' }))
      let size = 0
      for (let chunk = await content.pull(); chunk !== null; chunk = await content.pull()) size += chunk.length
      return json({
        method,
        version,
        host: authority === client.host,
        one: fields.get('x-one'),
        peer: peer.address === client.address,
        protocol: protocol ?? null,
        aborted: signal.aborted,
        size,
        mood: exchange.trailers.get('x-mood'),
      })
    }),
  async wire => {
    const answer = await wire.ask('POST', '/below/x', {
      fields: { 'X-One': '1' },
      content: pieces('four', 'five'),
      trailers: { 'x-mood': 'good' },
    })
    assert.deepEqual(JSON.parse(answer.content), {
      method: 'POST',
      version: wire.version,
      host: true,
      one: '1',
      peer: true,
      protocol: null,
      aborted: false,
      size: 8,
      mood: 'good',
    })
    assert.deepEqual(answer.interim, [{ status: 103, fields: { link: '</x>' } }])
  },
)

eachWire(
  'every method reaches what is mounted, and it answers for itself',
  () =>
    new App().mount(
      '/app',
      new App().get('/', () => 'got').post('/x', () => 'posted'),
    ),
  async wire => {
    assert.equal((await wire.ask('GET', '/app')).content, 'got')
    assert.equal((await wire.ask('POST', '/app/x')).content, 'posted')
    assert.deepEqual((await wire.ask('DELETE', '/app')).fields.allow, 'GET, HEAD, OPTIONS')
    const wrong = await wire.ask('DELETE', '/app/x')
    assert.equal(wrong.status, 405)
    assert.deepEqual(wrong.fields.allow.split(', ').sort(), ['OPTIONS', 'POST'])
    assert.equal((await wire.ask('OPTIONS', '/app/x')).status, 204)
    assert.equal((await wire.ask('HEAD', '/app')).status, 200)
    assert.equal((await wire.ask('HEAD', '/app')).content, '')
  },
  { wires: ALSO_WITHOUT },
)

eachWire(
  'what is mounted can give up its reply, and go on working after it',
  () =>
    new App()
      .mount('/given-up', (exchange: Exchange) => {
        async function* pieces(): AsyncGenerator<Uint8Array> {
          yield new Uint8Array(10)
          await new Promise(resolve => setImmediate(resolve))
          exchange.cut(new Error('given up'))
          await new Promise(() => {})
        }
        return new Reply(200, FieldList.empty, bodyOf(pieces()))
      })
      .mount(
        '/works',
        new App().get('/x', ({ waitUntil }) => {
          waitUntil(Promise.reject(new Error('failed afterwards')))
          return 'answered'
        }),
      ),
  async wire => {
    const reply = await wire.open('GET', '/given-up/x')
    await assert.rejects(reply.rest())
    assert.equal((await wire.get('/works/x')).content, 'answered')
    await wire.tells(({ kind }) => kind === 'failed')
    assert.deepEqual(wire.failures(), ['Error: failed afterwards'])
  },
  { fails: true },
)

describe('hooks', () => {
  eachWire(
    'of both applications run, those of the outer one outside',
    () => {
      const ran: string[] = []
      const note = (name: string) => () => {
        ran.push(name)
      }
      const inner = new App()
        .before(note('inner before'))
        .after(note('inner after'))
        .get('/', () => 'inner')
        .get('/fails', () => {
          throw new Error('fails')
        })
      return new App()
        .before(note('outer before'))
        .error(note('outer error'))
        .after(note('outer after'))
        .get('/ran', () => json(ran.splice(0)))
        .mount('/inner', inner)
    },
    async wire => {
      const ran = async () => JSON.parse((await wire.get('/ran')).content) as string[]
      await ran()
      await wire.get('/inner')
      assert.deepEqual(await ran(), [
        'outer after',
        'outer before',
        'inner before',
        'inner after',
        'outer after',
        'outer before',
      ])
      assert.equal((await wire.get('/inner/nowhere')).status, 404)
      assert.deepEqual((await ran()).slice(1), [
        'outer before',
        'inner before',
        'outer error',
        'inner after',
        'outer after',
        'outer before',
      ])
      assert.equal((await wire.get('/inner/fails')).status, 500)
      assert.equal(wire.told('failed').length, 1)
    },
    { fails: true },
  )

  eachWire(
    'on errors of the outer application are asked for what nobody in the inner one answers',
    () => {
      const inner = new App()
        .before(({ set }) => set('X-Set', 'inside'))
        .get('/fails', () => {
          throw new Error('inner fails')
        })
      const stamped = new App().after((_, reply) => reply.with('X-Inner', reply.status)).mount('/', inner)
      return new App()
        .error((_, error) => text(`outer: ${(error as Error).message}`, 503))
        .mount('/inner', inner)
        .mount('/stamped', stamped)
        .group('/group', group =>
          group
            .error(async (_, error) => text(`group: ${(error as Error).message}`))
            .mount('/in', stamped)
            .mount('/set', inner),
        )
    },
    async wire => {
      assert.equal((await wire.get('/inner/fails')).content, 'outer: inner fails')
      assert.match((await wire.get('/inner/nowhere')).content, /no route for this path/)
      const stamped = await wire.get('/stamped/fails')
      assert.deepEqual([stamped.content, stamped.fields['x-inner']], ['outer: inner fails', '503'])
      const set = await wire.get('/group/set/fails')
      assert.deepEqual([set.content, set.fields['x-set']], ['group: inner fails', 'inside'])
      const later = await wire.get('/group/in/fails')
      assert.deepEqual([later.content, later.fields['x-inner']], ['group: inner fails', '200'])
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'of both set fields of one reply',
    () => {
      const inner = new App()
        .before(({ set, setCookie }) => {
          set('X-Inner', '1')
          set('X-Both', 'inner')
          setCookie('inner', '1')
        })
        .get('/', ({ text }) => text('', 200, { 'X-Both': 'handler', 'Set-Cookie': 'handler=1' }))
      return new App()
        .before(({ set, setCookie }) => {
          set('X-Outer', '1')
          set('X-Both', 'outer')
          setCookie('outer', '1')
        })
        .mount('/', inner)
    },
    async wire => {
      const { fields, setCookies } = await wire.get('/')
      assert.deepEqual([fields['x-inner'], fields['x-outer'], fields['x-both']], ['1', '1', 'outer'])
      assert.deepEqual(setCookies, ['handler=1', 'inner=1', 'outer=1'])
    },
    { wires: ALSO_WITHOUT },
  )
})

describe('state', () => {
  eachWire(
    'of an inner application is its own, and so are the values of a connection',
    () => {
      const inner = new App({ state: () => ({ name: 'inner' }), connection: () => ({ count: 0 }) }).get(
        '/',
        ({ state, connection }) => `${state.name} ${++connection.state.count}`,
      )
      return new App({ state: () => ({ name: 'outer' }), connection: () => ({ count: 100 }) })
        .before(({ state, connection }) => {
          state.name += '!'
          connection.state.count++
        })
        .get('/', ({ state, connection }) => `${state.name} ${connection.state.count}`)
        .mount('/inner', inner)
    },
    async wire => {
      const session = wire.session()
      assert.equal((await session.ask('GET', '/inner')).content, 'inner 1')
      assert.equal((await session.ask('GET', '/inner')).content, 'inner 2')
      assert.equal((await session.ask('GET', '/')).content, 'outer! 103')
    },
  )
})

test('only what can answer is mounted, below a prefix that can be', () => {
  const app = new App()
  for (const wrong of [undefined, null, 'handler', 7, {}, [], { fetch: 'x' }, { handler: 1 }])
    assert.throws(() => app.mount('/x', wrong as never), {
      name: 'TypeError',
      message: new RegExp(`must be a handler.*, not ${wrong === null ? 'null' : typeof wrong}$`),
    })
  for (const wrong of ['/*', '/a/*rest', '/:x?', '/a/*/b'])
    assert.throws(() => app.mount(wrong, () => text('')), { name: 'TypeError', message: /prefix/ }, wrong)
  assert.throws(() => app.mount('no-slash', () => text('')), { name: 'TypeError' })
  assert.deepEqual(app.routes, [])
})

test('an application may be mounted in two places, and in itself not without an end', async () => {
  const twice = new App().get('/', ({ exchange }) => exchange.base)
  const app = new App().mount('/a', twice).mount('/b', twice)
  for (const path of ['/a', '/b']) assert.equal(String((await app.handler(fakeExchange({ target: path }))).body), path)
  const itself = new App().get('/end', ({ exchange }) => exchange.base)
  itself.mount('/again', itself)
  const { body } = await itself.handler(fakeExchange({ target: '/again/again/again/end' }))
  assert.equal(String(body), '/again/again/again')
})

async function* pieces(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield new TextEncoder().encode(piece)
}
