// Clients that do much, and honestly: none of them is taken for an attacker, and everything they ask for is answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { World } from '../server/support.ts'
import type { H2Client } from '../support/h2-client.ts'
import {
  data,
  get,
  headers,
  ping,
  post,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  windowUpdate,
} from '../support/h2-frames.ts'
import { happen, visit } from './h2-support.ts'
import { breath, house, WIRES } from './support.ts'

const IMAGE = new Uint8Array(50_000).fill(0x69)

/** Ends the requests for `/slow`, which do not care whether they are cancelled. */
const unfinished: (() => void)[] = []

const handler: Handler = ({ path, content }) => {
  if (path === '/image') return new Reply(200, FieldList.empty, IMAGE)
  if (path === '/large') return new Reply(200, FieldList.empty, new Uint8Array(4_000_000))
  if (path === '/upload') return collect(content, 1e9).then(all => text(`${all.length} bytes`))
  if (path === '/slow') return new Promise(resolve => unfinished.push(() => resolve(text('slow'))))
  if (path === '/later') return new Promise(resolve => setImmediate(() => resolve(text('later'))))
  return text('hello')
}

interface Case {
  readonly settings?: Parameters<typeof visit>[2]
  readonly opensWindows?: boolean
  run(client: H2Client, world: World): Promise<void>
}

const CASES: Record<string, Case> = {
  '10,000 requests, 100 at once, half of them cancelled': {
    async run(client, world) {
      const wanted: number[] = []
      for (let round = 0; round < 100; round++) {
        const streams = Array.from({ length: 100 }, (_, i) => client.request(i % 3 === 0 ? '/' : '/later'))
        await happen(world)
        for (const [i, stream] of streams.entries()) {
          if (i % 2 === 0) client.send(rstStream(stream))
          else wanted.push(stream)
        }
        await world.settle()
      }
      for (const stream of wanted) assert.equal(client.answer(stream).status, 200)
      assert.equal(wanted.length, 5000)
    },
  },
  '100 requests in one piece with the cancelling of half of them, a hundred times': {
    async run(client, world) {
      const wanted: number[] = []
      for (let round = 0; round < 100; round++) {
        const frames: Uint8Array[] = []
        for (let i = 0; i < 100; i++) {
          const stream = client.nextStream()
          frames.push(headers(stream, get('/later'), { endStream: true }))
          if (i % 2 === 0) frames.push(rstStream(stream))
          else wanted.push(stream)
        }
        client.send(...frames)
        await world.settle()
      }
      for (const stream of wanted) assert.equal(client.answer(stream).status, 200)
    },
  },
  '100 requests that take long, cancelled for 100 others in one piece': {
    async run(client, world) {
      const first = Array.from({ length: 100 }, () => client.request('/slow'))
      await world.settle()
      const second = first.map(() => client.nextStream())
      client.send(
        ...first.map(stream => rstStream(stream)),
        ...second.map(stream => headers(stream, get('/slow'), { endStream: true })),
      )
      await world.settle()
      for (const finish of unfinished.splice(0)) finish()
      await world.settle()
      for (const stream of second) assert.equal(client.text(stream), 'slow')
    },
  },
  'every other reply of 50 KB cancelled on its way': {
    async run(client, world) {
      for (let i = 0; i < 2000; i++) {
        const cancelled = client.request('/image')
        const wanted = client.request('/image')
        world.network.run()
        client.send(rstStream(cancelled))
        await world.settle()
        assert.equal(client.answer(wanted).size, IMAGE.length)
      }
    },
  },
  'uploads in DATA frames of 10 bytes': {
    async run(client, world) {
      for (let round = 0; round < 10; round++) {
        const streams = Array.from({ length: 20 }, () => client.request(post('/upload'), { endStream: false }))
        for (let i = 0; i < 500; i++) client.send(...streams.map(stream => data(stream, '0123456789')))
        client.send(...streams.map(stream => data(stream, '', { endStream: true })))
        await world.settle()
        for (const stream of streams) assert.equal(client.text(stream), '5000 bytes')
      }
    },
  },
  'uploads of 50 KB that nobody has read yet, cancelled': {
    async run(client, world) {
      for (let i = 0; i < 100; i++) {
        const stream = client.request(post('/slow'), { endStream: false })
        for (let piece = 0; piece < 5; piece++) client.send(data(stream, new Uint8Array(10_000)))
        client.send(rstStream(stream))
        await world.settle()
      }
    },
  },
  'uploads that end each with an empty DATA frame': {
    async run(client, world) {
      for (let i = 0; i < 3000; i++) {
        const stream = client.request(post('/upload'), { endStream: false })
        client.send(data(stream, 'x'), data(stream), data(stream, '', { endStream: true }))
        if (i % 50 === 49) await world.settle()
      }
      await world.settle()
      assert.deepEqual(
        [...client.answers.values()].filter(({ status }) => status !== 200),
        [],
      )
    },
  },
  '300 images, as a browser fetches them': {
    settings: { HEADER_TABLE_SIZE: 65536, ENABLE_PUSH: 0, INITIAL_WINDOW_SIZE: 131072, MAX_HEADER_LIST_SIZE: 262144 },
    async run(client, world) {
      client.send(windowUpdate(0, 12_517_377))
      for (const idle of [3, 5, 7, 9, 11]) client.send(priority(idle, { dependency: 0, weight: 200 }))
      client.nextStream()
      for (let i = 1; i < 6; i++) client.nextStream()
      for (let batch = 0; batch < 3; batch++) {
        const streams = Array.from({ length: 100 }, () => {
          const stream = client.request(get('/image', [['priority', 'u=5, i']]))
          client.send(priorityUpdate(stream, 'u=3'))
          return stream
        })
        await world.settle()
        for (const stream of streams) assert.equal(client.answer(stream).size, IMAGE.length)
      }
    },
  },
  'a reply of 4 MB, with a window of 1 KB that is opened by as much': {
    settings: { INITIAL_WINDOW_SIZE: 1024 },
    async run(client, world) {
      const stream = client.request('/large')
      await world.settle()
      assert.equal(client.answer(stream).size, 4_000_000)
    },
  },
  'a reply of 4 MB on each of 10 streams, with two window updates for each frame': {
    async run(client, world) {
      const streams = Array.from({ length: 10 }, () => client.request('/large'))
      await world.settle()
      for (const stream of streams) assert.equal(client.answer(stream).size, 4_000_000)
    },
  },
  'PING every five seconds for an hour': {
    async run(client, world) {
      for (let second = 0; second < 3600; second += 5) {
        client.send(ping())
        if (second % 60 === 0) client.request('/')
        await world.pass(5000)
      }
      assert.equal(client.count('PING'), 720)
    },
  },
  'PING for each frame of content, to measure the path': {
    async run(client, world) {
      const stream = client.request('/large')
      for (let seen = 0; !client.answer(stream).ended; ) {
        world.network.run()
        const frames = client.count('DATA')
        for (; seen < frames; seen += 4) client.send(ping())
        await world.settle()
      }
    },
  },
  'SETTINGS every second for ten minutes': {
    async run(client, world) {
      for (let second = 0; second < 600; second++) {
        client.send(settings({ INITIAL_WINDOW_SIZE: 65535 + second }))
        if (second % 60 === 0) client.request('/')
        await world.pass(1000)
      }
    },
  },
  '1,500 requests for what is not there any more, cancelled over a minute': {
    async run(client, world) {
      for (let second = 0; second < 60; second++) {
        for (let i = 0; i < 25; i++) client.send(rstStream(client.request('/later')))
        await world.pass(1000)
      }
    },
  },
}

for (const [name, { settings: values, run }] of Object.entries(CASES)) {
  test(`not taken for an attack: ${name}`, async () => {
    const world = new World(handler)
    const { client } = await visit(world, {}, values)
    await run(client, world)
    const last = client.request('/')
    await world.settle()
    assert.equal(client.text(last), 'hello')
    assert.equal(client.goaway, null)
    assert.equal(client.count('RST_STREAM'), 0)
    assert.deepEqual(world.rules, [])
    world.assertNothingIsHeld()
    client.finish()
    await world.settle()
    await world.closeAndCheck()
  })
}

for (const wire of WIRES) {
  test(`10,000 requests on one connection, 100 at once, half of them cancelled, are not taken for an attack (${wire})`, t =>
    house(t, wire, handler, {}, async it => {
      const client = (await it.connectH2({ keeps: false })).greet()
      const open = new Set<number>()
      let cancelled = 0
      for (let asked = 0; asked < 10_000; ) {
        for (; open.size < 100 && asked < 10_000; asked++)
          open.add(client.request(asked % 5 === 0 ? '/image' : '/later'))
        await breath()
        for (const stream of open) {
          const { ended, status } = client.answer(stream)
          if (ended) assert.equal(status, 200)
          else if (cancelled * 2 < asked) {
            cancelled++
            client.send(rstStream(stream))
          } else continue
          open.delete(stream)
        }
        assert.ok(!client.isOver, client.described.slice(-1).join())
      }
      for (const stream of open) assert.equal((await client.answered(stream)).status, 200)
      assert.ok(cancelled > 3000, `${cancelled} were cancelled`)
      assert.equal(client.goaway, null)
      assert.deepEqual(it.rules, [])
      client.destroy()
      await it.empty()
    }))
}
