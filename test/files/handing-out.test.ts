// One file of a folder as the reply of a program.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { gzipSync } from 'node:zlib'
import { App, files } from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from '../app/support.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'wirewright-')))
after(() => rmSync(root, { recursive: true, force: true }))
const REPORT = 'The report.\n'.repeat(100)
const LARGE = Buffer.alloc(3_000_000, 'large ')
for (const [name, content] of Object.entries({
  'public/7.txt': REPORT,
  'public/7.txt.gz': gzipSync(REPORT),
  'public/Übersicht 2026.pdf': '%PDF',
  'public/page.html': '<p>page',
  'public/sub/index.html': '<p>index',
  'public/.hidden.txt': 'hidden',
  'public/large.bin': LARGE,
  'outside.txt': 'secret',
})) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}
symlinkSync(join(root, 'outside.txt'), join(root, 'public/link.txt'))

const reports = files(join(root, 'public'), {
  cleanUrls: true,
  spa: true,
  redirects: [{ from: '/7.txt', to: '/elsewhere' }],
})
const uncached = files(join(root, 'public'), { cache: false })

const app = new App()
app.all('/report/:id', ({ exchange, params }) => reports.send(exchange, `${params.id}.txt`))
app.get('/file/*', ({ exchange, params }) => reports.send(exchange, params['*']))
app.get('/uncached/*', ({ exchange, params }) => uncached.send(exchange, params['*']))
app.get('/download/:name', ({ exchange, params }) => reports.send(exchange, params.name, { download: true }))
app.get('/named/:name', ({ exchange, params, query }) =>
  reports.send(exchange, params.name, {
    download: query.get('as') ?? '',
    fields: { 'Cache-Control': 'private', 'X-Own': '1' },
  }),
)
app.get('/wrong', ({ exchange }) => reports.send(exchange, '7.txt', { fields: { 'X-A': 'a\r\nb' } }))
app.mount(
  '/mounted',
  new App().get('/report', ({ exchange }) => reports.send(exchange, '/7.txt')),
)

const EVERYWHERE = { wires: ALSO_WITHOUT }

eachWire(
  'a program sends a file with all that a request for it would get',
  app,
  async wire => {
    const whole = await wire.get('/report/7')
    assert.deepEqual(
      [whole.status, whole.content, whole.fields['content-type'], whole.fields['accept-ranges']],
      [200, REPORT, 'text/plain; charset=utf-8', 'bytes'],
    )
    assert.equal(whole.fields['content-disposition'], undefined)
    const { etag } = whole.fields
    assert.equal((await wire.get('/mounted/report')).content, REPORT)

    const head = await wire.ask('HEAD', '/report/7')
    assert.deepEqual([head.content, head.fields['content-length'], head.fields.etag], ['', String(REPORT.length), etag])
    assert.equal((await wire.get('/report/7', { 'If-None-Match': etag })).status, 304)
    assert.equal((await wire.get('/report/7', { 'If-Match': '"other"' })).status, 412)
    const part = await wire.get('/report/7', { Range: 'bytes=4-9' })
    assert.deepEqual(
      [part.status, part.content, part.fields['content-range']],
      [206, 'report', `bytes 4-9/${REPORT.length}`],
    )
    assert.equal((await wire.get('/report/7', { Range: 'bytes=99999-' })).status, 416)
    const packed = await wire.get('/report/7', { 'Accept-Encoding': 'gzip' })
    assert.deepEqual([packed.fields['content-encoding'], packed.fields.vary], ['gzip', 'Accept-Encoding'])

    for (const way of ['file', 'uncached']) {
      assert.deepEqual((await wire.get(`/${way}/large.bin`)).bytes, LARGE)
      assert.equal((await wire.get(`/${way}/large.bin`, { Range: 'bytes=6-10' })).content, 'large')
    }
    // Their own paths, not the clean ones; an index is a file as well.
    assert.equal((await wire.get('/file/page.html')).content, '<p>page')
    assert.equal((await wire.get('/file/sub/index.html')).content, '<p>index')
  },
  EVERYWHERE,
)

eachWire(
  'in answer to POST a file is a result, and sent whole',
  app,
  async wire => {
    for (const fields of [{ Range: 'bytes=0-3' }, { 'If-None-Match': '*' }, { 'If-Match': '"other"' }] as Record<
      string,
      string
    >[]) {
      const { status, content } = await wire.ask('POST', '/report/7', { content: 'x', fields })
      assert.deepEqual([status, content], [200, REPORT])
    }
  },
  EVERYWHERE,
)

eachWire(
  'what leads out of the folder, or is no file, is not found',
  app,
  async wire => {
    const paths = [
      ...['nowhere.txt', 'page', 'sub', 'sub/', 'link.txt', '.hidden.txt', ''],
      ...[
        '..%2foutside.txt',
        '%2e%2e%2foutside.txt',
        '..%5coutside.txt',
        'sub%2f..%2f7.txt',
        'sub%2f.%2findex.html',
        '%2foutside.txt',
        '7.txt%00',
        '7.txt%0d%0aA:b',
      ],
      ...['sub%2f%2findex.html', '%252e%252e%252foutside.txt', '...', '%ef%bf%bd'],
    ]
    for (const path of paths) {
      const { status, content } = await wire.get(`/file/${path}`)
      assert.ok(status === 404 || status === 400, `${path}: ${status}`)
      assert.doesNotMatch(content, /secret|hidden$/)
    }
    assert.equal((await wire.get('/report/..%2f..%2foutside')).status, 404)
    if (wire.version === null) return
    assert.deepEqual(wire.failures(), [])
  },
  EVERYWHERE,
)

eachWire(
  'a file is offered to be kept under its name, or another',
  app,
  async wire => {
    const offered = async (path: string, fields: Readonly<Record<string, string>> = {}) => {
      const answer = await wire.get(path, fields)
      return [answer.status, answer.fields['content-disposition']]
    }
    assert.deepEqual(await offered('/download/7.txt'), [200, 'attachment; filename="7.txt"'])
    assert.deepEqual(await offered('/download/%C3%9Cbersicht%202026.pdf'), [
      200,
      `attachment; filename="_bersicht 2026.pdf"; filename*=UTF-8''%C3%9Cbersicht%202026.pdf`,
    ])
    assert.deepEqual(await offered('/named/7.txt?as=a%22b%0d%0aX:%20y%2f..'), [
      200,
      `attachment; filename="a_b__X: y_.."; filename*=UTF-8''a%22b__X%3A%20y_..`,
    ])
    assert.deepEqual(await offered('/download/7.txt', { Range: 'bytes=0-1' }), [206, 'attachment; filename="7.txt"'])
  },
  EVERYWHERE,
)

eachWire(
  'fields of the program take the place of the file’s; a 304 tells nothing of content',
  app,
  async wire => {
    const whole = await wire.get('/named/7.txt?as=x')
    assert.deepEqual([whole.fields['cache-control'], whole.fields['x-own']], ['private', '1'])
    const same = await wire.get('/named/7.txt?as=x', { 'If-None-Match': whole.fields.etag })
    assert.deepEqual(
      [
        same.status,
        same.fields['cache-control'],
        same.fields['x-own'],
        same.fields['content-disposition'],
        same.fields.etag,
      ],
      [304, 'private', '1', undefined, whole.fields.etag],
    )
    // The same file asked for as such has none of them.
    assert.deepEqual(
      [(await wire.get('/report/7')).fields['x-own'], (await wire.get('/wrong')).status],
      [undefined, 500],
    )
    wire.failures()
  },
  EVERYWHERE,
)
