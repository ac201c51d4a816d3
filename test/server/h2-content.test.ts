// Content of requests over HTTP/2, read, left unread and given up; and tunnels.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, collect, type Exchange, Reply, Tunnel, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { data, type Field, get, headers, post } from '../support/h2-frames.ts'
import { World } from './support.ts'

const echo = async ({ content, trailers }: Exchange) =>
  new Reply(200, FieldList.of({ 'X-Before': String([...trailers].length) }), await collect(content, 1e7))

const connect: Field[] = [
  [':method', 'CONNECT'],
  [':authority', 'far:443'],
]

const extended: Field[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'http'],
  [':authority', 'test'],
  [':path', '/chat'],
]

for (const split of [Number.POSITIVE_INFINITY, 1, 1000]) {
  test(`content comes through in order, in reads of ${split}`, async () => {
    const world = new World(echo)
    world.network.split = split
    const { client } = world.connectHttp2()
    const first = client.request(post(), { endStream: false })
    const second = client.request(post(), { endStream: false })
    client.send(data(first, 'one '), data(second, 'eins '), data(first, 'two', { padding: 5 }))
    client.send(data(second, 'zwei', { endStream: true }), data(first, '', { endStream: true }))
    await world.settle()
    assert.equal(client.text(first), 'one two')
    assert.equal(client.text(second), 'eins zwei')
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })
}

test('the window is opened as the reader takes the content, and not before', async () => {
  let body: Body | null = null
  const world = new World(({ content }) => {
    body = content
    return new Promise<Reply>(() => {})
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  client.send(...Array.from({ length: 4 }, () => data(stream, new Uint8Array(16000))))
  await world.settle()
  const opened = () => client.frames.some(frame => frame.name === 'WINDOW_UPDATE' && frame.stream === stream)
  assert.ok(!opened())
  assert.equal(world.connections.ledger.content, 64000)
  let taken = 0
  while (taken < 64000) taken += ((await body!.pull()) as Uint8Array).length
  assert.equal(taken, 64000)
  await world.settle()
  assert.ok(opened())
  assert.equal(world.connections.ledger.content, 0)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('pieces of a byte are not kept one by one', async () => {
  let body: Body | null = null
  const world = new World(({ content }) => {
    body = content
    return new Promise<Reply>(() => {})
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  client.send(...Array.from({ length: 1000 }, (_, i) => data(stream, String(i % 10))))
  await world.settle()
  const first = (await body!.pull()) as Uint8Array
  const rest = (await body!.pull()) as Uint8Array
  assert.equal(first.length + rest.length, 1000)
  assert.equal(Buffer.from(rest).toString().slice(-3), '789')
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('trailers of a request are there once its content has ended', async () => {
  const world = new World(async exchange => {
    await collect(exchange.content, 100)
    return text(String(exchange.trailers.get('x-sum')))
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  client.send(data(stream, 'abc'), headers(stream, [['x-sum', '3']], { endStream: true }))
  await world.settle()
  assert.equal(client.text(stream), '3')
  await world.closeAndCheck()
})

test('100 is sent by the first pull, where it is asked for', async () => {
  const world = new World(async exchange => (exchange.path === '/reads' ? echo(exchange) : text('no')))
  const { client } = world.connectHttp2()
  const expect: Field[] = [['expect', '100-continue']]
  const reads = client.request(post('/reads', expect), { endStream: false })
  const ignores = client.request(post('/ignores', expect), { endStream: false })
  const plain = client.request(post('/reads'), { endStream: false })
  const hasty = client.nextStream()
  client.send(headers(hasty, post('/reads', expect)), data(hasty, 'at once', { endStream: true }))
  await world.settle()
  assert.deepEqual(client.answer(reads).interim, [100])
  assert.deepEqual(client.answer(ignores).interim, [])
  assert.equal(client.text(ignores), 'no')
  // A reset behind the answer could cost it (curl 7.88); a client that sends its content all the same does no harm.
  assert.equal(client.answer(ignores).reset, null)
  client.send(data(ignores, 'all the same', { endStream: true }))
  assert.deepEqual(client.answer(plain).interim, [])
  client.send(data(reads, 'content', { endStream: true }), data(plain, 'x', { endStream: true }))
  await world.settle()
  assert.equal(client.text(reads), 'content')
  assert.equal(client.text(hasty), 'at once')
  await world.closeAndCheck()
})

test('no 100 is sent where content has come without it', async () => {
  const gate = Promise.withResolvers<void>()
  const world = new World(async exchange => {
    await gate.promise
    return echo(exchange)
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post('/', [['expect', '100-continue']]), { endStream: false })
  client.send(data(stream, 'unasked'))
  await world.settle()
  gate.resolve()
  await world.settle()
  client.send(data(stream, ', and more', { endStream: true }))
  await world.settle()
  assert.deepEqual(client.answer(stream).interim, [])
  assert.equal(client.text(stream), 'unasked, and more')
  await world.closeAndCheck()
})

test('what waited when a reader gave up is given back to the window', async () => {
  const gate = Promise.withResolvers<void>()
  const world = new World(async ({ content }) => {
    await gate.promise
    content.cancel('enough')
    return new Promise<Reply>(() => {})
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  client.send(...Array.from({ length: 4 }, () => data(stream, new Uint8Array(12_000))))
  await world.settle()
  assert.equal(world.connections.ledger.content, 48_000)
  gate.resolve()
  await world.settle()
  assert.ok(client.frames.some(frame => frame.name === 'WINDOW_UPDATE' && frame.stream === stream))
  assert.equal(world.connections.ledger.content, 0)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('a little content that nobody reads is read past', async () => {
  const world = new World(() => text('answered'))
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  await world.settle()
  assert.ok(client.answer(stream).ended)
  for (let i = 0; i < 10; i++) {
    client.send(data(stream, new Uint8Array(16000)))
    await world.settle()
  }
  client.send(data(stream, '', { endStream: true }))
  await world.settle()
  assert.equal(client.answer(stream).reset, null)
  assert.ok(client.frames.some(frame => frame.name === 'WINDOW_UPDATE' && frame.stream === stream))
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('for much content that nobody reads the stream is reset, after its reply', async () => {
  const world = new World(() => text('answered'), { limits: { discardBytes: 20_000 } })
  const { client } = world.connectHttp2()
  const told = client.request(post('/', [['content-length', '40000']]), { endStream: false })
  const silent = client.request(post(), { endStream: false })
  await world.settle()
  // Not at once, however much is announced: there are clients that drop an answer which a reset comes behind (curl 7.88).
  for (const stream of [told, silent]) assert.deepEqual(client.answer(stream).reset, null)
  for (const stream of [told, silent])
    client.send(data(stream, new Uint8Array(15000)), data(stream, new Uint8Array(15000)))
  await world.settle()
  for (const stream of [told, silent]) {
    assert.deepEqual(client.answer(stream).reset, 'NO_ERROR')
    assert.equal(client.text(stream), 'answered')
    assert.ok(client.answer(stream).ended)
  }
  client.send(data(silent, new Uint8Array(1000)))
  const other = client.request()
  await world.settle()
  assert.equal(client.answer(other).status, 200)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('content that the handler gives up is thrown away, and costs other streams nothing', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(exchange => {
    if (exchange.path === '/echo') return echo(exchange)
    exchange.content.cancel('enough')
    return new Promise<Reply>(resolve => {
      answer = resolve
    })
  })
  const { client } = world.connectHttp2()
  const stream = client.request(post(), { endStream: false })
  client.send(data(stream, new Uint8Array(16000)))
  await world.settle()
  assert.equal(world.connections.ledger.content, 0)
  const other = client.request(post('/echo'), { endStream: false })
  client.send(data(other, 'heard', { endStream: true }))
  await world.settle()
  assert.equal(client.text(other), 'heard')
  answer(text('done'))
  await world.settle()
  assert.equal(client.text(stream), 'done')
  client.send(data(stream, '', { endStream: true }))
  await world.settle()
  assert.equal(client.answer(stream).reset, null)
  await world.closeAndCheck()
})

test('a reader that goes on after the reply is told that it comes too late', async () => {
  let read: Promise<unknown> | null = null
  const world = new World(({ content }) => {
    read = Promise.resolve(content.pull()).then(
      () => 'read',
      (error: Error) => error.message,
    )
    return text('answered')
  })
  const { client } = world.connectHttp2()
  client.request(post(), { endStream: false })
  await world.settle()
  assert.match(String(await read), /complete before the content was read/)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('content that grows beyond the limit is refused, and so is its announcement', async () => {
  const world = new World(echo, { limits: { contentBytes: 100 } })
  const { client } = world.connectHttp2()
  const announced = client.request(post('/', [['content-length', '101']]), { endStream: false })
  const growing = client.request(post(), { endStream: false })
  client.send(data(growing, new Uint8Array(60)), data(growing, new Uint8Array(60)))
  await world.settle()
  assert.equal(client.answer(announced).status, 413)
  assert.ok(client.answer(growing).status === 413 || client.answer(growing).reset !== null)
  assert.ok(world.rules.every(rule => rule === 'content-too-large'))
  assert.equal(world.rules.length, 2)
  await world.closeAndCheck()
})

for (const [kind, head] of [
  ['CONNECT', connect],
  ['extended CONNECT', extended],
] as const) {
  const tunnel = (exchange: Exchange) => {
    assert.equal(exchange.content.length, 0)
    return new Reply(200, undefined, new Tunnel(incoming => incoming))
  }

  test(`${kind} makes a tunnel, which each side ends for itself`, async () => {
    const seen: Exchange[] = []
    const world = new World(
      exchange => {
        seen.push(exchange)
        return tunnel(exchange)
      },
      { reportExchanges: true },
    )
    const { client } = world.connectHttp2()
    const stream = client.nextStream()
    client.send(headers(stream, head), data(stream, 'early '))
    await world.settle()
    assert.equal(seen[0].protocol, kind === 'CONNECT' ? undefined : 'websocket')
    assert.equal(seen[0].target, kind === 'CONNECT' ? 'far:443' : '/chat')
    client.send(data(stream, 'late'))
    await world.settle()
    assert.equal(client.text(stream), 'early late')
    assert.ok(!client.answer(stream).ended)
    assert.equal(world.told('exchange').length, 0)
    client.send(data(stream, '', { endStream: true }))
    await world.settle()
    assert.ok(client.answer(stream).ended)
    assert.equal(world.told('exchange').length, 1)
    assert.equal(world.told('exchange')[0].complete, true)
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })

  test(`the peer may go on sending in a tunnel by ${kind} that has nothing more to say`, async () => {
    let heard = ''
    const world = new World(
      () =>
        new Reply(
          200,
          undefined,
          new Tunnel(incoming => {
            const listen = async () => {
              for (let chunk = await incoming.pull(); chunk !== null; chunk = await incoming.pull())
                heard += Buffer.from(chunk).toString()
            }
            listen().catch(() => {})
            return bodyOf([Buffer.from('bye')])
          }),
        ),
      { reportExchanges: true },
    )
    const { client } = world.connectHttp2()
    const stream = client.request(head, { endStream: false })
    await world.settle()
    assert.equal(client.text(stream), 'bye')
    assert.ok(client.answer(stream).ended)
    client.send(data(stream, 'still here'))
    await world.settle()
    assert.equal(heard, 'still here')
    assert.equal(world.told('exchange').length, 0)
    client.send(data(stream, '', { endStream: true }))
    await world.settle()
    assert.equal(world.told('exchange').length, 1)
    assert.equal(client.answer(stream).reset, null)
    await world.closeAndCheck()
  })

  test(`a tunnel by ${kind} that breaks on this side is reset`, async () => {
    const world = new World(
      () =>
        new Reply(
          200,
          undefined,
          new Tunnel(() => ({ length: undefined, pull: () => Promise.reject(new Error('far end')), cancel() {} })),
        ),
    )
    const { client } = world.connectHttp2()
    const stream = client.request(head, { endStream: false })
    await world.settle()
    assert.equal(client.answer(stream).reset, kind === 'CONNECT' ? 'CONNECT_ERROR' : 'INTERNAL_ERROR')
    await world.closeAndCheck()
  })

  test(`${kind} that is refused is answered like any request`, async () => {
    const world = new World(() => new Reply(405, undefined, 'no tunnels'))
    const { client } = world.connectHttp2()
    const stream = client.request(head, { endStream: false })
    await world.settle()
    assert.equal(client.answer(stream).status, 405)
    assert.equal(client.text(stream), 'no tunnels')
    client.send(data(stream, '', { endStream: true }))
    await world.settle()
    assert.equal(client.answer(stream).reset, null)
    await world.closeAndCheck()
  })
}

test('a tunnel is cut off when its reader wants to hear no more, and has said everything', async () => {
  const world = new World(
    () =>
      new Reply(
        200,
        undefined,
        new Tunnel(incoming => {
          setImmediate(() => incoming.cancel('enough'))
          return bodyOf([Buffer.from('bye')])
        }),
      ),
    { reportExchanges: true },
  )
  const { client } = world.connectHttp2()
  const stream = client.request(connect, { endStream: false })
  await world.settle()
  assert.equal(client.text(stream), 'bye')
  assert.equal(client.answer(stream).reset, 'NO_ERROR')
  assert.equal(world.told('exchange').length, 1)
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a tunnel where nobody asked for one is a failure of the program', async () => {
  const world = new World(() => new Reply(200, undefined, new Tunnel(incoming => incoming)))
  const { client } = world.connectHttp2()
  const stream = client.request(get())
  await world.settle()
  assert.equal(client.answer(stream).status, 500)
  await world.closeAndCheck()
})
