// Programs that fail, never end, or send without looking, and peers that vanish inside of their handlers. The server goes
// on serving others, tells of a failure once, holds no more than its limits, and is empty afterwards.
import assert from 'node:assert/strict'
import type { App } from '../../src/app/index.ts'
import { breath, until } from './support.ts'
import {
  alive,
  assertServed,
  eachHouse,
  eachWorld,
  echoing,
  frame,
  KB,
  leave,
  MB,
  type Target,
  vanish,
} from './websocket-support.ts'

const QUEUE = 256 * KB
let target: Target
let heard: number
let told: string[]
let pouring: { sent: number; done: boolean; stop: boolean }

const app = (): App => {
  target = echoing()
  heard = 0
  told = []
  pouring = { sent: 0, done: false, stop: false }
  const { app } = target
  const close = (_: unknown, code: number): void => void told.push(`closed ${code}`)
  const boom = (): never => {
    throw new Error('boom')
  }
  const rejects = async (): Promise<never> => {
    await breath()
    throw new Error('boom')
  }
  const counts = (): void => void heard++
  app.socket('/open throws', { open: boom, message: counts, close })
  app.socket('/open rejects', { open: rejects, message: counts, close })
  app.socket('/message throws', {
    message() {
      heard++
      boom()
    },
    close,
  })
  app.socket('/message rejects', {
    message() {
      heard++
      return rejects()
    },
    close,
  })
  app.socket('/close throws', { message: counts, close: boom })
  app.socket('/close rejects', { message: counts, close: rejects })
  app.socket('/never opens', { open: () => new Promise(() => {}), message: counts, close })
  app.socket('/never done', {
    message() {
      heard++
      return new Promise(() => {})
    },
    close,
  })
  app.socket(
    '/pours',
    { queueBytes: QUEUE },
    {
      message(peer) {
        const chunk = new Uint8Array(16 * KB)
        for (; pouring.sent < 16 * MB; pouring.sent += chunk.length) peer.send(chunk)
        pouring.done = true
      },
      close,
    },
  )
  app.socket(
    '/pours tiny',
    { queueBytes: QUEUE },
    {
      message(peer) {
        for (let n = 0; n < 300_000; n++, pouring.sent++) peer.send('x')
        pouring.done = true
      },
      close,
    },
  )
  app.socket(
    '/awaits',
    { queueBytes: QUEUE },
    {
      async message(peer) {
        const chunk = new Uint8Array(16 * KB)
        for (; !pouring.stop && peer.isOpen; pouring.sent += chunk.length) await peer.send(chunk)
        pouring.done = true
      },
      close,
    },
  )
  app.socket('/joins late', {
    async message(peer) {
      await until(() => !peer.isOpen)
      await breath()
      peer.join('all')
      peer.send('nobody hears it')
      peer.to('all').send('nor this')
      counts()
    },
    close,
  })
  return app
}

for (const how of ['open throws', 'open rejects', 'message throws', 'message rejects'] as const) {
  eachWorld(
    `where ${how}, the peer is closed with 1011, and it is told of once`,
    app,
    async ({ world, visit, served }) => {
      const { socket } = await visit({ path: `/${how.replace(' ', '%20')}` })
      socket.raw(Buffer.concat(Array(5000).fill(frame({ payload: 'hello' }))))
      await world.settle()
      socket.raw(Buffer.concat(Array(5000).fill(frame({ payload: 'hello' }))))
      await world.settle()
      assert.equal((await socket.closed).code, 1011)
      assert.equal(world.told('failed').length, 1, 'one failure is told, however many messages follow')
      assert.ok(heard <= 1, 'nothing more is handed to a program that has failed')
      assert.equal(told.length, 1)
      await served()
    },
    { fails: true },
  )
}

for (const how of ['close throws', 'close rejects'] as const) {
  eachWorld(
    `where ${how}, it is told of, and nothing is left`,
    app,
    async ({ world, visit, served }) => {
      const { socket } = await visit({ path: `/${how.replace(' ', '%20')}` })
      socket.send('hello').close(3000)
      await world.settle()
      assert.equal((await socket.closed).code, 3000)
      const vanishing = await visit({ path: `/${how.replace(' ', '%20')}` })
      vanishing.near.reset()
      await world.settle()
      assert.deepEqual(
        world.told('failed').map(({ error }) => ((error as Error).cause as Error).message),
        ['boom', 'boom'],
      )
      await served()
    },
    { fails: true },
  )
}

for (const how of ['never opens', 'never done'] as const) {
  eachWorld(`a peer whose handler ${how} is held back, and can leave`, app, async ({ world, visit, served }) => {
    for (const [way, sent] of [
      ['finish', 1],
      ['reset', 1],
      ['vanish', 1],
      ['finish', 20],
      ['reset', 20],
      ['vanish', 20],
    ] as const) {
      told = []
      heard = 0
      const guest = await visit({ path: `/${how.replace(' ', '%20')}` })
      const { socket } = guest
      for (let round = 0; round < sent; round++) {
        socket.raw(Buffer.concat(Array(1000).fill(frame({ payload: 'hello, hello, hello' }))))
        await world.settle()
        const { content, waiting } = world.connections.ledger
        assert.ok(content + waiting < 200 * KB, `${content} + ${waiting}`)
      }
      assert.equal(heard, how === 'never done' ? 1 : 0)
      await served()
      if (way === 'vanish') vanish(guest)
      else socket[way]()
      await world.pass(way === 'reset' ? 1000 : 200_000)
      assert.deepEqual(told, ['closed 1006'], `${way}, ${sent}`)
      guest.near.destroy()
    }
  })
}

eachWorld('a peer that is gone joins nothing, and nothing is sent to it', app, async ({ world, visit, served }) => {
  for (let n = 0; n < 10; n++) {
    const { socket, near } = await visit({ path: '/joins%20late' })
    socket.send('hello')
    await world.settle()
    near.reset()
    await world.settle()
  }
  await until(() => heard === 10)
  assert.equal(target.app.room('all').size, 0)
  await served()
})

for (const [path, most] of [
  ['/pours', QUEUE + 32 * KB],
  ['/pours tiny', QUEUE + KB],
] as const) {
  eachWorld(`${path}: a handler that sends without looking costs its peer's limit, no more`, app, async served => {
    const { world, visit } = served
    const guest = await visit({ path: path.replace(' ', '%20') })
    guest.server.room = 0
    const before = await alive()
    guest.socket.send('go')
    guest.socket.pauseReading()
    let highest = 0
    const watch = setInterval(() => {}, 1000)
    for (let times = 0; told.length === 0 && times < 10; times++) {
      await world.settle()
      highest = Math.max(highest, world.connections.ledger.output)
    }
    clearInterval(watch)
    assert.deepEqual(told, ['closed 1006'], 'it is cut off')
    assert.ok(pouring.done)
    assert.ok(highest <= most, `${highest} bytes have waited`)
    assert.ok((await alive()) - before < 4 * MB)
    guest.near.destroy()
    await world.settle()
    await served.served()
  })
}

eachHouse('a handler that sends without looking to many holds no more than the limit of each', app, async served => {
  const { house, connect } = served
  const other = await connect({ path: '/echo' })
  await assertServed(other)
  const before = process.memoryUsage().rss
  for (let n = 0; n < 4; n++) {
    pouring.sent = 0
    const socket = await connect({ path: '/pours' })
    socket.pauseReading()
    socket.send('go')
    await until(() => told.length === n + 1)
  }
  const { rss } = process.memoryUsage()
  assert.ok(rss - before < 60 * MB, `${(rss - before) / MB} MB at once`)
  assert.ok(house.server.ledger.output < 4 * (QUEUE + 32 * KB))
  await assertServed(other)
})

eachHouse('a handler that awaits room sends for ever to one who reads, and others are served', app, async served => {
  const { connect } = served
  const other = await connect({ path: '/echo' })
  const before = await alive()
  const reader = await connect({ path: '/awaits' })
  let read = 0
  reader.send('go')
  for (let times = 0; times < 40; times++) {
    await assertServed(other)
    read += reader.messages.splice(0).length
  }
  await reader.until(() => read + reader.messages.length > 1000)
  read += reader.messages.splice(0).length
  const { sent } = pouring
  assert.ok(sent - read * 16 * KB < 16 * MB, `${sent} bytes sent, ${read} messages read`)
  reader.pauseReading()
  await breath()
  // Then it does not read any more, and the handler waits.
  let last = -1
  while (last !== pouring.sent) {
    last = pouring.sent
    await assertServed(other)
    await breath()
  }
  reader.messages.splice(0)
  assert.ok((await alive()) - before < 16 * MB)
  pouring.stop = true
  leave(reader)
  await until(() => pouring.done)
  await assertServed(other)
})
