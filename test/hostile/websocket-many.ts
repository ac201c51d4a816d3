// Very many sockets over either wire: what they cost at rest, that all get what is sent to all and are told when the server
// ends, and that nothing is left of those that come and go, or are refused.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Program } from '../support/program.ts'
import {
  connectSession,
  connectSocket,
  HandshakeRefused,
  type Http2Session,
  type TestSocket,
} from '../support/websocket-client.ts'
import { house, type Level, NOTHING, until } from './support.ts'
import { alive, echoing, frame, KB, leave, MB, type SocketWireName } from './websocket-support.ts'

/** Sockets on one HTTP/2 connection. */
const STREAMS = 100
const BATCH = 250

interface Told {
  readonly level: Level
  readonly ledger: Readonly<Record<string, number>>
  readonly peers: number
  /** Bytes that are alive. */
  readonly memory: number
  readonly rss: number
}

/** `count` sockets that do nothing get a broadcast each, and are closed with 1001 when the server is drained. */
export async function manyIdle(test: TestContext, wire: SocketWireName, count: number, each: number): Promise<void> {
  const file = fileURLToPath(new URL('websocket-server.child.ts', import.meta.url))
  const program = new Program(process.execPath, ['--expose-gc', file])
  test.after(() => program.stop())
  const port = Number((await program.says(/port (\d+)/))[1])
  const asks = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Answer
  await asks('/level')
  const before = await asks<Told>('/level')
  const sockets: TestSocket[] = []
  for (let batch = 0; sockets.length < count; batch++) {
    const from = `127.0.0.${2 + (batch % 8)}`
    const session = wire === 'HTTP/2' ? await connectSession({ port, from }) : null
    const asked = { port, path: '/room', from, ...(session === null ? {} : { session }) }
    const more = Math.min(session === null ? BATCH : STREAMS, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => connectSocket(asked)))))
  }
  const during = await asks<Told>('/level')
  assert.equal(during.peers, count)
  const { connections, ...bytes } = during.ledger
  assert.ok(connections >= (wire === 'HTTP/2' ? count / STREAMS : count))
  const { connections: _, ...nothing } = NOTHING
  assert.deepEqual(bytes, nothing)
  const one = (during.memory - before.memory) / count
  test.diagnostic(
    `${Math.round(one)} bytes of memory for each, ${Math.round((during.rss - before.rss) / count)} of RSS`,
  )
  assert.ok(one < each, `${one} bytes for each`)

  const message = `hello ${'.'.repeat(1000)}`
  const broadcast = async (): Promise<Told> => {
    assert.deepEqual(await asks('/broadcast'), { sent: count })
    for (const socket of sockets) assert.equal(await socket.next(), message)
    return await asks<Told>('/level')
  }
  // What is made once has been made then.
  const once = await broadcast()
  await broadcast()
  const after = await broadcast()
  assert.ok(after.memory - once.memory < count * 50 + MB, `${after.memory - once.memory} bytes are left of a broadcast`)

  await fetch(`http://127.0.0.1:${port}/drain`)
  for (const socket of sockets) assert.equal((await socket.closed).code, 1001)
  for (const socket of sockets) assert.deepEqual(socket.messages, [])
  const [, said] = await program.says(/drained (.*)\n/)
  const { cut, peers, ledger } = JSON.parse(said)
  assert.deepEqual({ cut, peers, ledger }, { cut: 0, peers: 0, ledger: NOTHING })
}

/** How each of those that come and go is at its end. */
const ENDS: readonly ((socket: TestSocket) => unknown)[] = [
  socket => socket.close(),
  socket => socket.close(4000, 'as it likes'),
  socket => socket.finish(),
  socket => socket.reset(),
  socket => socket.raw(frame({ opcode: 3 })),
  socket => socket.raw(frame({ fin: false, payload: 'x'.repeat(200_000) })).reset(),
  socket => socket.raw(frame({ fin: false, payload: 'x' })).finish(),
  socket => socket.raw([0x82]).reset(),
]

/** `count` sockets are opened, say something, and end in every way, some at a time; what is left of them does not grow. */
export async function manyOpensAndCloses(test: TestContext, wire: SocketWireName, count: number): Promise<void> {
  const target = echoing()
  target.app.socket('/room', {
    open: peer => peer.join(`room ${target.peers.size % 100}`),
    async message(peer, message) {
      peer.join('all')
      await peer.send(message)
    },
    close: () => target.closings.push({ code: 0, reason: '' }),
  })
  await house(test, 'TCP, shared reads', target.app.handler, {}, async ({ server, events }) => {
    const { port } = server
    const batch = Math.min(STREAMS, count / 10)
    let ended = 0
    const round = async (n: number): Promise<void> => {
      const session: Http2Session | null = wire === 'HTTP/2' ? await connectSession({ port }) : null
      const extensions = n % 2 === 0 ? 'permessage-deflate' : ''
      const asked = { port, path: '/room', extensions, ...(session === null ? {} : { session }) }
      const sockets = await Promise.all(Array.from({ length: batch }, () => connectSocket(asked)))
      for (const socket of sockets) socket.send('hello')
      for (const socket of sockets) assert.equal(await socket.next(), 'hello')
      assert.equal(target.app.room('all').size, batch)
      for (const [i, socket] of sockets.entries()) ENDS[(i + n) % ENDS.length](socket)
      await until(() => target.closings.length === batch)
      ended += batch
      assert.deepEqual(target.app.rooms, [])
      for (const socket of sockets) if (session === null) leave(socket)
      session?.destroy()
      await until(() => server.ledger.connections === 0)
      assert.deepEqual(server.ledger, NOTHING)
      events.length = 0
      target.closings.length = 0
    }
    // What is made once has been made then.
    for (let n = 0; n < ENDS.length; n++) await round(n)
    const before = await alive()
    ended = 0
    for (let n = 0; ended < count; n++) await round(n)
    const left = (await alive()) - before
    test.diagnostic(`${(left / count).toFixed(1)} bytes are left of each`)
    assert.ok(left < 512 * KB, `${left} bytes are left`)
  })
}

/** `count` handshakes of pages from elsewhere are refused, and leave nothing. */
export async function manyRefused(test: TestContext, wire: SocketWireName, count: number): Promise<void> {
  const target = echoing()
  await house(test, 'TCP, shared reads', target.app.handler, {}, async ({ server, events }) => {
    const { port } = server
    const round = async (): Promise<void> => {
      const session = wire === 'HTTP/2' ? await connectSession({ port }) : null
      const fields = { origin: 'https://evil.example' }
      const asked = { port, path: '/echo', fields, ...(session === null ? {} : { session }) }
      const refused = Array.from({ length: 50 }, () => assert.rejects(connectSocket(asked), HandshakeRefused))
      await Promise.all(refused)
      session?.destroy()
      await until(() => server.ledger.connections === 0)
      events.length = 0
    }
    await round()
    const before = await alive()
    for (let done = 0; done < count; done += 50) await round()
    const left = (await alive()) - before
    assert.ok(left < 512 * KB, `${left} bytes are left`)
    assert.equal(target.peers.size, 0)
  })
}
