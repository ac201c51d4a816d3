import assert from 'node:assert/strict'
import { App, FieldList, Reply } from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

const app = new App()
app.get('/text', ({ text }) => text('gr\u00fcn €'))
app.get('/html', ({ html }) => html('<p>ü', 203, { 'Content-Language': 'de' }))
app.get('/json', ({ json }) => json({ ü: [1, null] }, 201, FieldList.of({ Location: '/json/1' })))
app.get('/typed', ({ json }) => json({ title: 'x' }, 400, { 'content-type': 'application/problem+json' }))
app.get('/bytes', ({ bytes }) => bytes(new Uint8Array([0, 255, 13, 10]), 200, [['Content-Type', 'image/x']]))
app.get('/empty', ({ empty }) => empty())
app.get('/empty/200', ({ empty }) => empty(200, { 'X-Why': 'nothing to say' }))
app.get('/hinted', ({ hint, html }) => {
  hint({ Link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script'] })
  return html('<p>x')
})
app.get('/trailers', ({ text }) => text('x').withTrailers({ 'X-Sum': '1' }))
app.get('/status/:status<int>', ({ params, text }) => text('content', params.status))
app.get('/wrong/:status', ({ params, text }) => text('content', Number(params.status)))
app.get('/cyclic', ({ json }) => {
  const value: Record<string, unknown> = {}
  value.self = value
  return json(value)
})
app.get('/big', ({ json }) => json({ n: 1n }))
app.get('/undefined', ({ json }) => json(undefined))
app.get('/number', ({ text }) => text(5 as never))

const EVERYWHERE = { wires: ALSO_WITHOUT }

eachWire(
  'replies have the type, status and fields that they were given',
  app,
  async wire => {
    const told = async (path: string, method = 'GET') => {
      const { status, content, fields: all } = await wire.ask(method, path)
      const { server: _, ...fields } = all
      return [status, content, fields]
    }
    const text = { 'content-length': '9', 'content-type': 'text/plain; charset=utf-8' }
    assert.deepEqual(await told('/text'), [200, 'grün €', text])
    assert.deepEqual(await told('/text', 'HEAD'), [200, '', text])
    assert.deepEqual(await told('/html'), [
      203,
      '<p>ü',
      { 'content-language': 'de', 'content-length': '5', 'content-type': 'text/html; charset=utf-8' },
    ])
    assert.deepEqual(await told('/json'), [
      201,
      '{"ü":[1,null]}',
      { 'content-length': '15', 'content-type': 'application/json', location: '/json/1' },
    ])
    assert.deepEqual(await told('/typed'), [
      400,
      '{"title":"x"}',
      { 'content-length': '13', 'content-type': 'application/problem+json' },
    ])
    assert.deepEqual([...(await wire.get('/bytes')).bytes], [0, 255, 13, 10])
    assert.equal((await wire.get('/bytes')).fields['content-type'], 'image/x')
    assert.deepEqual(await told('/empty'), [204, '', {}])
    assert.deepEqual(await told('/empty/200'), [200, '', { 'content-length': '0', 'x-why': 'nothing to say' }])
  },
  EVERYWHERE,
)

eachWire(
  'content is left out where the status has none',
  app,
  async wire => {
    for (const [status, length] of [
      [204, undefined],
      [205, '0'],
      [304, '7'],
      [404, '7'],
    ] as const) {
      const answer = await wire.get(`/status/${status}`)
      assert.deepEqual([answer.status, answer.content], [status, status === 404 ? 'content' : ''])
      if (status !== 304) assert.equal(answer.fields['content-length'], length)
    }
  },
  EVERYWHERE,
)

eachWire('early hints come before the reply, trailers behind it', app, async wire => {
  const hinted = await wire.get('/hinted')
  assert.deepEqual(hinted.interim, [
    { status: 103, fields: { link: '</a.css>; rel=preload; as=style, </b.js>; rel=preload; as=script' } },
  ])
  assert.equal(hinted.content, '<p>x')
  assert.deepEqual((await wire.get('/trailers')).trailers, { 'x-sum': '1' })
})

eachWire(
  'what is no reply is an error that says so',
  app,
  async wire => {
    const wrong = [
      ['/wrong/99', /^RangeError: A reply's status must be a whole number from 200 to 599/],
      ['/wrong/x', /^RangeError: A reply's status/],
      ['/cyclic', /^TypeError: Converting circular structure to JSON/],
      ['/big', /^TypeError: Do not know how to serialize a BigInt/],
      ['/undefined', /^TypeError: JSON has no word for undefined; null is one/],
      ['/number', /^TypeError: text\(…\) takes a string, not a value of type number; json\(…\) sends any value/],
    ] as const
    for (const [path] of wrong) assert.equal((await wire.get(path)).status, 500)
    if (wire.version === null) return
    for (const [at, failure] of wire.failures().entries()) assert.match(failure, wrong[at][1])
  },
  EVERYWHERE,
)

eachWire(
  'one reply answers many requests',
  () => {
    const once = new Reply(200, FieldList.of({ 'X-Once': 'made' }), 'made once')
    return new App().all('/*', () => once)
  },
  async wire => {
    for (const method of ['GET', 'HEAD', 'POST', 'GET']) {
      const answer = await wire.ask(method, '/any')
      assert.deepEqual([answer.content, answer.fields['x-once']], [method === 'HEAD' ? '' : 'made once', 'made'])
    }
  },
  EVERYWHERE,
)
