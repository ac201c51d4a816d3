import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { certificateFor, type Made } from '../support/certificates.ts'
import { ask } from '../support/host-clients.ts'
import { folderOf, wirewright } from './support.ts'

let a: Made
let b: Made
let renewed: Made
before(async () => {
  a = await certificateFor(['a.example'])
  b = await certificateFor(['b.example'])
  renewed = await certificateFor(['b.example', 'renewed.example'])
})

const FOLDERS = {
  'all/index.html': 'any',
  'a/index.html': 'of a',
  'a/404.html': 'a has none',
  'b/index.html': 'of b',
}

describe('hosts of a configuration', { concurrency: true }, () => {
  test('are served by their names, each from its folder, with its own pages', async context => {
    const config = {
      port: 0,
      document_root: 'all',
      hosts: [{ names: '*' }, { names: ['A.example'], document_root: 'a' }],
    }
    const cwd = folderOf(context, { ...FOLDERS, 'wirewright.json': JSON.stringify(config) })
    const run = wirewright(context, [], { cwd })
    const [, port] = await run.says(/Host +http:\/\/localhost:(\d+)\/ +all/)
    assert.match(run.stdout(), /serves 2 hosts/)
    assert.match(run.stdout(), new RegExp(`Host +http://a\\.example:${port}/ +a\\n`))
    const get = (host: string, path = '/') => ask({ port: Number(port), host, path })
    assert.equal((await get('a.example')).content, 'of a')
    assert.equal((await get('c.example')).content, 'any')
    assert.deepEqual(
      [(await get('a.example', '/x')).status, (await get('a.example', '/x')).content],
      [404, 'a has none'],
    )
    assert.doesNotMatch((await get('c.example', '/x')).content, /a has none/)
  })

  test('have certificates, ports and a way from http to https; a new certificate is taken up', async context => {
    // A port that was free a moment ago: the one for http is not told.
    const config = {
      port: 0,
      http_port: await freePort(),
      ssl_cert: 'a.pem',
      ssl_key: 'a.key',
      hosts: [
        { names: 'a.example', document_root: 'a', enable_ssl: true },
        { names: 'b.example', document_root: 'b', ssl_cert: 'b/b.pem', ssl_key: 'a/b.key' },
      ],
    }
    const cwd = folderOf(context, {
      ...FOLDERS,
      'wirewright.json': JSON.stringify(config),
      'a.pem': a.cert,
      'a.key': a.key,
      'b/b.pem': b.cert,
      'a/b.key': b.key,
    })
    const run = wirewright(context, [], { cwd })
    const [, text] = await run.says(/Host +https:\/\/b\.example:(\d+)\//)
    const port = Number(text)
    const get = (host: string, path = '/') => ask({ port, host, path, serverName: host }, 'HTTP/2')
    const [ofA, ofB] = [await get('a.example'), await get('b.example')]
    assert.deepEqual([ofA.content, ofA.names], ['of a', 'DNS:a.example'])
    assert.deepEqual([ofB.content, ofB.names], ['of b', 'DNS:b.example'])
    assert.equal((await get('a.example', '/b.key')).status, 404, 'no key is served, whoever it belongs to')
    const plain = await ask({ port: config.http_port, host: 'b.example', path: '/x' })
    assert.deepEqual([plain.status, plain.location], [308, `https://b.example:${port}/x`])
    writeFileSync(join(cwd, 'a/b.key'), renewed.key)
    writeFileSync(join(cwd, 'b/b.pem'), renewed.cert)
    await run.says(/b\.pem: the new certificate is in use/)
    assert.match((await get('b.example')).names, /renewed\.example/)
    writeFileSync(join(cwd, 'b/b.pem'), 'nonsense')
    await run.says(/b\.pem: The certificate must be PEM.*stays in use/)
    assert.match((await get('b.example')).names, /renewed\.example/)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
  })

  test('without a certificate of their own share one that the machine makes', async context => {
    const config = { port: 0, enable_ssl: true, hosts: [{ names: 'a.example' }, { names: ['*.b.example', '*'] }] }
    const cwd = folderOf(context, { 'index.html': 'all', 'wirewright.json': JSON.stringify(config) })
    const run = wirewright(context, [], { cwd, env: { XDG_CACHE_HOME: join(cwd, 'cache') } })
    const [, port] = await run.says(/Host +https:\/\/a\.example:(\d+)\//)
    const { names, content } = await ask({ port: Number(port), host: 'x.b.example', serverName: 'x.b.example' })
    assert.equal(content, 'all')
    assert.match(names, /DNS:a\.example, DNS:\*\.b\.example/)
  })

  for (const [what, config, message] of [
    [
      'a name that is none',
      { hosts: [{ names: 'a' }, { names: 'x.*.y' }] },
      /wirewright\.json:\d+:\d+: hosts\[1\]\.names: "x\.\*\.y" is no host name/,
    ],
    ['the same name twice', { hosts: [{ names: 'a' }, { names: 'A' }] }, /Two hosts have the name a on port 8000/],
    [
      'a folder that is missing',
      { hosts: [{ names: 'a', document_root: 'none' }] },
      /hosts\[0\]\.document_root: There is no folder/,
    ],
    [
      'a certificate that is missing',
      { hosts: [{ names: 'a', ssl_cert: 'c.pem', ssl_key: 'a.key' }] },
      /hosts\[0\]\.ssl_cert .*c\.pem cannot be read: there is no such file/,
    ],
    [
      'a key that is none',
      { hosts: [{ names: 'a', ssl_cert: 'a.pem', ssl_key: 'wirewright.json' }] },
      /hosts\[0\]\.ssl_key .*wirewright\.json: The key must be PEM/,
    ],
    [
      'TLS and plain on one port',
      { hosts: [{ names: 'a', ssl_cert: 'a.pem', ssl_key: 'a.key' }, { names: 'b' }] },
      /The host b has no certificate, and port 8000 speaks TLS/,
    ],
  ] as [string, object, RegExp][]) {
    test(`cannot have ${what}`, async context => {
      const cwd = folderOf(context, { 'wirewright.json': JSON.stringify(config), 'a.pem': a.cert, 'a.key': a.key })
      const run = wirewright(context, [], { cwd })
      assert.equal(await run.ended, 2)
      assert.match(run.stderr(), message)
    })
  }
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

test('--no-http2 leaves HTTP/1.1 alone, and --http2 speaks both', async context => {
  for (const [flag, first] of [
    ['--no-http2', 'HTTP/1.1 '],
    ['--http2', '\0\0'],
  ] as const) {
    const run = wirewright(context, ['--port', '0', flag], { cwd: folderOf(context, { 'index.html': 'x' }) })
    const [, port] = await run.says(/Local +http:\/\/localhost:(\d+)\//)
    const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1')
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0')
    const [reply] = await new Promise<string[]>(resolve => socket.once('data', (...data) => resolve(data as never)))
    assert.equal(reply.slice(0, first.length), first)
    socket.destroy()
  }
})
