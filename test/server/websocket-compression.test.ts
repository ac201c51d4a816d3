// Compression from the handshake on, over both wires: what is agreed on, what it costs in memory, and large messages slice by slice.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { SharedMessage } from '../../src/exchange/index.ts'
import { codecFor } from '../../src/server/websocket-codec.ts'
import { CodecPool, inflaterBytes } from '../../src/server/websocket-codec-pool.ts'
import { agreedBy, type MessageCodec } from '../../src/websocket/index.ts'
import { type AskedSocket, HandshakeRefused } from '../support/websocket-client.ts'
import { eachWire, echo, type Script } from './sockets.ts'

const KB = 1024
const DEFLATE = 'permessage-deflate; client_max_window_bits'

/** A client that offers compression, and uses it. */
function offering(extensions = DEFLATE): AskedSocket {
  return { extensions, codec: clientCodec }
}

function clientCodec(answer: string): MessageCodec | null {
  const agreed = agreedBy(answer === '' ? undefined : answer)
  assert.ok(typeof agreed !== 'string')
  return agreed === null ? null : codecFor(agreed, 'client', new CodecPool(KB * KB))
}

function json(size: number): string {
  return JSON.stringify(Array.from({ length: size / 20 }, (_, id) => ({ id, name: `user ${id % 97}` }))).slice(0, size)
}

const AGREED: Readonly<Record<string, string>> = {
  'permessage-deflate; client_max_window_bits': 'permessage-deflate',
  'permessage-deflate; server_no_context_takeover; client_no_context_takeover':
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
  'permessage-deflate; server_max_window_bits=8; client_max_window_bits=9':
    'permessage-deflate; server_max_window_bits=8; client_max_window_bits=9',
  'permessage-deflate; server_max_window_bits=99, x-other, permessage-deflate; client_no_context_takeover':
    'permessage-deflate; client_no_context_takeover',
}

for (const [offers, answer] of Object.entries(AGREED))
  eachWire(`an offer of «${offers}» is taken, and messages go both ways`, echo, async world => {
    const socket = await world.open(offering(offers))
    assert.equal(socket.extensions, answer)
    assert.ok(world.user.link.compressed)
    const messages = ['', 'short', json(2 * KB), json(2 * KB), json(300 * KB), json(3 * KB)]
    for (const message of messages) socket.send(message)
    await world.settle()
    assert.deepEqual(socket.messages, messages)
    socket.close()
    await world.settle()
  })

eachWire('without an offer, and with one that cannot be met, nothing is compressed', echo, async world => {
  for (const extensions of [undefined, 'x-other', 'permessage-deflate; what=ever']) {
    const socket = await world.open(extensions === undefined ? {} : offering(extensions))
    assert.equal(socket.extensions, '')
    assert.ok(!world.user.link.compressed)
    socket.send(json(KB))
    await world.settle()
    assert.deepEqual(socket.messages, [json(KB)])
    socket.close()
    await world.settle()
  }
})

eachWire('a program may do without', { ...echo, terms: { compression: false } }, async world => {
  const socket = await world.open(offering())
  assert.equal(socket.extensions, '')
  socket.close()
  await world.settle()
})

for (const extensions of ['', 'permessage-deflate;', 'permessage-deflate; client_max_window_bits="'])
  eachWire(`what is no list of extensions fails the handshake: «${extensions}»`, echo, async world => {
    const socket = world.ask({ extensions: 'x', fields: { 'Sec-WebSocket-Extensions': extensions } })
    const refused = assert.rejects(socket.opened, error => {
      assert.ok(error instanceof HandshakeRefused)
      assert.equal(error.response.status, 400)
      return true
    })
    await world.settle()
    await refused
    assert.deepEqual(
      world.told('refused').map(({ refusal }) => refusal.rule),
      ['websocket-extensions'],
    )
  })

eachWire(
  'where the memory is spoken for clients are not to refer to earlier messages; what is closed makes room',
  echo,
  async world => {
    const { codecs } = world.settings
    const sockets = [await world.open(offering('permessage-deflate'))]
    assert.equal(sockets[0].extensions, 'permessage-deflate')
    while (!sockets.at(-1)!.extensions.includes('client_no'))
      sockets.push(await world.open(offering('permessage-deflate')))
    assert.equal(codecs.inflating, (sockets.length - 1) * inflaterBytes(15))
    for (const socket of sockets) for (let at = 0; at < 3; at++) socket.send(json(KB + at))
    await world.settle()
    for (const socket of sockets)
      assert.deepEqual(
        socket.messages.splice(0),
        [0, 1, 2].map(at => json(KB + at)),
      )
    sockets[0].close()
    sockets[1].destroy()
    await world.settle()
    assert.equal(codecs.inflating, (sockets.length - 3) * inflaterBytes(15))
    const again = await world.open(offering('permessage-deflate'))
    assert.equal(again.extensions, 'permessage-deflate')
    for (const socket of [...sockets, again]) socket.close()
    await world.settle()
    assert.equal(codecs.inflating, 0)
    assert.equal(codecs.lentDeflaters, 0)
  },
  { limits: { compressionBytes: 600 * KB } },
)

eachWire('a handshake that is never completed reserves nothing', echo, async world => {
  const socket = world.ask(offering())
  socket.opened.catch(() => {})
  world.near.destroy()
  await world.settle()
  assert.equal(world.settings.codecs.inflating, 0)
  // Nobody was told of its begin.
  world.users.length = 0
})

const broadcast: Script = {
  opened(user) {
    everybody.add(user.link)
  },
  closed(user) {
    everybody.delete(user.link)
  },
}
const everybody = new Set<{ sendShared(message: SharedMessage): boolean }>()

eachWire('a message for many is read by each as it has agreed', broadcast, async world => {
  const sockets = []
  for (const extensions of [
    DEFLATE,
    undefined,
    'permessage-deflate; server_no_context_takeover',
    'permessage-deflate; server_max_window_bits=9',
  ])
    sockets.push(await world.open(extensions === undefined ? {} : offering(extensions)))
  const messages = [json(KB), json(KB), 'short', json(90 * KB)]
  for (const message of messages) {
    const shared = new SharedMessage(true, Buffer.from(message))
    for (const link of everybody) assert.ok(link.sendShared(shared))
    await world.settle()
  }
  for (const socket of sockets) {
    assert.deepEqual(socket.messages, messages)
    socket.close()
  }
  await world.settle()
})

eachWire(
  'a large message is compressed in turns: others are answered meanwhile, and a close waits for it',
  {
    message(user, message) {
      if (message === 'large') {
        assert.ok(user.link.sendText(json(900 * KB)) instanceof Promise)
        assert.ok(user.link.waiting > 500 * KB)
        user.link.close(4000, 'done')
      } else user.link.sendText('answer')
    },
  },
  async world => {
    const large = await world.open(offering())
    const other = await world.open(offering())
    large.send('large')
    other.send('other')
    while (other.messages.length === 0) {
      await new Promise(setImmediate)
      world.network.run()
    }
    assert.equal(large.messages.length, 0)
    await world.settle()
    assert.deepEqual(large.messages, [json(900 * KB)])
    assert.deepEqual(await large.closed, { code: 4000, reason: 'done' })
    other.close()
    await world.settle()
  },
)

eachWire('many large messages at once are neither lost nor a reason to cut the peer off', echo, async world => {
  const socket = await world.open(offering())
  const messages = Array.from({ length: 12 }, (_, at) => json(300 * KB + at))
  for (const message of messages) socket.send(message)
  await world.settle()
  assert.deepEqual(socket.messages, messages)
  socket.close()
  await world.settle()
})

test('where zlib cannot be used on the thread, messages are compressed all the same, each by itself', () => {
  const program = `
    import assert from 'node:assert/strict'
    import zlib from 'node:zlib'
    Object.getPrototypeOf(zlib.createDeflateRaw()._handle).constructor = undefined
    const { codecFor, compressionTerms } = await import('./src/server/websocket-codec.ts')
    const { CodecPool } = await import('./src/server/websocket-codec-pool.ts')
    const { hasCoders } = await import('./src/server/websocket-codec-zlib.ts')
    const { answerTo } = await import('./src/websocket/index.ts')
    assert.ok(!hasCoders())
    const pool = new CodecPool(64 * 1024 * 1024)
    const { text, agreed } = answerTo('permessage-deflate', compressionTerms(pool))
    assert.equal(text, 'permessage-deflate; server_no_context_takeover; client_no_context_takeover')
    const [server, client] = ['server', 'client'].map(role => codecFor(agreed, role, pool))
    const message = Buffer.from('wire and right '.repeat(50))
    for (let round = 0; round < 2; round++) {
      const made = server.deflate(message, 0, message.length)
      assert.deepEqual(Buffer.from(client.inflate(made, 0, made.length, true, 1000)), message)
    }
    server.close()
    client.close()
  `
  const typeStripping = process.execArgv.filter(option => option.includes('strip-types'))
  const folder = new URL('../..', import.meta.url)
  const { status, stderr } = spawnSync(
    process.execPath,
    [...typeStripping, '--input-type=module', '--no-warnings', '-e', program],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  assert.equal(status, 0, stderr)
})
