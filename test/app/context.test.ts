// What a handler is given: each part as the request says it, made once, and when it is asked for.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App, CookieError, FieldError, json, text } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { ALSO_WITHOUT, eachWire, SOCKETS } from './support.ts'

eachWire(
  'a context tells the request as it came',
  () =>
    new App().all('/things/:id/*', context => {
      const { method, path, route, params, query, url, fields, cookies, client, connection, exchange } = context
      return json({
        method,
        path,
        route,
        params,
        page: query.getAll('page'),
        search: url.search,
        url: url.href,
        accept: fields.get('ACCEPT'),
        cookies: [...cookies],
        scheme: client.scheme,
        host: client.host,
        address: client.address === connection.address,
        ends: sameEnds(connection, exchange.peer),
        protocol: connection.protocol,
        secure: connection.tls !== null,
        target: exchange.target,
      })
    }),
  async wire => {
    const { content } = await wire.ask('PUT', '/things/a%2Fb%20c/x/%79/?page=1&page=%C3%BC&&=x', {
      fields: { Accept: 'text/html', Cookie: 'a=1; b=%20; __proto__=2' },
    })
    const origin = wire.origin
    assert.deepEqual(JSON.parse(content), {
      method: 'PUT',
      path: '/things/a%2Fb%20c/x/%79/',
      route: '* /things/:id/*',
      params: { id: 'a/b c', '*': 'x/y/' },
      page: ['1', 'ü'],
      search: '?page=1&page=%C3%BC&&=x',
      url: `${origin}/things/a%2Fb%20c/x/%79/?page=1&page=%C3%BC&&=x`,
      accept: 'text/html',
      cookies: [
        ['a', '1'],
        ['b', '%20'],
        ['__proto__', '2'],
      ],
      scheme: origin.split(':')[0],
      host: origin.split('//')[1],
      address: true,
      ends: true,
      protocol: wire.version === '2' ? 'HTTP/2' : 'HTTP/1.1',
      secure: origin.startsWith('https'),
      target: '/things/a%2Fb%20c/x/%79/?page=1&page=%C3%BC&&=x',
    })
  },
  { wires: SOCKETS },
)

eachWire(
  'a URL has the host that was asked for, whatever the target looks like',
  () => new App().before(({ url, query }) => json([url.host, url.pathname, query.get('q'), url.searchParams.get('q')])),
  async wire => {
    const host = `localhost:${wire.port}`
    for (const [target, pathname, q] of [
      ['//evil.example/x?q=1', '//evil.example/x', '1'],
      ['///x', '///x', null],
      ['//@evil.example:80/x', '//@evil.example:80/x', null],
      ['/@evil.example/', '/@evil.example/', null],
      ['/\\evil.example', '//evil.example', null],
      ['/:80/', '/:80/', null],
      ['/x?q=//evil.example/', '/x', '//evil.example/'],
      ['/x??q=1', '/x', null],
      ['/x??', '/x', null],
      ['/x?q', '/x', ''],
    ] as const) {
      const { content } = await wire.get(target)
      assert.deepEqual(JSON.parse(content), [host, pathname, q, q], target)
    }
  },
)

test('a URL is there for every target, and for a client that does not say which host', async () => {
  const seen: string[] = []
  const app = new App().before(({ url, route, path }) => {
    seen.push(`${url.href} ${route} ${path}`)
    return 'seen'
  })
  const exchange = fakeExchange()
  for (const target of ['*', 'x:80', '', '?a', '/a']) {
    const path = target.split('?')[0]
    await app.handler({ ...exchange, target, path })
    await app.handler({ ...exchange, target, path, client: { ...exchange.client, host: '' } })
  }
  assert.deepEqual(
    seen.filter((_, at) => at % 2 === 0),
    [
      'http://localhost/  *',
      'http://localhost/  x:80',
      'http://localhost/  /',
      'http://localhost/?a  /',
      'http://localhost/a  /a',
    ],
  )
  assert.deepEqual(
    seen.filter((_, at) => at % 2 === 1),
    seen.filter((_, at) => at % 2 === 0),
  )
})

describe('parts of a context', () => {
  test('are made when they are asked for, and once', () => {
    let states = 0
    let connections = 0
    const app = new App({
      state: () => ({ number: ++states }),
      connection: () => ({ number: ++connections }),
    })
    app.get('/none', () => '')
    app.get('/all', context => {
      for (const part of [
        'state',
        'connection',
        'url',
        'query',
        'cookies',
        'body',
        'fields',
        'params',
        'signal',
      ] as const)
        assert.equal(context[part], context[part], part)
      assert.equal(context.connection.state, context.connection.state)
      return `${context.state.number} ${context.connection.state.number}`
    })
    const exchange = fakeExchange({ target: '/none' })
    app.handler(exchange)
    assert.deepEqual([states, connections], [0, 0])
    const reply = app.handler({ ...exchange, path: '/all', target: '/all' })
    assert.equal(String((reply as { body?: unknown }).body), '1 1')
    assert.deepEqual([states, connections], [1, 1])
  })

  test('nothing of the exchange is asked for before the handler asks, but what the route is found by', () => {
    const asked = new Set<string>()
    const app = new App().get('/:id', ({ params, json }) => json(params))
    const exchange = new Proxy(fakeExchange({ target: '/7' }), {
      get(target, property, receiver) {
        asked.add(String(property))
        return Reflect.get(target, property, receiver)
      },
    })
    app.handler(exchange)
    assert.deepEqual([...asked].sort(), ['method', 'path', 'protocol'])
  })

  eachWire(
    'may be taken out of it, methods too',
    () =>
      new App().get('/:id', context => {
        const { text, html, json, bytes, empty, redirect, set, setCookie, hint, params } = context
        hint({ Link: '</style.css>' })
        set('X-Set', 'yes')
        setCookie('kept', 'yes')
        const replies = { text, html, json, bytes, empty, redirect }
        const { id } = params
        if (id === 'empty') return empty()
        if (id === 'bytes') return bytes(new Uint8Array([0x62]))
        if (id === 'redirect') return redirect('/elsewhere')
        return replies[id as 'text' | 'html' | 'json'](id)
      }),
    async wire => {
      for (const [path, status, type, content] of [
        ['/text', 200, 'text/plain; charset=utf-8', 'text'],
        ['/html', 200, 'text/html; charset=utf-8', 'html'],
        ['/json', 200, 'application/json', '"json"'],
        ['/bytes', 200, 'application/octet-stream', 'b'],
        ['/empty', 204, undefined, ''],
        ['/redirect', 302, undefined, ''],
      ] as const) {
        const answer = await wire.get(path)
        assert.deepEqual([answer.status, answer.fields['content-type'], answer.content], [status, type, content], path)
        assert.equal(answer.fields['x-set'], 'yes')
        assert.match(answer.setCookies[0], /^kept=yes/)
        assert.deepEqual(answer.interim, [{ status: 103, fields: { link: '</style.css>' } }])
      }
    },
    { wires: ALSO_WITHOUT },
  )
})

describe('fields that are set', () => {
  const app = () =>
    new App()
      .around(async ({ set, setCookie }, next) => {
        set('X-Around', 'in')
        setCookie('around', 'in')
        const reply = await next()
        set('X-Around', 'out')
        setCookie('around', 'out')
        return reply
      })
      .before(({ set, setCookie, path }) => {
        set('X-Before', 'yes')
        set('X-Once', 'before')
        set('x-once', 'before again')
        setCookie('before', '1')
        if (path === '/early') return 'early'
        return undefined
      })
      .after(({ set, setCookie }) => {
        set('X-After', 1)
        setCookie('after', '1')
      })
      .get('/', ({ set }) => {
        set('Content-Type', 'text/css')
        return 'own type'
      })
      .get('/own', () => text('', 200, { 'X-Before': 'handler', 'Set-Cookie': ['a=1', 'b=2'] }))
      .get('/file', ({ redirect }) => redirect('/'))
      .get('/throws', ({ set, setCookie }) => {
        set('X-Handler', 'yes')
        setCookie('handler', '1')
        throw new Error('throws')
      })

  for (const [path, status] of [
    ['/', 200],
    ['/own', 200],
    ['/file', 302],
    ['/early', 200],
  ] as const)
    eachWire(
      `are those of the reply, whatever it is: ${path}`,
      app,
      async wire => {
        const answer = await wire.get(path)
        assert.equal(answer.status, status)
        assert.equal(answer.fields['x-before'], 'yes')
        assert.equal(answer.fields['x-after'], '1')
        assert.equal(answer.fields['x-around'], 'out')
        assert.equal(answer.fields['x-once'], 'before again')
        if (path === '/') assert.equal(answer.fields['content-type'], 'text/css')
        const own = path === '/own' ? ['a=1', 'b=2'] : []
        assert.deepEqual(
          answer.setCookies.map(cookie => cookie.split(';')[0]),
          [...own, 'around=in', 'before=1', 'around=out', 'after=1'],
        )
      },
      { wires: ALSO_WITHOUT },
    )

  for (const hooks of ['after', 'none'] as const)
    eachWire(
      `are kept where something throws, ${hooks === 'after' ? 'with after hooks and' : ''} without error hooks`,
      () => {
        const app = new App().before(({ set, setCookie }) => {
          set('Access-Control-Allow-Origin', '*')
          setCookie('kept', '1')
        })
        if (hooks === 'after') app.after(() => undefined)
        return app.get('/throws', () => {
          throw new Error('throws')
        })
      },
      async wire => {
        for (const [path, status] of [
          ['/throws', 500],
          ['/nowhere', 404],
        ] as const) {
          const { status: told, fields, setCookies } = await wire.get(path)
          assert.equal(told, status)
          assert.equal(fields['access-control-allow-origin'], '*')
          assert.match(setCookies[0], /^kept=1/)
        }
        assert.equal(wire.told('failed').length, 1)
      },
      { fails: true },
    )

  eachWire(
    'do not change a reply that is used again',
    () => {
      const shared = text('shared')
      return new App()
        .get('/marked', ({ set }) => {
          set('X-Marked', 'yes')
          return shared
        })
        .get('/plain', () => shared)
    },
    async wire => {
      for (let time = 0; time < 3; time++) {
        assert.equal((await wire.get('/marked')).fields['x-marked'], 'yes')
        assert.equal((await wire.get('/plain')).fields['x-marked'], undefined)
      }
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'that cannot be sent are refused where they are set',
    () =>
      new App().get('/', ({ set, setCookie, hint }) => {
        for (const [name, value] of [
          ['X-A', 'a\r\nX-B: b'],
          ['X-A', 'a\nb'],
          ['X-A', 'a\0b'],
          ['X-A', '世'],
          ['X A', 'a'],
          ['', 'a'],
          ['X-A:', 'a'],
          ['X\r\nB', 'a'],
        ]) {
          assert.throws(() => set(name, value), FieldError, JSON.stringify([name, value]))
          assert.throws(() => hint({ [name]: value }), FieldError, JSON.stringify([name, value]))
        }
        for (const [name, value] of [
          ['a b', '1'],
          ['a=b', '1'],
          ['', '1'],
          ['a', '1; Domain=evil.example'],
          ['a', '1\r\nX-B: b'],
          ['a\r\n', '1'],
        ])
          assert.throws(() => setCookie(name, value), CookieError, JSON.stringify([name, value]))
        assert.throws(() => setCookie('a', '1', { path: '/; Secure' }), CookieError)
        assert.throws(() => setCookie('a', '1', { domain: 'x\r\nX-B: b' }), CookieError)
        return 'refused'
      }),
    async wire => {
      const { content, fields, setCookies, interim } = await wire.get('/')
      assert.deepEqual([content, setCookies, interim], ['refused', [], []])
      assert.deepEqual(
        Object.keys(fields).filter(name => name.startsWith('x-')),
        [],
      )
    },
    { wires: ALSO_WITHOUT },
  )
})

describe('the values of a connection', () => {
  const app = () => {
    let made = 0
    return new App({ connection: () => ({ number: ++made, requests: 0 }) }).get('/', ({ connection }) => {
      connection.state.requests++
      return json([connection.id, connection.state.number, connection.state.requests])
    })
  }

  eachWire(
    'are the same for all requests of one connection, and others for another',
    app,
    async wire => {
      const [one, two] = [wire.session(), wire.session()]
      const ask = async (session: typeof one) => JSON.parse((await session.ask('GET', '/')).content)
      const [id, number] = await ask(one)
      assert.deepEqual(await ask(one), [id, number, 2])
      const [other, otherNumber, requests] = await ask(two)
      assert.notEqual(other, id)
      assert.notEqual(otherNumber, number)
      assert.equal(requests, 1)
      assert.deepEqual(await ask(one), [id, number, 3])
    },
    { wires: SOCKETS },
  )

  eachWire('are shared by requests at the same time', app, async wire => {
    const session = wire.session()
    const all = await Promise.all(Array.from({ length: 20 }, () => session.ask('GET', '/')))
    const told = all.map(({ content }) => JSON.parse(content))
    assert.equal(new Set(told.map(([id]) => id)).size, 1)
    assert.equal(new Set(told.map(([, number]) => number)).size, 1)
    assert.deepEqual(
      told.map(([, , requests]) => requests).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })

  eachWire(
    'are let go with the connection',
    () => {
      const refs: WeakRef<object>[] = []
      return new App({
        connection: () => {
          const values = { some: 'values' }
          refs.push(new WeakRef(values))
          return values
        },
      })
        .get('/', ({ connection }) => connection.state.some)
        .get('/left', () => String(refs.filter(ref => ref.deref() !== undefined).length))
    },
    async wire => {
      const collect = (globalThis as { gc?: () => void }).gc ?? (await exposedGc())
      for (let time = 0; time < 5; time++) {
        const session = wire.session()
        await session.ask('GET', '/')
        session.leave()
      }
      let left = 5
      for (let time = 0; time < 400 && left > 0; time++) {
        await new Promise(resolve => setTimeout(resolve, 5))
        collect()
        // What was reported holds exchanges, and they their connections.
        wire.reports.length = 0
        left = Number((await wire.get('/left')).content)
      }
      assert.equal(left, 0)
    },
  )
})

eachWire(
  'state is made for each request, and gone after it',
  () => {
    let made = 0
    return new App({ state: () => ({ number: ++made, notes: [] as string[] }) })
      .before(({ state }) => {
        state.notes.push('before')
      })
      .after(({ state }, reply) => reply.with('X-Notes', `${state.number} ${state.notes.join()}`))
      .get('/', async ({ state }) => {
        state.notes.push('handler')
        await new Promise(resolve => setImmediate(resolve))
        return String(state.number)
      })
  },
  async wire => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => wire.get('/')))
    for (const { content, fields } of answers) assert.equal(fields['x-notes'], `${content} before,handler`)
    assert.equal(new Set(answers.map(({ content }) => content)).size, 20)
  },
  { wires: ALSO_WITHOUT },
)

function sameEnds(one: Ends, other: Ends): boolean {
  return ENDS.every(name => one[name] === other[name] && one[name] !== '' && one[name] !== 0)
}

const ENDS = ['address', 'port', 'localAddress', 'localPort'] as const
type Ends = Readonly<Record<(typeof ENDS)[number], unknown>>

async function exposedGc(): Promise<() => void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
