// One of those who get what is sent to a room does not read it. It is cut off at its limit, or misses messages, as
// configured; the others are not delayed and get every message; what it costs is bounded by its limit.
import assert from 'node:assert/strict'
import { App, type SocketPeer } from '../../src/app/index.ts'
import { breath, until } from './support.ts'
import { alive, eachHouse, eachWorld, KB, MB } from './websocket-support.ts'

const QUEUE = 128 * KB
const TINY_QUEUE = 32 * KB
const peers = new Set<SocketPeer>()
let left: string[]

/** Everybody is in one room. `/cut` and `/skip` tell what becomes of those who do not read. */
const app = (): App => {
  const app = new App()
  peers.clear()
  left = []
  for (const [path, queueBytes, whenFull] of [
    ['/cut', QUEUE, 'cut'],
    ['/skip', QUEUE, 'skip'],
    ['/tiny', TINY_QUEUE, 'skip'],
  ] as const) {
    app.socket(
      path,
      { queueBytes, whenFull },
      {
        open(peer) {
          peers.add(peer)
          peer.join('all')
        },
        message() {},
        close(peer) {
          peers.delete(peer)
          left.push(path)
        },
      },
    )
  }
  return app
}

/** Sends to all in the room, by one that is not in it. */
function broadcast(message: string | Uint8Array): void {
  for (const peer of peers) {
    peer.to('all').send(message)
    peer.send(message)
    return
  }
}

const message = (n: number, size = 8 * KB): string => `${n} `.padEnd(size, '.')

eachWorld('a slow reader of a broadcast is cut off at its limit', app, async ({ world, visit }) => {
  const others = await Promise.all([1, 2, 3, 4].map(() => visit({ path: '/cut' })))
  const stuck = await visit({ path: '/cut' })
  stuck.server.room = 0
  stuck.socket.pauseReading()
  const sent: string[] = []
  while (left.length === 0) {
    sent.push(message(sent.length))
    broadcast(sent.at(-1)!)
    await world.settle()
    for (const { socket } of others) assert.deepEqual(socket.messages, sent)
    const { output } = world.connections.ledger
    assert.ok(output <= QUEUE + 16 * KB, `${output} bytes wait for it`)
    assert.ok(sent.length < 200)
  }
  assert.ok(sent.length * 8 * KB >= QUEUE, 'not before its limit')
  stuck.server.drain()
  stuck.socket.resumeReading()
  await world.settle()
  assert.ok(stuck.socket.error !== null, 'cut, so that it does not take this for all that there was')
  stuck.near.destroy()
  broadcast('go on')
  await world.settle()
  for (const { socket } of others) assert.equal(socket.messages.at(-1), 'go on')
  assert.equal(peers.size, 4)
  world.assertNothingIsHeld()
})

eachWorld('a slow reader misses messages where that is asked for, and gets whole ones', app, async served => {
  const { world, visit } = served
  const others = await Promise.all([1, 2, 3].map(() => visit({ path: '/skip' })))
  const stuck = await visit({ path: '/skip' })
  const sent: string[] = []
  const round = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      sent.push(message(sent.length))
      broadcast(sent.at(-1)!)
      await world.settle()
      const { output } = world.connections.ledger
      assert.ok(output <= QUEUE + 16 * KB, `${output} bytes wait for it`)
    }
  }
  await round(5)
  for (let times = 0; times < 3; times++) {
    stuck.server.room = 3333 + times
    stuck.socket.pauseReading()
    await round(100)
    stuck.server.drain()
    stuck.socket.resumeReading()
    await world.settle()
    await round(3)
    // What it has got is whole, in order, and up to date again.
    assert.equal(stuck.socket.broken, null)
    const numbers = stuck.socket.messages.map(text => Number.parseInt(String(text), 10))
    for (const [i, n] of numbers.entries()) {
      assert.equal(stuck.socket.messages[i], sent[n])
      assert.ok(i === 0 || n > numbers[i - 1])
    }
    assert.deepEqual(numbers.slice(-3), [sent.length - 3, sent.length - 2, sent.length - 1])
    assert.ok(numbers.length < sent.length - 50 * (times + 1), 'it has missed some')
  }
  for (const { socket } of others) assert.deepEqual(socket.messages, sent)
  assert.deepEqual(left, [])
  world.assertNothingIsHeld()
})

eachWorld('tiny messages that wait cost what they are long, not more', app, async ({ world, visit }) => {
  const other = await visit({ path: '/tiny' })
  const stuck = await visit({ path: '/tiny' })
  stuck.server.room = 0
  stuck.socket.pauseReading()
  const before = await alive()
  let got = 0
  for (let n = 1; n <= 15_000; n++) {
    broadcast('x')
    if (n % 2000 > 0) continue
    await world.settle()
    got += other.socket.messages.splice(0).length
    assert.equal(got, n)
  }
  const grown = (await alive()) - before
  assert.ok(grown < MB, `${grown} bytes for a queue of ${world.connections.ledger.output}`)
  stuck.server.drain()
  stuck.socket.resumeReading()
  await world.settle()
  assert.ok(stuck.socket.messages.length > 8000)
  assert.ok(stuck.socket.messages.every(text => text === 'x'))
  world.assertNothingIsHeld()
})

for (const through of ['TCP, shared reads', 'TLS'] as const) {
  eachHouse(
    `over ${through}, a slow reader of a broadcast is cut off, and the others get every message`,
    app,
    async ({ house, connect }) => {
      const others = await Promise.all([1, 2, 3].map(() => connect({ path: '/cut' })))
      const stuck = await connect({ path: '/cut' })
      stuck.pauseReading()
      const big = (n: number): string => message(n, 64 * KB)
      let sent = 0
      for (; left.length === 0; sent++) {
        broadcast(big(sent))
        await until(() => others.every(({ messages }) => messages.length === 1))
        for (const { messages } of others) assert.equal(messages.shift(), big(sent))
        assert.ok(sent < 2000)
        const { output } = house.server.ledger
        assert.ok(output <= QUEUE + 128 * KB, `${output} bytes wait for it`)
        await breath()
      }
      stuck.resumeReading()
      const { code } = await stuck.closed
      assert.equal(code, 1006)
      assert.equal(peers.size, 3)
    },
    { through },
  )
}
