// Ends that cross: the client's FIN, the server's draining, and replies that are still to come.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { get, post, World } from '../server/support.ts'

test('requests that waited when the client stopped sending are answered at once, in order', async () => {
  let answer: (reply: Reply) => void = () => {}
  const world = new World(({ target }) =>
    target === '/slow' ? new Promise<Reply>(resolve => (answer = resolve)) : text(target),
  )
  const visitor = world.connect().send(get('/slow') + get('/a') + get('/b'))
  visitor.client.finish()
  await world.settle()
  answer(text('/slow'))
  await world.settle()
  assert.deepEqual(visitor.text.match(/\/(slow|a|b)/g), ['/slow', '/a', '/b'])
  assert.equal(visitor.recorder.error, null)
  await world.closeAndCheck()
})

test('requests that waited for a slow reader who stopped sending are answered', async () => {
  const world = new World(() => new Reply(200, FieldList.empty, new Uint8Array(300_000)))
  const visitor = world.connect()
  visitor.server.room = 1000
  visitor.send(get() + get() + get() + get())
  visitor.client.finish()
  await world.settle()
  visitor.server.drain()
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 200, 200, 200])
  assert.ok(visitor.ended)
  await world.closeAndCheck()
})

for (const what of ['time', 'the end'] as const) {
  test(`after HEAD, the refusal of a head that ${what} cuts short has its content`, async () => {
    const world = new World()
    const visitor = world.connect().send(`${get().replace('GET', 'HEAD')}GET / HT`)
    await world.settle()
    if (what === 'the end') visitor.client.finish()
    await world.pass(30_000)
    assert.match(visitor.text, /Content-Length: \d+\r\nConnection: close\r\n\r\n4\d\d [A-Z][\w ]+\n$/)
    await world.closeAndCheck()
  })
}

test('draining ends a connection on which only unread content is awaited', async () => {
  const world = new World(() => text('enough'))
  const visitor = world.connect().send(post('x'.repeat(5000)).slice(0, 3000))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200])
  const draining = world.connections.drain(100_000)
  await world.settle()
  assert.ok(visitor.ended)
  visitor.client.finish()
  await world.settle()
  assert.deepEqual(await draining, { finished: 1, cut: [] })
  await world.closeAndCheck()
})

test('draining is over when the last connection is, without waiting for the clock', async () => {
  const world = new World()
  const visitor = world.connect().send(get())
  await world.settle()
  const draining = world.connections.drain(100_000)
  await world.settle()
  visitor.client.finish()
  await world.settle()
  assert.deepEqual(await draining, { finished: 1, cut: [] })
  await world.closeAndCheck()
})

test('a reply that its client was still reading counts as cut, a connection that only lingers does not', async () => {
  const world = new World(() => new Reply(200, FieldList.empty, new Uint8Array(1e6)))
  const reading = world.connect()
  reading.server.room = 1000
  const lingering = world.connect()
  for (const visitor of [reading, lingering]) visitor.send(get('/big'))
  await world.settle()
  const draining = world.connections.drain(1000)
  await world.pass(1000)
  const { finished, cut } = await draining
  assert.deepEqual([finished, cut.length, cut[0]?.connection], [1, 1, reading.server.id])
  assert.notEqual(reading.recorder.error, undefined)
  assert.equal(lingering.recorder.error, undefined, 'its reply is not lost to a reset')
  await world.closeAndCheck()
})
