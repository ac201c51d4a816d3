import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ask, folderOf, server, wirewright } from './support.ts'

const SITE = { 'index.html': '<!doctype html><title>Home</title>', 'a.txt': 'hello', 'about.html': 'about us' }

describe('a start', { concurrency: true }, () => {
  test('serves the folder at the address of the banner, to this machine alone', async context => {
    const { port, stdout } = await server(context, ['.'], { cwd: folderOf(context, SITE) })
    assert.match(await ask(port, '/a.txt'), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhello$/)
    assert.match(stdout(), /--host 0\.0\.0\.0/)
    assert(!stdout().includes('\u001b'))
  })

  test('open to the network, it shows the network’s addresses', async context => {
    const { stdout } = await server(context, ['--host', '0.0.0.0'], { cwd: folderOf(context, SITE) })
    assert.doesNotMatch(stdout(), /not open/)
  })

  test('a taken port is an error that names it; auto takes another', async context => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => taken.once('listening', resolve))
    context.after(() => taken.close())
    const { port } = taken.address() as { port: number }
    const cwd = folderOf(context, SITE)
    const run = wirewright(context, ['--port', String(port)], { cwd })
    assert.equal(await run.ended, 2)
    assert.match(run.stderr(), new RegExp(`Port ${port} is taken by another program; --port auto`))

    const first = wirewright(context, ['--port', 'auto'], { cwd })
    const second = wirewright(context, ['--port', 'auto'], { cwd })
    const [[, one], [, two]] = await Promise.all([first.says(/localhost:(\d+)/), second.says(/localhost:(\d+)/)])
    assert.notEqual(one, two)
    assert.match(await ask(Number(two), '/a.txt'), /hello$/)
  })

  test('does not serve its own configuration, certificate, key and log', async context => {
    const own = {
      'wirewright.json':
        '{ "listing_title": "secret", "log_file": "server.log", "ssl_key": "k.pem", "ssl_cert": "c.pem" }',
    }
    const cwd = folderOf(context, { ...SITE, ...own, 'k.pem': 'secret', 'c.pem': 'secret', 'server.log.1': 'secret' })
    const { port } = await server(context, ['.'], { cwd })
    for (const name of ['wirewright.json', 'k.pem', 'c.pem', 'server.log', 'server.log.1'])
      assert.match(await ask(port, `/${name}`), /^HTTP\/1\.1 404 /, name)
    assert.match(await ask(port, '/a.txt'), /hello$/)
  })

  test('on a Unix socket', async context => {
    const cwd = folderOf(context, SITE)
    const run = wirewright(context, ['--unix-socket', 'my.sock'], { cwd })
    await run.says(/Socket +.*my\.sock/)
    assert.match(await ask(join(cwd, 'my.sock'), '/a.txt'), /hello$/)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert(!existsSync(join(cwd, 'my.sock')))
  })

  test('says what is not in force yet, and which file it read', async context => {
    const older = readFileSync(join(import.meta.dirname, '..', 'config', 'fixtures', 'older-server.json'), 'utf8')
    const cwd = folderOf(context, { 'config.json': older, 'htdocs/index.html': 'hi' })
    const run = await server(context, ['--host', 'localhost'], { cwd })
    assert.match(await ask(run.port), /^HTTP\/1\.1 200[\s\S]*\r\nServer: Python Socket Server\/1\.0\r\n[\s\S]*hi$/)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    const log = readFileSync(join(cwd, 'logs', 'server.log'), 'utf8')
    assert.match(log, /Configuration from config\.json/)
    for (const key of ['max_threads', 'enable_file_uploads', 'enable_server_status'])
      assert.match(log, new RegExp(`WARNING ${key} is read, but not in force yet`))
    assert.match(log, / GET \/ 200 /)
  })

  test('--open shows the site in the browser; that there is none is a warning', {
    skip: process.platform !== 'linux',
  }, async context => {
    const cwd = folderOf(context, { ...SITE, 'bin/xdg-open': '#!/bin/sh\necho "$1" > opened\n' })
    chmodSync(join(cwd, 'bin', 'xdg-open'), 0o755)
    const run = await server(context, ['--open'], { cwd, env: { PATH: `${join(cwd, 'bin')}:/bin` } })
    while (!existsSync(join(cwd, 'opened')) || readFileSync(join(cwd, 'opened'), 'utf8') === '')
      await new Promise(resolve => setImmediate(resolve))
    assert.equal(readFileSync(join(cwd, 'opened'), 'utf8'), `http://localhost:${run.port}/\n`)

    const alone = await server(context, ['--open'], { cwd, env: { PATH: '/nowhere' } })
    await alone.says(/WARNING The browser could not be opened: there is no xdg-open/)
    assert.match(await ask(alone.port, '/a.txt'), /hello$/)
  })

  test('goes on when nobody reads its output', async context => {
    const run = await server(context, ['.'], { cwd: folderOf(context, SITE) })
    run.child.stdout?.destroy()
    run.child.stderr?.destroy()
    for (let i = 0; i < 3; i++) assert.match(await ask(run.port, '/a.txt'), /hello$/)
  })
})

describe('options', { concurrency: true }, () => {
  async function site(context: Parameters<typeof folderOf>[0], ...args: string[]) {
    return server(context, args, { cwd: folderOf(context, SITE) })
  }

  test('--auth asks for the password, health needs none and is not logged', async context => {
    const run = await site(context, '--auth', 'me:s:ecret', '--health', '/healthz')
    const { port } = run
    const basic = (text: string) => [`Authorization: Basic ${Buffer.from(text).toString('base64')}`]
    assert.match(await ask(port, '/a.txt'), /^HTTP\/1\.1 401 [\s\S]*\r\nWWW-Authenticate: Basic realm="Wirewright"/)
    assert.match(await ask(port, '/a.txt', basic('me:wrong')), /^HTTP\/1\.1 401 /)
    assert.match(await ask(port, '/a.txt', basic('me:s:ecret')), /^HTTP\/1\.1 200 /)
    assert.match(await ask(port, '/healthz'), /^HTTP\/1\.1 200 [\s\S]*OK\n$/)
    await run.says(/GET \/a\.txt 200/)
    assert.doesNotMatch(run.stderr(), /healthz/)
  })

  test('security fields are on every reply, refusals too, and can be switched off', async context => {
    const [on, off] = await Promise.all([site(context), site(context, '--no-security-headers')])
    for (const target of ['/a.txt', '/', '/none']) {
      assert.match(await ask(on.port, target), /\r\nX-Content-Type-Options: nosniff\r\n/i)
      assert.match(await ask(on.port, target), /\r\nX-Frame-Options: SAMEORIGIN\r\n/i)
    }
    assert.doesNotMatch(await ask(off.port, '/a.txt'), /X-Frame-Options/i)
  })

  test('the Server field is the product and its version, or off', async context => {
    const [usual, named, off] = await Promise.all([
      site(context),
      site(context, '--server-name', 'Mine', '--server-version', '2'),
      site(context, '--no-server-name'),
    ])
    assert.match(await ask(usual.port), /\r\nServer: Wirewright\r\n/)
    assert.match(await ask(named.port), /\r\nServer: Mine\/2\r\n/)
    assert.doesNotMatch(await ask(off.port), /\r\nServer:/)
  })

  test('--cors lets every script read; with origins only theirs', async context => {
    const [all, some] = await Promise.all([
      site(context, '--cors'),
      site(context, '--cors', '--cors-allow-origin', 'https://a.example'),
    ])
    const from = (origin: string, ...more: string[]) => [`Origin: ${origin}`, ...more]
    const asks = 'Access-Control-Request-Method: GET'
    assert.match(await ask(all.port, '/a.txt'), /\r\nAccess-Control-Allow-Origin: \*\r\n/)
    assert.match(await ask(all.port, '/none'), /^HTTP\/1\.1 404 [\s\S]*\r\nAccess-Control-Allow-Origin: \*\r\n/)
    assert.match(
      await ask(all.port, '/a.txt', from('https://x.example', asks), 'OPTIONS'),
      /^HTTP\/1\.1 204 [\s\S]*Access-Control-Allow-Methods: GET, HEAD/,
    )
    assert.match(
      await ask(some.port, '/a.txt', from('https://a.example')),
      /Access-Control-Allow-Origin: https:\/\/a\.example\r\n/,
    )
    assert.match(
      await ask(some.port, '/none', from('https://a.example')),
      /Access-Control-Allow-Origin: https:\/\/a\.example\r\n/,
    )
    const stranger = await ask(some.port, '/a.txt', from('https://b.example'))
    assert.doesNotMatch(stranger, /Access-Control-Allow-Origin/)
    assert.match(stranger, /\r\nVary: [^\r]*Origin/)
  })

  test('redirect and header rules, clean addresses, single-page fallback', async context => {
    const run = await site(
      context,
      '--redirect',
      '/old/* /new/:splat 301',
      '--header',
      '/a.txt X-Test: yes',
      '--clean-urls',
    )
    assert.match(await ask(run.port, '/old/x'), /^HTTP\/1\.1 301 [\s\S]*\r\nLocation: \/new\/x\r\n/)
    assert.match(await ask(run.port, '/a.txt'), /\r\nX-Test: yes\r\n/)
    assert.match(await ask(run.port, '/about'), /^HTTP\/1\.1 200 [\s\S]*about us$/)
    const spa = await site(context, '--spa')
    assert.match(await ask(spa.port, '/deep/link', ['Accept: text/html']), /^HTTP\/1\.1 200 [\s\S]*Home/)
  })

  test('--trusted-proxy believes its word about the client', async context => {
    const run = await site(context, '--trusted-proxy', 'loopback')
    await ask(run.port, '/a.txt', ['X-Forwarded-For: 203.0.113.9'])
    await run.says(/203\.0\.113\.9 GET \/a\.txt 200/)
  })

  test('--log-format writes access lines to stdout, alone', async context => {
    const cwd = folderOf(context, SITE)
    const run = wirewright(context, ['--port', '0', '--log-format', 'combined'], { cwd })
    const [, port] = await run.says(/localhost:(\d+)/)
    await ask(Number(port), '/a.txt', ['User-Agent: test'])
    await run.says(/"GET \/a\.txt HTTP\/1\.1" 200 5 "-" "test"/)
    assert.equal(run.stdout().trimEnd().split('\n').length, 1)
  })

  test('--request-timeout cuts off a slow head, and the others are answered', async context => {
    const run = await site(context, '--request-timeout', '0.3')
    const { connect } = await import('node:net')
    const slow = connect(run.port, '127.0.0.1')
    slow.write('GET / HTTP/1.1\r\nHo')
    const closed = new Promise(resolve => slow.on('close', resolve))
    slow.resume()
    assert.match(await ask(run.port, '/a.txt'), /hello$/)
    await closed
  })
})

describe('the end', { concurrency: true }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`${signal} stops in order`, async context => {
      const run = await server(context, [], { cwd: folderOf(context, SITE) })
      run.child.kill(signal)
      assert.equal(await run.ended, 0)
      assert.match(run.stderr(), new RegExp(`${signal}: stopping`))
      assert.match(run.stderr(), /Stopped\n$/)
    })

  test('what does not finish in time is cut and told; a second signal ends at once', async context => {
    const { connect } = await import('node:net')
    const cwd = folderOf(context, { 'index.html': '', 'big.bin': 'x'.repeat(64 * 1024 * 1024) })
    const stall = async (port: number) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write('GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n')
      await new Promise(resolve => socket.once('readable', resolve))
      context.after(() => socket.destroy())
    }
    const first = await server(context, ['--drain-timeout', '0.2'], { cwd })
    await stall(first.port)
    first.child.kill('SIGTERM')
    assert.equal(await first.ended, 0)
    assert.match(first.stderr(), /1 request did not finish in 0\.2 s and was cut/)
    assert.match(first.stderr(), /Cut: GET \/big\.bin from 127\.0\.0\.1 after \d+ bytes/)

    const second = await server(context, ['--drain-timeout', '600'], { cwd })
    await stall(second.port)
    second.child.kill('SIGINT')
    await second.says(/SIGINT: stopping; 1 connection may finish within 600 s/)
    second.child.kill('SIGTERM')
    assert.equal(await second.ended, 143)
  })

  test('the event streams of live reload end by themselves', async context => {
    const { connect } = await import('node:net')
    const run = await server(context, ['--live', '--drain-timeout', '600'], { cwd: folderOf(context, SITE) })
    const script = /src="?([^" >]+)/.exec(await ask(run.port, '/'))?.[1]
    assert(script)
    const stream = /["'`](\/[^"'`]*)["'`]/.exec(
      await ask(run.port, script).then(reply => reply.slice(reply.indexOf('EventSource'))),
    )?.[1]
    assert(stream)
    const socket = connect(run.port, '127.0.0.1')
    socket.write(`GET ${stream} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n`)
    const head = await new Promise<string>(resolve => socket.once('data', bytes => resolve(bytes.toString('latin1'))))
    assert.match(head, /text\/event-stream/)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert.doesNotMatch(run.stderr(), /cut/)
  })

  test('SIGHUP opens the log file anew', async context => {
    const { renameSync } = await import('node:fs')
    const cwd = folderOf(context, SITE)
    const run = await server(context, ['--log-file', 'x.log'], { cwd })
    await ask(run.port, '/a.txt')
    renameSync(join(cwd, 'x.log'), join(cwd, 'old.log'))
    run.child.kill('SIGHUP')
    while (!existsSync(join(cwd, 'x.log'))) await new Promise(resolve => setImmediate(resolve))
    await ask(run.port, '/about.html')
    run.child.kill('SIGTERM')
    await run.ended
    assert.match(readFileSync(join(cwd, 'old.log'), 'utf8'), /\/a\.txt/)
    assert.match(readFileSync(join(cwd, 'x.log'), 'utf8'), /\/about\.html/)
  })
})

describe('HTTPS', { concurrency: true }, () => {
  test('--ssl makes a certificate, keeps it, and sends plain requests on where asked', async context => {
    const { connect } = await import('node:tls')
    const cwd = folderOf(context, SITE)
    const started = { cwd, env: { XDG_CACHE_HOME: join(cwd, '.cache') } }
    const run = await server(context, ['--ssl', '--redirect-http', '--hsts-max-age', '60'], started)
    assert.match(run.stdout(), /https:\/\/localhost/)
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port: run.port, host: '127.0.0.1', rejectUnauthorized: false })
      let text = ''
      socket.on('data', bytes => {
        text += bytes.toString('latin1')
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
      socket.write('GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    })
    assert.match(reply, /^HTTP\/1\.1 200 [\s\S]*hello$/)
    assert.match(reply, /\r\nStrict-Transport-Security: max-age=60\r\n/)
    const plain = await ask(run.port, '/a.txt?b')
    assert.match(plain, /^HTTP\/1\.1 308 [\s\S]*\r\nLocation: https:\/\/localhost\/a\.txt\?b\r\n/)
    assert(existsSync(join(cwd, '.cache', 'wirewright')))
  })
})

describe('systemd', () => {
  test('a socket that was handed over is served', { skip: process.platform === 'win32' }, async context => {
    const cwd = folderOf(context, SITE)
    const listening = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => listening.once('listening', resolve))
    const { port } = listening.address() as { port: number }
    const { spawn } = await import('node:child_process')
    const { fd } = (listening as unknown as { _handle: { fd: number } })._handle
    // The shell becomes the server, so LISTEN_PID can be its own.
    const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')
    const child = spawn('sh', ['-c', `LISTEN_FDS=1 LISTEN_PID=$$ exec "${process.execPath}" "${main}" .`], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', fd],
    })
    context.after(() => child.kill('SIGKILL'))
    await new Promise<void>(resolve => child.stdout?.on('data', text => String(text).includes('serves') && resolve()))
    listening.close()
    assert.match(await ask(port, '/a.txt'), /hello$/)
  })
})
