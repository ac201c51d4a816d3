// What a WebSocket connection holds, both ways: how a slow handler stops its peer, how a slow peer stops its program, and what
// becomes of peers for which too much waits.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { SharedMessage } from '../../src/exchange/index.ts'
import { eachWire, type Listener, type SocketWorld } from './sockets.ts'

/** The peer's kernel, or its stream's window, takes nothing more. */
function stall(world: SocketWorld): void {
  world.far.room = 0
}

function flow(world: SocketWorld): void {
  world.far.drain()
}

const kb = new Uint8Array(1024).fill(0x61)

function sendKb(user: Listener): Promise<void> | undefined {
  return user.link.send(false, kb, 0, kb.length, true)
}

eachWire('a program that waits for room is let go on as the peer reads, and no faster', {}, async world => {
  const socket = await world.open()
  stall(world)
  const { user } = world
  let sent = 0
  let done = false
  const writing = (async () => {
    for (; sent < 2000; sent++) await sendKb(user)
    done = true
  })()
  await world.settle()
  assert.ok(!done)
  assert.ok(sent < 600, `${sent} KB ahead`)
  assert.ok(user.link.waiting >= 64 * 1024)
  const before = sent
  flow(world)
  await world.settle()
  assert.ok(sent > before)
  while (!done) await world.settle()
  await writing
  await world.settle()
  assert.equal(socket.messages.length, 2000)
  assert.equal(user.link.waiting, 0)
  socket.close()
  await world.settle()
})

eachWire('room is given when the peer has gone, so that nobody waits for ever', {}, async world => {
  const socket = await world.open()
  stall(world)
  const { user } = world
  const writing = (async () => {
    while (user.link.isOpen) await sendKb(user)
  })()
  await world.settle()
  socket.reset()
  await world.settle()
  await writing
  assert.equal(user.end, 'closed 1006')
})

eachWire('a program that sends for ever to a peer that takes it all lets others have their turn', {}, async world => {
  const socket = await world.open()
  const { user } = world
  let sent = 0
  let turns = 0
  let stopped = false
  void (async () => {
    while (!stopped && user.link.isOpen) {
      await sendKb(user)
      sent++
    }
  })()
  for (; turns < 10; turns++) await turn()
  stopped = true
  assert.ok(sent > 100 && sent < 10_000, `${sent} KB in ${turns} turns`)
  await world.settle()
  socket.close()
  await world.settle()
})

for (const whenFull of ['cut', 'skip'] as const) {
  eachWire(
    `a peer that does not read ${whenFull === 'cut' ? 'is cut' : 'misses messages'} where too much waits for it`,
    { terms: { queueBytes: 300_000, whenFull } },
    async world => {
      const socket = await world.open()
      stall(world)
      const { user } = world
      for (let i = 0; i < 5000; i++) void sendKb(user)
      assert.ok(user.link.waiting <= 300_000 + 2 * kb.length + 300_000, `${user.link.waiting} bytes`)
      await world.settle()
      if (whenFull === 'cut') {
        assert.equal(user.end, 'closed 1006')
        assert.deepEqual(world.rules, ['queue-full'])
        assert.ok(socket.gone || world.wire === 'HTTP/2')
        flow(world)
      } else {
        assert.equal(user.end, undefined)
        flow(world)
        await world.settle()
        const count = socket.messages.length
        assert.ok(count > 200 && count < 1000, `${count} messages`)
        void sendKb(user)
        await world.settle()
        assert.equal(socket.messages.length, count + 1)
        socket.close()
      }
      await world.settle()
    },
  )
}

eachWire('one message may be larger than all that may wait', { terms: { queueBytes: 1000 } }, async world => {
  const socket = await world.open()
  const large = new Uint8Array(5_000_000).fill(7)
  stall(world)
  const room = world.user.link.send(false, large, 0, large.length, true)
  assert.ok(room instanceof Promise)
  await world.settle()
  assert.equal(world.user.end, undefined)
  flow(world)
  await world.settle()
  await room
  assert.deepEqual(
    socket.messages.map(message => message.length),
    [5_000_000],
  )
  socket.close()
  await world.settle()
})

eachWire(
  'a large message is echoed to a client that reads slowly',
  {
    terms: { messageBytes: 64 * 1024 * 1024 },
    message: (user, message) => void user.link.send(false, message as Uint8Array, 0, message.length, true),
  },
  async world => {
    const socket = await world.open()
    const large = new Uint8Array(20 * 1024 * 1024)
    for (let i = 0; i < large.length; i += 1000) large[i] = i / 1000
    socket.send(large)
    world.far.room = 100_000
    for (let i = 0; i < 30; i++) {
      await world.settle()
      world.far.drain(500_000)
    }
    flow(world)
    await world.settle()
    assert.ok(Buffer.from(large).equals(socket.messages[0] as Uint8Array))
    socket.close()
    await world.settle()
  },
)

eachWire(
  'a handler that is busy stops its peer, and what it holds is bounded',
  () => {
    const gate = Promise.withResolvers<void>()
    return { message: () => gate.promise, closed() {}, terms: {}, opened: user => void Object.assign(user, gate) }
  },
  async world => {
    const socket = await world.open()
    const { user } = world
    for (let i = 0; i < 3000; i++) socket.send(kb)
    await world.settle()
    assert.equal(user.events.length, 2)
    const { waiting, content } = world.connections.ledger
    assert.ok(waiting >= 64 * 1024, `${waiting} bytes`)
    assert.ok(waiting + content < 400_000, `${waiting} and ${content} bytes`)
    ;(user as unknown as { resolve(): void }).resolve()
    for (let i = 0; i < 200 && user.events.length < 3001; i++) await world.settle()
    assert.equal(user.events.length, 3001)
    world.assertNothingIsHeld()
    socket.close()
    await world.settle()
  },
)

eachWire(
  'who asks for ever more and reads nothing is not read from',
  { message: (user, message) => void user.link.sendText(`${message}`.repeat(100)), terms: { queueBytes: 10_000_000 } },
  async world => {
    const socket = await world.open()
    stall(world)
    for (let i = 0; i < 300; i++) socket.send('x'.repeat(1000))
    await world.settle()
    const { output, waiting, content } = world.connections.ledger
    assert.ok(output < 8_000_000, `${output} bytes`)
    assert.ok(waiting + content < 400_000)
    flow(world)
    for (let i = 0; i < 10; i++) await world.settle()
    assert.equal(socket.messages.length, 300)
    socket.close()
    await world.settle()
  },
)

eachWire('of pings that come while nothing is taken the latest is answered', {}, async world => {
  const socket = await world.open()
  stall(world)
  void world.user.link.sendText('x'.repeat(200_000))
  await world.settle()
  for (let i = 0; i < 1000; i++) socket.ping(`${i}`)
  await world.settle()
  assert.ok(world.connections.ledger.output < 210_000)
  flow(world)
  await world.settle()
  assert.equal(socket.lastPong, '999')
  assert.ok(socket.pongs < 10, `${socket.pongs} pongs`)
  socket.close()
  await world.settle()
})

eachWire('what is sent outside of a read leaves at the end of the turn, for all in one go', {}, async world => {
  const sockets = [await world.open(), await world.open(), await world.open()]
  const message = new SharedMessage(true, Buffer.from('to all'))
  for (const { link } of world.users) for (let i = 0; i < 10; i++) assert.ok(link.sendShared(message))
  assert.ok(world.users.every(({ link }) => link.waiting > 0))
  await null
  assert.ok(
    world.users.every(({ link }) => link.waiting > 0),
    'promises come before it',
  )
  await world.settle()
  for (const socket of sockets) assert.deepEqual(socket.messages, new Array(10).fill('to all'))
  for (const socket of sockets) socket.close()
  await world.settle()
})

eachWire('a closed connection takes no shared message', {}, async world => {
  const socket = await world.open()
  socket.close()
  await world.settle()
  assert.equal(world.user.link.sendShared(new SharedMessage(true, kb)), false)
})

eachWire(
  'all that a peer sent before it closed and ended is told, however much of it waited',
  () => {
    const gate = Promise.withResolvers<void>()
    return { message: () => gate.promise, opened: user => void Object.assign(user, gate) }
  },
  async world => {
    const socket = await world.open()
    for (let i = 0; i < 55; i++) socket.send(kb)
    await world.settle()
    for (let i = 0; i < 8; i++) socket.send(kb)
    await world.settle()
    socket.send('last')
    socket.close(4000, 'done')
    socket.finish()
    await world.settle()
    ;(world.user as unknown as { resolve(): void }).resolve()
    for (let i = 0; i < 100 && world.user.end === undefined; i++) await world.settle()
    assert.equal(world.user.end, 'closed 4000 done')
    assert.equal(world.user.events.length, 66)
  },
  { limits: { pipelineBytes: 20_000 } },
)
