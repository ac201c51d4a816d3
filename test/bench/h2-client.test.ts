import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { H2Client } from '../../bench/h2-client.ts'

const never = () => false

test('a request is answered, and the bytes of its content are counted', async t => {
  const client = await clientOf(t, stream => {
    stream.respond({ ':status': 200 })
    stream.end(Buffer.alloc(300_000))
  })
  const exchange = client.request('GET', '/', true)
  await exchange.ended
  assert.equal(exchange.received, 300_000)
  assert.equal(client.open, 0)
})

test('the head says what is asked for', async t => {
  const heads: unknown[] = []
  const client = await clientOf(t, (stream, head) => {
    heads.push([head[':method'], head[':path'], head[':scheme'], head['content-length']])
    stream.respond({ ':status': 200 }, { endStream: true })
  })
  await client.request('GET', '/a', true).ended
  const upload = client.request('PUT', '/b', false, 5)
  await client.upload(upload, 5, never)
  await upload.ended
  assert.deepEqual(heads, [
    ['GET', '/a', 'http', undefined],
    ['PUT', '/b', 'http', '5'],
  ])
})

test('an upload goes as far as windows allow, and ends when all of it has gone', async t => {
  let size = 0
  const client = await clientOf(t, stream => {
    stream.on('data', chunk => {
      size += chunk.length
    })
    stream.on('end', () => stream.respond({ ':status': 200 }, { endStream: true }))
  })
  const upload = client.request('PUT', '/', false)
  // More than the windows that every connection begins with, and no multiple of a frame.
  assert.equal(await client.upload(upload, 1_234_567, never), 1_234_567)
  await upload.ended
  assert.equal(size, 1_234_567)
})

test('an upload that nobody reads is stopped by the window, and can be given up', async t => {
  const client = await clientOf(t, () => {})
  const upload = client.request('PUT', '/', false)
  let looks = 0
  const sent = await client.upload(upload, 1_000_000, () => ++looks > 5)
  assert.ok(sent >= 65_535 && sent < 1_000_000, String(sent))
  assert.equal(client.open, 1)
})

test('requests whose content does not come stay open', async t => {
  const client = await clientOf(t, () => {})
  for (let i = 0; i < 50; i++) client.request('PUT', '/', false)
  await client.ping()
  assert.equal(client.open, 50)
  assert.equal(client.lost, false)
})

test('a reset stream fails, and the others go on', async t => {
  const client = await clientOf(t, (stream, head) => {
    if (head[':path'] === '/reset') return stream.close(8)
    stream.respond({ ':status': 200 }, { endStream: true })
  })
  await assert.rejects(client.request('GET', '/reset', true).ended, /reset \(8\)/)
  await client.request('GET', '/', true).ended
})

test('a connection that the server ends is lost, and nothing waits on', async t => {
  const client = await clientOf(t, stream => stream.session?.destroy())
  await assert.rejects(client.request('GET', '/', true).ended)
  assert.equal(client.lost, true)
  assert.equal(client.open, 0)
})

test('a client that closes has not lost its connection', async t => {
  const client = await clientOf(t, () => {})
  client.close()
  assert.equal(client.lost, false)
})

test('what does not speak HTTP/2 is an error', async t => {
  const server = createServer().on('connection', socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  server.on('sessionError', () => {})
  server.listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  await assert.rejects(H2Client.connect((server.address() as AddressInfo).port))
})

async function clientOf(
  t: TestContext,
  serve: (stream: ServerHttp2Stream, head: Record<string, unknown>) => void,
): Promise<H2Client> {
  const server = createServer()
  server.on('session', session => session.on('error', () => {}))
  server.on('stream', (stream: ServerHttp2Stream, head: Record<string, unknown>) => {
    stream.on('error', () => {})
    serve(stream, head)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = await H2Client.connect((server.address() as AddressInfo).port)
  t.after(() => {
    client.close()
    server.close()
  })
  return client
}
