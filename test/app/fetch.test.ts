// Applications with `fetch` over both wires: what goes through to them, and what comes of what they answer with.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { App, fetchHandler, serve } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { sessionOver1, sessionOver2 } from './sessions.ts'
import { BOTH, eachWire, SOCKETS } from './support.ts'

type Fetch = (request: Request, environment: Environment, context: Context) => Response | Promise<Response>

interface Environment {
  readonly exchange: { readonly version: string; readonly base: string }
}

interface Context {
  waitUntil(work: PromiseLike<unknown>): void
  passThroughOnException(): void
}

const app = (fetch: Fetch): { fetch: Fetch } => ({ fetch })

const MEGABYTE = 1024 * 1024

eachWire(
  'a request comes through, with what belongs to it on this server',
  app(({ method, url, headers }, { exchange }) =>
    Response.json({
      method,
      url,
      host: headers.get('host'),
      cookie: headers.get('cookie'),
      names: [...headers.keys()],
      version: exchange.version,
    }),
  ),
  async wire => {
    const { status, fields, content } = await wire.get('/a%20b/c?d=e&f', {
      Cookie: ['a=1', 'b=2'],
      'X-One': ['1', '2'],
    })
    assert.equal(status, 200)
    assert.equal(fields['content-type'], 'application/json')
    const seen = JSON.parse(content)
    assert.equal(seen.method, 'GET')
    assert.equal(seen.url, `${wire.origin}/a%20b/c?d=e&f`)
    assert.equal(seen.host, `localhost:${wire.port}`)
    assert.equal(seen.cookie, 'a=1; b=2')
    assert.deepEqual(seen.names, ['cookie', 'host', 'x-one'])
    assert.equal(seen.version, wire.version)
  },
  { wires: SOCKETS },
)

eachWire(
  'content is read in every form',
  app(async request => {
    const { pathname } = new URL(request.url)
    if (pathname === '/text') return new Response(await request.text())
    if (pathname === '/json') return Response.json(await request.json())
    if (pathname === '/bytes') return new Response(await request.arrayBuffer())
    if (pathname === '/blob') return new Response((await request.blob()).size.toString())
    if (pathname === '/clone') return new Response((await request.clone().text()) + (await request.text()))
    const form = await request.formData()
    return Response.json([...form.keys(), form.get('a'), await (form.get('file') as File | null)?.text()])
  }),
  async wire => {
    const ask = async (path: string, content: string, type = 'text/plain'): Promise<string> =>
      (await wire.ask('POST', path, { content, fields: { 'Content-Type': type } })).content
    assert.equal(await ask('/text', 'grüße'), 'grüße')
    assert.equal(await ask('/json', '{"a": [1]}'), '{"a":[1]}')
    assert.equal(await ask('/bytes', 'grüße'), 'grüße')
    assert.equal(await ask('/blob', '12345'), '5')
    assert.equal(await ask('/clone', 'twice '), 'twice twice ')
    assert.equal(await ask('/form', 'a=b&c=d', 'application/x-www-form-urlencoded'), '["a","c","b",null]')
    const parts = [
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncontent\r\n--x--\r\n',
    ]
    const form = await ask('/form', parts.join(''), 'multipart/form-data; boundary=x')
    assert.equal(form, '["a","file","1","content"]')
    assert.equal((await wire.ask('POST', '/text')).content, '')
  },
)

eachWire(
  'responses go out as they are: status, fields, several cookies, no content where there is none',
  app(({ url, method }) => {
    const { pathname } = new URL(url)
    if (pathname === '/none') return new Response(null, { status: 204 })
    if (pathname === '/moved') return Response.redirect('http://other.example/', 307)
    const headers = new Headers({
      'Content-Length': '999',
      'Transfer-Encoding': 'chunked',
      Connection: 'X-Other',
      'X-Method': method,
    })
    headers.append('Set-Cookie', 'a=1; Path=/')
    headers.append('Set-Cookie', 'b=2, c')
    return new Response('content', { status: 201, headers })
  }),
  async wire => {
    const answer = await wire.get('/')
    assert.equal(answer.status, 201)
    assert.equal(answer.content, 'content')
    assert.deepEqual(answer.setCookies, ['a=1; Path=/', 'b=2, c'])
    assert.equal(answer.fields['content-length'], '7')
    const { status, content, fields } = await wire.ask('HEAD', '/')
    assert.deepEqual([status, content, fields['x-method'], fields['content-length']], [201, '', 'HEAD', '7'])
    const none = await wire.get('/none')
    assert.deepEqual([none.status, none.content, none.fields['content-length']], [204, '', undefined])
    const moved = await wire.get('/moved')
    assert.deepEqual([moved.status, moved.fields.location], [307, 'http://other.example/'])
  },
)

eachWire(
  'a response to HEAD without content says nothing of a length',
  app(({ method }) => new Response(method === 'HEAD' ? null : 'content')),
  async wire => {
    assert.equal((await wire.ask('HEAD', '/')).fields['content-length'], undefined)
    assert.equal((await wire.get('/')).fields['content-length'], '7')
  },
)

eachWire(
  'an upload of 5 MB is streamed, and comes back while it is still going on',
  app(({ body }) => new Response(body)),
  async wire => {
    const piece = new Uint8Array(64 * 1024).map((_, at) => at)
    const first = Promise.withResolvers<void>()
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield piece
      // Over HTTP/1.1 Node's client reads a response before its request is over as well.
      await first.promise
      for (let sent = piece.length; sent < 5 * MEGABYTE; sent += piece.length) yield piece
    }
    const reply = await wire.open('POST', '/', { content: pieces() })
    assert.ok((await reply.read())!.length > 0)
    first.resolve()
    const rest = await reply.rest()
    assert.ok(rest.length > 4 * MEGABYTE && rest.length < 5 * MEGABYTE)
    assert.equal(rest.at(-1), 255)
  },
)

eachWire(
  'a reader that stops stops the application, and one that goes cancels it',
  () => {
    let pulls = 0
    const cancelled = Promise.withResolvers<unknown>()
    return app(async ({ url }) => {
      if (url.endsWith('/pulls')) return new Response(String(pulls))
      if (url.endsWith('/cancelled')) return new Response(String(await cancelled.promise))
      return new Response(
        new ReadableStream({
          pull(controller) {
            pulls++
            controller.enqueue(new Uint8Array(MEGABYTE))
          },
          cancel: reason => cancelled.resolve(reason instanceof Error ? 'cancelled' : reason),
        }),
      )
    })
  },
  async wire => {
    const reply = await wire.open('GET', '/')
    await reply.read()
    let before = -1
    let now = Number((await wire.get('/pulls')).content)
    while (now !== before) {
      await new Promise(resolve => setTimeout(resolve, 50))
      before = now
      now = Number((await wire.get('/pulls')).content)
    }
    assert.ok(now < 64, `${now} MB were made for a reader that reads nothing`)
    reply.vanish()
    assert.equal((await wire.get('/cancelled')).content, 'cancelled')
  },
)

eachWire(
  'the signal aborts when the client goes, and not when it got its reply',
  () => {
    const signals: AbortSignal[] = []
    const aborted = Promise.withResolvers<void>()
    return app(({ url, signal }) => {
      if (url.endsWith('/aborted'))
        return aborted.promise.then(() => new Response(String(signals.map(one => one.aborted))))
      signals.push(signal)
      if (url.endsWith('/quick')) return new Response('quick')
      signal.addEventListener('abort', () => aborted.resolve())
      return new Response(new ReadableStream({ start: controller => controller.enqueue(new Uint8Array(1)) }))
    })
  },
  async wire => {
    await wire.get('/quick')
    const reply = await wire.open('GET', '/')
    await reply.read()
    reply.vanish()
    assert.equal((await wire.get('/aborted')).content, 'false,true')
  },
)

eachWire(
  'a client that goes while it uploads is seen by who reads',
  () => {
    const seen = Promise.withResolvers<string>()
    return app(async request => {
      if (request.url.endsWith('/seen')) return new Response(await seen.promise)
      await request.text().catch((error: Error) => seen.resolve(error.name))
      return new Response(null)
    })
  },
  async wire => {
    const gone = new AbortController()
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1000)
      setTimeout(() => gone.abort(), 10)
      await new Promise(() => {})
    }
    await assert.rejects(wire.ask('POST', '/', { content: pieces(), signal: gone.signal }))
    assert.match((await wire.get('/seen')).content, /\w/)
  },
)

eachWire(
  '100 Continue is sent when the content is read',
  app(async request => new Response(request.url.endsWith('/read') ? await request.text() : 'not read')),
  async wire => {
    const fields = { Expect: '100-continue' }
    assert.equal((await wire.ask('POST', '/read', { fields, content: 'content' })).content, 'content')
  },
)

eachWire(
  'methods that no Web request has are not implemented, and content of GET is not shown',
  app(({ method, body }) => new Response(`${method} ${body === null}`)),
  async wire => {
    assert.equal((await wire.ask('TRACE', '/')).status, 501)
    assert.match((await wire.ask('PROPFIND', '/')).content, /^PROPFIND/)
    assert.equal((await wire.ask('GET', '/', { content: 'content' })).content, 'GET true')
  },
)

eachWire(
  'what fails is answered with 500 and reported: what is thrown, no response, a response that was sent before',
  () => {
    const once = new Response('once')
    return app(({ url }) => {
      const { pathname } = new URL(url)
      if (pathname === '/thrown') throw new Error('thrown here')
      if (pathname === '/rejected') return Promise.reject(new Error('rejected here'))
      if (pathname === '/nothing') return undefined as unknown as Response
      if (pathname === '/object') return Promise.resolve({ a: 1 } as unknown as Response)
      if (pathname === '/error') return Response.error()
      return once
    })
  },
  async wire => {
    for (const [path, said] of [
      ['/thrown', /^Error: thrown here/],
      ['/rejected', /^Error: rejected here/],
      ['/nothing', /^TypeError: fetch answered GET \/nothing with undefined in place of a Response/],
      ['/object', /^TypeError: fetch answered GET \/object with an object of Object/],
      ['/error', /^TypeError: Response\.error\(\)/],
    ] as const) {
      assert.equal((await wire.get(path)).status, 500, path)
      assert.match(wire.failures().join(), said)
    }
    assert.equal((await wire.get('/once')).content, 'once')
    assert.equal((await wire.get('/once')).status, 500)
    assert.match(wire.failures().join(), /was read before/)
  },
  { fails: true },
)

eachWire(
  'a stream that fails breaks the reply off',
  app(() => {
    let pulls = 0
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (++pulls === 1) controller.enqueue(new TextEncoder().encode('first'))
          else controller.error(new Error('the stream failed'))
        },
      }),
    )
  }),
  async wire => {
    await assert.rejects(wire.get('/'))
    await wire.over()
    assert.match(wire.failures().join(), /the stream failed/)
  },
  { fails: true },
)

eachWire(
  'work goes on after the response: what it fails with is reported, and a drain waits for it',
  () => {
    const work = Promise.withResolvers<void>()
    const log: string[] = []
    return app((request, _, context) => {
      if (request.url.endsWith('/log')) {
        setTimeout(work.resolve, 20)
        return new Response(log.join())
      }
      context.waitUntil(work.promise.then(() => void log.push('worked')))
      context.waitUntil(Promise.reject(new Error('failed later')))
      ;(request as Request & Context).waitUntil(work.promise.then(() => void log.push('by the request')))
      context.passThroughOnException()
      return new Response('at once')
    })
  },
  async wire => {
    assert.equal((await wire.get('/')).content, 'at once')
    await wire.tells(({ kind }) => kind === 'failed')
    assert.match(wire.failures().join(), /failed later/)
    assert.equal((await wire.get('/log')).content, '')
  },
  { fails: true },
)

function working(work: Promise<unknown>): Fetch {
  return (_request, _environment, context) => {
    context.waitUntil(work)
    return new Response('at once')
  }
}

test('a drain waits for work after the response, as long as its deadline', async () => {
  const reports: string[] = []
  const work = Promise.withResolvers<void>()
  const report = (event: { kind: string; message?: string }): void => void reports.push(event.message ?? event.kind)
  const one = await serve(app(working(work.promise)), { port: 0, report })
  await (await fetch(`http://127.0.0.1:${one.port}/`)).text()
  let drained = false
  const draining = one.drain(60_000).then(() => {
    drained = true
  })
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.equal(drained, false)
  work.resolve()
  await draining
  // Also where no connection is left.
  const later = Promise.withResolvers<void>()
  const none = await serve(app(working(later.promise)), { port: 0, report, limits: { requestsPerConnection: 1 } })
  await (await fetch(`http://127.0.0.1:${none.port}/`)).text()
  while (none.ledger.connections > 0) await new Promise(resolve => setTimeout(resolve, 5))
  let ended = false
  const ending = none.drain(60_000).then(() => {
    ended = true
  })
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.equal(ended, false)
  later.resolve()
  await ending
  const two = await serve(app(working(new Promise(() => {}))), { port: 0, report })
  await (await fetch(`http://127.0.0.1:${two.port}/`)).text()
  await two.drain(100)
  assert.deepEqual(reports, ['The server ended before 1 piece of work that went on after the reply'])
})

// --- Proxies: what an application hands on ---

const upstream = createServer((request, response) => {
  if (request.url === '/gzip') {
    const content = gzipSync('unpacked')
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': content.length }).end(content)
    return
  }
  const head = { 'X-Method': request.method, 'X-Kept': request.headers['x-kept'] ?? '', 'Content-Type': 'text/x' }
  response.writeHead(202, head as Record<string, string>)
  request.pipe(response)
})
await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
after(() => upstream.close())
const behind = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`

const PROXIES: Readonly<Record<string, Fetch>> = {
  'the request with another URL': request => fetch(new Request(`${behind}${new URL(request.url).pathname}`, request)),
  'a URL and the request as its options': request => fetch(`${behind}${new URL(request.url).pathname}`, request),
  'a copy of the request with other fields': request => {
    const headers = new Headers(request.headers)
    headers.delete('x-dropped')
    const copy = new Request(request, { headers })
    return fetch(new Request(`${behind}${new URL(request.url).pathname}`, copy))
  },
  'the parts of a request': ({ method, headers, body, url }) =>
    fetch(`${behind}${new URL(url).pathname}`, { method, headers, body, duplex: 'half' } as RequestInit),
  'a response made of another': async request => {
    const answer = await fetch(`${behind}${new URL(request.url).pathname}`, request)
    return new Response(answer.body, answer)
  },
}

for (const [how, proxy] of Object.entries(PROXIES)) {
  eachWire(`a proxy hands on ${how}`, app(proxy), async wire => {
    const got = await wire.get('/', {
      'X-Kept': 'yes',
      ...(wire.version === '1.1' ? { Connection: 'keep-alive' } : {}),
    })
    assert.deepEqual([got.status, got.fields['x-method'], got.fields['x-kept'], got.content], [202, 'GET', 'yes', ''])
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 20; sent++) yield new Uint8Array(50_000)
    }
    const put = await wire.ask('PUT', '/', { content: pieces(), fields: { 'X-Kept': 'yes' } })
    assert.deepEqual([put.status, put.fields['x-method'], put.bytes.length], [202, 'PUT', 1_000_000])
    const sized = await wire.ask('POST', '/', { content: 'sized', fields: { 'X-Kept': 'yes' } })
    assert.equal(sized.content, 'sized')
    // The platform unpacks what it receives, but goes on saying that it is packed.
    const packed = await wire.get('/gzip', { 'Accept-Encoding': 'gzip' })
    assert.deepEqual([packed.content, packed.fields['content-encoding']], ['unpacked', undefined])
  })
}

eachWire(
  'fetch(request) itself asks what the client asked for',
  () => {
    return app(request => (request.headers.has('x-again') ? new Response('again') : fetch(withField(request))))
    function withField(request: Request): Request {
      request.headers.set('X-Again', '1')
      return request
    }
  },
  async wire => {
    assert.equal((await wire.get('/')).content, 'again')
  },
)

eachWire(
  'a client that goes aborts what was asked for in its name',
  () => {
    const seen = Promise.withResolvers<string>()
    const asked = Promise.withResolvers<Response>()
    return app(async request => {
      const { pathname } = new URL(request.url)
      if (pathname === '/seen') return new Response(await seen.promise)
      if (pathname === '/asked') return asked.promise
      if (pathname === '/slow') {
        asked.resolve(new Response('asked'))
        return new Promise<Response>(resolve => seen.promise.then(() => resolve(new Response('late'))))
      }
      const answer = fetch(new Request(new URL('/slow', request.url), request))
      answer.catch((error: Error) => seen.resolve(`failed: ${error.name}`))
      return answer.catch(() => new Response(null))
    })
  },
  async wire => {
    const gone = new AbortController()
    const asking = wire.ask('GET', '/', { signal: gone.signal })
    const failed = assert.rejects(asking)
    assert.equal((await wire.get('/asked')).content, 'asked')
    gone.abort()
    await failed
    assert.match((await wire.get('/seen')).content, /^failed: /)
  },
)

// --- Where they are served ---

eachWire(
  'below a prefix work goes on after the response as well',
  () =>
    new App().mount(
      '/api',
      app((request, environment, context) =>
        working(Promise.reject(new Error('failed later')))(request, environment, context),
      ),
    ),
  async wire => {
    assert.equal((await wire.get('/api/a')).content, 'at once')
    await wire.tells(({ kind }) => kind === 'failed')
    assert.match(wire.failures().join(), /failed later/)
  },
  { fails: true },
)

eachWire(
  'below a prefix an application sees paths without it',
  () =>
    new App()
      .get('/', () => 'outside')
      .mount(
        '/api',
        app(({ url }, { exchange }) => new Response(`${new URL(url).pathname} below ${exchange.base}`)),
      ),
  async wire => {
    assert.equal((await wire.get('/api/users/1?x')).content, '/users/1 below /api')
    assert.equal((await wire.get('/api')).content, '/ below /api')
    assert.equal((await wire.get('/')).content, 'outside')
  },
)

test('applications are served for hosts of their own', async () => {
  const hosts = ['a.localhost', 'b.localhost'].map(name => ({
    names: [name],
    handler: app(({ url }) => new Response(new URL(url).hostname)),
  }))
  await using server = await serve(hosts, { port: 0 })
  for (const session of [sessionOver1, sessionOver2]) {
    const asking = session({ origin: `http://localhost:${server.port}`, oneConnection: false })
    try {
      for (const { names } of hosts) {
        const host = session === sessionOver1 ? 'Host' : ':authority'
        assert.equal((await asking.ask('GET', '/', { fields: { [host]: names[0] } })).content, names[0])
      }
    } finally {
      asking.leave()
    }
  }
})

eachWire(
  'a handler of an App may answer with a Response too',
  () => new App().get('/', () => Response.json({ a: 1 }, { status: 201 })),
  async wire => {
    const { status, content } = await wire.get('/')
    assert.deepEqual([status, content], [201, '{"a":1}'])
    assert.equal((await wire.ask('HEAD', '/')).fields['content-length'], '7')
  },
  { wires: BOTH },
)

test('what has no method fetch, and a limit that is none, are refused at once', () => {
  assert.throws(() => fetchHandler({} as never), /has a method fetch\(request\), which an object of Object has not/)
  assert.throws(() => fetchHandler(null as never), /null/)
  assert.throws(
    () =>
      fetchHandler(
        app(() => new Response()),
        { contentLimit: -1 },
      ),
    /contentLimit/,
  )
})

test('the method of an application is asked as such: one that was put in its place later too', () => {
  const changing = app(() => new Response('before'))
  const handler = fetchHandler(changing)
  changing.fetch = function (this: unknown) {
    assert.equal(this, changing)
    return new Response('after')
  }
  const reply = handler(fakeExchange())
  assert.ok('body' in reply && reply.body === 'after')
})
