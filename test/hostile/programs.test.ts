// Programs that do what they should not, or less than is expected: the connection and the others go on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, bodyOf, collect, type Refuse, Reply, Tunnel, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, World } from '../server/support.ts'

/** Content that never comes, of a program that fails when it is told to stop. */
const stubborn: Body = {
  length: undefined,
  pull: () => new Promise(() => {}),
  cancel() {
    throw new Error('will not stop')
  },
}

test('a body that fails while it is cancelled does not keep its connection', async () => {
  const world = new World(() => new Reply(200, FieldList.empty, stubborn))
  const visitor = world.connect().send(get())
  await world.settle()
  visitor.client.reset()
  await world.settle()
  assert.equal(world.connections.ledger.connections, 0)
  assert.match(String(world.told('failed')[0].error), /will not stop/)
  await world.closeAndCheck()
})

test('a late reply whose body fails while it is cancelled is reported, and that is all', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(() => new Promise<Reply>(resolve => (answer = resolve)))
  const visitor = world.connect().send(get())
  await world.settle()
  visitor.client.reset()
  await world.settle()
  answer(new Reply(200, FieldList.empty, stubborn))
  await world.settle()
  assert.equal(world.told('failed').length, 1)
  await world.closeAndCheck()
})

test('HEAD of a body that fails while it is cancelled is answered', async () => {
  const world = new World(() => new Reply(200, FieldList.empty, stubborn))
  const visitor = world.connect().send(get().replace('GET', 'HEAD') + get().replace('GET', 'HEAD'))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200])
  await world.closeAndCheck()
})

for (const [what, refuse] of [
  ['a promise', () => Promise.resolve(text('x'))],
  ['nothing', () => undefined],
  ['a tunnel', () => new Reply(200, FieldList.empty, new Tunnel(incoming => incoming))],
] as const) {
  test(`a page of refusals that is ${what} is replaced by a bare 500`, async () => {
    const world = new World(
      () => {
        throw new Error('broken')
      },
      { refuse: refuse as unknown as Refuse },
    )
    const asked = world.connect().send(get())
    const malformed = world.connect().send('GET / HTTP/1.1\r\n\r\n')
    const slow = world.connect().send('GET')
    await world.pass(30_000)
    assert.deepEqual([asked.statuses, malformed.statuses, slow.statuses], [[500], [500], [500]])
    assert.equal(world.told('failed').length, 4, 'the handler once, the page for each')
    await world.closeAndCheck()
  })
}

test('a handler that reads all content but not its end leaves the connection idle, not waiting for content', async () => {
  const world = new World(async ({ content }) => {
    await content.pull()
    return text('read')
  })
  const visitor = world.connect().send(post('hello'))
  await world.pass(60_000)
  assert.deepEqual(visitor.statuses, [200])
  assert.deepEqual(world.rules, [])
  assert.ok(!visitor.ended)
  visitor.send(post('hello'))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200])
  await world.closeAndCheck()
})

test('more content than the program collects is refused with 413, not reported as its failure', async () => {
  const world = new World(async ({ content }) => text(String((await collect(content, 3)).length)))
  const announced = world.connect().send(post('hello'))
  const chunked = world
    .connect()
    .send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n')
  await world.settle()
  assert.deepEqual([announced.statuses, chunked.statuses], [[413], [413]])
  assert.deepEqual(world.told('failed'), [])
  await world.closeAndCheck()
})

test('a thenable that answers twice, and then fails, has answered once', async () => {
  const world = new World(() => {
    const twice: PromiseLike<Reply> = {
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then(resolve, reject) {
        resolve?.(text('first'))
        resolve?.(text('second'))
        reject?.(new Error('third'))
        return twice as PromiseLike<never>
      },
    }
    return twice as Promise<Reply>
  })
  const visitor = world.connect().send(get() + get())
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200])
  assert.ok(!visitor.text.includes('second'))
  assert.deepEqual(world.told('failed'), [])
  await world.closeAndCheck()
})

test('no more than one chunk waits for a slow reader, though a reply was waiting before it', async () => {
  let pulled = 0
  const body: Body = {
    length: undefined,
    pull() {
      pulled++
      return new Uint8Array(100_000)
    },
    cancel() {},
  }
  const world = new World(({ target }) => new Reply(200, FieldList.empty, target === '/1' ? new Uint8Array(5e6) : body))
  const visitor = world.connect()
  visitor.server.room = 1000
  visitor.send(get('/1') + get('/2'))
  await world.settle()
  assert.equal(pulled, 0)
  visitor.server.drain(5e6)
  await world.settle()
  assert.equal(pulled, 1)
  await world.closeAndCheck()
})

test('a tunnel that the program has left is closed, though its client stays silent', async () => {
  const left = (cancelFirst: boolean) =>
    new Tunnel(incoming => {
      if (cancelFirst) incoming.cancel('not wanted')
      return bodyOf(
        (async function* () {
          yield Buffer.from('bye')
          if (!cancelFirst) setImmediate(() => setImmediate(() => incoming.cancel('not wanted')))
        })(),
      )
    })
  for (const cancelFirst of [true, false]) {
    const world = new World(() => new Reply(101, FieldList.of({ Upgrade: 'x' }), left(cancelFirst)))
    const visitor = world.connect().send(get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n'))
    await world.settle()
    assert.ok(visitor.ended)
    await world.pass(10_000)
    assert.equal(world.connections.ledger.connections, 0)
    await world.closeAndCheck()
  }
})
