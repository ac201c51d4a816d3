import assert from 'node:assert/strict'
import fs, { openSync, truncateSync, utimesSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { files } from '../../src/files/index.ts'
import { ask, contentOf, lengthOf } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

const SMALL = 'abcdefghijklmnopqrstuvwxyz'
const LARGE = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 255))

/** Small files are answered from memory and large ones from the disk: every rule holds for both. */
for (const [kind, name, content] of [
  ['small', '/small.txt', Buffer.from(SMALL)],
  ['large', '/large.bin', LARGE],
] as const) {
  const handlerFor = (t: Parameters<typeof folderFor>[0]) =>
    files(folderFor(t, { 'small.txt': SMALL, 'large.bin': LARGE }).path)

  test(`a ${kind} file that the client has is not sent again`, async t => {
    const handler = handlerFor(t)
    const { fields } = await ask(handler, name)
    const etag = fields.get('ETag') ?? ''
    const date = fields.get('Last-Modified') ?? ''
    for (const [field, value, status] of [
      ['If-None-Match', etag, 304],
      ['If-None-Match', `"other", W/${etag}`, 304],
      ['If-None-Match', '*', 304],
      ['If-None-Match', '"other"', 200],
      ['If-Modified-Since', date, 304],
      ['If-Modified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 200],
      ['If-Modified-Since', 'yesterday', 200],
      ['If-Match', etag, 200],
      ['If-Match', '"other"', 412],
      ['If-Match', `W/${etag}`, 412],
      ['If-Unmodified-Since', date, 200],
      ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 412],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const told = await ask(handler, name, { method, fields: { [field]: value } })
        assert.equal(told.status, status, `${method} ${field}: ${value}`)
        await contentOf(told)
      }
    }
    const told = await ask(handler, name, { fields: { 'if-none-match': etag } })
    assert.equal(told.reply?.body, null)
    assert.equal(told.fields.get('ETag'), etag)
    assert.equal(told.fields.get('Cache-Control'), fields.get('Cache-Control'))
    for (const metadata of ['Content-Type', 'Content-Length', 'Accept-Ranges', 'Last-Modified'])
      assert.equal(told.fields.has(metadata), false, metadata)
  })

  test(`a range of a ${kind} file is sent alone`, async t => {
    const handler = handlerFor(t)
    const { length } = content
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=2-5', 2, 6],
      ['bytes=20-', 20, length],
      ['bytes=-3', length - 3, length],
      [`bytes=1-${length * 5}`, 1, length],
      [`bytes=-${length * 5}`, 0, length],
    ] as const) {
      const told = await ask(handler, name, { fields: { range } })
      assert.equal(told.status, 206, range)
      assert.equal(told.fields.get('Content-Range'), `bytes ${start}-${end - 1}/${length}`)
      assert.equal(lengthOf(told), end - start)
      assert.ok((await contentOf(told)).equals(content.subarray(start, end)), range)
    }
  })

  test(`a range of a ${kind} file that cannot be had is refused with the length`, async t => {
    const handler = handlerFor(t)
    const told = await ask(handler, name, { fields: { range: `bytes=${content.length}-` } })
    assert.equal(told.status, 416)
    assert.equal(told.fields.get('Content-Range'), `bytes */${content.length}`)
    assert.equal(handler.stats().lentBytes, 0)
  })

  test(`a malformed range, another unit, or HEAD gives the whole ${kind} file`, async t => {
    const handler = handlerFor(t)
    for (const range of ['bytes=5-2', 'bytes=a-b', 'bytes', 'lines=1-2', 'bytes=']) {
      const told = await ask(handler, name, { fields: { range } })
      assert.equal(told.status, 200, range)
      assert.ok((await contentOf(told)).equals(content))
    }
    const told = await ask(handler, name, { method: 'HEAD', fields: { range: 'bytes=0-1' } })
    assert.equal(told.status, 200)
    assert.equal(lengthOf(told), content.length)
  })

  test(`If-Range gives the rest of the same ${kind} file, or the whole of another`, async t => {
    const handler = handlerFor(t)
    const { fields } = await ask(handler, name)
    const etag = fields.get('ETag') ?? ''
    const range = 'bytes=1-2'
    for (const [value, status] of [
      [etag, 206],
      [fields.get('Last-Modified') ?? '', 206],
      ['"other"', 200],
      [`W/${etag}`, 200],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 200],
    ] as const) {
      const told = await ask(handler, name, { fields: { range, 'if-range': value } })
      assert.equal(told.status, status, value)
      assert.ok((await contentOf(told)).equals(status === 206 ? content.subarray(1, 3) : content))
    }
  })
}

test('several ranges of a large file are sent as parts', async t => {
  const handler = files(folderFor(t, { 'large.bin': LARGE }).path)
  const told = await ask(handler, '/large.bin', { fields: { range: 'bytes=0-0, 1000000-1200000, -2' } })
  const { length } = LARGE
  await checkParts(told, LARGE, [
    [0, 1],
    [1_000_000, 1_200_001],
    [length - 2, length],
  ])
})

test('several ranges of a file in memory are sent as parts', async t => {
  const bytes = LARGE.subarray(0, 5000)
  const handler = files(folderFor(t, { 'a.bin': bytes }).path)
  const told = await ask(handler, '/a.bin', { fields: { range: 'bytes=4000-4009,0-9,-1' } })
  await checkParts(told, bytes, [
    [4000, 4010],
    [0, 10],
    [4999, 5000],
  ])
})

test('leaving several ranges halfway lets go of the file', async t => {
  const handler = files(folderFor(t, { 'a.bin': LARGE }).path)
  for (const pulls of [0, 1, 2, 3, 4]) {
    const { reply } = await ask(handler, '/a.bin', { fields: { range: 'bytes=0-200000,1000000-1200000' } })
    const body = reply?.body
    assert.ok(body !== null && typeof body === 'object' && 'pull' in body)
    for (let pull = 0; pull < pulls; pull++) await body.pull()
    body.cancel(new Error('gone'))
  }
  for (let turn = 0; turn < 20 && handler.stats().openFiles > 0; turn++) await fs.promises.stat('/')
  assert.deepEqual([handler.stats().openFiles, handler.stats().lentBytes], [0, 0])
})

test('an empty file is sent as nothing, ranges or not', async t => {
  const handler = files(folderFor(t, { 'empty.txt': '' }).path)
  for (const fields of [{}, { range: 'bytes=0-' }, { range: 'bytes=-1' }] as Record<string, string>[]) {
    const told = await ask(handler, '/empty.txt', { fields })
    assert.ok(told.status === 200 || told.status === 416)
    assert.equal(lengthOf(told) ?? 0, 0)
  }
})

test('ranges far beyond 4 GB of a sparse file of 10 GB are right', async t => {
  const folder = folderFor(t, { 'huge.bin': 'start' })
  const size = 10 * 1024 ** 3
  truncateSync(folder.at('huge.bin'), size)
  const descriptor = openSync(folder.at('huge.bin'), 'r+')
  for (const at of [2 ** 31, 2 ** 32, 2 ** 33]) writeSync(descriptor, `at ${at}`, at)
  writeSync(descriptor, 'end', size - 3)
  fs.closeSync(descriptor)
  const handler = files(folder.path)
  for (const at of [2 ** 31, 2 ** 32, 2 ** 33]) {
    const told = await ask(handler, '/huge.bin', { fields: { range: `bytes=${at - 2}-${at + 12}` } })
    assert.equal(told.fields.get('Content-Range'), `bytes ${at - 2}-${at + 12}/${size}`)
    assert.equal(String(await contentOf(told)), `\0\0at ${at}`)
  }
  const tail = await ask(handler, '/huge.bin', { fields: { range: 'bytes=-3' } })
  assert.equal(String(await contentOf(tail)), 'end')
  const long = await ask(handler, '/huge.bin', { fields: { range: `bytes=${2 ** 32 - 300000}-${2 ** 32 + 300000}` } })
  const bytes = await contentOf(long)
  assert.equal(bytes.length, 600_001)
  assert.equal(bytes.indexOf('at'), 300_000)
  assert.equal(lengthOf(await ask(handler, '/huge.bin', { method: 'HEAD' })), size)
  const several = await ask(handler, '/huge.bin', { fields: { range: `bytes=0-4,${2 ** 32}-${2 ** 32 + 12}` } })
  assert.match(String(await contentOf(several)), /start\r\n--.*at 4294967296/s)
})

test('a precompressed sibling is sent to those who take it', async t => {
  const folder = folderFor(t, {
    'app.js': 'plain',
    'app.js.br': 'as br',
    'app.js.zst': 'as zstd',
    'app.js.gz': 'as gzip',
    'one.css': 'plain',
    'one.css.gz': 'as gzip',
    'none.txt': 'plain',
  })
  const handler = files(folder.path)
  const etags = new Set<string | undefined>()
  for (const [name, accepted, coding] of [
    ['/app.js', 'gzip, deflate, br, zstd', 'br'],
    ['/app.js', 'gzip, zstd', 'zstd'],
    ['/app.js', 'gzip', 'gzip'],
    ['/app.js', 'br;q=0.1, gzip', 'gzip'],
    ['/app.js', 'deflate', ''],
    ['/app.js', 'br;q=0', ''],
    ['/app.js', undefined, ''],
    ['/one.css', 'br, gzip', 'gzip'],
    ['/one.css', 'identity;q=0', ''],
  ] as const) {
    const fields: Record<string, string> = accepted === undefined ? {} : { 'accept-encoding': accepted }
    const told = await ask(handler, name, { fields })
    assert.equal(told.status, 200)
    assert.equal(told.fields.get('Content-Encoding') ?? '', coding, `${name} ${accepted}`)
    assert.equal(told.fields.get('Vary'), 'Accept-Encoding')
    assert.match(told.fields.get('Content-Type') ?? '', /^text\/(?:javascript|css); charset=utf-8$/)
    assert.equal(String(await contentOf(told)), coding === '' ? 'plain' : `as ${coding}`)
    if (name === '/app.js') etags.add(told.fields.get('ETag'))
    const again = await ask(handler, name, { fields: { ...fields, 'if-none-match': told.fields.get('ETag') ?? '' } })
    assert.equal(again.status, 304)
    assert.equal(again.fields.get('Vary'), 'Accept-Encoding')
  }
  assert.equal(etags.size, 4, 'each coding has an entity tag of its own')
  assert.equal((await ask(handler, '/none.txt', { fields: { 'accept-encoding': 'br' } })).fields.has('Vary'), false)
  const part = await ask(handler, '/app.js', { fields: { 'accept-encoding': 'br', range: 'bytes=3-4' } })
  assert.equal(String(await contentOf(part)), 'br')
  const off = await ask(files(folder.path, { precompressed: false }), '/app.js', {
    fields: { 'accept-encoding': 'br' },
  })
  assert.equal(String(await contentOf(off)), 'plain')
})

test('a sibling that is older than its file, no file, or unreadable is passed over', async t => {
  const folder = folderFor(t, {
    'a.js': 'plain',
    'a.js.gz': 'old',
    'b.js': 'plain',
    'b.js.br/x': '',
    'c.js': 'plain',
    'c.js.gz': 'secret',
  })
  utimesSync(folder.at('a.js.gz'), 1, 1)
  const handler = files(folder.path)
  const fields = { 'accept-encoding': 'br, gzip' }
  assert.equal(String(await contentOf(await ask(handler, '/a.js', { fields }))), 'plain')
  assert.equal(String(await contentOf(await ask(handler, '/b.js', { fields }))), 'plain')
  const open = fs.open
  t.mock.method(fs, 'open', (...call: Parameters<typeof fs.open>) => {
    const [path, , done] = call as unknown as [string, number, (error: Error) => void]
    if (path.endsWith('.gz')) done(Object.assign(new Error('no'), { code: 'EACCES' }))
    else Reflect.apply(open, fs, call)
  })
  assert.equal(String(await contentOf(await ask(handler, '/c.js', { fields }))), 'plain')
})

test('large precompressed siblings are sent from the disk', async t => {
  const handler = files(folderFor(t, { 'a.json': 'plain', 'a.json.br': LARGE }).path)
  const told = await ask(handler, '/a.json', { fields: { 'accept-encoding': 'br' } })
  assert.equal(told.fields.get('Content-Encoding'), 'br')
  assert.ok((await contentOf(told)).equals(LARGE))
})

async function checkParts(told: Awaited<ReturnType<typeof ask>>, whole: Uint8Array, ranges: [number, number][]) {
  assert.equal(told.status, 206)
  assert.equal(told.fields.has('Content-Range'), false)
  const type = told.fields.get('Content-Type') ?? ''
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(type)?.[1] ?? assert.fail(type)
  const content = await contentOf(told)
  assert.equal(content.length, lengthOf(told))
  const parts = content.toString('latin1').split(`--${boundary}`)
  assert.equal(parts.shift(), '')
  assert.equal(parts.pop(), '--\r\n')
  assert.equal(parts.length, ranges.length)
  ranges.forEach(([start, end], at) => {
    const bytes = Buffer.from(whole.subarray(start, end)).toString('latin1')
    const expected = `\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end - 1}/${whole.length}\r\n\r\n${bytes}\r\n`
    assert.ok(parts[at] === expected, `part ${at}`)
  })
}
