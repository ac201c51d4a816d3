// Clients that begin something and do not go on with it: each wait of the table ends when the table says, not earlier,
// and leaves nothing behind. Nobody else notices. Time is simulated.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { POURED, type SocketStall, STALLS, socketStallRows } from './websocket-stalls.ts'
import { eachWorld, echoing, type Guest, type Target } from './websocket-support.ts'

let target: Target
const app = (): Target['app'] => {
  target = echoing()
  const { app, closings } = target
  const close = (_: unknown, code: number, reason: string): void => {
    closings.push({ code, reason })
  }
  app.socket('/stuck', { message: () => new Promise(() => {}), close })
  app.socket('/closes', { message: peer => peer.close(1000), close })
  app.socket('/pours', {
    message(peer, message) {
      if (message === 'hello') return
      peer.send(new Uint8Array(POURED))
      if (message === 'pour and close') peer.close(1000)
    },
    close,
  })
  return app
}

for (const stall of STALLS) {
  const { name, after, begin, eachSecond, path = '/mute', answersEnd = true } = stall
  eachWorld(`${after} s after ${name}`, app, async ({ world, wire, visit, served }) => {
    await served()
    const guest = await visit({ path, answersEnd })
    begin(guest)
    await world.settle()
    let second = 0
    for (; !isOver(guest, stall); second++) {
      assert.ok(second <= after + 2, `still nothing after ${second} seconds`)
      await world.pass(1000)
      if (!isOver(guest, stall)) eachSecond?.(guest.socket, second + 1)
      await served()
    }
    // A stream is let go of at once: there is no FIN that could overtake what was sent.
    const least = answersEnd || wire === 'HTTP/1.1' ? after : 0
    assert.ok(second >= least, `it took only ${second} seconds`)
    assert.deepEqual(
      target.closings.map(({ code }) => code),
      [stall.told ?? 1006],
    )
    guest.near.resume()
    guest.server.drain()
    guest.socket.resumeReading()
    await world.pass(6000)
    assertEnded(guest, stall)
    await served()
    guest.near.destroy()
    await world.settle()
    assert.equal(world.connections.ledger.connections, 1, 'the other client is left')
    world.assertNothingIsHeld()
  })
}

/** The program has been told; or, where it is told long before, the wire has seen the last of it. */
function isOver({ socket, server }: Guest, { answersEnd }: SocketStall): boolean {
  return target.closings.length > 0 && (answersEnd !== false || server.closed || socket.gone)
}

function assertEnded({ socket }: Guest, { how }: SocketStall): void {
  if (how === 'cut') assert.ok(socket.error !== null, 'a reset, so that nobody takes what there is for the whole')
  else if (how === 'closed') assert.equal(socket.error, null)
  else assert.equal(socket.closeFrame?.code, how)
}

eachWorld('a peer that only answers pings is kept for as long as it likes', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/echo' })
  for (let minute = 0; minute < 10; minute++) await world.pass(60_000)
  assert.ok(!socket.over)
  socket.send('still here')
  await world.settle()
  assert.deepEqual(socket.messages, ['still here'])
  await served()
})

eachWorld('a peer that answers pings is kept while the program is busy', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/stuck' })
  socket.sendAll(['busy', 'waits'])
  for (let minute = 0; minute < 10; minute++) await world.pass(60_000)
  assert.ok(!socket.over)
  assert.deepEqual(target.closings, [])
  // Its end is told with its own code, though it comes behind what nobody has looked at.
  socket.close(4000).finish()
  await world.pass(200_000)
  assert.equal(target.closings.length, 1)
  await served()
})

test('docs/abuse.md has what ends WebSocket connections by time', () => {
  const text = readFileSync(new URL('../../docs/abuse.md', import.meta.url), 'utf8')
  assert.deepEqual(
    text.split('\n').filter(line => /^\|.*\| after \d+ s \|/.test(line)),
    socketStallRows(),
  )
})
