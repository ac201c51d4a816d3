import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, Content, json, Refused, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, World } from './support.ts'

const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1')

test('a request is answered with status, fields, length and content', async () => {
  const world = new World(() => text('hello'))
  const visitor = world.connect().send(get())
  await world.settle()
  assert.equal(
    visitor.text,
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello',
  )
  assert.match(visitor.recorder.text, /\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\n/)
  await world.closeAndCheck()
})

test('the date follows the clock', async () => {
  const world = new World(() => text('hello'))
  const visitor = world.connect()
  await world.pass(5000)
  visitor.send(get())
  await world.settle()
  assert.match(visitor.recorder.text, /\r\nDate: Fri, 20 Nov 2026 12:00:05 GMT\r\n/)
  await world.closeAndCheck()
})

test('requests that come in one read are answered in order and leave in one write', async () => {
  const world = new World(({ target }) => text(target))
  const visitor = world.connect().send(get('/1') + get('/2') + get('/3'))
  await world.settle()
  assert.deepEqual(visitor.text.match(/\r\n\r\n(\/\d)/g), ['\r\n\r\n/1', '\r\n\r\n/2', '\r\n\r\n/3'])
  assert.equal(visitor.recorder.pieces.length, 1)
  await world.closeAndCheck()
})

test('a later request waits for the reply of an earlier one', async () => {
  let answer: (reply: Reply) => void = () => {}
  const seen: string[] = []
  const world = new World(({ target }) => {
    seen.push(target)
    return target === '/slow' ? new Promise<Reply>(resolve => (answer = resolve)) : text(target)
  })
  const visitor = world.connect().send(get('/slow') + get('/next'))
  await world.settle()
  assert.deepEqual(seen, ['/slow'])
  answer(text('/slow'))
  await world.settle()
  assert.deepEqual(seen, ['/slow', '/next'])
  assert.deepEqual(visitor.statuses, [200, 200])
  assert.ok(visitor.text.indexOf('/slow') < visitor.text.indexOf('/next'))
  await world.closeAndCheck()
})

test('a client that pipelines more than waits for it is stopped, and nothing is lost', async () => {
  const answers: ((reply: Reply) => void)[] = []
  const world = new World(() => new Promise<Reply>(resolve => answers.push(resolve)), {
    limits: { pipelineBytes: 100 },
  })
  const visitor = world.connect()
  for (let i = 0; i < 20; i++) visitor.send(get(`/${i}`))
  await world.settle()
  assert.ok(visitor.server.isPaused)
  for (let i = 0; i < 20; i++) {
    answers[i](text(String(i)))
    await world.settle()
  }
  assert.equal(visitor.statuses.length, 20)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('text beyond ASCII is sent as UTF-8 with its length in bytes', async () => {
  const world = new World(() => text('größe €'))
  const visitor = world.connect().send(get())
  await world.settle()
  assert.match(visitor.text, /Content-Length: 11\r\n/)
  assert.ok(visitor.recorder.bytes.subarray(-11).equals(Buffer.from('größe €')))
  await world.closeAndCheck()
})

for (const size of [0, 10, 100_000]) {
  test(`bytes and prepared content of ${size} bytes arrive whole`, async () => {
    const data = Uint8Array.from({ length: size }, (_, i) => i % 256)
    const content = new Content(data)
    const world = new World(({ target }) => new Reply(200, FieldList.empty, target === '/content' ? content : data))
    const visitor = world.connect().send(get('/content') + get('/bytes'))
    await world.settle()
    const head = Buffer.from(
      `HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\nContent-Length: ${size}\r\n\r\n`,
    )
    assert.ok(visitor.recorder.bytes.equals(Buffer.concat([head, data, head, data])))
    await world.closeAndCheck()
  })
}

test('HEAD is answered with the fields of GET and no content', async () => {
  const bodies = [
    null,
    'hello',
    bytes('hello'),
    new Content(bytes('hello')),
    bodyOf([bytes('hello')], 5),
    bodyOf([bytes('x')]),
  ]
  const world = new World(({ query }) => new Reply(200, FieldList.empty, bodies[Number(query)]))
  const visitor = world.connect()
  for (let i = 0; i < bodies.length; i++) visitor.send(get(`/?${i}`).replace('GET', 'HEAD'))
  await world.settle()
  assert.equal(visitor.statuses.length, bodies.length)
  assert.equal(visitor.text.match(/Content-Length: 5\r\n\r\n/g)?.length, 4)
  assert.ok(!visitor.text.includes('hello'))
  await world.closeAndCheck()
})

test('204 and 304 carry neither content nor a length of it', async () => {
  const world = new World(({ target }) => new Reply(Number(target.slice(1)), FieldList.empty, 'ignored'))
  const visitor = world.connect().send(get('/204') + get('/304'))
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n')
  await world.closeAndCheck()
})

test('content of unknown length is sent in chunks, with trailers behind it', async () => {
  const reply = () =>
    new Reply(200, FieldList.of({ Trailer: 'Sum' }), bodyOf([bytes('ab'), bytes('cde')]), () =>
      FieldList.of({ Sum: '5' }),
    )
  const world = new World(reply)
  const visitor = world.connect().send(get())
  await world.settle()
  assert.ok(visitor.text.endsWith('Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\nSum: 5\r\n\r\n'))
  assert.ok(!visitor.ended)
  await world.closeAndCheck()
})

test('an HTTP/1.0 client gets content of unknown length until the connection ends', async () => {
  const world = new World(() => new Reply(200, FieldList.empty, bodyOf([bytes('ab'), bytes('c')])))
  const visitor = world.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc')
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('an HTTP/1.0 connection is kept if the client asks for it, and closed if not', async () => {
  const world = new World()
  const kept = world.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  const closed = world.connect().send('GET / HTTP/1.0\r\n\r\n')
  await world.settle()
  assert.match(kept.text, /\r\nConnection: keep-alive\r\n/)
  assert.ok(!kept.ended)
  assert.match(closed.text, /\r\nConnection: close\r\n/)
  assert.ok(closed.ended)
  await world.closeAndCheck()
})

for (const [what, chunks] of [
  ['longer', ['abc', 'def']],
  ['shorter', ['a']],
] as const) {
  test(`content that is ${what} than its length says cuts the connection and is reported`, async () => {
    const world = new World(() => new Reply(200, FieldList.empty, bodyOf(chunks.map(bytes), 4)))
    const visitor = world.connect().send(get())
    await world.settle()
    assert.notEqual(visitor.recorder.error, undefined)
    assert.ok(!visitor.text.includes('def'))
    assert.match(String(world.told('failed')[0].error), what === 'longer' ? /2 bytes longer/ : /3 bytes shorter/)
    await world.closeAndCheck()
  })
}

test('content that breaks off cuts the connection: a part is never completed', async () => {
  async function* half() {
    yield bytes('half')
    throw new Error('disk on fire')
  }
  const world = new World(() => new Reply(200, FieldList.empty, bodyOf(half())))
  const visitor = world.connect().send(get())
  await world.settle()
  assert.notEqual(visitor.recorder.error, undefined)
  assert.ok(!visitor.text.endsWith('0\r\n\r\n'))
  assert.match(String(world.told('failed')[0].error), /disk on fire/)
  await world.closeAndCheck()
})

test('a slow reader stops the producer', async () => {
  let pulled = 0
  const body: Body = { length: undefined, pull: () => (pulled++ < 100 ? new Uint8Array(1000) : null), cancel() {} }
  const world = new World(() => new Reply(200, FieldList.empty, body))
  const visitor = world.connect()
  visitor.server.room = 2500
  visitor.send(get())
  await world.settle()
  assert.ok(pulled <= 4, `${pulled} chunks were pulled`)
  assert.ok(world.connections.ledger.output > 0)
  visitor.server.drain()
  await world.settle()
  assert.equal(pulled, 101)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a client that pipelines without reading is not answered beyond a bound', async () => {
  let answered = 0
  const world = new World(() => {
    answered++
    return new Reply(200, FieldList.empty, new Uint8Array(10_000))
  })
  const visitor = world.connect()
  visitor.server.room = 0
  for (let i = 0; i < 500; i++) visitor.send(get())
  await world.settle()
  assert.ok(answered < 40, `${answered} were answered`)
  visitor.server.drain()
  await world.settle()
  assert.equal(answered, 500)
  assert.equal(visitor.statuses.length, 500)
  await world.closeAndCheck()
})

test('interim replies go before the reply, but not to HTTP/1.0', async () => {
  const world = new World(exchange => {
    exchange.inform(103, FieldList.of({ Link: '</a.css>; rel=preload' }))
    return text('done')
  })
  const modern = world.connect().send(get())
  const old = world.connect().send('GET / HTTP/1.0\r\n\r\n')
  await world.settle()
  assert.ok(
    modern.text.startsWith('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n'),
  )
  assert.deepEqual(old.statuses, [200])
  await world.closeAndCheck()
})

test('what a handler says of framing and connection is not believed', async () => {
  const world = new World(
    () =>
      new Reply(
        200,
        FieldList.of({ 'Content-Length': '99', 'Transfer-Encoding': 'chunked', Connection: 'X-Y' }),
        'hello',
      ),
  )
  const visitor = world.connect().send(get())
  await world.settle()
  assert.equal(visitor.text, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  await world.closeAndCheck()
})

test('a handler can ask to close the connection', async () => {
  const world = new World(() => text('bye', 200, FieldList.of({ Connection: 'close' })))
  const visitor = world.connect().send(get() + get())
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  assert.match(visitor.text, /\r\nConnection: close\r\n/)
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('a handler that throws, rejects, or answers with what is no reply gives a plain 500 and a report', async () => {
  const failures = [
    () => {
      throw new Error('a')
    },
    () => Promise.reject(new Error('b')),
    () => undefined as unknown as Reply,
    () => Promise.resolve({ status: 200 } as unknown as Reply),
  ]
  const world = new World(({ query }) => failures[Number(query)]())
  const visitor = world.connect()
  for (let i = 0; i < 4; i++) visitor.send(get(`/?${i}`))
  await world.settle()
  assert.deepEqual(visitor.statuses, [500, 500, 500, 500])
  const told = world.told('failed').map(event => String(event.error))
  assert.match(told[0], /Error: a/)
  assert.match(told[1], /Error: b/)
  assert.match(told[2], /must answer with a Reply.*not undefined/)
  assert.match(told[3], /not an object of Object/)
  assert.ok(!visitor.text.includes('Error:'), 'the client is not told why')
  await world.closeAndCheck()
})

test('a Refused error is answered as it says', async () => {
  const world = new World(() => {
    throw new Refused({
      status: 405,
      rule: 'method-not-allowed',
      detail: 'Only GET',
      fields: FieldList.of({ Allow: 'GET' }),
    })
  })
  const visitor = world.connect().send(get())
  await world.settle()
  assert.match(visitor.text, /^HTTP\/1\.1 405 Method Not Allowed\r\n/)
  assert.match(visitor.text, /\r\nAllow: GET\r\n/)
  assert.deepEqual(world.rules, ['method-not-allowed'])
  await world.closeAndCheck()
})

test('a page of refusals that fails is answered for with a bare 500', async () => {
  const refuse = () => {
    throw new Error('template missing')
  }
  const world = new World(() => text('x'), { refuse })
  const visitor = world.connect().send('GET / HTTP/1.1\r\n\r\n')
  await world.settle()
  assert.deepEqual(visitor.statuses, [500])
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('in development a refusal explains itself, elsewhere it does not', async () => {
  for (const development of [true, false]) {
    const world = new World(() => text('x'), { development })
    const visitor = world.connect().send('GET / HTTP/1.1\r\nHost : x\r\n\r\n')
    await world.settle()
    assert.match(visitor.text, /^HTTP\/1\.1 400 Bad Request\r\n/)
    assert.equal(visitor.text.includes('space-before-colon'), development)
    assert.equal(world.told('refused')[0].refusal.offset, 20)
    await world.closeAndCheck()
  }
})

test('exchanges are reported where that is asked for', async () => {
  const world = new World(() => json({ a: 1 }), { reportExchanges: true, reportConnections: true })
  const visitor = world.connect().send(get('/x') + post('abc'))
  await world.settle()
  const told = world.told('exchange')
  assert.deepEqual(
    told.map(({ exchange, status, sent, complete }) => [exchange.method, exchange.target, status, sent, complete]),
    [
      ['GET', '/x', 200, 7, true],
      ['POST', '/', 200, 7, true],
    ],
  )
  visitor.client.finish()
  await world.settle()
  assert.equal(world.told('opened').length, 1)
  assert.deepEqual(
    world.told('closed').map(event => event.reason),
    ['peer'],
  )
  await world.closeAndCheck()
})

test('a connection is closed in order after its share of requests', async () => {
  const world = new World(() => text('x'), { limits: { requestsPerConnection: 2 } })
  const visitor = world.connect().send(get() + get() + get())
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200])
  assert.match(visitor.text, /Connection: close/)
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

test('205 has no content, whatever the program gives it', async () => {
  for (const body of ['hello', bodyOf([bytes('hello')]), bodyOf([bytes('hello')], 5), null]) {
    const world = new World(({ path }) =>
      path === '/' ? new Reply(205, FieldList.of({ 'Content-Length': 5 }), body) : text('next'),
    )
    const visitor = world.connect().send(get() + get('/next'))
    await world.settle()
    assert.match(visitor.text, /^HTTP\/1\.1 205 Reset Content\r\nContent-Length: 0\r\n\r\nHTTP\/1\.1 200 /)
    await world.closeAndCheck()
  }
})

test('a reply may offer other protocols, as 426 must', async () => {
  const offer = new Reply(426, FieldList.of({ Upgrade: ['h2c', 'x/2'] }))
  const world = new World(() => offer)
  const visitor = world.connect().send(get())
  await world.settle()
  assert.equal(
    visitor.text,
    'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nUpgrade: h2c, x/2\r\nConnection: Upgrade\r\n\r\n',
  )
  visitor.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await world.settle()
  assert.match(visitor.text, /\r\nUpgrade: h2c, x\/2\r\nConnection: Upgrade, close\r\n\r\n$/)
  await world.closeAndCheck()
})

test('CONNECT that is answered with 2xx but no tunnel is told of no content, and ends', async () => {
  const shared = text('hello')
  for (const reply of [
    shared,
    new Reply(200, shared.fields, bodyOf([bytes('hello')])),
    new Reply(200, FieldList.of({ 'Content-Length': 5 }), bodyOf([bytes('hello')], 5)),
  ]) {
    const world = new World(() => reply)
    // The second time, a reply to GET may be remembered.
    const before = world.connect().send(get())
    await world.settle()
    assert.match(before.text, /hello/)
    const visitor = world.connect().send('CONNECT far:80 HTTP/1.1\r\nHost: far:80\r\n\r\nabc')
    await world.settle()
    assert.match(visitor.text, /^HTTP\/1\.1 200 OK\r\n(?:Content-Type: .*\r\n)?Connection: close\r\n\r\n$/)
    await world.closeAndCheck()
  }
})
