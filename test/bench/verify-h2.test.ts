import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { loads, type Throughput } from '../../bench/loads.ts'
import { verifyH2, verifyUpload } from '../../bench/verify-h2.ts'

const HELLO = loads.find(load => load.name === 'h2-hello') as Throughput
const NO_MATERIALS = { folder: '', site: '', certificate: '', key: '' }
const HEAD = { ':status': 200, 'content-length': 13 }

test('a server that answers every stream with the right content passes', async t => {
  let asked = 0
  const origin = await serverOf(t, stream => {
    asked++
    stream.respond(HEAD)
    stream.end('Hello, world!')
  })
  await verifyH2(HELLO, origin, NO_MATERIALS)
  assert.equal(asked, HELLO.inFlight)
})

test('where several paths are asked for in turn, each must have its own content', async t => {
  const others = [{ path: '/other', answer: 'Another one' }]
  const origin = await serverOf(t, (stream, { ':path': path }) => {
    const content = path === '/other' ? 'Another one' : 'Hello, world!'
    stream.respond({ ':status': 200, 'content-length': content.length })
    stream.end(content)
  })
  await verifyH2({ ...HELLO, others }, origin, NO_MATERIALS)
  const wrongly = [{ path: '/other', answer: 'Another two' }]
  await assert.rejects(verifyH2({ ...HELLO, others: wrongly }, origin, NO_MATERIALS), /another content/)
})

test('another status, length or content does not pass', async t => {
  const check = async (head: object, content: string) => {
    const origin = await serverOf(t, stream => {
      stream.respond({ ...HEAD, ...head })
      stream.end(content)
    })
    await verifyH2(HELLO, origin, NO_MATERIALS)
  }
  await assert.rejects(check({ ':status': 404 }, 'Hello, world!'), /status 404/)
  await assert.rejects(check({ 'content-length': 5 }, 'Hello'), /Content-Length of 5, not 13/)
  await assert.rejects(check({}, 'Hello, World!'), /another content/)
})

test('one wrong reply among many does not pass', async t => {
  let asked = 0
  const origin = await serverOf(t, stream => {
    stream.respond(HEAD)
    stream.end(++asked === 70 ? 'Hello, there!' : 'Hello, world!')
  })
  await assert.rejects(verifyH2(HELLO, origin, NO_MATERIALS), /another content/)
})

test('a request can bring content, and the reply be held against any text', async t => {
  const echo = { ...HELLO, path: '/content', sends: 40_000, answer: 'x'.repeat(40_000) }
  const origin = await serverOf(t, (stream, { ':method': method, 'content-length': length }) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      if (stream.destroyed || stream.closed) return
      stream.respond({ ':status': method === 'POST' ? 200 : 405, 'content-length': length })
      stream.end(Buffer.concat(chunks))
    })
  })
  await verifyH2(echo, origin, NO_MATERIALS)
  await assert.rejects(verifyH2({ ...echo, answer: 'y'.repeat(40_000) }, origin, NO_MATERIALS), /another content/)
})

test('an upload passes that is taken whole, and counted rightly where it is counted', async t => {
  const check = async (answer: (size: number) => string, status = 200) => {
    const origin = await serverOf(t, stream => {
      let size = 0
      stream.on('data', chunk => {
        size += chunk.length
      })
      stream.on('end', () => {
        stream.respond({ ':status': status })
        stream.end(answer(size))
      })
    })
    await verifyUpload('/upload', origin)
  }
  await check(String)
  await check(() => '', 201)
  await assert.rejects(
    check(size => String(size - 1)),
    /999999, not 1000000/,
  )
  await assert.rejects(
    check(() => '', 413),
    /status 413/,
  )
})

async function serverOf(
  t: TestContext,
  serve: (stream: ServerHttp2Stream, head: IncomingHttpHeaders) => void,
): Promise<string> {
  const server = createServer()
  server.on('session', session => session.on('error', () => {}))
  server.on('stream', (stream: ServerHttp2Stream, head) => {
    stream.on('error', () => {})
    serve(stream, head)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
