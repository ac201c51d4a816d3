// Replies over HTTP/2: every kind of body, what goes along, and what can go wrong on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Body,
  bodyOf,
  Content,
  type Exchange,
  type Handler,
  Refused,
  Reply,
  Tunnel,
  text,
} from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { type Field, get, headers, settings, windowUpdate } from '../support/h2-frames.ts'
import { World } from './support.ts'

const big = Buffer.alloc(300_000, 'wire')

const bodies: Record<string, () => { reply: Reply; content: string; length?: number }> = {
  'no content': () => ({ reply: new Reply(200), content: '', length: 0 }),
  'a text': () => ({ reply: text('hello'), content: 'hello', length: 5 }),
  'an empty text': () => ({ reply: text(''), content: '', length: 0 }),
  'a text beyond ASCII': () => ({ reply: text('né €'), content: Buffer.from('né €').toString('latin1'), length: 7 }),
  bytes: () => ({ reply: new Reply(200, undefined, Uint8Array.of(1, 0, 255)), content: '\x01\0\xff', length: 3 }),
  'bytes that are sent again and again': () => ({
    reply: new Reply(200, undefined, new Content(big)),
    content: big.toString('latin1'),
    length: big.length,
  }),
  'a large text': () => ({ reply: text('x'.repeat(200_000)), content: 'x'.repeat(200_000), length: 200_000 }),
  'a body of known length': () => ({
    reply: new Reply(200, undefined, bodyOf([Buffer.from('one'), Buffer.from('two')], 6)),
    content: 'onetwo',
    length: 6,
  }),
  'a body of unknown length': () => ({ reply: new Reply(200, undefined, bodyOf([big, big])), content: `${big}${big}` }),
  'a body that brings its chunks at once': () => {
    let left = 100
    const chunk = new Uint8Array(5000)
    const pull = () => {
      if (left-- === 0) return null
      // It is lent until the next pull.
      return chunk.fill(left)
    }
    const content = Array.from({ length: 100 }, (_, i) => String.fromCharCode(99 - i).repeat(5000)).join('')
    return { reply: new Reply(200, undefined, { length: undefined, pull, cancel() {} }), content }
  },
}

for (const [kind, make] of Object.entries(bodies)) {
  test(`${kind}, to GET and to HEAD`, async () => {
    const world = new World(() => make().reply)
    const { client } = world.connectHttp2()
    const { content, length } = make()
    const got = client.request(get())
    const head = client.request([[':method', 'HEAD'], ...get().slice(1)])
    await world.settle()
    assert.equal(client.text(got), content)
    for (const stream of [got, head]) {
      assert.equal(client.answer(stream).status, 200)
      assert.ok(client.answer(stream).ended)
      assert.equal(client.answer(stream).reset, null)
      assert.equal(field(client.answer(stream).fields, 'content-length'), length?.toString())
    }
    assert.equal(client.answer(head).size, 0)
    world.assertNothingIsHeld()
    assert.deepEqual(world.events, [])
    await world.closeAndCheck()
  })
}

test('204 and 304 have no content, whatever is given', async () => {
  for (const status of [204, 304]) {
    const world = new World(() => new Reply(status, undefined, 'content'))
    const { client } = world.connectHttp2()
    const stream = client.request()
    await world.settle()
    const { status: sent, ended, size } = client.answer(stream)
    assert.deepEqual([sent, ended, size], [status, true, 0])
    await world.closeAndCheck()
  }
})

test('a hundred requests in one read are answered in one write', async () => {
  const world = new World()
  const { client, server } = world.connectHttp2()
  await world.settle()
  let writes = 0
  const write = server.writeBytes.bind(server)
  server.writeBytes = output => {
    if (output.size > 0) writes++
    write(output)
  }
  const streams = Array.from({ length: 100 }, () => client.nextStream())
  client.send(...streams.map(stream => headers(stream, get(), { endStream: true })))
  await world.settle()
  assert.ok(streams.every(stream => client.text(stream) === 'hello'))
  assert.equal(writes, 1)
  await world.closeAndCheck()
})

test('replies of promises that are fulfilled in the same turn leave in one write', async () => {
  const world = new World(async () => {
    await null
    return text('later')
  })
  const { client, server } = world.connectHttp2()
  await world.settle()
  let writes = 0
  const write = server.writeBytes.bind(server)
  server.writeBytes = output => {
    if (output.size > 0) writes++
    write(output)
  }
  const streams = Array.from({ length: 50 }, () => client.nextStream())
  client.send(...streams.map(stream => headers(stream, get(), { endStream: true })))
  await world.settle()
  assert.ok(streams.every(stream => client.text(stream) === 'later'))
  assert.equal(writes, 1)
  await world.closeAndCheck()
})

test('the exchange says what was asked for, over which version, and by whom', async () => {
  const seen: Exchange[] = []
  const world = new World(
    exchange => {
      seen.push(exchange)
      return text('')
    },
    { trustedProxies: ['192.0.2.1'] },
  )
  const { client } = world.connectHttp2()
  client.request(
    get(
      '/a%20b?c=d',
      [
        ['x-forwarded-for', '198.51.100.7'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
      'host:81',
    ),
  )
  await world.settle()
  const [exchange] = seen
  const { method, target, path, query, authority, version, protocol } = exchange
  assert.deepEqual(
    { method, target, path, query, authority, version, protocol },
    {
      method: 'GET',
      target: '/a%20b?c=d',
      path: '/a%20b',
      query: 'c=d',
      authority: 'host:81',
      version: '2',
      protocol: undefined,
    },
  )
  assert.equal(exchange.fields.get('Cookie'), 'a=1; b=2')
  assert.equal(exchange.content.length, 0)
  assert.deepEqual(exchange.client, { address: '198.51.100.7', scheme: 'http', host: 'host:81' })
  assert.equal(exchange.peer.address, '192.0.2.1')
  await world.closeAndCheck()
})

test('trailers follow the content', async () => {
  const world = new World(
    () => new Reply(200, undefined, bodyOf([Buffer.from('sum')]), () => FieldList.of({ 'X-Sum': '3' })),
  )
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  assert.equal(client.text(stream), 'sum')
  assert.deepEqual(client.answer(stream).trailers, [['x-sum', '3']])
  await world.closeAndCheck()
})

for (const [what, body, text] of [
  ['text', 'sum', 'sum'],
  ['bytes', Buffer.from('sum'), 'sum'],
  ['content that is sent many times', new Content(Buffer.from('sum')), 'sum'],
  ['no content', null, ''],
  ['an empty text', '', ''],
] as const) {
  test(`trailers follow ${what}`, async () => {
    const world = new World(() => new Reply(200, undefined, body, () => FieldList.of({ 'X-Sum': '3' })))
    const { client } = world.connectHttp2()
    const stream = client.request()
    await world.settle()
    assert.equal(client.text(stream), text)
    assert.deepEqual(client.answer(stream).trailers, [['x-sum', '3']])
    await world.closeAndCheck()
  })
}

test('interim replies go out before the final one, and none after it', async () => {
  const world = new World(async exchange => {
    exchange.inform(103, FieldList.of({ Link: '</a.css>; rel=preload' }))
    assert.throws(() => exchange.inform(100, FieldList.empty), RangeError)
    await null
    exchange.inform(102, FieldList.empty)
    setImmediate(() => exchange.inform(103, FieldList.empty))
    return text('done')
  })
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  assert.deepEqual(client.answer(stream).interim, [103, 102])
  assert.equal(client.text(stream), 'done')
  await world.closeAndCheck()
})

const failures: Record<string, Handler> = {
  'throws at once': () => {
    throw new Error('no')
  },
  'throws later': async () => {
    await null
    throw new Error('no')
  },
  'answers with nothing': (() => undefined) as unknown as Handler,
  'answers later with nothing': (async () => undefined) as unknown as Handler,
  'switches protocols where nobody asked': () => new Reply(101, undefined, new Tunnel(incoming => incoming)),
}

for (const [how, handler] of Object.entries(failures)) {
  test(`a handler that ${how} is answered for with 500, on its stream alone`, async () => {
    const world = new World(exchange => (exchange.path === '/fails' ? handler(exchange) : text('fine')))
    const { client } = world.connectHttp2()
    const failing = client.request('/fails')
    const other = client.request('/')
    await world.settle()
    assert.equal(client.answer(failing).status, 500)
    assert.equal(client.text(other), 'fine')
    assert.deepEqual(
      world.told('failed').map(({ doing }) => doing),
      ['answering a request'],
    )
    await world.closeAndCheck()
  })
}

test('a refusal that is thrown is answered with its status and fields', async () => {
  const world = new World(() => {
    throw new Refused({ status: 429, rule: 'calm', detail: 'x', fields: FieldList.of({ 'Retry-After': '1' }) })
  })
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  assert.equal(client.answer(stream).status, 429)
  assert.equal(field(client.answer(stream).fields, 'retry-after'), '1')
  assert.deepEqual(world.rules, ['calm'])
  await world.closeAndCheck()
})

test('content that breaks off resets its stream alone', async () => {
  const endings: Record<string, () => Body> = {
    throws: () =>
      bodyOf(
        (function* () {
          yield Buffer.from('half')
          throw new Error('disk')
        })(),
      ),
    'is too long': () => bodyOf([Buffer.from('too long')], 4),
    'is too short': () => bodyOf([Buffer.from('too short')], 400),
  }
  for (const [how, body] of Object.entries(endings)) {
    const world = new World(exchange => (exchange.path === '/' ? text('fine') : new Reply(200, undefined, body())))
    const { client } = world.connectHttp2()
    const broken = client.request('/broken')
    const other = client.request('/')
    await world.settle()
    assert.equal(client.answer(broken).reset, 'INTERNAL_ERROR', how)
    assert.equal(client.text(other), 'fine')
    assert.equal(world.told('failed').length, 1)
    await world.closeAndCheck()
  }
})

test('a slow reader stops the producers of all streams; others go on when it reads', async () => {
  let pulled = 0
  const world = new World(exchange => {
    if (exchange.path === '/small') return text('small')
    return new Reply(200, undefined, {
      length: undefined,
      pull: () => (pulled++ < 400 ? new Uint8Array(16384) : null),
      cancel() {},
    })
  })
  const { client, server } = world.connectHttp2({}, { INITIAL_WINDOW_SIZE: 2 ** 31 - 1 })
  client.send(windowUpdate(0, 2 ** 31 - 1 - 65535))
  await world.settle()
  server.room = 100_000
  const streams = Array.from({ length: 10 }, () => client.request('/large'))
  await world.settle()
  assert.ok(server.backlog > 0)
  assert.ok(pulled < 80, `${pulled} chunks were pulled for a client that does not read`)
  assert.ok(world.connections.ledger.output < 1_000_000)
  const before = pulled
  const small = client.request('/small')
  await world.settle()
  assert.equal(pulled, before)
  server.drain()
  await world.settle()
  assert.equal(client.text(small), 'small')
  assert.equal(
    streams.reduce((sum, stream) => sum + client.answer(stream).size, 0),
    400 * 16384,
  )
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a client that asks without reading is read from no more, until it reads', async () => {
  const world = new World(() => text('x'.repeat(8_000)), { limits: { streams: 1000 } })
  const { client, server } = world.connectHttp2({}, { INITIAL_WINDOW_SIZE: 2 ** 31 - 1 })
  client.send(windowUpdate(0, 2 ** 31 - 1 - 65535))
  await world.settle()
  server.room = 0
  const streams: number[] = []
  for (let i = 0; i < 100; i++) {
    streams.push(client.request())
    await world.settle()
  }
  assert.ok(server.isPaused)
  assert.ok(world.connections.ledger.output < 400_000, String(world.connections.ledger.output))
  server.drain()
  await world.settle()
  assert.ok(!server.isPaused)
  assert.ok(streams.every(stream => client.answer(stream).size === 8_000))
  await world.closeAndCheck()
})

test('content waits for the window of its stream, and for that of the connection', async () => {
  const world = new World(exchange =>
    exchange.path === '/body' ? new Reply(200, undefined, bodyOf([big])) : text('x'.repeat(100)),
  )
  const { client } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 10 })
  const whole = client.request('/')
  const body = client.request('/body')
  await world.settle()
  assert.deepEqual([client.answer(whole).size, client.answer(body).size], [10, 10])
  client.send(windowUpdate(whole, 5))
  await world.settle()
  assert.deepEqual([client.answer(whole).size, client.answer(body).size], [15, 10])
  client.send(settings({ INITIAL_WINDOW_SIZE: 2 ** 20 }))
  await world.settle()
  assert.equal(client.answer(whole).size, 100)
  assert.equal(client.answer(whole).size + client.answer(body).size, 65535, 'the connection has a window too')
  client.send(windowUpdate(0, 2 ** 20))
  await world.settle()
  assert.equal(client.answer(body).size, big.length)
  assert.ok(client.answer(body).ended)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('exchanges are reported as over HTTP/1.1', async () => {
  const world = new World(
    exchange => (exchange.method === 'HEAD' ? text('12345') : new Reply(201, undefined, bodyOf([Buffer.from('abc')]))),
    {
      reportExchanges: true,
    },
  )
  const { client } = world.connectHttp2()
  client.request()
  client.request([[':method', 'HEAD'], ...get().slice(1)])
  await world.settle()
  assert.deepEqual(
    world.told('exchange').map(({ exchange, status, sent, complete }) => [exchange.method, status, sent, complete]),
    [
      ['HEAD', 200, 0, true],
      ['GET', 201, 3, true],
    ],
  )
  await world.closeAndCheck()
})

test('a request that breaks a rule is reported and refused, and costs its stream alone', async () => {
  const world = new World(undefined, { reportExchanges: true })
  const { client } = world.connectHttp2()
  const broken = client.request([...get(), ['Upper', 'case']])
  const large = client.request([...get(), ...Array.from({ length: 200 }, (_, i): Field => [`x-${i}`, 'y'])])
  const fine = client.request()
  await world.settle()
  assert.equal(client.answer(broken).reset, 'PROTOCOL_ERROR')
  assert.equal(client.answer(large).status, 431)
  assert.equal(client.text(fine), 'hello')
  assert.deepEqual(
    world.told('refused').map(({ refusal, exchange }) => [refusal.rule, refusal.section, refusal.status, exchange]),
    [
      ['invalid-field-name', 'RFC 9113 section 8.2.1', 400, null],
      ['head-too-large', 'RFC 9113 section 10.5.1', 431, null],
    ],
  )
  assert.equal(world.told('exchange').length, 1)
  await world.closeAndCheck()
})

test('a page of refusals may be a body, and one that fails is answered for with a bare one', async () => {
  for (const fails of [false, true]) {
    const world = new World(undefined, {
      limits: { contentBytes: 10 },
      refuse: ({ status }) => {
        if (fails) throw new Error('no page')
        return new Reply(status, undefined, bodyOf([Buffer.from('a page')]))
      },
    })
    const { client } = world.connectHttp2()
    const stream = client.request([[':method', 'POST'], ...get('/', [['content-length', '11']]).slice(1)], {
      endStream: false,
    })
    await world.settle()
    assert.equal(client.answer(stream).status, fails ? 500 : 413)
    assert.equal(client.text(stream), fails ? '500 Internal Server Error\n' : 'a page')
    assert.deepEqual(world.rules, ['content-too-large'])
    await world.closeAndCheck()
  }
})

test('a page of refusals that cannot be sent costs its stream', async () => {
  const page = {
    get length(): number {
      throw new Error('no length')
    },
    pull: () => null,
    cancel() {},
  }
  const world = new World(
    () => {
      throw new Error('no')
    },
    { refuse: ({ status }) => new Reply(status, undefined, page) },
  )
  const { client } = world.connectHttp2()
  const stream = client.request()
  await world.settle()
  assert.equal(client.answer(stream).reset, 'INTERNAL_ERROR')
  assert.equal(world.told('failed').length, 2)
  await world.closeAndCheck()
})

test('a connection beyond repair is told why with GOAWAY, and closed', async () => {
  const world = new World(() => new Promise<Reply>(() => {}), { reportConnections: true })
  const { client } = world.connectHttp2()
  client.request()
  await world.settle()
  client.send(windowUpdate(0, 0))
  await world.settle()
  assert.equal(client.goawayCode, 'PROTOCOL_ERROR')
  assert.ok(client.isOver)
  assert.deepEqual(world.rules, ['zero-window-update'])
  client.finish()
  await world.settle()
  assert.equal(world.told('closed')[0].reason, 'zero-window-update')
  await world.closeAndCheck()
})

function field(fields: readonly Field[], name: string): string | undefined {
  return fields.find(([one]) => one === name)?.[1]
}

test('the more urgent reply is made and sent first, whether its content is there or made on the way', async () => {
  const size = 400_000
  const made = () => {
    let left = size / 4000
    return {
      length: size,
      pull: () => (left-- > 0 ? new Uint8Array(4000) : null),
      cancel() {},
    }
  }
  for (const kinds of ['made', 'there', 'made there', 'there made']) {
    const [first, second = first] = kinds.split(' ')
    const gate = Promise.withResolvers<void>()
    const world = new World(async ({ path }) => {
      await gate.promise
      const kind = path === '/first' ? first : second
      return new Reply(200, undefined, kind === 'made' ? made() : new Uint8Array(size))
    })
    const { client, server } = world.connectHttp2({}, { INITIAL_WINDOW_SIZE: 2 ** 24 })
    client.send(windowUpdate(0, 2 ** 24))
    await world.settle()
    server.room = 0
    const late = client.request(get('/second', [['priority', 'u=7']]))
    const early = client.request(get('/first', [['priority', 'u=1']]))
    await world.settle()
    gate.resolve()
    for (let i = 0; i < 300; i++) {
      await world.settle()
      server.drain(4096)
    }
    await world.settle()
    server.drain()
    await world.settle()
    const order = client.frames.filter(({ name }) => name === 'DATA').map(({ stream }) => stream)
    const done = order.lastIndexOf(early)
    const before = order.slice(0, done).filter(stream => stream === late).length
    assert.ok(client.answer(early).ended && client.answer(late).ended, kinds)
    // What was in the output before the urgent one was answered cannot be called back.
    assert.ok(before * 4096 <= 300_000, `${kinds}: ${before} frames of the late one before the end of the early one`)
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  }
})

test('the more urgent reply has the windows that open while the socket takes nothing', async () => {
  const made = () => {
    let left = 100
    return { length: undefined, pull: () => (left-- > 0 ? new Uint8Array(4000) : null), cancel() {} }
  }
  const world = new World(exchange => (exchange.path === '/small' ? text('small') : new Reply(200, undefined, made())))
  const { client, server } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 2 ** 24 })
  const late = client.request(get('/', [['priority', 'u=7']]))
  const early = client.request(get('/', [['priority', 'u=0']]))
  await world.settle()
  const before = client.answer(late).size
  server.room = 0
  client.request('/small')
  for (let i = 0; i < 10; i++) {
    client.send(windowUpdate(0, 10_000))
    await world.settle()
  }
  server.drain()
  await world.settle()
  assert.equal(client.answer(late).size, before)
  assert.equal(client.answer(late).size + client.answer(early).size, 65_535 + 100_000)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})
