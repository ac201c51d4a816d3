// Messages that take long on their way, and peers that go or close meanwhile, over either wire and whatever it is read through.
import assert from 'node:assert/strict'
import type { TestSocket } from '../support/websocket-client.ts'
import { until, type Wire } from './support.ts'
import { assertServed, eachHouse, echoing, leave, MB, type Target } from './websocket-support.ts'

let target: Target
let told: number[]

/** Declares the test: a message of so many megabytes is on its way when the peer goes, or either side closes. */
export function largeOnTheWay(through: Wire, megabytes: number): void {
  const app = (): Target['app'] => {
    target = echoing()
    told = []
    const large = new Uint8Array(megabytes * MB)
    target.app.socket(
      '/large',
      { queueBytes: 2 * large.length },
      {
        open: peer => peer.join('all'),
        async message(peer, message) {
          const room = peer.send(large)
          if (message === 'close') peer.close(3001)
          if (message === 'close again') for (let n = 0; n < 100; n++) peer.close(3001 + n)
          await room
        },
        close: (_, code) => told.push(code),
      },
    )
    return target.app
  }

  eachHouse(
    `over ${through}, ${megabytes} MB are on their way when the peer goes, or either side closes`,
    app,
    async ({ house, connect, wire }) => {
      const other = await connect({ path: '/echo' })
      const begun = async (message: string): Promise<TestSocket> => {
        const socket = await connect({ path: '/large' })
        socket.pauseReading()
        socket.send(message)
        await until(() => house.server.ledger.output > MB)
        return socket
      }
      for (const end of [(socket: TestSocket) => socket.reset(), leave]) {
        const socket = await begun('go')
        end(socket)
        await until(() => house.server.ledger.output === 0)
        await assertServed(other)
      }
      assert.deepEqual(told, [1006, 1006])
      // A close, ours or theirs, waits for its turn: the message is whole.
      for (const [message, code] of [
        ['close', 3001],
        ['close again', 3001],
        ['go', 3002],
      ] as const) {
        const socket = await begun(message)
        if (message === 'go') socket.close(3002)
        socket.resumeReading()
        await assertServed(other)
        assert.equal((await socket.closed).code, code)
        const all = socket.messages.splice(0)
        assert.equal(all.length, 1)
        assert.equal((all[0] as Uint8Array).length, megabytes * MB)
        await assertServed(other)
      }
      await until(() => told.length === 5)
      assert.deepEqual(told.slice(2), [3001, 3001, 3002])
      if (wire === 'HTTP/1.1') await until(() => house.server.ledger.connections === 1)
      assert.equal(target.app.room('all').size, 0)
    },
    { through },
  )
}
