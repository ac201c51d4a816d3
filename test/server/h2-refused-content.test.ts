// Content over HTTP/2 that turns out to be more than is taken, once the handler has begun.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect, type Exchange, type Reply, text } from '../../src/exchange/index.ts'
import { H2Client } from '../support/h2-client.ts'
import { data, post } from '../support/h2-frames.ts'
import { World } from './support.ts'

const limits = { contentBytes: 1000 }

function join(world: World): H2Client {
  const { client, server } = world.network.connect()
  world.connections.add(server, exchange => world.handler(exchange))
  return H2Client.over(client).greet()
}

test('a handler that reads too much content is told, and its refusal is the answer', async () => {
  let thrown: unknown
  const world = new World(
    async (exchange: Exchange): Promise<Reply> => {
      try {
        await collect(exchange.content, 1e6)
      } catch (error) {
        thrown = error
        throw error
      }
      return text('all of it')
    },
    { limits },
  )
  const client = join(world)
  const stream = client.request(post(), { endStream: false })
  client.send(data(stream, 'x'.repeat(600)))
  await world.settle()
  client.send(data(stream, 'x'.repeat(600)), data(stream, 'x'.repeat(600), { endStream: true }))
  await world.settle()
  assert.equal((thrown as { refusal?: { rule: string } }).refusal?.rule, 'content-too-large')
  assert.equal(client.answer(stream).status, 413)
  assert.deepEqual(world.rules, ['content-too-large'])
  assert.deepEqual(world.told('failed'), [])
  client.request('/')
  await world.settle()
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})

test('a handler that does not read what is too much answers as it likes', async () => {
  const world = new World(() => text('never mind'), { limits })
  const client = join(world)
  const stream = client.request(post(), { endStream: false })
  client.send(data(stream, 'x'.repeat(600)))
  await world.settle()
  client.send(data(stream, 'x'.repeat(600), { endStream: true }))
  await world.settle()
  assert.equal(client.answer(stream).status, 200)
  assert.equal(client.text(stream), 'never mind')
  world.assertNothingIsHeld()
  await world.closeAndCheck()
})
