// Tests of the chat without a browser or a socket: node --test examples/chat/*.test.ts
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SocketClient } from '../../src/index.ts'
import { chat } from './chat.ts'
import { Breath, House, REMEMBERED } from './house.ts'

test('nobody has the name of another', () => {
  const house = new House()
  assert.deepEqual([house.seat(' Ada '), house.seat('Ada'), house.seat('')], ['Ada', 'Ada 2', 'Guest'])
  house.leave('Ada')
  assert.equal(house.seat('Ada'), 'Ada')
})

test('so much is remembered of a room', () => {
  const house = new House()
  for (let at = 1; at <= REMEMBERED + 20; at++) house.say('garden', 'Ada', `${at}`, at)
  assert.equal(house.after('garden', 0).length, REMEMBERED)
  assert.deepEqual(
    house.after('garden', REMEMBERED + 18).map(({ text }) => text),
    [`${REMEMBERED + 19}`, `${REMEMBERED + 20}`],
  )
  assert.deepEqual(house.after('hearth', 0), [])
})

test('who speaks too fast is out of breath for a while', () => {
  const breath = new Breath(0)
  let said = 0
  while (breath.takes(10)) said++
  assert.equal(said, 8)
  assert.ok(!breath.takes(999))
  assert.ok(breath.takes(1000))
  assert.ok(!breath.takes(1900))
})

test('guests hear those of their room, and how full the others are', async () => {
  const app = chat(() => 5000)
  const ada = await guest(app, 'Ada', 'garden')
  const bob = await guest(app, 'Bob', 'garden')
  assert.deepEqual(await heard(ada, 'came'), { kind: 'came', name: 'Bob', people: ['Ada', 'Bob'] })
  const eve = await guest(app, 'Eve', 'library')
  const rooms = await heard<{ rooms: { name: string; count: number }[] }>(eve, 'rooms')
  assert.deepEqual(
    rooms.rooms.filter(({ count }) => count > 0),
    [
      { name: 'garden', count: 2 },
      { name: 'library', count: 1 },
    ],
  )

  await bob.sendJson({ kind: 'typing' })
  assert.deepEqual(await heard(ada, 'typing'), { kind: 'typing', name: 'Bob' })
  await bob.sendJson({ kind: 'say', text: ' Hello ' })
  const said = { kind: 'said', id: 1, name: 'Bob', text: 'Hello', at: 5000 }
  assert.deepEqual(await heard(ada, 'said'), said)
  assert.deepEqual(await heard(bob, 'said'), said)

  await eve.sendJson({ kind: 'enter', room: 'garden', after: 0 })
  const entered = await heard<{ people: string[]; history: unknown[] }>(eve, 'entered')
  assert.deepEqual(entered.people, ['Ada', 'Bob', 'Eve'])
  assert.equal(entered.history.length, 1)
  await bob.close()
  assert.deepEqual(await heard(ada, 'left'), { kind: 'left', name: 'Bob', people: ['Ada', 'Eve'] })
})

test('what is no message ends the connection, and says why', async () => {
  const app = chat(() => 0)
  const ada = await guest(app, 'Ada', 'hearth')
  await ada.sendJson({ kind: 'say', text: '   ' })
  const { code, reason } = await ada.closed
  assert.equal(code, 1008)
  assert.match(reason, /text/)
  const bob = await guest(app, 'Bob', 'hearth')
  await bob.send('{"kind":')
  assert.equal((await bob.closed).code, 1007)
})

async function guest(app: ReturnType<typeof chat>, name: string, room: string): Promise<SocketClient> {
  const client = await app.connect(`/talk?name=${name}`)
  await heard(client, 'welcome')
  await client.sendJson({ kind: 'enter', room, after: 0 })
  await heard(client, 'entered')
  return client
}

/** The next message of a kind; those before it are passed over. */
async function heard<Message extends object>(client: SocketClient, kind: string): Promise<Message> {
  for (;;) {
    const message = await client.nextJson<Message & { kind: string }>()
    if (message.kind === kind) return message
  }
}
