// Connections beyond the limits are told so or closed, while the others are served.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../../src/exchange/index.ts'
import { type Client, house, until, WIRES } from './support.ts'

for (const wire of WIRES) {
  test(`connections beyond the limit get 503 or are closed; the others are served (${wire})`, t =>
    house(
      t,
      wire,
      () => text('hello'),
      { limits: { connections: 5 } },
      async it => {
        const served: Client[] = []
        for (let i = 0; i < 5; i++) served.push(await it.connect())
        for (const client of served) await client.ask()
        const beyond = await Promise.all(Array.from({ length: 60 }, () => it.connect().catch(() => null)))
        for (const client of beyond) await client?.over()
        const told = beyond.filter(client => client?.text.startsWith('HTTP/1.1 503 '))
        const silent = beyond.filter(client => client === null || client.text === '')
        assert.equal(told.length + silent.length, 60)
        // Over TLS the handshake would cost more than the refusal saves.
        assert.equal(told.length > 0, wire !== 'TLS')
        for (const client of served) await client.ask()
        for (const client of beyond) client?.socket.destroy()
        await it.pass(3000)
        served.pop()!.socket.destroy()
        await until(() => it.server.ledger.connections === 4)
        await (await it.connect()).ask()
      },
    ))
}

test('an address has its share of connections, and other addresses have theirs', t =>
  house(
    t,
    'TCP, shared reads',
    () => text('hello'),
    { limits: { connectionsPerAddress: 3 } },
    async it => {
      for (const from of ['127.0.0.2', '127.0.0.3']) {
        const served: Client[] = []
        for (let i = 0; i < 3; i++) served.push(await it.connect({ from }))
        for (const client of served) await client.ask()
        const beyond = await it.connect({ from })
        await beyond.over()
        assert.deepEqual(beyond.statuses, [503])
        served[0].reset()
        await it.pass(3000)
        let again = await it.connect({ from })
        while (again.ended) again = await it.connect({ from })
        await again.ask()
      }
    },
  ))
