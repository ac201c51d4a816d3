// HTTP/2 with Node's own client: many requests on one connection, cancelled ones, and a server that goes away.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { askOver2 } from './h2-ask.ts'
import { digestOf, type Security, TwoWires, UPLOAD } from './h2-site.ts'

for (const security of ['clear', 'tls'] as const satisfies Security[]) {
  describe(security === 'tls' ? 'over TLS' : 'in the clear', () => {
    let site: TwoWires
    let session: ClientHttp2Session
    before(async () => {
      site = await TwoWires.serve()
      session = sessionWith(site.origin(security))
      await once(session, 'remoteSettings')
    })
    after(async () => {
      session.close()
      await site.stop()
    })

    test('the server tells its limits', () => {
      assert.equal(session.remoteSettings.maxConcurrentStreams, 128)
      assert.equal(session.remoteSettings.maxHeaderListSize, 32 * 1024)
      assert.equal(session.remoteSettings.enableConnectProtocol, true)
    })

    test('1000 requests at once get their own answers', async () => {
      const answers = await Promise.all(
        Array.from({ length: 1000 }, (_, i) => askOver2(session, { path: `/-/bytes/${i * 7}` })),
      )
      assert.deepEqual(
        answers.map(({ content }) => content.length),
        Array.from({ length: 1000 }, (_, i) => i * 7),
      )
    })

    test('a lively client may cancel half of what it asks for', async () => {
      for (let round = 0; round < 10; round++) {
        const requests = Array.from({ length: 100 }, (_, i) => {
          const kept = i % 2 === 0
          const request = session.request({ ':path': kept ? '/-/bytes/5000' : '/-/bytes/200000' })
          if (!kept) request.once('response', () => request.close(constants.NGHTTP2_CANCEL))
          return { request, kept }
        })
        await Promise.all(
          requests.map(async ({ request, kept }) => {
            const size = await sizeOf(request)
            if (kept) assert.equal(size, 5000)
          }),
        )
      }
      assert.equal((await askOver2(session, { path: '/-/hello' })).content, 'Hello')
    })

    test('an upload of 20 MB comes back while it is sent', async () => {
      const request = session.request({ ':path': '/-/echo', ':method': 'POST' })
      request.end(UPLOAD)
      const back = Buffer.concat(await request.toArray())
      assert.deepEqual(await digestOf(back), await digestOf(UPLOAD))
    })

    test('what a handler has made is sent before it has made the rest', async () => {
      const name = `halves-${security}`
      const request = session.request({ ':path': `/-/halves/${name}` })
      const [first] = await once(request.setEncoding('latin1'), 'data')
      assert.equal(first, 'first half, ')
      site.open(name)
      const [second] = await once(request, 'data')
      assert.equal(second, 'second half')
    })

    test('a reset in the middle of a reply ends that reply alone', async () => {
      const name = `beside-${security}`
      const beside = askOver2(session, { path: `/-/gate/${name}/50000` })
      const request = session.request({ ':path': '/-/endless' })
      await once(request, 'data')
      request.close(constants.NGHTTP2_CANCEL)
      const event = await site.tells(event => event.kind === 'exchange' && event.exchange.path === '/-/endless')
      assert.ok(event.kind === 'exchange' && !event.complete)
      site.open(name)
      assert.equal((await beside).content.length, 50_000)
    })

    test('a reset in the middle of an upload ends that upload alone', async () => {
      const request = session.request({ ':path': '/-/echo?reset', ':method': 'POST' })
      request.write(UPLOAD.subarray(0, 100_000))
      await once(request, 'data')
      request.close(constants.NGHTTP2_CANCEL)
      await site.tells(event => event.kind === 'exchange' && event.exchange.query === 'reset' && !event.complete)
      assert.equal((await askOver2(session, { path: '/-/hello' })).content, 'Hello')
    })

    test('a reset before the reply aborts what the handler waits for', async () => {
      const name = `aborted-${security}`
      const request = session.request({ ':path': `/-/gone/${name}` })
      await site.waiting(name)
      request.close(constants.NGHTTP2_CANCEL)
      await site.opened(name)
      await site.tells(event => event.kind === 'exchange' && event.exchange.path.endsWith(name) && !event.complete)
    })

    test('a reply that its handler cannot complete is reset, not ended', async () => {
      const request = session.request({ ':path': '/-/short/1000' })
      const [error] = await once(request.resume(), 'error')
      assert.equal(error.code, 'ERR_HTTP2_STREAM_ERROR')
      assert.equal(request.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
    })

    test('more urgent replies are sent first', async () => {
      // The windows of the streams are no hindrance: what each gets of the connection's is the server's decision.
      const own = sessionWith(site.origin(security), 16 * 1_048_576)
      try {
        const name = `urgency-${security}`
        const received: string[] = []
        const replies = ['u=7', 'u=0', 'u=3'].map(async priority => {
          const request = own.request({ ':path': `/-/gate/${name}/1000000`, priority })
          request.on('data', () => {
            if (received.at(-1) !== priority) received.push(priority)
          })
          await sizeOf(request)
        })
        await site.waiting(name, 3)
        site.open(name)
        await Promise.all(replies)
        // The first of them all is sent what was open before the others had come to their answers.
        assert.deepEqual(received.slice(-3), ['u=0', 'u=3', 'u=7'])
      } finally {
        own.close()
      }
    })

    test('PING is answered', async () => {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
      session.ping(Buffer.from('12345678'), (error, _, payload) => (error ? reject(error) : resolve(payload)))
      assert.equal((await promise).toString(), '12345678')
    })

    test('extended CONNECT opens a tunnel', async () => {
      const request = session.request({ ':method': 'CONNECT', ':protocol': 'echo', ':path': '/-/tunnel' })
      const [head] = await once(request, 'response')
      assert.equal(head[':status'], 200)
      request.setEncoding('latin1').write('there and ')
      assert.equal((await once(request, 'data'))[0], 'there and ')
      request.end('back')
      assert.equal((await once(request, 'data'))[0], 'back')
      await once(request, 'end')
    })

    test('a connection that is cut leaves nothing behind', async () => {
      const own = sessionWith(site.origin(security))
      const requests = ['/-/endless', '/-/gate/never', '/text.txt'].map(path => own.request({ ':path': path }))
      for (const request of requests) request.on('error', () => {})
      await once(requests[0], 'data')
      own.destroy()
      await site.tells(event => event.kind === 'exchange' && event.exchange.path === '/-/gate/never' && !event.complete)
    })

    test('nothing is left behind', () => {
      assert.equal(site.buffered, 0)
    })
  })

  describe(security === 'tls' ? 'a server that drains, over TLS' : 'a server that drains, in the clear', () => {
    test('finishes what it has begun, takes nothing new, and the next one takes over', async () => {
      const site = await TwoWires.serve()
      const session = sessionWith(site.origin(security))
      const begun = askOver2(session, { path: '/-/gate/begun/300000' })
      await site.waiting('begun')
      const goaways: [code: number, last: number][] = []
      const told = once(session, 'goaway')
      session.on('goaway', (code, last) => goaways.push([code, last]))
      const drained = site.drain(30_000)
      await told
      // Its port is free at once, and whoever comes now finds the next server.
      const port = Number(new URL(site.origin(security)).port)
      const next = await TwoWires.serve({}, security === 'tls' ? [0, port] : [port, 0])
      try {
        const other = sessionWith(next.origin(security))
        assert.equal((await askOver2(other, { path: '/-/hello' })).content, 'Hello')
        assert.equal(next.exchanges('/-/hello').length, 1)
        other.close()
        site.open('begun')
        assert.equal((await begun).content.length, 300_000)
        await once(session, 'close')
        await drained
        // First that the end is near, then which request is the last to be answered.
        assert.deepEqual(goaways, [
          [constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1],
          [constants.NGHTTP2_NO_ERROR, 1],
        ])
        assert.equal(site.buffered, 0)
      } finally {
        await Promise.all([site.stop(), next.stop()])
      }
    })
  })
}

/** @param window what each stream may send before it is read */
function sessionWith(origin: string, window = 65_535): ClientHttp2Session {
  // The client counts what it has yet to send, and its own patience ends at 10 MB.
  const maxSessionMemory = 100
  return connect(origin, { rejectUnauthorized: false, maxSessionMemory, settings: { initialWindowSize: window } })
}

/** The bytes that come before the stream ends, or is cancelled. */
async function sizeOf(stream: ClientHttp2Stream): Promise<number> {
  let size = 0
  stream.on('data', chunk => {
    size += chunk.length
  })
  await once(stream, 'close')
  return size
}
