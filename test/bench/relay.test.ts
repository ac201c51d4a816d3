import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { type TestContext, test } from 'node:test'
import { freePort, listening, start } from '../../bench/processes.ts'
import { compiled } from '../../bench/programs.ts'

const DELAY = 20

test('all bytes come through, in both directions at once, and so does the end', { skip: away() }, async t => {
  const port = await relayTo(t, socket => socket.pipe(socket))
  const client = connect(port, '127.0.0.1')
  const sent = Buffer.from(Array.from({ length: 5_000_000 }, (_, i) => (i * 31 + (i >> 8)) % 251))
  client.end(sent)
  const received: Buffer[] = []
  for await (const chunk of client) received.push(chunk)
  assert.ok(Buffer.concat(received).equals(sent))
})

test('nothing comes before its time, on the way there and back', { skip: away() }, async t => {
  const port = await relayTo(t, socket => socket.pipe(socket))
  const client = connect(port, '127.0.0.1')
  t.after(() => client.destroy())
  await once(client, 'connect')
  for (let i = 0; i < 3; i++) {
    const began = performance.now()
    client.write('x')
    await once(client, 'data')
    // Not a time that a busy machine could miss: it can only make it longer.
    assert.ok(performance.now() - began >= 2 * DELAY)
  }
})

test('a connection that is cut off is cut off on the other side', { skip: away() }, async t => {
  let ended: Promise<unknown> | undefined
  const port = await relayTo(t, socket => {
    if (ended === undefined) ended = once(socket.on('error', () => {}).resume(), 'close')
  })
  const client = connect(port, '127.0.0.1').on('error', () => {})
  await once(client, 'connect')
  client.write('x')
  while (ended === undefined) await new Promise(setImmediate)
  client.resetAndDestroy()
  await ended
})

/** Where the relay listens that leads to a server which does this with each connection. */
async function relayTo(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    // Whoever asks whether the relay listens says nothing.
    socket.once('readable', () => serve(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target = (server.address() as AddressInfo).port
  const port = await freePort()
  const relay = start([compiled('load/relay.c'), port, target, DELAY].map(String), tmpdir())
  t.after(async () => {
    await relay.stop()
    server.close()
  })
  await listening(relay, port)
  return port
}

function away(): string | false {
  return process.platform === 'linux' ? false : 'the relay is for Linux'
}
