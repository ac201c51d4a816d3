// Frameworks as they are, over both wires: the same questions to the same site, in the words of each.
import assert from 'node:assert/strict'
import { createEventStream, H3 } from 'h3'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { proxy } from 'hono/proxy'
import { secureHeaders } from 'hono/secure-headers'
import { streamSSE } from 'hono/streaming'
import { App } from '../../src/index.ts'
import { eachWire } from '../app/support.ts'
import { left, SITES } from './fetch-sites.ts'

const MEGABYTE = 1024 * 1024

for (const [name, site] of Object.entries(SITES)) {
  const here = (): ReturnType<typeof site> => site(left())

  eachWire(`${name}: routes, parameters and what is not found`, here, async wire => {
    assert.equal((await wire.get('/hello/Ada')).content, 'Hello, Ada')
    assert.match((await wire.get('/hello/Ada')).fields['content-type'], /^text\/plain/)
    assert.deepEqual(JSON.parse((await wire.get('/query?a=1&b=2&a=3')).content), { a: ['1', '3'], b: ['2'] })
    assert.equal((await wire.get('/nowhere')).status, 404)
    const head = await wire.ask('HEAD', '/hello/Ada')
    assert.equal(head.content, '')
  })

  eachWire(`${name}: JSON and forms`, here, async wire => {
    const fields = { 'Content-Type': 'application/json' }
    const posted = await wire.ask('POST', '/json', { content: '{"a":[1,"ü"]}', fields })
    assert.equal(posted.status, 201)
    assert.deepEqual(JSON.parse(posted.content), { got: { a: [1, 'ü'] } })
    const form = [
      '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--x--\r\n',
    ]
    const type = { 'Content-Type': 'multipart/form-data; boundary=x' }
    const sent = await wire.ask('POST', '/form', { content: form.join(''), fields: type })
    assert.deepEqual(JSON.parse(sent.content), { name: 'Ada', file: 'content' })
  })

  eachWire(`${name}: cookies and redirects`, here, async wire => {
    const { content, setCookies } = await wire.get('/cookie', { Cookie: 'name=Ada; other=1' })
    assert.equal(content, 'Ada')
    assert.deepEqual(setCookies.map(sorted), ['HttpOnly; Path=/; seen=yes', 'Path=/; count=1'])
    const moved = await wire.get('/moved')
    assert.deepEqual([moved.status, moved.fields.location], [301, '/hello/moved'])
  })

  eachWire(`${name}: an upload of 5 MB is read as it comes`, here, async wire => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 5 * MEGABYTE; sent += 64 * 1024) yield new Uint8Array(64 * 1024)
    }
    const { content } = await wire.ask('PUT', '/size', { content: pieces() })
    assert.deepEqual(JSON.parse(content), { size: 5 * MEGABYTE })
  })

  eachWire(`${name}: streams go out as they are made`, here, async wire => {
    const { content, fields } = await wire.get('/count')
    assert.equal(content, '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n')
    assert.equal(fields['content-length'], undefined)
  })

  eachWire(`${name}: a client that leaves in the middle is noticed`, here, async wire => {
    const reply = await wire.open('GET', '/endless')
    assert.equal((await reply.read())!.length, 1000)
    reply.vanish()
    assert.equal((await wire.get('/left')).content, 'left')
  })

  eachWire(`${name}: its own pages for errors`, here, async wire => {
    const { status, content } = await wire.get('/broken')
    assert.equal(status, 500)
    assert.equal(JSON.parse(content).error, 'broken')
  })

  eachWire(
    `${name}: below a prefix`,
    () => new App().mount('/api', site(left())).get('/', () => 'outside'),
    async wire => {
      assert.equal((await wire.get('/api/hello/Ada')).content, 'Hello, Ada')
      assert.equal((await wire.get('/api/nowhere')).status, 404)
      assert.equal((await wire.get('/')).content, 'outside')
    },
  )
}

/** Frameworks order a cookie's attributes as they like. */
function sorted(cookie: string): string {
  return cookie.split('; ').sort().join('; ')
}

eachWire(
  'Hono: events come one by one, and their source learns that the client is gone',
  () => {
    const gone = left()
    const hono = new Hono()
    hono.get('/events', context =>
      streamSSE(context, async events => {
        events.onAbort(gone.cancel)
        for (let id = 0; id < 3; id++) await events.writeSSE({ data: `event ${id}`, id: String(id) })
        await gone.cancelled
      }),
    )
    hono.get('/left', async context => {
      await gone.cancelled
      return context.text('left')
    })
    return hono
  },
  async wire => {
    const reply = await wire.open('GET', '/events')
    assert.equal(reply.fields['content-type'], 'text/event-stream')
    let text = ''
    while (!text.includes('event 2\n')) text += String(await reply.read())
    assert.match(text, /^data: event 0\nid: 0\n\n/)
    reply.vanish()
    assert.equal((await wire.get('/left')).content, 'left')
  },
)

eachWire(
  'Hono: a server that drains ends event streams, and their sources know',
  () => {
    const hono = new Hono()
    hono.get('/events', context =>
      streamSSE(context, async events => {
        const gone = left()
        events.onAbort(gone.cancel)
        await events.writeSSE({ data: 'first' })
        await gone.cancelled
      }),
    )
    return hono
  },
  async wire => {
    const reply = await wire.open('GET', '/events')
    assert.match(String(await reply.read()), /first/)
    const rest = reply.rest()
    const { cut } = await wire.server.drain(30_000)
    assert.deepEqual(cut, [])
    assert.equal((await rest).length, 0)
  },
)

eachWire(
  'h3: events come one by one',
  () =>
    new H3().get('/events', event => {
      const events = createEventStream(event)
      void (async () => {
        for (let id = 0; id < 3; id++) await events.push({ data: `event ${id}` })
        await events.close()
      })()
      return events.send()
    }),
  async wire => {
    const { content, fields } = await wire.get('/events')
    assert.match(fields['content-type'], /^text\/event-stream/)
    assert.equal(content, 'data: event 0\n\ndata: event 1\n\ndata: event 2\n\n')
  },
)

eachWire(
  'Hono: its middleware works on requests and responses',
  () => {
    const hono = new Hono()
    hono.use(cors({ origin: 'http://a.example' }), secureHeaders())
    hono.use('/tagged', etag())
    hono.use('/packed', compress({ threshold: 1 }))
    hono.use(async (context, next) => {
      await next()
      context.header('X-Late', 'yes')
      context.header('Set-Cookie', 'a=1', { append: true })
      context.header('Set-Cookie', 'b=2', { append: true })
    })
    hono.get('/tagged', context => context.text('tagged'))
    hono.get('/packed', context => context.text('packed '.repeat(100)))
    hono.get('/', context => context.json({ a: 1 }))
    return hono
  },
  async wire => {
    const plain = await wire.get('/', { Origin: 'http://a.example' })
    assert.equal(plain.content, '{"a":1}')
    assert.deepEqual(plain.setCookies, ['a=1', 'b=2'])
    const { 'x-late': late, 'access-control-allow-origin': origin, 'x-frame-options': frames } = plain.fields
    assert.deepEqual([late, origin, frames], ['yes', 'http://a.example', 'SAMEORIGIN'])
    const tagged = await wire.get('/tagged')
    assert.equal(tagged.content, 'tagged')
    const again = await wire.get('/tagged', { 'If-None-Match': tagged.fields.etag })
    assert.deepEqual([again.status, again.content], [304, ''])
    const packed = await wire.get('/packed', { 'Accept-Encoding': 'gzip' })
    assert.equal(packed.fields['content-encoding'], 'gzip')
    assert.ok(packed.bytes.length < 100)
    assert.equal((await wire.ask('OPTIONS', '/', { fields: { Origin: 'http://a.example' } })).status, 204)
  },
)

eachWire(
  'Hono: work goes on after the response, and a proxy hands on what came',
  () => {
    const hono = new Hono()
    const worked = Promise.withResolvers<string>()
    hono.get('/work', context => {
      context.executionCtx.waitUntil(Promise.resolve().then(() => worked.resolve('worked')))
      return context.text('at once')
    })
    hono.get('/worked', async context => context.text(await worked.promise))
    hono.post('/echo', async context =>
      context.text(await context.req.text(), 200, { 'X-Seen': context.req.header('x-kept') ?? '' }),
    )
    hono.post('/proxied', context =>
      proxy(new URL('/echo', context.req.url), { ...context.req, headers: context.req.header(), raw: context.req.raw }),
    )
    hono.post('/passed', context => fetch(new URL('/echo', context.req.url), context.req.raw))
    return hono
  },
  async wire => {
    assert.equal((await wire.get('/work')).content, 'at once')
    assert.equal((await wire.get('/worked')).content, 'worked')
    for (const path of ['/proxied', '/passed']) {
      const { content, fields } = await wire.ask('POST', path, { content: 'through', fields: { 'X-Kept': 'kept' } })
      assert.deepEqual([content, fields['x-seen']], ['through', 'kept'], path)
    }
  },
)

eachWire(
  'h3: what it looks for beside the request is there',
  () =>
    new H3().get('/', event => {
      event.waitUntil(Promise.resolve())
      return { ip: event.req.ip, runtime: event.runtime?.name }
    }),
  async wire => {
    assert.match((await wire.get('/')).content, /^\{"ip":"(::1|127\.0\.0\.1)","runtime":"wirewright"\}$/)
  },
)
