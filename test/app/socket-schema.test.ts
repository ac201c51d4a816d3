// Messages that are JSON of a given form, by Standard Schema. The same over each wire.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { App, type SocketProblem, type StandardSchema } from '../../src/index.ts'
import { eachSocketWire } from './socket-support.ts'

const Move = z.object({ x: z.number().int(), y: z.number().int().default(0) })

/** A schema of no library: even numbers, judged later. */
const Even: StandardSchema<number, { readonly half: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    async validate(value) {
      await turn()
      if (typeof value === 'number' && value % 2 === 0) return { value: { half: value / 2 } }
      return { issues: [{ message: 'must be even', path: ['a', { key: 1 }] }, { message: 'and a number' }] }
    },
  },
}

const made = (): App => {
  const app = new App()
  app.socket('/move', { schema: Move }, { message: (peer, { x, y }) => peer.sendJson({ x: x + 1, y }) })
  app.socket('/even', { schema: Even }, { message: (peer, { half }) => peer.sendJson(half) })
  app.socket(
    '/lenient',
    { schema: Even },
    {
      message: (peer, { half }) => peer.sendJson(half),
      invalid: (peer, { code, reason, issues }: SocketProblem) =>
        peer.sendJson({ code, reason, issues: issues.length }),
    },
  )
  return app
}

eachSocketWire('handlers are given what the schema makes of a message', made, async sockets => {
  const client = await sockets.connect('/move')
  client.send('{"x":1,"y":2}')
  client.send(' { "x": 1 } ')
  assert.deepEqual([await client.next(), await client.next()], ['{"x":2,"y":2}', '{"x":2,"y":0}'])
  const later = await sockets.connect('/even')
  for (const n of [2, 4, 6]) later.send(String(n))
  assert.deepEqual([await later.next(), await later.next(), await later.next()], ['1', '2', '3'])
})

const WRONG: readonly (readonly [string, string | Uint8Array, number, RegExp])[] = [
  ['/move', 'x', 1007, /^Messages are JSON: /],
  ['/move', '', 1007, /^Messages are JSON: /],
  ['/move', Uint8Array.of(123, 125), 1003, /^Messages are JSON, as text; this one is bytes$/],
  ['/move', '{"x":"1"}', 1008, /^x: .*expected number/],
  ['/even', '3', 1008, /^a\.1: must be even; and a number$/],
  ['/move', JSON.stringify({ x: 'é'.repeat(500) }), 1008, /^x: /],
  ['/move', `{"x":${'€'.repeat(100)}`, 1007, /^Messages are JSON: /],
]

eachSocketWire('what does not fit closes the connection, with a reason', made, async sockets => {
  for (const [path, message, code, expected] of WRONG) {
    const client = await sockets.connect(path)
    client.send(message)
    client.send('{"x":1}')
    const end = await client.closed
    assert.equal(end.code, code)
    assert.match(end.reason, expected)
    assert.ok(Buffer.byteLength(end.reason) <= 123)
    await assert.rejects(client.next(), 'nothing was made of what came behind')
  }
})

eachSocketWire('or goes to the handler invalid, and the connection goes on', made, async sockets => {
  const client = await sockets.connect('/lenient')
  for (const message of ['x', '3', Uint8Array.of(1), '8']) client.send(message)
  assert.deepEqual(JSON.parse(String(await client.next())).code, 1007)
  assert.deepEqual(JSON.parse(String(await client.next())), {
    code: 1008,
    reason: 'a.1: must be even; and a number',
    issues: 2,
  })
  assert.deepEqual(JSON.parse(String(await client.next())).code, 1003)
  assert.equal(await client.next(), '4')
})

test('nothing is given to a handler that a schema was still judging when the connection ended', async () => {
  const { promise, resolve } = Promise.withResolvers<{ value: string }>()
  const slow: StandardSchema<unknown, string> = {
    '~standard': { version: 1, vendor: 'test', validate: () => promise },
  }
  const heard: string[] = []
  const app = new App()
  app.socket(
    '/',
    { schema: slow },
    { message: (_, value) => heard.push(value), close: (_, code) => heard.push(String(code)) },
  )
  const client = await app.connect('/')
  const through = client.send('1')
  await turn()
  client.cut()
  resolve({ value: 'late' })
  await through
  await client.closed
  await turn()
  assert.deepEqual(heard, ['1006'])
})

test('a reason is cut where a close frame has no room for more, between two characters', async () => {
  for (const [said, fits] of [
    ['€'.repeat(42), '€'.repeat(41)],
    [`${'x'.repeat(121)}👋`, 'x'.repeat(121)],
    ['x'.repeat(123), 'x'.repeat(123)],
    ['', ''],
  ]) {
    const never: StandardSchema = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: said }] }) },
    }
    const client = await new App().socket('/', { schema: never }, {}).connect('/')
    client.send('1')
    assert.deepEqual(await client.closed, { code: 1008, reason: fits })
  }
})

test('what a schema throws is the fault of the program', async () => {
  const broken: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate() {
        throw new Error('no such rule')
      },
    },
  }
  const client = await new App().socket('/', { schema: broken }, {}).connect('/')
  client.send('1')
  const { code, reason, error } = await client.closed
  assert.equal(code, 1011)
  assert.match(reason, /The handler message of WEBSOCKET \/ failed: no such rule/)
  assert.ok(error instanceof Error && error.cause instanceof Error && error.cause.message === 'no such rule')
})
