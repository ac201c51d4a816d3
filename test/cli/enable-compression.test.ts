// `enable_compression`: files, listings, pages of errors; what is not touched; and that it costs nothing where it is off.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadConfig, notYetInForce } from '../../src/config/index.ts'
import { decoded, prose } from '../middleware/support.ts'
import { ask, folderOf, server } from './support.ts'

const PAGE = `<!doctype html><title>Home</title>${prose(20_000)}`
const LARGE = prose(3_000_000)
const SITE = { 'index.html': PAGE, 'large.txt': LARGE, 'small.txt': 'small', 'picture.png': prose(5000) }
const GZIP = 'Accept-Encoding: gzip'

interface Told {
  readonly status: number
  readonly content: Buffer
  field(name: string): string | undefined
}

async function get(port: number, target: string, fields: readonly string[] = [GZIP], method = 'GET'): Promise<Told> {
  const reply = await ask(port, target, fields, method)
  const end = reply.indexOf('\r\n\r\n')
  const head = reply.slice(0, end)
  const field = (name: string) => new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(head)?.[1]
  const content = reply.slice(end + 4)
  return {
    status: Number(head.slice(9, 12)),
    content: Buffer.from(field('Transfer-Encoding') === 'chunked' ? unchunked(content) : content, 'latin1'),
    field,
  }
}

function unchunked(text: string): string {
  let whole = ''
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, end), 16)
    if (size === 0) return whole
    whole += text.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}

describe('with enable_compression', { concurrency: true }, () => {
  test('files are compressed, in memory or not; what must not be is not', async context => {
    const { port } = await server(context, ['.', '--compression'], { cwd: folderOf(context, SITE) })
    for (const [target, content] of [
      ['/', PAGE],
      ['/', PAGE],
      ['/large.txt', LARGE],
    ]) {
      const told = await get(port, target)
      assert.equal(told.field('Content-Encoding'), 'gzip')
      assert.equal(told.field('Vary'), 'Accept-Encoding')
      assert.equal(told.field('Accept-Ranges'), undefined)
      assert.match(told.field('ETag') ?? '', /^W\/"/)
      assert.equal(gunzipSync(told.content).toString(), content)
      const length = target === '/' ? String(told.content.length) : undefined
      assert.equal(told.field('Content-Length'), length)
      const head = await get(port, target, [GZIP], 'HEAD')
      assert.equal(head.field('Content-Length'), length)
      assert.equal(head.field('Content-Encoding'), 'gzip')
      const plain = await get(port, target, [])
      assert.equal(plain.content.toString(), content)
      assert.equal(plain.field('Vary'), 'Accept-Encoding')
      assert.equal(plain.field('Accept-Ranges'), 'bytes')
    }
    for (const target of ['/small.txt', '/picture.png']) {
      const told = await get(port, target)
      assert.deepEqual([told.field('Content-Encoding'), told.field('Vary')], [undefined, undefined])
    }
    for (const coding of ['zstd', 'br', 'deflate']) {
      const told = await get(port, '/large.txt', [`Accept-Encoding: ${coding}`])
      assert.equal(told.field('Content-Encoding'), coding)
      assert.equal(decoded(told.content, coding).toString(), LARGE)
    }
  })

  test('conditions and ranges hold for the form that the client has', async context => {
    const { port } = await server(context, ['.', '--compression'], { cwd: folderOf(context, SITE) })
    for (const [target, content] of [
      ['/', PAGE],
      ['/large.txt', LARGE],
    ]) {
      const packed = await get(port, target)
      const weak = packed.field('ETag') ?? ''
      const strong = weak.replace('W/', '')
      const again = await get(port, target, [GZIP, `If-None-Match: ${weak}`])
      assert.deepEqual(
        [again.status, again.field('ETag'), again.field('Vary'), again.content.length],
        [304, weak, 'Accept-Encoding', 0],
      )
      assert.equal((await get(port, target, [GZIP, `If-Modified-Since: ${packed.field('Last-Modified')}`])).status, 304)
      assert.equal((await get(port, target, [`If-None-Match: ${strong}`])).field('ETag'), strong)

      const part = await get(port, target, [GZIP, 'Range: bytes=10-19'])
      assert.deepEqual(
        [part.status, part.content.toString(), part.field('Content-Encoding'), part.field('ETag'), part.field('Vary')],
        [206, content.slice(10, 20), undefined, strong, 'Accept-Encoding'],
      )
      // Parts of the plain form go together with nothing but its strong tag.
      assert.equal((await get(port, target, [GZIP, 'Range: bytes=10-19', `If-Range: ${strong}`])).status, 206)
      const whole = await get(port, target, [GZIP, 'Range: bytes=10-19', `If-Range: ${weak}`])
      assert.deepEqual([whole.status, whole.field('Content-Encoding')], [200, 'gzip'])
    }
  })

  test('a file that changes is never sent as it was', async context => {
    const cwd = folderOf(context, SITE)
    const { port } = await server(context, ['.', '--compression'], { cwd })
    for (let i = 0; i < 3; i++) {
      const text = `Version ${i}\n${prose(9000)}`
      writeFileSync(join(cwd, 'index.html'), text)
      // A change shows within 100 ms; the time-out of the test is what ends this if it does not.
      while (gunzipSync((await get(port, '/')).content).toString() !== text);
    }
  })

  test('a packed sibling is sent rather than what would be made', async context => {
    const cwd = folderOf(context, SITE)
    writeFileSync(join(cwd, 'index.html.gz'), gzipSync(PAGE, { level: 1 }))
    const { port } = await server(context, ['.', '--compression'], { cwd })
    const told = await get(port, '/', ['Accept-Encoding: gzip, br'])
    assert.equal(told.field('Content-Encoding'), 'gzip')
    assert(told.content.equals(gzipSync(PAGE, { level: 1 })))
    assert.match(told.field('ETag') ?? '', /^"/, 'the tag of the sibling itself')
    assert.equal(told.field('Vary'), 'Accept-Encoding')
  })

  test('listings and pages of errors are compressed', async context => {
    const cwd = folderOf(context, { 'wirewright.json': '{ "enable_compression": true, "directory_listing": true }' })
    mkdirSync(join(cwd, 'folder'))
    for (let i = 0; i < 30; i++) writeFileSync(join(cwd, 'folder', `file-${i}.txt`), '')
    const { port } = await server(context, ['.'], { cwd })
    for (const [target, status, shows] of [
      ['/folder/', 200, 'file-29.txt'],
      ['/nowhere', 404, '404'],
    ] as const) {
      const told = await get(port, target, [GZIP, 'Accept: text/html'])
      assert.equal(told.status, status)
      assert.equal(told.field('Content-Encoding'), 'gzip', target)
      assert(gunzipSync(told.content).toString().includes(shows))
      assert.match(told.field('Vary') ?? '', /Accept-Encoding/)
      const plain = await get(port, target, ['Accept: text/html'])
      assert.match(plain.field('Vary') ?? '', /Accept-Encoding/)
    }
  })

  test('the environment turns it on, and nothing is kept where files are not', async context => {
    const env = { WIREWRIGHT_ENABLE_COMPRESSION: 'true', WIREWRIGHT_ENABLE_CACHE: 'false' }
    const { port } = await server(context, ['.'], { cwd: folderOf(context, SITE), env })
    const told = await get(port, '/')
    assert.equal(told.field('Content-Encoding'), 'gzip')
    assert.equal(gunzipSync(told.content).toString(), PAGE)
  })

  test('live pages are compressed', async context => {
    const cwd = folderOf(context, SITE)
    const { port } = await server(context, ['.', '--compression', '--live'], { cwd })
    const told = await get(port, '/')
    assert.match(gunzipSync(told.content).toString(), /\.wirewright\/live\.js/)
  })
})

test('without it nothing is compressed, and what compresses is not loaded', async context => {
  const hook = `process.on('SIGUSR2', () => {
    console.log('loaded: ' + process.moduleLoadList.some(name => name === 'NativeModule zlib') + ' end')
  })`
  const cwd = folderOf(context, { ...SITE, 'hook.mjs': hook })
  for (const [args, loaded] of [
    [[], 'false'],
    [['--compression'], 'true'],
  ] as const) {
    const env = { NODE_OPTIONS: `--import ${join(cwd, 'hook.mjs')}` }
    const run = await server(context, ['.', ...args], { cwd, env })
    const told = await get(run.port, '/')
    assert.equal(told.field('Content-Encoding'), args.length === 0 ? undefined : 'gzip')
    run.child.kill('SIGUSR2')
    const [, answer] = await run.says(/loaded: (\w+) end/)
    assert.equal(answer, loaded)
  }
})

test('it is in force, and each host may have its own', async () => {
  const directory = import.meta.dirname
  const loaded = await loadConfig({
    file: null,
    flags: [],
    environment: { WIREWRIGHT_ENABLE_COMPRESSION: '1' },
    directory,
  })
  assert.equal(loaded.config.enable_compression, true)
  assert.deepEqual(notYetInForce(loaded), [])
})
