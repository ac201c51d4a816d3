// Each option reaches the part that it is about: what a user sets is what a client or the log gets.
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { developmentCertificate } from '../../src/certificates/index.ts'
import { readCommandLine } from '../../src/cli/command-line.ts'
import { limitsOf } from '../../src/cli/limits.ts'
import { about, KEYS, loadConfig } from '../../src/config/index.ts'
import { ask, folderOf, server, wirewright } from './support.ts'

const HASHED = 'app.3f2a9c1b.js'
const SITE = { 'a.txt': 'hello', 'a.txt.gz': 'packed', [HASHED]: '1', '.dot': 'hidden', 'sub/start.html': 'begin' }

const site = (context: TestContext, ...args: string[]) => server(context, args, { cwd: folderOf(context, SITE) })

describe('limits', () => {
  test('every option of that heading changes one of the server’s, or how long it drains', async () => {
    const limitsWith = async (...args: string[]) => {
      const line = readCommandLine(args, '0', 80)
      assert(line.command !== 'print')
      const given = { ...line.given, file: null, environment: {}, directory: '/' }
      return limitsOf((await loadConfig(given)).config)
    }
    const usual = await limitsWith()
    const keys = KEYS.filter(key => about(key).group === 'Limits and time-outs' && key !== 'drain_timeout')
    assert(keys.length > 10)
    for (const key of keys) {
      const changed = await limitsWith(`--${key.replaceAll('_', '-')}`, key === 'linger_timeout' ? '7' : '1234')
      assert.notDeepEqual(changed, usual, key)
    }
  })
})

describe('what browsers may keep', { concurrency: true }, () => {
  const cacheControl = async (port: number, path: string) =>
    /\r\nCache-Control: ([^\r]*)\r\n/.exec(await ask(port, path))?.[1]

  test('is asked for again, but for names with a hash', async context => {
    const { port } = await site(context)
    assert.equal(await cacheControl(port, '/a.txt'), 'no-cache')
    assert.match((await cacheControl(port, `/${HASHED}`)) ?? '', /max-age=31536000, immutable/)
  })

  test('is told by --browser-cache-time and --no-immutable', async context => {
    const { port } = await site(context, '--browser-cache-time', '60', '--no-immutable')
    assert.equal(await cacheControl(port, '/a.txt'), 'max-age=60')
    assert.equal(await cacheControl(port, `/${HASHED}`), 'max-age=60')
  })

  test('is nothing with --no-enable-browser-caching', async context => {
    const { port } = await site(context, '--no-enable-browser-caching')
    assert.equal(await cacheControl(port, '/a.txt'), 'no-store')
    assert.equal(await cacheControl(port, `/${HASHED}`), 'no-store')
  })
})

describe('what is served', { concurrency: true }, () => {
  const packed = ['Accept-Encoding: gzip']

  test('hidden files, indexes of other names and files as they are, where asked', async context => {
    const [usual, other] = await Promise.all([
      site(context),
      site(context, '--show-hidden-files', '--index-file', 'start.html', '--no-precompressed'),
    ])
    assert.match(await ask(usual.port, '/.dot'), /^HTTP\/1\.1 404 /)
    assert.match(await ask(other.port, '/.dot'), /hidden$/)
    assert.match(await ask(usual.port, '/sub/'), /^HTTP\/1\.1 403 /)
    assert.match(await ask(other.port, '/sub/'), /begin$/)
    assert.match(await ask(usual.port, '/a.txt', packed), /packed$/)
    assert.match(await ask(other.port, '/a.txt', packed), /hello$/)
  })

  test('listings with a title, exclusions and a template of one’s own', async context => {
    const cwd = folderOf(context, SITE)
    writeFileSync(join(cwd, 'list.html'), '<title>{{title}}</title>{{#entries}}[{{name}}]{{/entries}}')
    const args = ['--directory-listing', '--listing-title', 'My things', '--listing-exclude', '*.gz']
    const run = await server(context, [...args, '--listing-template', 'list.html'], { cwd })
    const page = await ask(run.port)
    assert.match(page, /<title>My things/)
    assert.match(page, /\[a\.txt\]/)
    assert.doesNotMatch(page, /\[a\.txt\.gz\]/)
  })
})

test('a refusal is explained to the client with --development alone, in the log always', async context => {
  const [usual, development] = await Promise.all([site(context), site(context, '--development')])
  const broken = ['Bad : 1']
  assert.doesNotMatch(await ask(usual.port, '/', broken), /space-before-colon/)
  assert.match(
    await ask(development.port, '/', broken),
    /rule: space-before-colon\nsection: RFC 9112 section 5\.1\noffset: \d+/,
  )
  await usual.says(/Refused from 127\.0\.0\.1 with 400 \(space-before-colon, RFC 9112 section 5\.1\)/)
})

describe('the log', { concurrency: true }, () => {
  test('is put aside by size, and so many files of it are kept', async context => {
    const cwd = folderOf(context, { 'a.txt': 'hello' })
    const args = ['--log-file', 'logs/x.log', '--log-max-size', '1', '--log-keep', '1']
    for (let start = 0; start < 3; start++) {
      const run = await server(context, args, { cwd })
      await ask(run.port, '/a.txt')
      run.child.kill('SIGTERM')
      assert.equal(await run.ended, 0)
    }
    assert.deepEqual(readdirSync(join(cwd, 'logs')).sort(), ['x.log', 'x.log.1'])
  })

  test('has what is as grave as --log-level, and requests only with the access log', async context => {
    const [quiet, silent] = await Promise.all([
      site(context, '--log-level', 'WARNING', '--max-threads', '2'),
      site(context, '--no-access-log'),
    ])
    for (const run of [quiet, silent]) {
      await ask(run.port, '/a.txt')
      run.child.kill('SIGTERM')
      await run.ended
      assert.doesNotMatch(run.stderr(), /\/a\.txt/)
    }
    assert.match(quiet.stderr(), /WARNING max_threads/)
    assert.doesNotMatch(quiet.stderr(), /Stopped/)
    assert.match(silent.stderr(), /Stopped/)
  })
})

describe('a certificate of one’s own', { concurrency: true }, () => {
  test('whose key has a passphrase is served with it, and is an error without it', async context => {
    const cwd = folderOf(context, SITE)
    const { cert, key } = await developmentCertificate({ cacheFolder: join(cwd, 'cache'), names: [], now: Date.now() })
    writeFileSync(join(cwd, 'cert.pem'), cert)
    const locked = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes256', passphrase: 'open' })
    writeFileSync(join(cwd, 'key.pem'), locked)
    const args = ['--ssl', '--ssl-cert', 'cert.pem', '--ssl-key', 'key.pem']
    const run = await server(context, args, { cwd, env: { WIREWRIGHT_SSL_PASSWORD: 'open' } })
    assert.match(run.stdout(), /https:\/\/localhost/)
    const without = wirewright(context, ['--port', '0', ...args], { cwd })
    assert.equal(await without.ended, 2)
    assert.match(without.stderr(), /it needs its passphrase/)
  })

  test('that belongs to another key is an error', async context => {
    const cwd = folderOf(context, SITE)
    const { cert } = await developmentCertificate({ cacheFolder: join(cwd, 'cache'), names: [], now: Date.now() })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(join(cwd, 'cert.pem'), cert)
    writeFileSync(join(cwd, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const args = ['--port', '0', '--ssl', '--ssl-cert', 'cert.pem', '--ssl-key', 'key.pem']
    const run = wirewright(context, args, { cwd })
    assert.equal(await run.ended, 2)
    assert.match(run.stderr(), /do not belong together/)
  })
})
