// An application may leave the globals of the program alone: it is served all the same, with the platform's own responses.
import assert from 'node:assert/strict'
import { fetchHandler } from '../../src/index.ts'
import { eachWire } from './support.ts'

const { Request, Response, fetch } = globalThis

eachWire(
  'with globals left alone nothing of the program changes, and the application is served as ever',
  fetchHandler(
    {
      async fetch(request) {
        assert.deepEqual([globalThis.Request, globalThis.Response, globalThis.fetch], [Request, Response, fetch])
        assert.ok(request instanceof Request)
        const { pathname } = new URL(request.url)
        if (pathname === '/form') return Response.json([...(await request.formData())])
        // Without the globals' help a request is handed on as a clone, which is the platform's own.
        if (pathname === '/copy') return new Response(await new Request(request.clone()).text(), { status: 201 })
        if (pathname === '/none') return new Response(null, { status: 204 })
        const headers = new Headers(request.headers)
        const copy = new Request('http://localhost/', {
          method: request.method,
          headers,
          body: request.body,
          duplex: 'half',
        })
        return new Response(copy.body, { headers: { 'X-Kept': copy.headers.get('x-kept') ?? '' } })
      },
    },
    { globals: false },
  ),
  async wire => {
    const fields = { 'X-Kept': 'kept', 'Content-Type': 'application/x-www-form-urlencoded' }
    const sent = await wire.ask('POST', '/', { content: 'content', fields })
    assert.deepEqual([sent.status, sent.content, sent.fields['x-kept']], [200, 'content', 'kept'])
    assert.equal((await wire.ask('POST', '/form', { content: 'a=b', fields })).content, '[["a","b"]]')
    const copy = await wire.ask('POST', '/copy', { content: 'content', fields })
    assert.deepEqual([copy.status, copy.content], [201, 'content'])
    assert.equal((await wire.get('/none')).status, 204)
  },
)
