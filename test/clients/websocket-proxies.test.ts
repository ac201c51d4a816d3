// WebSocket behind nginx and Caddy: messages, compression and pings pass through, both ends learn of the end, and the origin check knows
// the host that was asked for where the proxy is trusted to say it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import WebSocket, { type ClientOptions } from 'ws'
import { type Front, isInstalled, type Program, startFront } from './front.ts'
import { rows, SocketSite } from './websocket-site.ts'

interface Behind {
  readonly site: SocketSite
  readonly front: Front
}

for (const program of ['nginx', 'caddy'] satisfies Program[]) {
  describe(`behind ${program}`, { skip: isInstalled(program) ? false : `${program} is not installed` }, () => {
    const behind = async (play: (behind: Behind) => Promise<void>, trusts = false): Promise<void> => {
      const site = await SocketSite.serve({ trustedProxies: trusts ? ['127.0.0.1'] : [] })
      let front: Front | null = null
      try {
        front = await startFront(program, site.port, true)
        await play({ site, front })
      } finally {
        await front?.stop()
        await site.stop()
      }
    }

    test('messages, pings and the end pass through, compressed or not', () =>
      behind(async ({ site, front }) => {
        for (const perMessageDeflate of [false, { threshold: 0 }]) {
          const path = perMessageDeflate === false ? '/echo/plain' : '/echo/compressed'
          const socket = await connected(front, path, { perMessageDeflate })
          assert.equal(socket.extensions, perMessageDeflate === false ? '' : 'permessage-deflate')
          for (let i = 0; i < 20; i++) {
            const message = rows(i * i)
            socket.send(message)
            assert.equal(String((await once(socket, 'message'))[0]), message)
          }
          const bytes = Buffer.alloc(1_000_000, rows(100))
          socket.send(bytes)
          assert.ok(bytes.equals((await once(socket, 'message'))[0]))
          socket.ping('there?')
          assert.equal(String((await once(socket, 'pong'))[0]), 'there?')
          socket.close(4000, path)
          await once(socket, 'close')
          const { code, reason } = await site.closing(path)
          assert.deepEqual([code, reason], [4000, path])
        }
      }))

    test('what the server closes with arrives, and a client that vanishes is noticed', () =>
      behind(async ({ site, front }) => {
        const closed = await connected(front, '/ends/')
        closed.send('4010 enough')
        const [code, reason] = await once(closed, 'close')
        assert.deepEqual([code, String(reason)], [4010, 'enough'])
        const vanishing = await connected(front, '/echo/vanishing')
        vanishing.terminate()
        assert.equal((await site.closing('/echo/vanishing')).code, 1006)
      }))

    test('the server asks through the proxy whether a client is there', async () => {
      const site = await SocketSite.serve({ limits: { pingTimeout: 1 } })
      const front = await startFront(program, site.port, true)
      try {
        const socket = await connected(front, '/echo/')
        await once(socket, 'ping')
        socket.send('yes')
        assert.equal(String((await once(socket, 'message'))[0]), 'yes')
        socket.close()
        await once(socket, 'close')
      } finally {
        await front.stop()
        await site.stop()
      }
    })

    const asked = { headers: { Host: 'public.example' } }
    const same = { ...asked, origin: 'https://public.example' }
    const other = { ...asked, origin: 'https://elsewhere.example' }

    test('a page of the host that was asked for may connect where the proxy is trusted to say which it was', () =>
      behind(async ({ front }) => {
        const socket = await connected(front, '/echo/', same)
        socket.close()
        await once(socket, 'close')
        assert.equal(await refusal(front, other), 403)
      }, true))

    test('where it is not, the host is what the proxy asks with', () =>
      behind(async ({ front }) => {
        assert.equal(await refusal(front, other), 403)
        // Caddy passes the client's Host on, nginx asks with a name of its own.
        if (program === 'nginx') assert.equal(await refusal(front, same), 403)
        else (await connected(front, '/echo/', same)).terminate()
      }))
  })
}

async function connected(front: Front, path: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = await begun(front, path, options)
  await once(socket, 'open')
  return socket
}

/** The status that a handshake is refused with. */
async function refusal(front: Front, options: ClientOptions): Promise<number> {
  const socket = await begun(front, '/echo/', options)
  const [error] = await once(socket, 'error')
  return Number(/\d{3}/.exec(error.message)?.[0])
}

async function begun(front: Front, path: string, options: ClientOptions): Promise<WebSocket> {
  const connection = await front.connect()
  return new WebSocket(`ws://public.example${path}`, { ...options, createConnection: () => connection })
}
