// WebSocket connections of an application: what handlers are told, in which order, and what a peer can do. The same over each wire.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { App } from '../../src/index.ts'
import { eachSocketWire, event } from './socket-support.ts'
import { ALSO_WITHOUT } from './support.ts'

const TEXTS = ['', 'a', 'Grüße 👋', '\ufeffmarked', 'x'.repeat(126), '€'.repeat(30_000)]

eachSocketWire(
  'text comes as a string, anything else as bytes of its own, and both go back',
  () => {
    const kept: Uint8Array[] = []
    return new App().socket('/echo', {
      message(peer, message) {
        if (typeof message !== 'string') kept.push(message)
        if (message === 'all') for (const bytes of kept) peer.send(bytes)
        else peer.send(message)
      },
    })
  },
  async sockets => {
    const client = await sockets.connect('/echo')
    for (const text of TEXTS) {
      client.send(text)
      assert.equal(await client.next(), text)
    }
    const all = [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(70_000).fill(7)]
    for (const bytes of all) {
      client.send(bytes)
      assert.deepEqual(new Uint8Array(await bytesOf(client.next())), bytes)
    }
    client.send('all')
    for (const bytes of all) assert.deepEqual(new Uint8Array(await bytesOf(client.next())), bytes, 'it was kept')
  },
)

eachSocketWire(
  'borrowed messages are decoded when asked for, go back as they came, and cannot be read later',
  () => {
    let kept: { readonly text: string; readonly bytes: Uint8Array } | null = null
    return new App().socket(
      '/',
      { borrow: true },
      {
        async message(peer, message) {
          if (kept !== null) {
            const seen = kept
            assert.throws(() => seen.bytes, /This message was borrowed/)
          }
          if (message.isText) peer.send(`${message.size} ${message.text}`)
          else {
            assert.throws(() => message.text, /no text but bytes/)
            peer.sendJson([...message.bytes])
          }
          peer.send(message)
          kept = message
          await turn()
          assert.throws(() => peer.send(message), /This message was borrowed/)
        },
      },
    )
  },
  async sockets => {
    const client = await sockets.connect('/')
    client.send('héllo')
    assert.deepEqual([await client.next(), await client.next()], ['6 héllo', 'héllo'])
    client.send(Uint8Array.of(0, 255))
    assert.equal(await client.next(), '[0,255]')
    assert.deepEqual([...(await bytesOf(client.next()))], [0, 255])
    client.send('more')
    assert.equal(await client.next(), '4 more')
  },
)

eachSocketWire(
  'open comes first, messages in order, close last, and each waits for what the one before has promised',
  () => {
    const log: string[] = []
    let within = 0
    const slowly = async (what: string): Promise<void> => {
      assert.equal(within++, 0, `${what} came in between`)
      await turn()
      await turn()
      log.push(what)
      within--
    }
    const app = new App()
    app.socket('/log', {
      open: () => slowly('open'),
      message: (_, message) => slowly(String(message)),
      close: (_, code, reason) => {
        log.push(`close ${code} ${reason}`)
      },
    })
    app.get('/log', ({ json }) => json(log))
    return app
  },
  async sockets => {
    const client = await sockets.connect('/log')
    for (let i = 1; i <= 20; i++) client.send(String(i))
    client.close(4001, 'done')
    await client.closed
    const { content } = await sockets.wire.get('/log')
    const numbers = Array.from({ length: 20 }, (_, i) => String(i + 1))
    assert.deepEqual(JSON.parse(content.toString()), ['open', ...numbers, 'close 4001 done'])
  },
)

eachSocketWire(
  'a handler may send before the peer has said anything, and close',
  () =>
    new App().socket('/', {
      open(peer) {
        assert.equal(peer.isOpen, true)
        peer.send('hello')
        peer.sendJson({ a: [1, null] })
        peer.close(4321, 'enough ✓')
        assert.equal(peer.isOpen, false)
        peer.send('dropped')
        peer.close(4000, 'dropped too')
      },
    }),
  async sockets => {
    const client = await sockets.connect('/')
    assert.deepEqual([await client.next(), await client.next()], ['hello', '{"a":[1,null]}'])
    assert.deepEqual(pick(await client.closed), { code: 4321, reason: 'enough ✓' })
    await assert.rejects(client.next())
  },
)

eachSocketWire(
  'what a client sends after the program has begun to close is given to no handler',
  () => {
    const app = new App()
    const heard: string[] = []
    app.socket('/', {
      message(peer, message) {
        heard.push(String(message))
        peer.close(4000)
      },
      close: () => void heard.push('closed'),
    })
    app.get('/heard', ({ json }) => json(heard))
    return app
  },
  async sockets => {
    const client = await sockets.connect('/')
    for (const message of ['one', 'two', 'three']) client.send(message)
    assert.equal((await client.closed).code, 4000)
    const { content } = await sockets.wire.get('/heard')
    assert.deepEqual(JSON.parse(content.toString()), ['one', 'closed'])
  },
)

eachSocketWire(
  'close is told how the connection ended, and the signal of the context aborts',
  () => {
    const app = new App()
    const ends: unknown[] = []
    app.socket('/', {
      close({ context, isOpen }, code, reason) {
        const { signal } = context
        ends.push({ code, reason, isOpen })
        if (signal.aborted) ends.push('aborted')
        else signal.addEventListener('abort', () => ends.push('aborted'))
      },
    })
    app.get('/ends', ({ json }) => json(ends.splice(0)))
    return app
  },
  async sockets => {
    const endsOf = async (): Promise<unknown[]> => {
      const all: unknown[] = []
      while (all.length < 2) all.push(...JSON.parse((await sockets.wire.get('/ends')).content.toString()))
      return all
    }
    const orderly = await sockets.connect('/')
    orderly.close(1000, 'bye')
    assert.deepEqual(await endsOf(), [{ code: 1000, reason: 'bye', isOpen: false }, 'aborted'])
    const lost = await sockets.connect('/')
    lost.vanish()
    assert.deepEqual(await endsOf(), [{ code: 1006, reason: '', isOpen: false }, 'aborted'])
  },
)

eachSocketWire(
  'hooks, parameters, cookies, state and groups are those of any route',
  () => {
    const app = new App({ state: () => ({ user: '', trail: [] as string[] }) })
    app.before(({ cookies, state }) => {
      state.user = cookies.get('user') ?? ''
      state.trail.push('app')
    })
    app.after((_, reply) => reply.with('X-After', 'seen'))
    app.group('/rooms/:room', group => {
      group.before(({ state, text }) => {
        state.trail.push('group')
        return state.user === '' ? text('Who are you?', 401) : undefined
      })
      group.socket(
        '/seats/:seat<int>',
        {
          before({ params, setCookie, state }) {
            state.trail.push('route')
            setCookie('seat', String(params.seat))
          },
        },
        {
          open({ context }) {
            const { params, state, route, query } = context
            assert.equal(route, 'WEBSOCKET /rooms/:room/seats/:seat<int>')
            assert.equal(query.get('q'), '1')
            context.state.trail.push(`${params.room} ${params.seat + 1} ${state.user}`)
          },
          message: peer => peer.sendJson(peer.context.state.trail),
        },
      )
    })
    return app
  },
  async sockets => {
    const path = '/rooms/blue/seats/6?q=1'
    const { status, content } = await sockets.refused(path)
    assert.deepEqual([status, content], [401, 'Who are you?'])
    const client = await sockets.connect(path, { fields: { Cookie: 'user=ada' } })
    assert.equal(client.fields.get('x-after'), 'seen')
    assert.match(String(client.fields.get('set-cookie')), /^seat=6/)
    client.send('?')
    assert.equal(await client.next(), '["app","group","route","blue 7 ada"]')
  },
)

eachSocketWire(
  'an after hook that answers with another reply leaves no connection behind',
  () => {
    const app = new App()
    let told = 0
    app.socket('/', { open: () => void told++, close: () => void told++ })
    app.get('/told', () => String(told))
    app.after(({ route, text }) => (route.startsWith('WEBSOCKET') ? text('Not today', 503) : undefined))
    return app
  },
  async sockets => {
    assert.equal((await sockets.refused('/')).status, 503)
    assert.equal((await sockets.wire.get('/told')).content.toString(), '0')
  },
)

eachSocketWire(
  'a mounted application has its own connections, below its prefix',
  () => {
    const other = new App().socket('/chat/:name', { message: () => assert.fail('another application was asked') })
    const chat = new App()
    chat.socket('/chat/:name', {
      message(peer) {
        const { exchange, params } = peer.context
        peer.send(`${exchange.base} ${exchange.path} ${params.name}`)
      },
    })
    return new App().mount('/other', other).mount('/deep', new App().mount('/er', chat))
  },
  async sockets => {
    const client = await sockets.connect('/deep/er/chat/ada')
    client.send('?')
    assert.equal(await client.next(), '/deep/er /chat/ada ada')
  },
)

const failing = (): App => {
  const app = new App()
  app.error(() => assert.fail('error hooks answer requests, and there is none any more'))
  const fail = (): never => {
    throw new RangeError('out of cheese')
  }
  app.socket('/open/:how', { open: () => fail() })
  app.socket('/message/:how', {
    message: ({ context }) => (context.params.how === 'later' ? turn().then(fail) : fail()),
  })
  app.socket('/close/:how', { close: ({ context }) => (context.params.how === 'later' ? turn().then(fail) : fail()) })
  return app
}

eachSocketWire(
  'what a handler throws, at once or later, is reported with the route, and closes with 1011',
  failing,
  async sockets => {
    for (const path of ['/open/now', '/message/now', '/message/later']) {
      const client = await sockets.connect(path)
      client.send('x')
      assert.equal((await client.closed).code, 1011)
      const name = path.split('/')[1]
      const expected = `Error: The handler ${name} of WEBSOCKET /${name}/:how failed: out of cheese`
      if (sockets.wire.version !== null) assert.deepEqual(sockets.wire.failures(), [expected])
    }
    for (const path of sockets.wire.version === null ? [] : ['/close/now', '/close/later']) {
      const client = await sockets.connect(path)
      client.close(1000)
      await client.closed
      await sockets.wire.tells(event => event.kind === 'failed' && String(event.error).includes('WEBSOCKET /close'))
      assert.equal(
        sockets.wire.failures().at(-1),
        'Error: The handler close of WEBSOCKET /close/:how failed: out of cheese',
      )
    }
  },
  { fails: true },
)

eachSocketWire(
  'a drain closes with 1001, and waits for what close handlers promise',
  () => {
    const app = new App()
    app.socket('/', {
      async close(peer, code) {
        await turn()
        await turn()
        ended.push(`${code} ${peer.context.query.get('n')}`)
      },
    })
    return app
  },
  async sockets => {
    ended.length = 0
    const clients = [await sockets.connect('/?n=1'), await sockets.connect('/?n=2')]
    await sockets.wire.server.drain(5_000)
    for (const client of clients) assert.equal((await client.closed).code, 1001)
    assert.deepEqual(ended.sort(), ['1001 1', '1001 2'])
  },
  { wires: ALSO_WITHOUT.filter(name => name !== 'no socket') },
)

const ended: string[] = []

eachSocketWire(
  'a sender that awaits waits for a peer that reads slowly, and goes on when it has read',
  () => {
    const app = new App()
    app.socket('/', {
      async message(peer) {
        let waited = 0
        for (let i = 0; i < 120; i++) {
          const room = peer.send(new Uint8Array(16 * 1024).fill(i))
          if (room !== undefined) waited++
          await room
        }
        peer.send(`waited ${waited > 0}, ${peer.waiting < 10_000_000}`)
      },
    })
    return app
  },
  async sockets => {
    const client = await sockets.connect('/')
    client.send('go')
    for (let i = 0; i < 120; i++) assert.equal((await bytesOf(client.next()))[16_383], i % 256)
    assert.equal(await client.next(), 'waited true, true')
  },
)

eachSocketWire(
  'a program can cut a connection off, and is told so once',
  () => {
    const app = new App()
    app.socket('/', {
      message(peer) {
        peer.cut()
        assert.equal(peer.isOpen, false)
      },
      close: (_, code) => cut.resolve(code),
    })
    return app
  },
  async sockets => {
    cut = event<number>()
    const client = await sockets.connect('/')
    client.send('x')
    assert.equal(await cut.promise, 1006)
    assert.equal((await client.closed).code, 1006)
  },
)

let cut = event<number>()

async function bytesOf(message: Promise<string | Uint8Array>): Promise<Uint8Array> {
  const value = await message
  assert.ok(value instanceof Uint8Array, `bytes, not ${String(value).slice(0, 40)}`)
  return value
}

function pick({ code, reason }: { code: number; reason: string }): { code: number; reason: string } {
  return { code, reason }
}
