// Asking an application without a socket.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { requestOf } from '../../src/app/asking.ts'
import { App, ConnectionLost, FieldError, FieldList, Reply, stream, Tunnel, text } from '../../src/index.ts'

const seen = new App({ connection: () => ({ requests: 0 }) })
seen.all('/*', ({ exchange, json, client, connection, url }) => {
  connection.state.requests++
  const { method, target, path, query, authority, version, base, protocol, fields } = exchange
  return json({
    ...{ method, target, path, query, authority, version, base, protocol: protocol ?? null, client, url: url.href },
    fields: Object.fromEntries(fields),
    requests: connection.state.requests,
    address: connection.address,
  })
})

type Seen = Record<string, unknown> & { fields: Record<string, string> }

async function ask(...question: Parameters<App['request']>): Promise<Seen> {
  return (await seen.request(...question)).json() as Promise<Seen>
}

describe('a request without a socket', () => {
  it('is what a wire would tell of a path', async () => {
    const { method, target, path, query, authority, version, base, client, url, fields, address } =
      await ask('/a/b?c=d&e#part')
    assert.deepEqual(
      { method, target, path, query, authority, version, base, client, url, fields, address },
      {
        ...{
          method: 'GET',
          target: '/a/b?c=d&e',
          path: '/a/b',
          query: 'c=d&e',
          authority: 'localhost',
          version: '1.1',
          base: '',
        },
        client: { address: '127.0.0.1', scheme: 'http', host: 'localhost' },
        url: 'http://localhost/a/b?c=d&e',
        fields: { Host: 'localhost' },
        address: '127.0.0.1',
      },
    )
  })

  it('has its path as it was written, with what no client can send encoded', async () => {
    for (const [given, target] of [
      ['/a/../b', '/a/../b'],
      ['//a//b', '//a//b'],
      ['/ü b?ö=€', '/%C3%BC%20b?%C3%B6=%E2%82%AC'],
      ['/%41%zz\\', '/%41%zz\\'],
      ['/a\r\nb', '/a%0D%0Ab'],
    ])
      assert.equal(await (await requestOf(({ target }) => text(target), given)).text(), target)
    assert.equal((await requestOf(({ path }) => text(path), '*', { method: 'OPTIONS' })).status, 200)
  })

  it('is made of a URL or a Request too', async () => {
    for (const target of ['https://example.org:8443/a?b#c', new URL('https://example.org:8443/a?b')]) {
      const { authority, url, client } = await ask(target)
      assert.deepEqual([authority, url], ['example.org:8443', 'https://example.org:8443/a?b'])
      assert.deepEqual(client, { address: '127.0.0.1', scheme: 'https', host: 'example.org:8443' })
    }
    const request = new Request('http://example.org/x', { method: 'PUT', headers: { 'X-A': 'b' }, body: 'abc' })
    const told = await ask(request, { method: 'PATCH' })
    assert.deepEqual([told.method, told.target, told.fields['x-a']], ['PATCH', '/x', 'b'])
  })

  it('has methods as fetch takes them', async () => {
    assert.equal((await ask('/', { method: 'post' })).method, 'POST')
    assert.equal((await ask('/', { method: 'Frobnicate' })).method, 'Frobnicate')
    await assert.rejects(seen.request('/', { method: 'A B' }), /A method is a token such as GET, not "A B"/)
  })

  it('sends fields as they are given, and refuses those that cannot be sent', async () => {
    const given = {
      headers: [
        ['X-A', '1'],
        ['X-A', '2'],
        ['Cookie', 'a=b'],
        ['Host', 'example.org'],
      ] as [string, string][],
    }
    const { fields, authority } = await ask('/', given)
    assert.deepEqual([fields['X-A'], fields.Cookie, authority], ['2', 'a=b', 'example.org'])
    assert.equal((await ask('/', { headers: new Headers({ 'X-A': 'b' }) })).fields['x-a'], 'b')
    await assert.rejects(seen.request('/', { headers: { 'X-A': 'a\r\nb' } }), FieldError)
    await assert.rejects(seen.request('/', { headers: { 'X A': 'b' } }), FieldError)
  })

  it('tells the length and type of its content as a client would', async () => {
    const framing = async (body: NonNullable<RequestInit['body']>) => {
      const { fields } = await ask('/', { method: 'POST', body, duplex: 'half' })
      return [fields['Content-Length'], fields['Content-Type']]
    }
    assert.deepEqual(await framing('grün'), ['5', 'text/plain;charset=UTF-8'])
    assert.deepEqual(await framing(new Uint8Array(3)), ['3', undefined])
    assert.deepEqual(await framing(new URLSearchParams({ a: 'b' })), [
      '3',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ])
    assert.deepEqual(await framing(new Blob(['abc'], { type: 'text/css' })), ['3', 'text/css'])
    assert.deepEqual(await framing(new ReadableStream()), [undefined, undefined])
    const form = new FormData()
    form.set('a', 'b')
    assert.match(String(await framing(form)), /multipart\/form-data; boundary=/)
  })

  it('is refused for what is no target', async () => {
    for (const target of ['todos', '', 'ftp://example.org/', '*', undefined as never])
      await assert.rejects(seen.request(target), /a path such as \/todos, an http or https URL or a Request/)
  })

  it('comes over the connection and from the client that are said', async () => {
    const peer = { address: '192.0.2.7' }
    assert.equal((await ask('/', { peer })).requests, 1)
    const second = await ask('/', { peer, client: { address: '198.51.100.1' } })
    assert.deepEqual([second.requests, second.address], [2, '192.0.2.7'])
    assert.deepEqual(second.client, { address: '198.51.100.1', scheme: 'http', host: 'localhost' })
    assert.equal((await ask('/')).requests, 1)
  })
})

describe('the response to it', () => {
  it('has what was informed of before, and the trailers behind', async () => {
    const app = new App().get('/', ({ hint, stream, exchange }) => {
      hint({ Link: '</a>' })
      exchange.inform(102, FieldList.empty)
      assert.throws(() => exchange.inform(100, FieldList.empty), /from 102 to 199/)
      return stream(['a', 'b']).withTrailers({ 'X-Sum': '2' })
    })
    const told: unknown[] = []
    const response = await app.request('/', {
      informed: (status, fields) => told.push([status, ...fields]),
      trailers: fields => told.push([...fields]),
    })
    assert.deepEqual(told, [[103, ['Link', '</a>']], [102]])
    assert.equal(await response.text(), 'ab')
    assert.deepEqual(told.at(-1), [['X-Sum', '2']])
  })

  it('shows what was thrown, as a server in development would', async () => {
    const app = new App().get('/', () => {
      throw new Error('boom')
    })
    const response = await app.request('/')
    assert.deepEqual([response.status, response.statusText], [500, 'Internal Server Error'])
    assert.match(await response.text(), /Error: boom\n {4}at /)
    assert.match(await (await app.request('/nowhere')).text(), /no route for this path/)
  })

  it('has cookies one by one, and no framing of the program', async () => {
    const app = new App().get('/', ({ setCookie, text }) => {
      setCookie('a', '1')
      setCookie('b', '2')
      return text('x', 200, { Connection: 'close', 'Content-Length': '99', 'Transfer-Encoding': 'gzip' })
    })
    const { headers } = await app.request('/')
    assert.deepEqual(headers.getSetCookie(), ['a=1', 'b=2'])
    assert.deepEqual(
      [headers.get('connection'), headers.get('content-length'), headers.get('transfer-encoding')],
      [null, '1', null],
    )
  })

  it('is read as it is made', async () => {
    let made = 0
    const app = new App().get('/', ({ stream }) =>
      stream(
        (function* () {
          for (;;) yield String(++made)
        })(),
      ),
    )
    const reader = (await app.request('/')).body?.getReader()
    assert.equal(made, 0)
    await reader?.read()
    await reader?.read()
    assert.equal(made, 2)
    await reader?.cancel()
  })

  it('cannot be a switch of protocols', async () => {
    const app = new App().get(
      '/',
      () => new Reply(101, FieldList.of({ Upgrade: 'x' }), new Tunnel(incoming => incoming)),
    )
    await assert.rejects(app.request('/'), /switches protocols, which takes a connection/)
  })

  it('breaks off where the handler gives up', async () => {
    const reason = new Error('enough')
    const app = new App()
    app.get('/before', ({ exchange }) => {
      exchange.cut(reason)
      return 'never sent'
    })
    app.get('/within', ({ exchange }) =>
      stream(async write => {
        await write('some')
        exchange.cut(reason)
      }),
    )
    await assert.rejects(app.request('/before'), reason)
    await assert.rejects((await app.request('/within')).text(), reason)
  })
})

describe('giving up a request', () => {
  function hanging() {
    const told: unknown[] = []
    const app = new App()
    app.get('/handler', async ({ signal }) => {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      told.push(signal.reason)
      return stream([]).withBody({ length: undefined, pull: () => null, cancel: () => void told.push('let go') })
    })
    app.get('/stream', ({ signal }) =>
      stream(async write => {
        await write('some')
        await new Promise(resolve => signal.addEventListener('abort', resolve))
        told.push(signal.reason)
      }),
    )
    app.post('/upload', async ({ body }) => {
      try {
        return await body.text()
      } catch (error) {
        told.push(error)
        throw error
      }
    })
    return { app, told }
  }
  const settled = () => new Promise(resolve => setImmediate(resolve))

  it('before the reply rejects with the reason, and lets go of a reply that comes later', async () => {
    const { app, told } = hanging()
    const controller = new AbortController()
    const asked = app.request('/handler', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await assert.rejects(asked, /^Error: enough$/)
    await settled()
    assert.ok(told[0] instanceof ConnectionLost)
    assert.equal(told[1], 'let go')
    await assert.rejects(app.request('/handler', { signal: controller.signal }), /enough/)
  })

  it('while the reply is read breaks it off', async () => {
    const { app, told } = hanging()
    const controller = new AbortController()
    const response = await app.request('/stream', { signal: controller.signal })
    const reading = response.text()
    await settled()
    controller.abort()
    await assert.rejects(reading, ConnectionLost)
    assert.ok(told[0] instanceof ConnectionLost)
  })

  it('by cancelling the response is the same', async () => {
    const { app, told } = hanging()
    const reader = (await app.request('/stream')).body?.getReader()
    await reader?.read()
    await reader?.cancel('enough')
    assert.ok(told[0] instanceof ConnectionLost)
    assert.equal((told[0] as Error).cause, 'enough')
  })

  it('while content is read breaks that off, and lets go of its source', async () => {
    const { app, told } = hanging()
    const controller = new AbortController()
    let cancelled = false
    let sent = 0
    const body = new ReadableStream(
      {
        pull: stream => (sent++ === 0 ? stream.enqueue(new Uint8Array(1)) : new Promise(() => {})),
        cancel: () => {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    const asked = app.request('/upload', { method: 'POST', body, duplex: 'half', signal: controller.signal })
    await settled()
    controller.abort()
    await assert.rejects(asked, { name: 'AbortError' })
    await settled()
    assert.ok(told[0] instanceof ConnectionLost)
    assert.equal(cancelled, true)
  })

  it('after the reply was read to its end does nothing', async () => {
    const controller = new AbortController()
    let aborted = false
    const app = new App().get('/', ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return 'x'
    })
    await (await app.request('/', { signal: controller.signal })).text()
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
    controller.abort()
    assert.equal(aborted, false)
  })
})
