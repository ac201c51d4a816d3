// The same handler and folder give the same answers over HTTP/1.1 and over HTTP/2: one table of questions, asked over both.
import assert from 'node:assert/strict'
import { type ClientHttp2Session, connect } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { type Answer, askOver1, askOver2, type Question } from './h2-ask.ts'
import { type Security, TEXT, TwoWires } from './h2-site.ts'

interface Case extends Question {
  readonly name: string
  readonly status: number
  /** What else must be so, so that both are not wrong alike. */
  readonly is?: (answer: Answer) => boolean
}

/** The ETag and the date of `/text.txt`, asked for before the table is gone through. */
const VALIDATORS = { etag: '', lastModified: '' }

const CASES: readonly Case[] = [
  // Files
  { name: 'a file', path: '/text.txt', status: 200, is: ({ content }) => content === TEXT },
  { name: 'a file that is empty', path: '/empty.txt', status: 200, is: ({ content }) => content === '' },
  { name: 'an index', path: '/', status: 200 },
  { name: 'a folder without its slash', path: '/sub', status: 301 },
  { name: 'a query is no part of a file', path: '/text.txt?a=b', status: 200 },
  { name: 'what is not there', path: '/nowhere', status: 404 },
  { name: 'a way out of the folder', path: '/../package.json', status: 400 },
  { name: 'a way out of the folder, encoded', path: '/%2e%2e%2fpackage.json', status: 400 },
  { name: 'a NUL in the path', path: '/text.txt%00.html', status: 400 },
  {
    name: 'HEAD of a file',
    method: 'HEAD',
    path: '/text.txt',
    status: 200,
    is: ({ content, fields }) => content === '' && fields['content-length'] === String(TEXT.length),
  },
  { name: 'HEAD of what is not there', method: 'HEAD', path: '/nowhere', status: 404 },
  { name: 'OPTIONS of a file', method: 'OPTIONS', path: '/text.txt', status: 204 },
  { name: 'what a file cannot take', method: 'POST', path: '/text.txt', content: 'new', sized: true, status: 405 },
  { name: 'a method that nobody knows', method: 'FROBNICATE', path: '/text.txt', status: 405 },
  {
    name: 'a packed sibling',
    path: '/packed.js',
    fields: { 'Accept-Encoding': 'gzip' },
    status: 200,
    is: ({ fields }) => fields['content-encoding'] === 'gzip',
  },
  // Conditions and ranges
  { name: 'If-None-Match', path: '/text.txt', fields: { 'If-None-Match': '"%etag"' }, status: 304 },
  { name: 'If-Modified-Since', path: '/text.txt', fields: { 'If-Modified-Since': '%lastModified' }, status: 304 },
  { name: 'If-Match of something else', path: '/text.txt', fields: { 'If-Match': '"else"' }, status: 412 },
  {
    name: 'a range',
    path: '/text.txt',
    fields: { Range: 'bytes=5-13' },
    status: 206,
    is: ({ content }) => content === TEXT.slice(5, 14),
  },
  { name: 'a range from the end', path: '/text.txt', fields: { Range: 'bytes=-10' }, status: 206 },
  { name: 'several ranges', path: '/text.txt', fields: { Range: 'bytes=0-9,2000-2029' }, status: 206 },
  { name: 'a range behind the end', path: '/text.txt', fields: { Range: 'bytes=100000-' }, status: 416 },
  {
    name: 'a range of a file that has changed',
    path: '/text.txt',
    fields: { Range: 'bytes=0-9', 'If-Range': '"else"' },
    status: 200,
  },
  { name: 'HEAD with a range', method: 'HEAD', path: '/text.txt', fields: { Range: 'bytes=0-9' }, status: 200 },
  // Replies of a program
  { name: 'text', path: '/-/hello', status: 200, is: ({ content }) => content === 'Hello' },
  { name: 'text beyond ASCII', path: '/-/umlaut', status: 200 },
  { name: 'HEAD of text', method: 'HEAD', path: '/-/hello', status: 200 },
  { name: 'content of a known length', path: '/-/bytes/200001', status: 200 },
  { name: 'content of an unknown length', path: '/-/stream/200001', status: 200 },
  { name: 'content that is empty after all', path: '/-/stream/0', status: 200 },
  { name: 'HEAD of content of an unknown length', method: 'HEAD', path: '/-/stream/5', status: 200 },
  ...[200, 201, 204, 205, 304, 404, 418, 499, 503, 599].map(status => ({
    name: `status ${status} without content`,
    path: `/-/status/${status}`,
    status,
  })),
  { name: 'a redirect', path: '/-/found', status: 302 },
  { name: 'fields that come twice', path: '/-/repeated', status: 200 },
  { name: 'a field of 20,000 bytes', path: '/-/large/20000', status: 200 },
  { name: 'fields of the connection are left out', path: '/-/connection', status: 200 },
  { name: 'a handler that fails', path: '/-/fail', status: 500 },
  { name: 'a handler that refuses', path: '/-/refuse', status: 409, is: ({ fields }) => fields['retry-after'] === '7' },
  // What a program sees
  { name: 'the target as sent', path: '/-/seen/a%20b/%C3%BC?c=d&e=?f', status: 200 },
  { name: '* with OPTIONS', method: 'OPTIONS', path: '*', status: 204 },
  {
    name: 'fields, several of a name too',
    path: '/-/seen',
    fields: { 'X-One': '1', 'X-Two': ['a', 'b'], 'X-Empty': '', 'X-Latin': 'gr\xfc\xdfe' },
    status: 200,
  },
  {
    name: 'cookies',
    path: '/-/seen',
    fields: { Cookie: 'a=1; b=2; c="3"' },
    status: 200,
    is: ({ content }) => content.includes('"a=1; b=2; c=\\"3\\""'),
  },
  {
    name: '90 fields',
    path: '/-/seen',
    fields: Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`X-Field-${i + 100}`, `${i}`])),
    status: 200,
  },
  { name: 'a field of 16,000 bytes', path: '/-/seen', fields: { 'X-Large': 'l'.repeat(16_000) }, status: 200 },
  { name: 'a head over the limit', path: '/-/seen', fields: { 'X-Large': 'l'.repeat(40_000) }, status: 431 },
  {
    name: 'too many fields',
    path: '/-/seen',
    fields: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`X-Field-${i + 100}`, `${i}`])),
    status: 431,
  },
  { name: 'a target over the limit', path: `/${'x'.repeat(10_000)}`, status: 414 },
  // Content and trailers
  { name: 'content that comes back', method: 'POST', path: '/-/echo', content: TEXT, status: 200 },
  { name: 'the same with its length', method: 'POST', path: '/-/echo', content: TEXT, sized: true, status: 200 },
  { name: 'content that is empty', method: 'POST', path: '/-/echo', content: '', sized: true, status: 200 },
  { name: 'GET with content', path: '/-/digest', content: 'of a GET', sized: true, status: 200 },
  {
    name: 'content that is waited for',
    method: 'PUT',
    path: '/-/digest',
    fields: { Expect: '100-continue' },
    content: TEXT,
    sized: true,
    status: 200,
  },
  { name: 'content that is not read', method: 'POST', path: '/-/early', content: TEXT, sized: true, status: 403 },
  {
    name: 'content over a limit of the handler',
    method: 'POST',
    path: '/-/collect/100',
    content: TEXT,
    sized: true,
    status: 413,
  },
  {
    name: 'trailers both ways',
    method: 'POST',
    path: '/-/trailers',
    content: TEXT,
    trailers: { 'x-mood': 'good', 'x-sum': '17' },
    status: 200,
    is: ({ trailers }) => trailers['x-mood'] === 'good' && /^[0-9a-f]{64}$/.test(trailers['x-digest']),
  },
  {
    name: 'interim replies',
    path: '/-/inform',
    status: 200,
    is: ({ interim }) => interim.map(({ status }) => status).join() === '102,103' && interim[1].link.includes('</b>'),
  },
]

let site: TwoWires
before(async () => {
  site = await TwoWires.serve()
  const { fields } = await askOver1(site.clear, { path: '/text.txt' })
  VALIDATORS.etag = fields.etag
  VALIDATORS.lastModified = fields['last-modified']
})
after(() => site.stop())

for (const security of ['clear', 'tls'] as const satisfies Security[]) {
  describe(security === 'tls' ? 'over TLS' : 'in the clear', () => {
    let session: ClientHttp2Session
    before(() => {
      session = connect(site.origin(security), { rejectUnauthorized: false })
    })
    after(() => session.close())

    for (const { name, status, is, ...question } of CASES) {
      test(name, async () => {
        const asked = { ...question, fields: withValidators(question.fields) }
        const [one, two] = await Promise.all([askOver1(site.origin(security), asked), askOver2(session, asked)])
        assert.deepEqual(alike(two), alike(one))
        assert.equal(two.status, status)
        if (is !== undefined) assert.ok(is(two), `${name}: ${JSON.stringify(two).slice(0, 500)}`)
      })
    }

    test('all of it came by one connection, and the wire is told to those who look', async () => {
      const [one, two] = await Promise.all([
        askOver1(site.origin(security), { path: '/-/wire' }),
        askOver2(session, { path: '/-/wire' }),
      ])
      const [alpn1, alpn2] = security === 'tls' ? ['http/1.1', 'h2'] : [null, null]
      assert.deepEqual(JSON.parse(one.content), { version: '1.1', alpn: alpn1 })
      assert.deepEqual(JSON.parse(two.content), { version: '2', alpn: alpn2 })
      const connections = new Set(
        site
          .exchanges('/')
          .filter(({ version, peer }) => version === '2' && (peer.tls !== null) === (security === 'tls'))
          .map(({ peer }) => peer.connection),
      )
      assert.equal(connections.size, 1)
    })
  })
}

test('nothing is left behind', () => {
  assert.equal(site.buffered, 0)
})

function withValidators(fields: Question['fields'] = {}): Question['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === '"%etag"' ? VALIDATORS.etag : value === '%lastModified' ? VALIDATORS.lastModified : value,
    ]),
  )
}

/** The boundary of several ranges is another one each time. */
function alike(answer: Answer): Answer {
  const [, boundary] = /boundary=(.+)/.exec(answer.fields['content-type'] ?? '') ?? []
  return boundary === undefined ? answer : JSON.parse(JSON.stringify(answer).replaceAll(boundary, 'BOUNDARY'))
}
