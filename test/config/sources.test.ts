import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ConfigError, type FlagGiven, loadConfig, originText, type Sources } from '../../src/config/index.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wirewright-config-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function load(sources: Partial<Sources> = {}) {
  return loadConfig({ flags: [], environment: {}, directory, ...sources })
}

async function refused(sources: Partial<Sources>): Promise<ConfigError> {
  try {
    await load(sources)
  } catch (error) {
    assert(error instanceof ConfigError)
    return error
  }
  assert.fail('the configuration was taken')
}

function write(name: string, content: string): string {
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}

const flag = (key: FlagGiven['key'], value: string | boolean): FlagGiven => ({
  key,
  value,
  flag: `--${key.replaceAll('_', '-')}`,
})

describe('strength', () => {
  test('a file is stronger than defaults, the environment than a file, flags than all', async () => {
    assert.equal((await load()).config.port, 8000)
    write('wirewright.json', '{ "port": 1 }')
    assert.equal((await load()).config.port, 1)
    const environment = { WIREWRIGHT_PORT: '2' }
    assert.equal((await load({ environment })).config.port, 2)
    assert.equal((await load({ environment, flags: [flag('port', '3')] })).config.port, 3)
  })

  test('each value knows where it came from', async () => {
    write('wirewright.json', '{\n  "host": "::",\n  "spa": true\n}')
    const { origins } = await load({ environment: { WIREWRIGHT_LIVE: 'yes' }, flags: [flag('port', '3')] })
    assert.equal(originText(origins.spa), 'wirewright.json:3:3')
    assert.equal(originText(origins.live), 'WIREWRIGHT_LIVE')
    assert.equal(originText(origins.port), '--port')
    assert.equal(originText(origins.auth), 'default')
  })

  test('a flag given twice means its last, a list all of them', async () => {
    const { config } = await load({
      flags: [
        flag('port', '1'),
        flag('index_files', 'a'),
        flag('port', '2'),
        flag('index_files', 'b'),
        flag('spa', true),
        flag('spa', false),
      ],
    })
    assert.equal(config.port, 2)
    assert.deepEqual(config.index_files, ['a', 'b'])
    assert.equal(config.spa, false)
  })
})

describe('the file', () => {
  test('one from an older server works unchanged', async () => {
    const path = join(import.meta.dirname, 'fixtures', 'older-server.json')
    const { config } = await load({ file: path })
    assert.equal(config.document_root, join(import.meta.dirname, 'fixtures', 'htdocs'))
    assert.equal(config.log_file, join(import.meta.dirname, 'fixtures', 'logs', 'server.log'))
    assert.equal(config.server_name, 'Python Socket Server/1.0')
    assert.deepEqual(config.cors_allow_origin, ['*'])
    assert.equal(config.max_threads, 20)
    assert.equal(config.ssl_password, null)
    assert.equal(config.directory_listing, true)
  })

  test('older spellings mean the same', async () => {
    write('config.json', '{ "directory": "site", "enable_directory_listing": true }')
    const { config } = await load()
    assert.equal(config.document_root, join(directory, 'site'))
    assert.equal(config.directory_listing, true)
    const fromEnvironment = await load({ environment: { WIREWRIGHT_DIRECTORY: 'other' } })
    assert.equal(fromEnvironment.config.document_root, join(directory, 'other'))
  })

  test('an older and a newer spelling together are refused', async () => {
    write('config.json', '{ "directory": "a",\n "document_root": "b" }')
    const { problems, message } = await refused({})
    assert.equal(problems.length, 1)
    assert.match(message, /config\.json:2:2: document_root and directory are the same option/)
  })

  test('wirewright.json is found before config.json, and the log is told', async () => {
    write('config.json', '{ "port": 1 }')
    assert.equal((await load()).config.port, 1)
    write('wirewright.json', '{ "port": 2 }')
    const loaded = await load()
    assert.equal(loaded.config.port, 2)
    assert.equal(loaded.file, 'wirewright.json')
    assert.deepEqual(loaded.notes, ['Configuration from wirewright.json (config.json is not read)'])
    assert.equal((await load({ file: null })).config.port, 8000)
  })

  test('relative paths are relative to the file that names them', async () => {
    mkdirSync(join(directory, 'etc'))
    write('etc/site.json', '{ "document_root": "../www", "ssl_key": "key.pem" }')
    const { config } = await load({
      file: 'etc/site.json',
      environment: { WIREWRIGHT_SSL_CERT: 'cert.pem' },
      flags: [flag('log_file', 'log')],
    })
    assert.equal(config.document_root, join(directory, 'www'))
    assert.equal(config.ssl_key, join(directory, 'etc', 'key.pem'))
    assert.equal(config.ssl_cert, join(directory, 'cert.pem'))
    assert.equal(config.log_file, join(directory, 'log'))
  })

  test('comments, trailing commas, a byte order mark and $schema are fine', async () => {
    write('wirewright.json', '\ufeff{ // a note\n "$schema": "x", /* another */ "port": 1, }')
    assert.equal((await load()).config.port, 1)
  })

  for (const [what, content, message] of [
    ['a syntax error', '{\n  "port": 1\n  "host": ""\n}', /^wirewright\.json:3:3: this is not JSON: /],
    ['an empty file', '', /^wirewright\.json:1:1: this is not JSON/],
    ['a list', '[1]', /^wirewright\.json:1:1: a configuration must be one object/],
    ['a deep nest', '['.repeat(100_000), /nested too deeply/],
  ] as const) {
    test(`${what} is told with its place`, async () => {
      write('wirewright.json', content)
      assert.match((await refused({})).message, message)
    })
  }

  test('bytes that are no UTF-8 are refused', async () => {
    writeFileSync(join(directory, 'wirewright.json'), Uint8Array.of(0x7b, 0xff, 0x7d))
    assert.match((await refused({})).message, /must be text in UTF-8/)
  })

  test('a named file that is missing is an error', async () => {
    assert.match((await refused({ file: 'none.json' })).message, /none\.json cannot be read: there is no such file/)
    assert.match((await refused({ environment: { WIREWRIGHT_CONFIG: 'other.json' } })).message, /other\.json/)
  })

  test('a key that JSON repeats is refused', async () => {
    write('wirewright.json', '{ "port": 1, "port": 2 }')
    assert.match((await refused({})).message, /port is given twice/)
  })

  test('names of Object.prototype are no options', async () => {
    write('wirewright.json', '{ "constructor": 1, "__proto__": 2 }')
    assert.equal((await refused({})).problems.length, 2)
  })
})

describe('rules', () => {
  test('short and long forms mean the same', async () => {
    write(
      'wirewright.json',
      JSON.stringify({
        redirects: ['/a /b', '/c/* /d/:splat 301', { from: '/e', to: 'https://example.org/' }],
        headers: ['/x Cache-Control: no-store, private', { for: '/y', set: { A: 'b' } }],
      }),
    )
    const { config } = await load()
    assert.deepEqual(config.redirects, [
      { from: '/a', to: '/b', status: 302 },
      { from: '/c/*', to: '/d/:splat', status: 301 },
      { from: '/e', to: 'https://example.org/', status: 302 },
    ])
    assert.deepEqual(config.headers, [
      { for: '/x', set: { 'Cache-Control': 'no-store, private' } },
      { for: '/y', set: { A: 'b' } },
    ])
    const fromFlags = await load({
      file: null,
      flags: [flag('redirects', '/a /b'), flag('redirects', '/c/* /d/:splat 301')],
    })
    assert.deepEqual(fromFlags.config.redirects, config.redirects.slice(0, 2))
  })

  test('a rule that could split a reply is refused', async () => {
    for (const value of [
      ['/a /b\r\nX: y'],
      [{ from: '/a', to: '/b\nX: y' }],
      [{ from: '/a', to: '/b', status: 200 }],
    ]) {
      write('wirewright.json', JSON.stringify({ redirects: value }))
      assert.match((await refused({})).message, /redirects must be a list of rules/)
    }
    write('wirewright.json', JSON.stringify({ headers: [{ for: '/', set: { A: 'b\r\nC: d' } }] }))
    assert.match((await refused({})).message, /headers must be/)
  })
})

describe('what is wrong', () => {
  test('is told all at once, with the source and the nearest name', async () => {
    write('wirewright.json', '{\n  "document_rot": "x",\n  "port": "abc",\n  "enable_cache": 1\n}')
    const { message, problems } = await refused({
      environment: { WIREWRIGHT_HOTS: '::', WIREWRIGHT_LOG_LEVEL: 'LOUD' },
      flags: [flag('request_timeout', '-1')],
    })
    assert.equal(problems.length, 6)
    assert.match(message, /wirewright\.json:2:3: there is no option document_rot\. Did you mean document_root\?/)
    assert.match(message, /wirewright\.json:3:3: port must be a whole number from 0 to 65535, or auto, not "abc"/)
    assert.match(message, /wirewright\.json:4:3: enable_cache must be true or false, not 1/)
    assert.match(message, /WIREWRIGHT_HOTS: there is no option WIREWRIGHT_HOTS\. Did you mean WIREWRIGHT_HOST\?/)
    assert.match(message, /WIREWRIGHT_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not "LOUD"/)
    assert.match(message, /--request-timeout must be a number from 0 to 86400, not "-1"/)
    assert.match(message, /--no-config/)
  })

  test('is shown escaped and cut, and a secret not at all', async () => {
    write('wirewright.json', JSON.stringify({ host: 5, ['x\u001b[2J'.repeat(40)]: 1, ssl_password: 12345678 }))
    const { message } = await refused({})
    assert(!message.includes('\u001b'))
    assert(message.split('\n').every(line => line.length < 160))
    assert(!message.includes('12345678'))
  })

  test('a certificate without its key is refused only where HTTPS is on', async () => {
    const flags = [flag('ssl_cert', 'cert.pem')]
    assert.equal((await load({ flags })).config.ssl_cert, join(directory, 'cert.pem'))
    assert.match(
      (await refused({ flags: [...flags, flag('enable_ssl', true)] })).message,
      /--ssl-cert: ssl_cert needs ssl_key/,
    )
  })

  test('a password without a name, and a health address that is no path', async () => {
    const { message } = await refused({ flags: [flag('auth', 'hunter2'), flag('health_path', 'healthz')] })
    assert.match(message, /auth must be a name, a colon and a password/)
    assert(!message.includes('hunter2'))
    assert.match(message, /health_path must be a path/)
  })

  test('an index that is no name, and an origin that no browser would send', async () => {
    for (const name of ['../x', 'a/b', '..'])
      assert.match(
        (await refused({ flags: [flag('index_files', name)] })).message,
        /--index-file.*: index_files must be/,
      )
    for (const origin of ['foo', 'https://App.example', 'https://app.example/', 'http://app.example:80', 'app.example'])
      assert.match(
        (await refused({ flags: [flag('cors_allow_origin', origin)] })).message,
        /--cors-allow-origin: cors_allow_origin must be/,
      )
    for (const origin of ['*', 'null', 'https://app.example', 'http://[::1]:5173', 'chrome-extension://abcdef'])
      assert.deepEqual((await load({ flags: [flag('cors_allow_origin', origin)] })).config.cors_allow_origin, [origin])
  })
})

describe('the environment', () => {
  test('reads switches, numbers, lists and nothing', async () => {
    const { config } = await load({
      environment: {
        WIREWRIGHT_SPA: 'on',
        WIREWRIGHT_ENABLE_CACHE: '0',
        WIREWRIGHT_REQUEST_TIMEOUT: '2.5',
        WIREWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8, loopback',
        WIREWRIGHT_REDIRECTS: '/a /b 301\n/c /d',
        WIREWRIGHT_SERVER_NAME: '',
        WIREWRIGHT_LOG_FILE: '',
        WIREWRIGHT_LOG_LEVEL: 'debug',
      },
    })
    assert.equal(config.spa, true)
    assert.equal(config.enable_cache, false)
    assert.equal(config.request_timeout, 2.5)
    assert.deepEqual(config.trusted_proxies, ['10.0.0.0/8', 'loopback'])
    assert.equal(config.redirects.length, 2)
    assert.equal(config.server_name, '')
    assert.equal(config.log_file, null)
    assert.equal(config.log_level, 'DEBUG')
  })
})
