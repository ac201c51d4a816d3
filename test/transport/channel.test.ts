import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Output } from '../../src/bytes/output.ts'
import type { Channel } from '../../src/transport/index.ts'
import { Observer, type Opened, open, readAll, until, WAYS, write } from './support.ts'

/** More than the kernel's buffers of both ends hold. */
const LOTS = 24 * 1024 * 1024

for (const sharedReads of WAYS) {
  describe(`a channel over TCP (shared reads: ${sharedReads})`, () => {
    async function withListener(use: (opened: Opened) => Promise<void>): Promise<void> {
      const opened = await open({ sharedReads })
      try {
        await use(opened)
      } finally {
        await opened.listener.close()
      }
      assert.equal(opened.listener.count, 0)
      assert.equal(opened.clock.timers, 0)
    }

    async function accepted(opened: Opened) {
      const socket = await opened.connect()
      const channel = await opened.next()
      const user = new Observer()
      channel.user = user
      socket.on('error', () => {})
      return { socket, channel, user }
    }

    /** Sends back what comes in, and stops reading while what it sent is not taken. */
    function echo(channel: Channel): Observer {
      const user = new Observer()
      const output = new Output()
      const { receive, drained, ended } = user
      user.receive = (bytes, start, end) => {
        receive.call(user, bytes, start, end)
        output.bytes(bytes.slice(start, end))
        channel.write(output)
        if (channel.backlog > 0) channel.pause()
      }
      user.drained = () => {
        drained.call(user)
        channel.resume()
      }
      user.ended = () => {
        ended.call(user)
        channel.finish()
      }
      channel.user = user
      return user
    }

    it('echoes random bytes, however they are split', () =>
      withListener(opened =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 12 }),
            async sizes => {
              const pieces = sizes.map(size => randomBytes(size))
              const socket = await opened.connect()
              const user = echo(await opened.next())
              for (const piece of pieces) socket.write(piece)
              socket.end()
              assert.ok((await readAll(socket)).equals(Buffer.concat(pieces)))
              assert.equal(await user.whenClosed, null)
              assert.equal(user.told.at(-1), 'closed')
            },
          ),
          { numRuns: 15 },
        ),
      ))

    it('writes text and bytes in order, small and large, as one', () =>
      withListener(async opened => {
        const { socket, channel } = await accepted(opened)
        const large = randomBytes(100_000)
        write(channel, 'head\xe9\r\n', new Uint8Array([1, 2, 3]), 'tail')
        write(channel, 'text alone')
        write(channel)
        write(channel, 'before', large, 'after')
        write(channel, 'x'.repeat(70_000))
        channel.finish()
        const expected = Buffer.concat([
          Buffer.from('head\xe9\r\n\x01\x02\x03tailtext alonebefore', 'latin1'),
          large,
          Buffer.from(`after${'x'.repeat(70_000)}`),
        ])
        assert.ok((await readAll(socket)).equals(expected))
        socket.end()
      }))

    it('knows the ends', () =>
      withListener(async opened => {
        const { socket, channel } = await accepted(opened)
        assert.deepEqual(channel.ends, {
          address: '127.0.0.1',
          port: socket.localPort,
          localAddress: '127.0.0.1',
          localPort: socket.remotePort,
          tls: null,
        })
        const other = await accepted(opened)
        assert.notEqual(other.channel.id, channel.id)
      }))

    it('has no backlog, and tells of no drain, while the kernel takes all', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        socket.resume()
        for (let i = 0; i < 20; i++) {
          write(channel, 'hello')
          assert.equal(channel.backlog, 0)
        }
        assert.equal(channel.bytesSent, 100)
        write(channel, 'a', randomBytes(8000))
        await until(() => socket.bytesRead === 8101)
        assert.equal(user.drains, 0)
      }))

    it('tells once that the backlog is gone, and counts what a slow reader takes', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        socket.pause()
        write(channel, randomBytes(LOTS))
        write(channel, 'more')
        assert.ok(channel.backlog > 0)
        const atFirst = channel.bytesSent
        assert.ok(atFirst > 0 && atFirst < LOTS, String(atFirst))
        // A reader that takes a little and stops again: the write is not done, but it is seen to move.
        socket.on('data', () => {
          if (socket.bytesRead > 4 * 1024 * 1024) socket.pause()
        })
        socket.resume()
        await until(() => channel.bytesSent > atFirst)
        assert.equal(user.drains, 0)
        socket.removeAllListeners('data')
        socket.resume()
        await until(() => socket.bytesRead === LOTS + 4)
        await until(() => user.drains > 0)
        assert.deepEqual([user.drains, channel.backlog, channel.bytesSent], [1, 0, LOTS + 4])
      }))

    it('stops reading when paused, so that the sender stops', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        user.onReceive = () => channel.pause()
        socket.write(randomBytes(LOTS))
        await until(() => user.pieces.length > 0)
        const received = user.bytes.length
        await until(() => socket.bytesWritten - socket.writableLength === 0 || socket.writableLength > 0)
        for (let i = 0; i < 20; i++) await new Promise(resolve => setTimeout(resolve, 1))
        assert.ok(user.bytes.length <= received + 65536)
        assert.ok(socket.writableLength > 0)
        user.onReceive = null
        channel.resume()
        await user.received(LOTS)
        assert.equal(user.bytes.length, LOTS)
      }))

    it('can be paused and resumed outside of a call, and within one', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        channel.pause()
        channel.resume()
        user.onReceive = () => {
          channel.pause()
          channel.resume()
        }
        socket.write('one')
        await user.received(3)
        channel.pause()
        socket.write('two')
        for (let i = 0; i < 10; i++) await new Promise(resolve => setTimeout(resolve, 1))
        assert.equal(user.text, 'one')
        channel.resume()
        await user.received(6)
        assert.equal(user.text, 'onetwo')
      }))

    it('tells of the end only after what came before, and not while paused', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        channel.pause()
        socket.end('last words')
        for (let i = 0; i < 10; i++) await new Promise(resolve => setTimeout(resolve, 1))
        assert.deepEqual(user.told, [])
        channel.resume()
        await user.whenEnded
        assert.equal(user.text, 'last words')
      }))

    it('does not begin to read if it is paused when accepted', async () => {
      const user = new Observer()
      const opened = await open({
        sharedReads,
        accept: channel => {
          channel.user = user
          channel.pause()
          opened.channels.push(channel)
        },
      })
      const socket = await opened.connect()
      socket.write('patience')
      for (let i = 0; i < 10; i++) await new Promise(resolve => setTimeout(resolve, 1))
      assert.deepEqual(user.told, [])
      opened.channels[0].resume()
      await user.received(8)
      assert.equal(user.text, 'patience')
      socket.destroy()
      await opened.listener.close()
    })

    it('holds the end back while paused, even if nothing came before', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        channel.pause()
        socket.end()
        for (let i = 0; i < 10; i++) await new Promise(resolve => setTimeout(resolve, 1))
        assert.deepEqual(user.told, [])
        channel.resume()
        await user.whenEnded
        channel.finish()
        assert.equal(await user.whenClosed, null)
        assert.deepEqual(user.told, ['ended', 'closed'])
      }))

    it('can still write when the peer has ended, and read when it has itself', () =>
      withListener(async opened => {
        const one = await accepted(opened)
        one.socket.end('question')
        await one.user.whenEnded
        write(one.channel, 'answer')
        one.channel.finish()
        assert.equal((await readAll(one.socket)).toString(), 'answer')
        assert.equal(await one.user.whenClosed, null)

        const two = await accepted(opened)
        two.channel.finish()
        assert.equal((await readAll(two.socket)).toString(), '')
        two.socket.end('still heard')
        await two.user.whenEnded
        assert.equal(two.user.text, 'still heard')
        assert.equal(await two.user.whenClosed, null)
      }))

    it('tells of a reset', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        socket.write('x')
        await user.received(1)
        socket.resetAndDestroy()
        const error = await user.whenClosed
        assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET')
        assert.ok(channel.closed)
        write(channel, 'into the void')
        channel.finish()
        channel.pause()
        channel.resume()
        channel.destroy()
        assert.deepEqual(user.told, ['receive', 'closed'])
      }))

    it('survives a peer that resets while much is being written', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        write(channel, randomBytes(LOTS))
        socket.once('data', () => socket.resetAndDestroy())
        const error = (await user.whenClosed) as NodeJS.ErrnoException
        assert.ok(error.code === 'ECONNRESET' || error.code === 'EPIPE', String(error))
        assert.equal(user.drains, 0)
        assert.equal(channel.backlog, 0)
      }))

    it('survives a peer that resets before anything, and after both have ended', () =>
      withListener(async opened => {
        const early = await accepted(opened)
        early.socket.resetAndDestroy()
        await early.user.whenClosed
        const one = await accepted(opened)
        one.channel.finish()
        one.socket.resume()
        await once(one.socket, 'end')
        one.socket.resetAndDestroy()
        await one.user.whenClosed
        await until(() => opened.listener.count === 0)
      }))

    it('can be destroyed at once, also within a call, and is closed without an error', () =>
      withListener(async opened => {
        const { socket, channel, user } = await accepted(opened)
        user.onReceive = () => channel.destroy()
        socket.write('x')
        assert.equal(await user.whenClosed, null)
        assert.ok(channel.closed)
        assert.equal(channel.backlog, 0)
        const other = await accepted(opened)
        const mine = new Error('on purpose')
        other.channel.destroy(mine)
        assert.equal(await other.user.whenClosed, mine)
        assert.deepEqual(other.user.told, ['closed'])
      }))

    for (const call of ['receive', 'drained', 'ended', 'closed'] as const) {
      it(`cuts the connection and says so if ${call} throws`, () =>
        withListener(async opened => {
          const { socket, channel, user } = await accepted(opened)
          const mistake = new Error(`mistake in ${call}`)
          const original = user[call].bind(user) as (...args: unknown[]) => void
          user[call] = (...args: unknown[]) => {
            original(...args)
            throw mistake
          }
          if (call === 'drained') write(channel, randomBytes(LOTS))
          socket.resume()
          socket.end('x')
          if (call === 'closed') await user.whenEnded.then(() => channel.finish())
          await user.whenClosed
          await until(() => opened.listener.count === 0)
          assert.deepEqual(
            opened.notices.map(notice => notice.error),
            [mistake],
          )
          // Others are served as before.
          const other = await accepted(opened)
          other.socket.write('y')
          await other.user.received(1)
        }))
    }
  })
}

describe('shared reads', () => {
  it('are in force on this runtime', async () => {
    const opened = await open({ sharedReads: 'auto' })
    const buffers = new Set<ArrayBufferLike>()
    for (let i = 0; i < 3; i++) {
      const socket = await opened.connect()
      const channel = opened.channels[i] ?? (await opened.next())
      // The scribbling user copies, so the socket's own buffer is seen below it.
      const inner = channel as unknown as { received(bytes: Uint8Array, start: number, end: number): boolean }
      const { received } = inner
      await new Promise<void>(resolve => {
        inner.received = function (bytes, start, end) {
          buffers.add(bytes.buffer)
          resolve()
          return received.call(this, bytes, start, end)
        }
        socket.write('x')
      })
      socket.destroy()
    }
    assert.equal(buffers.size, 1)
    await opened.listener.close()
  })
})
