// Every time-out of a WebSocket connection, on a simulated clock, over both wires.
import assert from 'node:assert/strict'
import { eachWire, echo } from './sockets.ts'

const limits = {
  pingTimeout: 30_000,
  pongTimeout: 20_000,
  lingerTimeout: 2_000,
  writeTimeout: 15_000,
  replyTimeout: 40_000,
  contentRate: 1_000,
  contentGrace: 5_000,
}

eachWire(
  'a silent client is asked whether it is there, again and again, and stays as long as it answers',
  echo,
  async world => {
    const socket = await world.open()
    await world.pass(29_000)
    assert.equal(world.user.end, undefined)
    await world.pass(150_000)
    assert.equal(world.user.end, undefined)
    socket.send('still there')
    await world.settle()
    assert.deepEqual(socket.messages, ['still there'])
    socket.close()
    await world.settle()
  },
  { limits },
)

eachWire(
  'one that does not answer is cut, with a reset',
  echo,
  async world => {
    const socket = await world.open()
    socket.pauseReading()
    if (world.wire === 'HTTP/1.1') world.near.pause()
    await world.pass(49_500)
    assert.equal(world.user.end, undefined)
    await world.pass(2_000)
    assert.equal(world.user.end, 'closed 1006')
  },
  { limits: { ...limits, idleTimeout: 0 } },
)

eachWire(
  'no pings where they are switched off',
  echo,
  async world => {
    const socket = await world.open()
    socket.pauseReading()
    await world.pass(300_000)
    assert.equal(world.user.end, undefined)
    socket.resumeReading()
    socket.close()
    await world.settle()
  },
  { limits: { ...limits, pingTimeout: 0 } },
)

eachWire(
  'a client that never answers our close frame is let go of in time',
  { message: user => user.link.close(4000) },
  async world => {
    const socket = await world.open()
    socket.pauseReading()
    socket.send('close')
    await world.pass(1_500)
    assert.equal(world.user.end, undefined)
    await world.pass(2_000)
    assert.equal(world.user.end, 'closed 1006')
  },
  { limits },
)

eachWire(
  'and so is one that never ends its side behind the close frames',
  echo,
  async world => {
    const socket = await world.open({ answersEnd: false })
    socket.close()
    await world.settle()
    assert.equal(world.user.end, 'closed 1000')
    assert.ok(socket.ended)
    assert.equal(world.told('exchange').length, 0)
    await world.pass(3_000)
    assert.equal(world.told('exchange').length, 1)
  },
  { limits },
)

/** A frame of text of which 5 bytes of 100 have come. */
const BEGUN = [0x81, 0x80 | 100, 0, 0, 0, 0, ...Buffer.from('hello')]

eachWire(
  'a message that trickles in is refused, whatever pings there are between',
  echo,
  async world => {
    const socket = await world.open()
    // Fragments with pings between them.
    socket.raw([0x01, 0x80 | 5, 0, 0, 0, 0, ...Buffer.from('hello')])
    for (let second = 0; second < 5; second++) {
      socket.raw([0x89, 0x80, 0, 0, 0, 0])
      socket.raw([0x00, 0x81, 0, 0, 0, 0, 0x61])
      await world.pass(1_000)
    }
    assert.equal(world.user.end, undefined)
    await world.pass(3_000)
    assert.deepEqual(socket.closeFrame, { code: 1008, reason: 'message-timeout' })
    assert.equal(world.user.end, 'closed 1006 message-timeout')
    assert.deepEqual(world.rules, ['message-timeout'])
  },
  { limits },
)

eachWire(
  'messages one behind the other are none that trickles, be one in the middle whenever it is looked',
  echo,
  async world => {
    const socket = await world.open()
    for (let second = 0; second < 60; second++) {
      socket.raw(BEGUN)
      await world.pass(500)
      socket.raw(new Array(95).fill(0x61))
      socket.raw(BEGUN)
      socket.raw(new Array(95).fill(0x61))
      await world.pass(500)
    }
    assert.equal(world.user.end, undefined)
    assert.equal(socket.messages.length, 120)
    socket.close()
    await world.settle()
  },
  { limits: { ...limits, contentRate: 100 } },
)

eachWire(
  'a client that reads nothing of what it is sent is cut, and that is told',
  { opened: user => void user.link.send(false, new Uint8Array(500_000), 0, 500_000, true) },
  async world => {
    const socket = world.ask()
    world.far.room = 10_000
    await world.settle()
    await world.pass(14_000)
    assert.equal(world.user.end, undefined)
    await world.pass(3_000)
    assert.equal(world.user.end, 'closed 1006')
    assert.deepEqual(world.rules.at(0), 'write-timeout')
    void socket
  },
  { limits },
)

eachWire(
  'one that reads a little now and then is not',
  { opened: user => void user.link.send(false, new Uint8Array(500_000), 0, 500_000, true) },
  async world => {
    const socket = world.ask()
    world.far.room = 10_000
    await world.settle()
    for (let i = 0; i < 5; i++) {
      await world.pass(10_000)
      world.far.drain(1_000)
    }
    assert.equal(world.user.end, undefined)
    world.far.drain()
    await world.settle()
    await socket.opened
    assert.equal(socket.messages[0]?.length, 500_000)
    socket.close()
    await world.settle()
  },
  { limits: { ...limits, idleTimeout: 0, pingTimeout: 0 } },
)

eachWire(
  'a handler that takes its time does not make its client a silent one',
  () => {
    let go = (): void => {}
    return {
      message(user, message) {
        if (message === 'work')
          return new Promise<void>(resolve => {
            go = resolve
          })
        user.link.sendText('next')
        return undefined
      },
      closed: () => go(),
      opened: user => {
        // The test lets it go on.
        Object.assign(user, { go: () => go() })
      },
    }
  },
  async world => {
    const socket = await world.open()
    socket.sendAll(['work', 'more'])
    await world.pass(300_000)
    assert.equal(world.user.end, undefined)
    ;(world.user as unknown as { go(): void }).go()
    await world.settle()
    assert.deepEqual(socket.messages, ['next'])
    socket.close()
    await world.settle()
  },
  { limits },
)

eachWire(
  'a handler that never ends does not hold its connection for ever once its client has gone',
  { message: () => new Promise(() => {}) },
  async world => {
    const socket = await world.open()
    socket.sendAll(['never answered', 'kept'])
    socket.finish()
    await world.settle()
    assert.equal(world.user.end, undefined)
    await world.pass(60_000)
    assert.equal(world.user.end, 'closed 1006')
  },
  { limits },
)

eachWire(
  'nor once it has been told to close',
  {
    opened: user => user.link.close(4000),
    message: () => new Promise(() => {}),
  },
  async world => {
    const socket = world.ask({ behind: Uint8Array.of(0x81, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0) })
    await world.settle()
    await world.pass(39_000)
    assert.equal(world.user.end, undefined)
    await world.pass(3_000)
    assert.equal(world.user.end, 'closed 1006')
    void socket
  },
  { limits },
)

eachWire(
  'nor does it hold back a peer for ever that has sent more than is kept',
  { message: () => new Promise(() => {}) },
  async world => {
    const socket = await world.open()
    for (let i = 0; i < 300; i++) socket.send('x'.repeat(1024))
    await world.pass(39_000)
    assert.equal(world.user.end, undefined)
    await world.pass(3_000)
    assert.equal(world.user.end, 'closed 1006')
    assert.deepEqual(world.rules, ['reply-timeout'])
  },
  { limits: { ...limits, idleTimeout: 0 } },
)
