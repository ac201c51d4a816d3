// What WebSocket forbids, over real sockets in one read and byte by byte: each ends with its close code, and a program
// hears of nothing but the end. Meanwhile another client is served.
import assert from 'node:assert/strict'
import { FAULTS, type Fault } from './websocket-faults.ts'
import { assertServed, eachHouse, echoing, frame, KB, type SocketHouse, type Target } from './websocket-support.ts'

let target: Target
const app = (): Target['app'] => {
  target = echoing()
  return target.app
}

eachHouse('each fault in one read is answered with its close code', app, async served => {
  await faulty(served, socket => bytes => socket.raw(bytes))
})

eachHouse('each fault byte by byte is answered with its close code', app, async served => {
  await faulty(served, socket => async bytes => {
    // What is long is long in the same way: its begin and end are enough.
    const some = bytes.length > KB ? [bytes.subarray(0, 20), bytes.subarray(20)] : [...bytes].map(byte => [byte])
    for (const piece of some) {
      if (socket.over) return
      socket.raw(piece)
      await new Promise(resolve => setImmediate(resolve))
    }
  })
})

type Send = (bytes: Uint8Array) => unknown

async function faulty(
  { house, connect, wire }: SocketHouse,
  sender: (socket: Awaited<ReturnType<SocketHouse['connect']>>) => Send,
): Promise<void> {
  const other = await connect({ path: '/echo' })
  await assertServed(other)
  const attack = async (fault: Fault): Promise<void> => {
    const socket = await connect({ path: '/mute' })
    await sender(socket)(fault.bytes)
    // What is behind it is not looked at, and does not keep the connection.
    if (!socket.over) socket.raw(frame({ payload: 'behind it' }))
    assert.equal((await socket.closed).code, fault.code, fault.name)
    assert.equal(socket.closeFrame?.reason, fault.rule, fault.name)
  }
  for (let i = 0; i < FAULTS.length; i += 16) {
    await Promise.all([...FAULTS.slice(i, i + 16).map(attack), assertServed(other)])
  }
  assert.deepEqual(house.rules.toSorted(), FAULTS.map(({ rule }) => rule).toSorted())
  assert.equal(target.peers.size, 1, 'the program has been told of the end of each')
  assert.ok(target.closings.every(({ code }) => code === 1006))
  assert.deepEqual(house.failures, [])
  if (wire === 'HTTP/2') assert.ok(house.server.ledger.connections >= 1)
}
