// A peer on a connection that does only what the test says: what it passes on to the connection, and what it gives to handlers.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnyContext } from '../../src/app/context.ts'
import { Rooms } from '../../src/app/rooms.ts'
import type { SocketPeer } from '../../src/app/socket.ts'
import { socketHandler } from '../../src/app/socket-route.ts'
import { App, type SocketHandlers, type SocketLink, type SocketOptions, type SocketUser } from '../../src/index.ts'

/** A connection that notes what is asked of it. */
class Link implements SocketLink {
  isOpen = true
  protocol = 'v1'
  compressed = false
  waiting = 7
  readonly asked: unknown[] = []

  sendText(text: string): undefined {
    this.asked.push(['text', text])
  }

  send(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): undefined {
    this.asked.push([text, [...bytes.subarray(start, end)], owned])
  }

  sendShared(): boolean {
    this.asked.push('shared')
    return this.isOpen
  }

  close(code: number, reason: string): void {
    this.asked.push(['close', code, reason])
  }

  cut(reason: Error): void {
    this.asked.push(['cut', reason.message])
  }
}

interface Opened {
  readonly user: SocketUser
  readonly peer: SocketPeer
  readonly link: Link
  readonly rooms: Rooms
}

function opened(handlers: SocketHandlers = {}, options: SocketOptions = {}): Opened {
  const rooms = new Rooms()
  let user: SocketUser | null = null
  const exchange = {
    accept(given: SocketUser): void {
      user = given
    },
  }
  socketHandler('/', rooms, handlers, options)({ exchange, route: 'WEBSOCKET /' } as unknown as AnyContext)
  assert.ok(user !== null)
  const link = new Link()
  ;(user as SocketUser).opened(link)
  return { user, peer: user as unknown as SocketPeer, link, rooms }
}

const ABC = new TextEncoder().encode('xabcx')

describe('a peer', () => {
  it('tells what its connection tells', () => {
    const { peer, link } = opened()
    assert.deepEqual([peer.isOpen, peer.protocol, peer.waiting, peer.rooms], [true, 'v1', 7, []])
    link.isOpen = false
    assert.equal(peer.isOpen, false, 'the other end has begun to close, or the server drains')
  })

  it('passes on what is sent, as text, or bytes that will not change', () => {
    const { peer, link } = opened()
    peer.send('a')
    peer.sendJson({})
    peer.send(ABC)
    assert.deepEqual(link.asked, [
      ['text', 'a'],
      ['text', '{}'],
      [false, [...ABC], true],
    ])
  })

  it('closes with 1000 unless said, and hears nothing more', () => {
    const heard: unknown[] = []
    const { user, peer, link } = opened({ message: (_, message) => heard.push(message) })
    user.message(true, ABC, 1, 4, false)
    peer.close()
    user.message(true, ABC, 1, 4, false)
    assert.deepEqual([heard, link.asked, peer.isOpen], [['abc'], [['close', 1000, '']], false])
  })

  it('hears nothing more once it is cut', () => {
    const heard: unknown[] = []
    const { user, peer, link } = opened({ message: (_, message) => heard.push(message) })
    peer.cut()
    user.message(true, ABC, 1, 4, false)
    assert.deepEqual([heard, peer.isOpen], [[], false])
    assert.deepEqual(link.asked, [['cut', 'The program has cut the connection']])
    opened().peer.cut(new Error('mine'))
  })

  it('is in its rooms until it is over', () => {
    const { user, peer, rooms } = opened()
    peer.leave('a')
    peer.join('a')
    peer.close()
    peer.join('b')
    peer.leave('a')
    assert.deepEqual(rooms.names, ['b'])
    user.closed(1000, '')
    assert.deepEqual([rooms.names, peer.rooms], [[], ['b']])
  })

  it('comes into no room when it is over, whatever its program does then', () => {
    const { user, rooms } = opened({
      close(peer) {
        peer.close()
        peer.cut()
        peer.join('b')
        peer.leave('a')
        assert.deepEqual(peer.rooms, ['a'])
        peer.to('a').send('x')
      },
    })
    const peer = user as unknown as SocketPeer
    peer.join('a')
    user.closed(1000, '')
    assert.deepEqual([rooms.names, peer.rooms], [[], ['a']])
  })

  it('gives bytes that are the program’s, short or long, and never a Buffer', () => {
    for (const size of [0, 1, 64, 65, 5000])
      for (const owned of [true, false]) {
        const given: Uint8Array[] = []
        const { user } = opened({ message: (_, message) => given.push(message as Uint8Array) })
        const read = Buffer.alloc(size + 2, 7)
        user.message(false, read, 1, size + 1, owned)
        if (!owned) read.fill(9)
        assert.deepEqual(given, [new Uint8Array(size).fill(7)])
        assert.equal(Buffer.isBuffer(given[0]), false)
        assert.equal(given[0].buffer === read.buffer, owned, 'what is its own already is not copied')
      }
  })

  it('sends on what was borrowed without a copy, and copies it for a room', () => {
    const { user, link, rooms } = opened(
      {
        message(peer, message) {
          peer.send(message)
          peer.join('a')
          assert.equal(peer.to('a').send(message), 0)
        },
      } as SocketHandlers,
      { borrow: true },
    )
    user.message(true, ABC, 1, 4, false)
    assert.deepEqual(link.asked, [[true, [...ABC.subarray(1, 4)], false]])
    assert.deepEqual(rooms.names, ['a'])
  })

  it('waits for nothing where a handler gives something else than a promise', () => {
    const { user } = opened({ message: () => 7, open: () => 'x' })
    assert.equal(user.message(true, ABC, 0, 1, false), undefined)
    assert.equal(user.opened(new Link()), undefined)
    // biome-ignore lint/suspicious/noThenProperty: a promise of another make is what is tried.
    const waiting = opened({ message: () => ({ then: (done: () => void) => done() }) })
    assert.ok(waiting.user.message(true, ABC, 0, 1, false) instanceof Promise, 'a promise of any make')
  })

  it('needs no handler', () => {
    for (const options of [{}, { borrow: true }]) {
      const { user } = opened({}, options)
      assert.equal(user.message(true, ABC, 0, 1, false), undefined)
      assert.equal(user.message(false, ABC, 0, 1, true), undefined)
      user.closed(1000, '')
    }
    assert.equal(new App().room('a').send('x'), 0)
  })
})
