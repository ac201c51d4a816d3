// Rooms: who is in them, who gets what is sent to them, and what becomes of them when peers go. The same over each wire, and
// what a wire would bring about by chance alone, on the rooms themselves.
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { type Member, type Members, Room, Rooms } from '../../src/app/rooms.ts'
import { ConnectedPeer } from '../../src/app/socket-peer.ts'
import { App, type Context, SharedMessage, type SocketLink, type SocketPeer, type SocketUser } from '../../src/index.ts'
import { type Client, eachSocketWire, type SocketWire } from './socket-support.ts'

/** Peers do what they are told: `join a`, `leave a`, `to a text`, `all a text`. */
function roomy(): App<{ name: string }> {
  const app = new App({ state: () => ({ name: '' }) })
  const told: string[] = []
  app.socket('/:name', {
    open({ context }) {
      context.state.name = context.params.name
    },
    message(peer, message) {
      const [verb, room, ...rest] = String(message).split(' ')
      const text = rest.join(' ')
      if (verb === 'join') peer.join(room)
      if (verb === 'leave') peer.leave(room)
      const sent = verb === 'to' ? peer.to(room).send(text) : verb === 'all' ? app.room(room).send(text) : ''
      peer.send(`${verb} ${peer.rooms.join('+')} ${sent}`)
    },
    close(peer, code) {
      const { name } = peer.context.state
      told.push(`${name} ${code} ${peer.rooms.join('+')} ${[...app.room('a').peers].includes(peer)}`)
      peer.join('too late')
      peer.leave('a')
      for (const room of peer.rooms)
        peer.to(room).send(`${name} has left ${room}, where ${app.room(room).size} are left`)
    },
  })
  app.get('/presence', ({ json }) =>
    json({
      told: told.splice(0),
      rooms: app.rooms.map(({ name, size, peers }) => [
        name,
        size,
        [...peers].map(({ context }) => context.state.name),
      ]),
      nowhere: [app.room('nowhere').size, [...app.room('nowhere').peers].length, app.room('nowhere').send('anybody?')],
    }),
  )
  return app
}

async function ask(client: Client, text: string): Promise<string> {
  client.send(text)
  return String(await client.next())
}

async function presence(sockets: SocketWire): Promise<{ told: string[]; rooms: unknown[]; nowhere: unknown[] }> {
  return JSON.parse((await sockets.wire.get('/presence')).content.toString())
}

eachSocketWire(
  'a message goes to everybody in a room, or to everybody but the one who sends it',
  roomy,
  async sockets => {
    const [ada, bob, cy] = [await sockets.connect('/ada'), await sockets.connect('/bob'), await sockets.connect('/cy')]
    assert.equal(await ask(ada, 'join a'), 'join a ')
    assert.equal(await ask(ada, 'join b'), 'join a+b ')
    assert.equal(await ask(ada, 'join a'), 'join a+b ', 'once is enough')
    assert.equal(await ask(bob, 'join a'), 'join a ')
    assert.equal(await ask(ada, 'to a hi'), 'to a+b 1')
    assert.equal(await bob.next(), 'hi')
    assert.equal(await ask(cy, 'to a from outside'), 'to  2')
    assert.deepEqual([await ada.next(), await bob.next()], ['from outside', 'from outside'])
    bob.send('all a me too')
    assert.deepEqual([await bob.next(), await bob.next(), await ada.next()], ['me too', 'all a 2', 'me too'])
    assert.deepEqual((await presence(sockets)).rooms, [
      ['a', 2, ['ada', 'bob']],
      ['b', 1, ['ada']],
    ])
    assert.equal(await ask(ada, 'leave a'), 'leave b ')
    assert.equal(await ask(ada, 'leave a'), 'leave b ', 'it was not in it')
    assert.equal(await ask(ada, 'leave never'), 'leave b ')
    assert.equal(await ask(ada, 'to a gone'), 'to b 1')
    assert.equal(await bob.next(), 'gone')
    assert.equal(await ask(ada, 'leave b'), 'leave  ')
    const { rooms, nowhere } = await presence(sockets)
    assert.deepEqual([rooms, nowhere], [[['a', 1, ['bob']]], [0, 0, 0]])
  },
)

eachSocketWire('who goes is in no room any more, and its rooms can be told', roomy, async sockets => {
  const [ada, bob, cy] = [await sockets.connect('/ada'), await sockets.connect('/bob'), await sockets.connect('/cy')]
  for (const client of [ada, bob, cy]) await ask(client, 'join a')
  await ask(ada, 'join b')
  ada.close(4000)
  assert.deepEqual([await bob.next(), await cy.next()], Array(2).fill('ada has left a, where 2 are left'))
  bob.vanish()
  assert.equal(await cy.next(), 'bob has left a, where 1 are left')
  cy.close(1000)
  await cy.closed
  let told: string[] = []
  while (told.length < 3) told = [...told, ...(await presence(sockets)).told]
  assert.deepEqual(told, ['ada 4000 a+b false', 'bob 1006 a false', 'cy 1000 a false'])
  assert.deepEqual((await presence(sockets)).rooms, [], 'rooms that nobody is in are gone')
})

eachSocketWire(
  'a peer that does not read is cut off, or misses messages, and the others get all of them',
  () => {
    const app = new App()
    app.get('/send', () => String(app.room('a').send(new Uint8Array(256 * 1024))))
    const options = { queueBytes: 512 * 1024, compression: false }
    app.socket('/cut', options, { open: peer => peer.join('a') })
    app.socket('/skip', { ...options, whenFull: 'skip' }, { open: peer => peer.join('a') })
    app.socket('/reads', { ...options, queueBytes: 64 * 1024 * 1024 }, { open: peer => peer.join('a') })
    return app
  },
  async sockets => {
    const app = sockets.app
    const [cut, skip, reads] = [await app.connect('/cut'), await app.connect('/skip'), await app.connect('/reads')]
    await turn()
    const counts = []
    for (let i = 0; i < 4; i++) {
      counts.push(Number((await sockets.wire.get('/send')).content.toString()))
      await reads.next()
    }
    assert.deepEqual(counts, [3, 3, 1, 1])
    assert.equal((await cut.closed).code, 1006)
    assert.equal(app.room('a').size, 2)
    await skip.next()
    assert.equal(app.room('a').send('small'), 2)
    await skip.next()
    assert.equal(await skip.next(), 'small')
  },
  { wires: ['no socket'] },
)

test('rooms are of one application: those of a mounted one are others', async () => {
  const inner = new App().socket('/in', { open: peer => peer.join('a') })
  const outer = new App().socket('/in', { open: peer => peer.join('a') }).mount('/deep', inner)
  outer.group('/group', group => group.socket('/in', { open: peer => peer.join('a') }))
  for (const path of ['/in', '/deep/in', '/group/in']) await outer.connect(path)
  await turn()
  assert.deepEqual([outer.room('a').size, inner.room('a').size], [2, 1])
})

/** A peer that does something when it is sent a message. */
function member(name: string, onSent: () => unknown = () => true): Member & { readonly got: SharedMessage[] } {
  const got: SharedMessage[] = []
  const sendShared = (message: SharedMessage): boolean => {
    got.push(message)
    return onSent() !== false
  }
  return { name, got, sendShared } as unknown as Member & { readonly got: SharedMessage[] }
}

describe('while a message is handed out', () => {
  const message = new SharedMessage(true, Uint8Array.of(65))

  it('is the same for each', () => {
    const rooms = new Rooms()
    const peers = [member('a'), member('b'), member('c')]
    for (const peer of peers) rooms.enter('r', peer)
    assert.equal(rooms.handOut('r', message, null), 3)
    for (const peer of peers) assert.deepEqual([peer.got.length, peer.got[0] === message], [1, true])
  })

  it('peers may leave: those who have left get nothing', () => {
    const rooms = new Rooms()
    const leaving: Member[] = []
    const first = member('first', () => {
      for (const peer of leaving) rooms.leave(rooms.membersOf('r') as Members, peer)
    })
    const [second, third, last] = [member('second'), member('third'), member('last')]
    for (const peer of [first, second, third, last]) rooms.enter('r', peer)
    leaving.push(first, third)
    assert.equal(rooms.handOut('r', message, null), 3)
    assert.deepEqual(
      [second, third, last].map(({ got }) => got.length),
      [1, 0, 1],
    )
    assert.equal(rooms.membersOf('r')?.peers.size, 2)
  })

  it('peers may come again and again, and it ends', () => {
    const rooms = new Rooms()
    let came = 0
    const restless = (): Member =>
      member('restless', () => {
        came++
        rooms.enter('r', restless())
      })
    rooms.enter('r', restless())
    rooms.enter('r', restless())
    assert.equal(rooms.handOut('r', message, null), 2)
    assert.equal(came, 2)
  })

  it('a room may vanish and come back', () => {
    const rooms = new Rooms()
    const other = member('other')
    const only = member('only', () => {
      rooms.leave(rooms.membersOf('r') as Members, only)
      rooms.enter('r', other)
    })
    rooms.enter('r', only)
    assert.equal(rooms.handOut('r', message, null), 1)
    assert.deepEqual([rooms.names, other.got.length], [['r'], 0])
    assert.equal(rooms.handOut('r', message, null), 1)
    assert.equal(other.got.length, 1)
  })

  it('only those count that it was sent to', () => {
    const rooms = new Rooms()
    const full = member('full', () => false)
    const fine = member('fine')
    for (const peer of [full, fine]) rooms.enter('r', peer)
    assert.equal(rooms.handOut('r', message, null), 1)
    assert.equal(rooms.handOut('r', message, fine), 0)
  })
})

/** What may happen to three peers and two rooms. */
const STEP = fc.record({
  what: fc.constantFrom('join', 'join', 'leave', 'to', 'all', 'go'),
  peer: fc.nat(2),
  room: fc.constantFrom('a', 'b'),
})

test('whatever peers do, those get a message who are in its room, and nobody is left in one', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), steps => {
      const rooms = new Rooms()
      const peers = Array.from({ length: 3 }, () => peerIn(rooms))
      const model = new Map<string, Set<number>>([
        ['a', new Set()],
        ['b', new Set()],
      ])
      const gone = new Set<number>()
      for (const { what, peer: index, room } of steps) {
        const { peer, user } = peers[index]
        const inRoom = model.get(room) as Set<number>
        if (what === 'join') {
          peer.join(room)
          if (!gone.has(index)) inRoom.add(index)
        } else if (what === 'leave') {
          peer.leave(room)
          inRoom.delete(index)
        } else if (what === 'go' && !gone.has(index)) {
          user.closed(1000, '')
          gone.add(index)
          for (const each of model.values()) each.delete(index)
        } else if (what === 'to' || what === 'all') {
          const before = peers.map(({ got }) => got.length)
          const sent = what === 'to' ? peer.to(room).send('x') : new Room(room, rooms).send('x')
          const due = [...inRoom].filter(each => what === 'all' || each !== index)
          assert.equal(sent, due.length)
          for (const [at, { got }] of peers.entries()) assert.equal(got.length - before[at], due.includes(at) ? 1 : 0)
        }
        for (const [name, members] of model) {
          const { size, peers: present } = new Room(name, rooms)
          assert.deepEqual(
            [...present],
            [...members].map(at => peers[at].peer),
          )
          assert.equal(size, members.size)
        }
        assert.deepEqual(
          [...rooms.names].sort(),
          [...model].filter(([, { size }]) => size > 0).map(([name]) => name),
        )
      }
    }),
  )
})

/** A peer on a connection that takes everything. */
function peerIn(rooms: Rooms): { readonly peer: SocketPeer; readonly user: SocketUser; readonly got: unknown[] } {
  const got: unknown[] = []
  const user = new ConnectedPeer({} as Context, { handlers: {}, rooms, deliver() {} })
  user.opened({ isOpen: true, sendShared: (message: SharedMessage) => got.push(message) > 0 } as unknown as SocketLink)
  return { peer: user, user, got }
}
