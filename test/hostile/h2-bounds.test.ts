// What a server holds for a client over HTTP/2 stays within its bounds, whatever the client allows, asks for and sends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS } from '../../src/h2/index.ts'
import { World } from '../server/support.ts'
import { continuation, data, get, headers, literal, post, windowUpdate } from '../support/h2-frames.ts'
import { target, visit } from './h2-support.ts'

const MOST_WINDOW = 2 ** 31 - 1

test('replies to a client that allows all and reads nothing wait within 320 KB', async () => {
  const world = new World(target)
  const { client, visitor } = await visit(world, {}, { INITIAL_WINDOW_SIZE: MOST_WINDOW, MAX_FRAME_SIZE: 2 ** 24 - 1 })
  visitor.server.room = 0
  client.send(windowUpdate(0, 2 ** 30))
  for (const path of ['/big', '/generated', '/', '/late']) {
    for (let i = 0; i < 30; i++) client.request(path)
    await world.settle()
    assert.ok(world.connections.ledger.output <= 320 * 1024, `${world.connections.ledger.output} bytes after ${path}`)
  }
  visitor.server.drain(100_000)
  await world.settle()
  assert.ok(world.connections.ledger.output <= 320 * 1024)
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('content that nobody reads waits within the windows of the connection', async () => {
  const world = new World(target)
  const { client } = await visit(world)
  let sent = 0
  for (let i = 0; i < 100 && sent + 10_000 <= DEFAULT_LIMITS.connectionWindow; i++) {
    const stream = client.request(post('/never'), { endStream: false })
    for (let piece = 0; piece < 6 && sent + 10_000 <= DEFAULT_LIMITS.connectionWindow; piece++) {
      client.send(data(stream, new Uint8Array(10_000)))
      sent += 10_000
    }
  }
  await world.settle()
  assert.equal(world.connections.ledger.content, sent)
  assert.equal(client.count('WINDOW_UPDATE'), 1, 'the first one, by which the connection begins')
  client.send(data(client.latestStream, new Uint8Array(10_000)))
  await world.settle()
  assert.equal(client.goawayCode, 'FLOW_CONTROL_ERROR')
  client.finish()
  await world.settle()
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('of a head that comes in pieces no more waits than the field under way', async () => {
  const world = new World(target)
  const { client } = await visit(world)
  const field = literal('x', 'y'.repeat(500))
  client.send(headers(client.nextStream(), get(), { endHeaders: false }))
  for (let i = 0; i < 20; i++) {
    client.send(continuation(1, field.subarray(0, 400), { endHeaders: false }))
    await world.settle()
    assert.ok(world.connections.ledger.head <= 400)
    if (i < 15) client.send(continuation(1, field.subarray(400), { endHeaders: false }))
    await world.settle()
    if (i < 15) assert.equal(world.connections.ledger.head, 0)
    else break
  }
  client.reset()
  await world.settle()
  await world.closeAndCheck()
})

test('what windows have grown by is given back when their connections end', async () => {
  const world = new World(target)
  const { windows } = world.settings
  const before = windows.left
  const clients = await Promise.all(Array.from({ length: 5 }, () => visit(world)))
  for (const { client } of clients) {
    const streams = [1, 2].map(() => client.request(post('/collect'), { endStream: false }))
    for (let i = 0; i < 200; i++) {
      for (const stream of streams) client.send(data(stream, new Uint8Array(16_000)))
      world.network.run()
      await null
      await null
    }
  }
  await world.settle()
  assert.ok(windows.left < before, 'they have grown')
  for (const [i, { client }] of clients.entries()) {
    if (i === 0) client.reset()
    else if (i === 1) client.finish()
    else if (i === 2) client.send(data(1, '', { endStream: true }), data(3, '', { endStream: true }))
    else if (i === 3) client.send(data(0))
    else client.destroy()
  }
  await world.settle()
  for (const { client } of clients) client.finish()
  await world.pass(10_000)
  await world.closeAndCheck()
  assert.equal(windows.left, before)
})
