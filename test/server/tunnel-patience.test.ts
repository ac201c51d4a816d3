// A tunnel whose program has said all that it has to say and reads on: its client is not waited for without an end, over either wire.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, Reply, Tunnel } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { data } from '../support/h2-frames.ts'
import { get, World } from './support.ts'

const limits = { idleTimeout: 30_000, pingTimeout: 0 }

interface Client {
  send(text: string): void
  /** Answers PING, and whatever else keeps the connection alive. */
  readonly ended: () => boolean
}

const wires: Record<string, (world: World) => Client> = {
  'HTTP/1.1'(world) {
    const visitor = world.connect().send(get('/', 'Connection: Upgrade\r\nUpgrade: listener\r\n'))
    return { send: text => void visitor.send(text), ended: () => visitor.server.closed }
  },
  'HTTP/2'(world) {
    const { client } = world.connectHttp2()
    const stream = client.request(
      [
        [':method', 'CONNECT'],
        [':authority', 'far:443'],
      ],
      { endStream: false },
    )
    return {
      send: text => void client.send(data(stream, text)),
      ended: () => client.answer(stream).reset === 'NO_ERROR',
    }
  },
}

for (const [name, connect] of Object.entries(wires)) {
  /** A program that says one thing, or goes on speaking, and listens to the end. */
  const serve = (
    says: AsyncIterable<Uint8Array> | Uint8Array[],
  ): { world: World; heard: { text: string; over: string } } => {
    const heard = { text: '', over: '' }
    const listen = async (pull: () => unknown): Promise<void> => {
      for (let chunk = await pull(); chunk !== null; chunk = await pull())
        heard.text += Buffer.from(chunk as Uint8Array)
    }
    const world = new World(
      ({ method }) =>
        new Reply(
          method === 'CONNECT' ? 200 : 101,
          method === 'CONNECT' ? FieldList.empty : FieldList.of({ Upgrade: 'listener' }),
          new Tunnel(incoming => {
            listen(() => incoming.pull()).then(
              () => {
                heard.over = 'end'
              },
              error => {
                heard.over = String(error)
              },
            )
            return bodyOf(says)
          }),
        ),
      { limits, reportExchanges: true },
    )
    return { world, heard }
  }

  test(`once its own side has ended a tunnel waits for its client as long as something comes (${name})`, async () => {
    const { world, heard } = serve([Buffer.from('bye')])
    const client = connect(world)
    await world.settle()
    for (let i = 0; i < 5; i++) {
      await world.pass(25_000)
      assert.equal(client.ended(), false)
      client.send('.')
      await world.settle()
    }
    assert.equal(heard.text, '.....')
    await world.pass(29_000)
    assert.equal(heard.over, '')
    await world.pass(2_000)
    assert.ok(client.ended())
    assert.match(heard.over, /^[A-Z]/)
    assert.deepEqual(world.rules, ['tunnel-timeout'])
    assert.equal(world.told('exchange').length, 1)
    await world.closeAndCheck()
  })

  test(`a tunnel of which both sides are open may be silent for ever (${name})`, async () => {
    const gate = Promise.withResolvers<void>()
    const { world, heard } = serve(
      (async function* () {
        await gate.promise
        yield Buffer.from('late')
      })(),
    )
    const client = connect(world)
    await world.pass(600_000)
    assert.equal(client.ended(), false)
    assert.equal(heard.over, '')
    gate.resolve()
    await world.settle()
    await world.pass(35_000)
    assert.ok(client.ended())
    await world.closeAndCheck()
  })
}
