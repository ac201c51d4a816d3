// A WebSocket connection from its begin to its end, over both wires: what its program is told, and what the client sees.
import assert from 'node:assert/strict'
import { ConnectionLost } from '../../src/exchange/index.ts'
import { eachWire, echo, type Listener } from './sockets.ts'

eachWire('messages go both ways', echo, async world => {
  const socket = await world.open()
  socket.sendAll(['first', new Uint8Array([1, 2, 3]), '', 'žluťoučký'])
  await world.settle()
  assert.deepEqual(socket.messages, ['first', Uint8Array.of(1, 2, 3), '', 'žluťoučký'])
  assert.deepEqual(world.user.events, ['opened', 'text first', 'bytes 3', 'text ', 'text žluťoučký'])
  socket.close(4000, 'done')
  await world.settle()
  assert.deepEqual(await socket.closed, { code: 4000, reason: '' })
  assert.equal(world.user.end, 'closed 4000 done')
  assert.ok(socket.ended)
})

eachWire(
  'what is sent as soon as it is open comes behind the reply to the handshake',
  { opened: user => void user.link.sendText('welcome') },
  async world => {
    const socket = await world.open()
    assert.deepEqual(socket.messages, ['welcome'])
    socket.close()
    await world.settle()
  },
)

eachWire('all replies to one read leave in one write', echo, async world => {
  const socket = await world.open()
  let reads = 0
  const { user } = world.near
  const receive = user.receive.bind(user)
  user.receive = (...args) => {
    reads++
    receive(...args)
  }
  socket.sendAll(Array.from({ length: 100 }, (_, i) => `message ${i}`))
  await world.settle()
  assert.equal(socket.messages.length, 100)
  assert.equal(reads, 1)
  socket.close()
  await world.settle()
})

eachWire(
  'what a handler that waits for nothing long sends leaves in few writes too, in order',
  {
    async message(user, message) {
      user.link.sendText(`${message}?`)
      await null
      user.link.sendText(`${message}!`)
    },
  },
  async world => {
    const socket = await world.open()
    let reads = 0
    const { user } = world.near
    const receive = user.receive.bind(user)
    user.receive = (...args) => {
      reads++
      receive(...args)
    }
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`)
    socket.sendAll(texts)
    await world.settle()
    assert.deepEqual(
      socket.messages,
      texts.flatMap(text => [`${text}?`, `${text}!`]),
    )
    assert.ok(reads <= 2, `${reads} writes`)
    socket.close()
    await world.settle()
  },
)

eachWire(
  'the program closes: what comes until the client has closed too is still told',
  { message: (user, message) => (message === 'close' ? user.link.close(4001, 'enough') : undefined) },
  async world => {
    const socket = await world.open()
    socket.sendAll(['close', 'more'])
    await world.settle()
    assert.deepEqual(socket.closeFrame, { code: 4001, reason: 'enough' })
    assert.deepEqual(world.user.events, ['opened', 'text close', 'text more', 'closed 4001'])
    assert.ok(socket.ended)
  },
)

eachWire('an end without a close frame is 1006, and ends the connection', echo, async world => {
  const socket = await world.open()
  socket.send('hello')
  socket.finish()
  await world.settle()
  assert.deepEqual(socket.messages, ['hello'])
  assert.equal(world.user.end, 'closed 1006')
  assert.ok(socket.ended)
})

eachWire('a reset is 1006, and the exchange is aborted', echo, async world => {
  const socket = await world.open()
  const { signal } = world.user.exchange
  socket.reset()
  await world.settle()
  assert.equal(world.user.end, 'closed 1006')
  assert.ok(signal.aborted)
  assert.ok(signal.reason instanceof ConnectionLost)
})

eachWire('the exchange goes on as long as the connection, and is told once', echo, async world => {
  const socket = await world.open()
  const { signal } = world.user.exchange
  socket.send('x'.repeat(1000))
  await world.settle()
  assert.equal(signal.aborted, false)
  assert.deepEqual(world.told('exchange'), [])
  socket.close()
  await world.settle()
  assert.ok(signal.aborted)
  const [told, ...more] = world.told('exchange')
  assert.deepEqual(more, [])
  assert.equal(told.status, world.wire === 'HTTP/1.1' ? 101 : 200)
  assert.ok(told.complete)
  assert.ok(told.sent > 1000 && told.sent < 1100, `${told.sent} bytes`)
})

eachWire(
  'cut ends the connection at once, and no message is told after it',
  { message: user => user.link.cut(new Error('no more')) },
  async world => {
    const socket = await world.open()
    socket.sendAll(['one', 'two', 'three'])
    await world.settle()
    assert.ok(socket.gone)
    assert.ok(socket.error instanceof Error)
    assert.deepEqual(world.user.events, ['opened', 'text one', 'closed 1006'])
    assert.equal(world.user.link.isOpen, false)
    assert.equal(world.user.link.sendText('late'), undefined)
  },
)

eachWire(
  'the program cuts and closes before it has even returned from opened',
  {
    opened(user) {
      user.link.close(4000)
      user.link.cut(new Error('no'))
    },
  },
  async world => {
    const socket = world.ask()
    await world.settle()
    assert.ok(socket.gone)
    assert.deepEqual(world.user.events, ['opened', 'closed 1006'])
  },
)

// --- Programs that fail ---

const failing: Record<string, (user: Listener) => void | Promise<void>> = {
  throws: () => {
    throw new Error('broken')
  },
  rejects: async () => {
    await null
    throw new Error('broken')
  },
}

for (const [how, message] of Object.entries(failing)) {
  eachWire(
    `a handler that ${how} is reported once, with its request, and the client gets 1011`,
    { message },
    async world => {
      const socket = await world.open({ path: '/chat' })
      socket.sendAll(['one', 'two', 'three'])
      await world.settle()
      assert.deepEqual(socket.closeFrame, { code: 1011, reason: '' })
      const [failed, ...more] = world.told('failed')
      assert.deepEqual(more, [])
      assert.equal(failed.doing, 'handling a WebSocket connection')
      assert.equal(failed.exchange?.target, '/chat')
      assert.deepEqual(world.user.events, ['opened', 'text one', 'closed 1011'])
    },
  )

  eachWire(`opened that ${how} ends the connection with 1011`, { opened: message }, async world => {
    const socket = await world.open()
    socket.send('hello')
    await world.settle()
    assert.deepEqual(socket.closeFrame, { code: 1011, reason: '' })
    assert.deepEqual(world.user.events, ['opened', 'closed 1011'])
    assert.equal(world.told('failed').length, 1)
  })
}

eachWire(
  'closed that throws is reported, and costs nobody anything',
  {
    closed: () => {
      throw new Error('broken')
    },
  },
  async world => {
    const socket = await world.open()
    socket.close()
    await world.settle()
    assert.ok(socket.ended)
    assert.equal(world.told('failed').length, 1)
  },
)

// --- Handlers that take their time ---

/** A handler that goes on when it is told to. */
function gate(): { wait: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { wait: promise, open: resolve }
}

for (const how of ['a close frame', 'FIN', 'a reset'] as const) {
  eachWire(
    `the peer goes by ${how} while a handler runs`,
    () => {
      const each = gate()
      return {
        async message(user) {
          user.link.sendText('begun')
          await each.wait
          user.link.sendText('done')
        },
        closed: () => each.open(),
      }
    },
    async world => {
      const socket = await world.open()
      socket.send('work')
      await world.settle()
      assert.deepEqual(socket.messages, ['begun'])
      if (how === 'a close frame') socket.close(4000)
      else if (how === 'FIN') socket.finish()
      else socket.reset()
      await world.settle()
      // A close frame waits behind the message that is being handled: its program has not asked for more yet.
      if (how === 'a close frame') {
        assert.equal(world.user.end, undefined)
        world.user.link.cut(new Error('enough'))
        await world.settle()
      }
      assert.equal(world.user.end, 'closed 1006')
      assert.deepEqual(world.told('failed'), [])
    },
  )
}

eachWire(
  'messages wait for the promise of the one before, and a close frame behind them has its own code',
  () => {
    const running = { now: 0, most: 0 }
    return {
      async message(user, message) {
        running.most = Math.max(running.most, ++running.now)
        await new Promise(resolve => setImmediate(resolve))
        running.now--
        if (message === 'last') user.link.sendText(`${running.most}`)
      },
    }
  },
  async world => {
    const socket = await world.open()
    socket.sendAll(['one', 'two', 'three', 'last'])
    socket.close(4002, 'bye')
    socket.finish()
    for (let i = 0; i < 4; i++) await world.settle()
    assert.deepEqual(socket.messages, ['1'])
    assert.deepEqual(world.user.events, [
      'opened',
      'text one',
      'text two',
      'text three',
      'text last',
      'closed 4002 bye',
    ])
  },
)

eachWire(
  'messages wait for the promise that opened gives',
  () => ({
    async opened(user) {
      await new Promise(resolve => setImmediate(resolve))
      user.events.push('ready')
    },
  }),
  async world => {
    const socket = await world.open()
    socket.send('early')
    await world.settle()
    assert.deepEqual(world.user.events, ['opened', 'ready', 'text early'])
    socket.close()
    await world.settle()
  },
)

eachWire('what is asked for after the end does nothing', echo, async world => {
  const socket = await world.open()
  socket.close()
  await world.settle()
  const { link } = world.user
  assert.equal(link.isOpen, false)
  assert.equal(link.sendText('late'), undefined)
  link.close(4000)
  link.cut(new Error('late'))
  world.user.exchange.cut(new Error('late'))
  await world.settle()
  assert.deepEqual(socket.messages, [])
})

eachWire(
  'a close code or reason that cannot be sent is an error of the program, and changes nothing',
  echo,
  async world => {
    const socket = await world.open()
    const { link } = world.user
    for (const code of [0, 999, 1004, 1006, 1015, 2999, 5000]) assert.throws(() => link.close(code), RangeError)
    assert.throws(() => link.close(1000, 'ž'.repeat(62)), RangeError)
    assert.ok(link.isOpen)
    socket.send('still there')
    await world.settle()
    assert.deepEqual(socket.messages, ['still there'])
    link.close(1000, 'ž'.repeat(61))
    await world.settle()
    assert.equal(socket.closeFrame?.reason.length, 61)
  },
)

// --- The server ends ---

eachWire('a server that ends says 1001, and its connections end', echo, async world => {
  const socket = await world.open()
  const draining = world.connections.drain(10_000)
  await world.settle()
  assert.deepEqual(socket.closeFrame, { code: 1001, reason: '' })
  await world.pass(500)
  assert.deepEqual((await draining).cut, [])
  assert.equal(world.user.end, 'closed 1001')
  assert.equal(world.connections.ledger.connections, 0)
})

eachWire(
  'a handshake that is taken while the server ends is closed with 1001',
  () => ({ before: new Promise(resolve => setImmediate(resolve)) }),
  async world => {
    const socket = world.ask()
    world.network.run()
    const draining = world.connections.drain(10_000)
    await world.settle()
    await world.settle()
    await world.pass(500)
    await draining
    assert.deepEqual(socket.closeFrame, { code: 1001, reason: '' })
  },
)

eachWire(
  'a handler that runs when time is up is cut off, and named',
  { message: () => new Promise(() => {}) },
  async world => {
    const socket = await world.open({ path: '/slow' })
    socket.sendAll(['never answered', 'nor this'])
    await world.settle()
    const draining = world.connections.drain(3_000)
    await world.pass(3_500)
    const { cut } = await draining
    assert.deepEqual(
      cut.map(({ request }) => request),
      [world.wire === 'HTTP/1.1' ? 'GET /slow' : 'CONNECT /slow'],
    )
    assert.equal(world.user.end, 'closed 1006')
    assert.ok(socket.gone)
  },
)
