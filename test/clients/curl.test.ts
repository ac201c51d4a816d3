import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Finished, Program, run } from '../support/program.ts'
import { Site } from './site.ts'

const text = 'All work and no play makes a dull server.\n'.repeat(2000)
const HEAD = ['-D', '-', '-o', '/dev/null']

let site: Site
let echo: Program
let echoOrigin: string
before(async () => {
  site = await Site.serve({ 'index.html': '<h1>Home</h1>', 'text.txt': text, 'sub/page.html': 'Page' })
  echo = new Program(process.execPath, [
    fileURLToPath(new URL('../../examples/echo.ts', import.meta.url)),
    '--port',
    '0',
  ])
  echoOrigin = `http://127.0.0.1:${(await echo.says(/port (\d+)/))[1]}`
})
after(() => Promise.all([site.stop(), echo.stop()]))

async function curl(...args: string[]): Promise<Finished> {
  const finished = await run('curl', ['-sS', '-m', '30', ...args])
  assert.equal(finished.code, 0, finished.stderr)
  return finished
}

async function said(...args: string[]): Promise<string> {
  return (await curl(...args)).stdout.toString('latin1')
}

test('GET over HTTP/1.1 gets the file, byte for byte', async () => {
  assert.equal(await said(`${site.origin}/text.txt`), text)
})

test('GET over HTTP/1.0 gets the file, and the connection closes', async () => {
  const reply = await said('-0', '-i', `${site.origin}/text.txt`)
  assert.match(reply, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(reply, /\r\nConnection: close\r\n/i)
  assert.ok(reply.endsWith(`\r\n\r\n${text}`))
})

test('HEAD gets what GET gets, without the content', async () => {
  const fields = (head: string): string => head.replace(/\r\nDate: [^\r]+/i, '')
  const head = await said('-I', `${site.origin}/text.txt`)
  assert.match(head, new RegExp(`\r\nContent-Length: ${text.length}\r\n`, 'i'))
  assert.equal(fields(head), fields(await said(...HEAD, `${site.origin}/text.txt`)))
})

describe('uploads', () => {
  // No piece of it is like another: content that gets mixed up is noticed.
  const upload = Buffer.from(Uint32Array.from({ length: 750_000 }, (_, i) => i).buffer)
  let file: string
  before(() => {
    file = join(site.folder('upload'), 'upload')
    writeFileSync(file, upload)
  })

  test('with Expect: 100-continue wait for the word and arrive', async () => {
    const { stdout, stderr } = await curl('-v', '-H', 'Expect: 100-continue', '-T', file, `${echoOrigin}/`)
    assert.ok(stdout.equals(upload))
    assert.match(stderr, /< HTTP\/1\.1 100 Continue/)
    assert.doesNotMatch(stderr, /Done waiting for 100-continue/)
  })

  test('in chunks arrive', async () => {
    const { stdout, stderr } = await curl('-v', '-H', 'Transfer-Encoding: chunked', '-T', file, `${echoOrigin}/`)
    assert.ok(stdout.equals(upload))
    assert.match(stderr, /> Transfer-Encoding: chunked/)
  })

  test('to what takes none are refused before they are sent', async () => {
    const { stdout, stderr } = await curl(
      '-v',
      '-H',
      'Expect: 100-continue',
      '-T',
      file,
      '-w',
      '%{size_upload}',
      '-o',
      '/dev/null',
      `${site.origin}/text.txt`,
    )
    assert.match(stderr, /< HTTP\/1\.1 405 /)
    assert.match(stderr, /< Allow: GET, HEAD/i)
    assert.equal(stdout.toString(), '0')
  })
})

test('a broken download is resumed where it broke', async () => {
  const file = join(site.folder('resume'), 'text.txt')
  writeFileSync(file, text.slice(0, 30_001))
  await curl('-C', '-', '-o', file, `${site.origin}/text.txt`)
  assert.equal(readFileSync(file, 'latin1'), text)
})

test('a download that is complete already gets 416 and nothing more', async () => {
  const reply = await said('-i', '-r', `${text.length}-`, `${site.origin}/text.txt`)
  assert.match(reply, /^HTTP\/1\.1 416 /)
  assert.match(reply, new RegExp(`\r\nContent-Range: bytes \\*/${text.length}\r\n`, 'i'))
})

test('one range is sent as it is, several as parts', async () => {
  assert.equal(await said('-r', '5-13', `${site.origin}/text.txt`), text.slice(5, 14))
  assert.equal(await said('-r', '-10', `${site.origin}/text.txt`), text.slice(-10))
  const reply = await said('-i', '-r', '0-9,2000-2029', `${site.origin}/text.txt`)
  assert.match(reply, /^HTTP\/1\.1 206 /)
  const [, boundary] = /Content-Type: multipart\/byteranges; ?boundary="?([^"\r]+)/i.exec(reply) ?? []
  const parts = reply.split(`--${boundary}`).slice(1)
  assert.equal(parts.length, 3)
  for (const [part, from, to] of [
    [parts[0], 0, 10],
    [parts[1], 2000, 2030],
  ] as const) {
    assert.match(part, new RegExp(`Content-Range: bytes ${from}-${to - 1}/${text.length}`, 'i'))
    assert.ok(part.endsWith(`\r\n\r\n${text.slice(from, to)}\r\n`))
  }
  assert.equal(parts[2].trim(), '--')
})

test('what has not changed is not sent again', async () => {
  const head = await said('-I', `${site.origin}/text.txt`)
  for (const [name, condition] of [
    ['ETag', 'If-None-Match'],
    ['Last-Modified', 'If-Modified-Since'],
  ]) {
    const [, value] = new RegExp(`\r\n${name}: ([^\r]+)`, 'i').exec(head) ?? []
    const reply = await said('-i', '-H', `${condition}: ${value}`, `${site.origin}/text.txt`)
    assert.match(reply, /^HTTP\/1\.1 304 /)
    assert.ok(reply.endsWith('\r\n\r\n'))
  }
})

const OUTSIDE = [
  '/../package.json',
  '/sub/../../package.json',
  '/%2e%2e/package.json',
  '/%2E%2E%2Fpackage.json',
  '/..%2fpackage.json',
  '/..%5cpackage.json',
  '/..\\package.json',
  '/sub/..%2f..%2fpackage.json',
  '/%252e%252e/package.json',
  '/.%2e/package.json',
  '/%c0%ae%c0%ae/package.json',
  '/....//package.json',
  '//etc/passwd',
  '/etc/passwd',
  '/file:///etc/passwd',
  '/sub/%00/../../package.json',
  '/text.txt%00.html',
]

describe('paths that lead out of the folder get nothing', () => {
  before(() => {
    writeFileSync(site.file('../package.json'), 'SECRET')
    writeFileSync(site.file('../passwd'), 'SECRET')
  })
  for (const path of OUTSIDE) {
    test(path, async () => {
      const reply = await said('-i', '--path-as-is', `${site.origin}${path}`)
      assert.match(reply, /^HTTP\/1\.1 40[034] /)
      assert.doesNotMatch(reply, /SECRET|root:/)
    })
  }
})

test('dots that stay inside of the folder are fine, as browsers resolve them', async () => {
  assert.equal(await said(`${site.origin}/sub/../sub/page.html`), 'Page')
})

test('several requests share a connection', async () => {
  const urls = ['/', '/text.txt', '/nowhere', '/sub/page.html'].flatMap(path => ['-o', '/dev/null', site.origin + path])
  assert.equal(await said('-w', '%{num_connects} ', ...urls), '1 0 0 0 ')
})

test('a head that is too large gets 431', async () => {
  const reply = await said('-i', '-H', `X-Large: ${'x'.repeat(100_000)}`, `${site.origin}/`)
  assert.match(reply, /^HTTP\/1\.1 431 /)
  assert.match(reply, /\r\nConnection: close\r\n/i)
})

test('a target that is too long gets 414', async () => {
  assert.match(await said('-i', `${site.origin}/${'x'.repeat(20_000)}`), /^HTTP\/1\.1 414 /)
})

test('a folder without its slash is redirected, and curl follows', async () => {
  const reply = await said('-i', `${site.origin}/sub`)
  assert.match(reply, /^HTTP\/1\.1 30[18] /)
  assert.match(reply, /\r\nLocation: \/sub\/\r\n/i)
})

test('over HTTPS, with the certificate made for development', async () => {
  const secure = await Site.serve({ 'index.html': 'safe' }, '--ssl', '--redirect-http')
  try {
    const pem = join(secure.folder('cache/wirewright'), 'development-certificate.pem')
    assert.equal(await said('--cacert', pem, secure.origin), 'safe')
    const plain = await said('-i', secure.origin.replace('https:', 'http:'))
    assert.match(plain, /^HTTP\/1\.1 30[1278] /)
    assert.match(plain, new RegExp(`\r\nLocation: ${secure.origin}/\r\n`, 'i'))
  } finally {
    await secure.stop()
  }
})
