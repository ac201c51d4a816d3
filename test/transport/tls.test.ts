import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { Output } from '../../src/bytes/output.ts'
import { developmentCertificate } from '../../src/certificates/index.ts'
import { TlsContext, TlsError, type TlsMaterial } from '../../src/transport/index.ts'
import { Observer, type Opened, open, readAll, until, WAYS, write } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirewright-tls-'))
let one: TlsMaterial
let other: TlsMaterial

before(async () => {
  one = await developmentCertificate({ cacheFolder: join(folder, 'one'), now: Date.now() })
  other = await developmentCertificate({ cacheFolder: join(folder, 'other'), now: Date.now(), names: ['other.test'] })
})
after(() => rmSync(folder, { recursive: true }))

/** Speaks TLS over a connection to the listener. */
async function secured(opened: Opened, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return shakeHands(await opened.connect(), options)
}

async function shakeHands(socket: Socket, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    ca: String(one.cert),
    servername: 'localhost',
    ALPNProtocols: ['http/1.1'],
    ...options,
  })
  await once(secure, 'secureConnect')
  return secure
}

/** openssl's client, which does what a good one would not: resume a session for another name, negotiate again. */
class SClient {
  readonly ended: Promise<void>
  private readonly child: ChildProcess
  private said = ''

  constructor(opened: Opened, ...args: string[]) {
    const { port } = opened.listener.addresses[0] as { port: number }
    this.child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-alpn', 'h2,http/1.1', ...args])
    this.child.stdout?.on('data', data => {
      this.said += data
    })
    this.child.stdin?.on('error', () => {})
    this.ended = new Promise(resolve => this.child.on('close', () => resolve()))
  }

  get isReused(): boolean {
    return /^Reused, TLS/m.test(this.said)
  }

  say(text: string): void {
    this.child.stdin?.write(text)
  }
}

describe('TLS', () => {
  it('carries bytes both ways, tells its facts, and ends in order', async () => {
    const opened = await open({ tls: new TlsContext(one) })
    const client = await secured(opened)
    const channel = await opened.next()
    const user = new Observer()
    channel.user = user
    assert.deepEqual(channel.ends.tls, {
      version: 'TLSv1.3',
      cipher: client.getCipher().standardName,
      serverName: 'localhost',
      alpn: 'http/1.1',
    })
    assert.equal(client.alpnProtocol, 'http/1.1')
    assert.equal(channel.ends.address, '127.0.0.1')
    client.write('question')
    await user.received(8)
    const large = randomBytes(3_000_000)
    write(channel, 'answer', large)
    channel.finish()
    assert.ok((await readAll(client)).equals(Buffer.concat([Buffer.from('answer'), large])))
    assert.ok(channel.bytesSent > large.length)
    client.end()
    assert.equal(await user.whenClosed, null)
    await until(() => opened.listener.count === 0)
    await opened.listener.close()
    assert.equal(opened.clock.timers, 0)
  })

  it('can be answered after the client has ended', async () => {
    const opened = await open({ tls: new TlsContext(one) })
    const client = await secured(opened)
    const channel = await opened.next()
    const user = new Observer()
    channel.user = user
    client.end('question')
    await user.whenEnded
    for (let i = 0; i < 5; i++) await new Promise(resolve => setTimeout(resolve, 1))
    assert.equal(channel.closed, false)
    write(channel, 'answer')
    channel.finish()
    assert.equal((await readAll(client)).toString(), 'answer')
    assert.equal(await user.whenClosed, null)
    await opened.listener.close()
  })

  it('tells once that the backlog is gone, and pauses', async () => {
    const opened = await open({ tls: new TlsContext(one) })
    const client = await secured(opened)
    const channel = await opened.next()
    const user = new Observer()
    channel.user = user
    client.pause()
    const large = randomBytes(20_000_000)
    write(channel, large)
    assert.ok(channel.backlog > 0)
    let read = 0
    client.on('data', data => {
      read += data.length
    })
    client.resume()
    await until(() => user.drains > 0 && read === large.length)
    assert.equal(user.drains, 1)
    assert.equal(channel.backlog, 0)
    channel.pause()
    client.write('later')
    for (let i = 0; i < 5; i++) await new Promise(resolve => setTimeout(resolve, 1))
    assert.equal(user.text, '')
    channel.resume()
    await user.received(5)
    client.destroy()
    await opened.listener.close()
    assert.equal(await user.whenClosed, null)
  })

  it('offers the protocols it was told to, and refuses clients that know none of them', async () => {
    const opened = await open({ tls: new TlsContext(one), alpn: ['h2', 'http/1.1'] })
    const client = await secured(opened, { ALPNProtocols: ['http/1.1', 'h2'] })
    assert.equal(client.alpnProtocol, 'h2')
    assert.equal((await opened.next()).ends.tls?.alpn, 'h2')
    client.destroy()
    const without = await secured(opened, { ALPNProtocols: [] })
    assert.equal((await opened.next()).ends.tls?.alpn, '')
    without.destroy()
    await assert.rejects(secured(opened, { ALPNProtocols: ['spdy/3'] }), /no application protocol/)
    await opened.listener.close()
  })

  it('does not speak TLS 1.1', async () => {
    const opened = await open({ tls: new TlsContext(one) })
    await assert.rejects(
      secured(opened, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    )
    const client = await secured(opened, { maxVersion: 'TLSv1.2' })
    assert.equal(client.getProtocol(), 'TLSv1.2')
    client.destroy()
    await opened.listener.close()
  })

  it('uses another certificate from now on when it is replaced; connections and sessions go on', async () => {
    const tls = new TlsContext(one)
    const opened = await open({ tls })
    const client = await secured(opened)
    let session: Buffer | undefined
    client.on('session', data => {
      session = data
    })
    const channel = await opened.next()
    write(channel, 'x')
    await once(client, 'data')
    await until(() => session !== undefined)
    assert.throws(() => tls.replace({ cert: 'nonsense', key: one.key }), TlsError)
    tls.replace(other)
    write(channel, 'still here')
    const [data] = await once(client, 'data')
    assert.equal(String(data), 'still here')
    await assert.rejects(secured(opened), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const second = await secured(opened, { ca: String(other.cert) })
    assert.ok(second.getPeerCertificate().subjectaltname?.includes('other.test'))
    assert.equal(second.isSessionReused(), false)
    const resumed = await secured(opened, { ca: String(one.cert), session })
    assert.ok(resumed.isSessionReused())
    for (const socket of [client, second, resumed]) socket.destroy()
    await opened.listener.close()
  })

  it('can choose the certificate by the name that is asked for', async () => {
    const named = new TlsContext(other)
    const opened = await open({
      tls: new TlsContext(one),
      tlsFor: name => (name === 'other.test' ? named : undefined),
    })
    const first = await secured(opened)
    const second = await secured(opened, { ca: String(other.cert), servername: 'other.test' })
    for (const socket of [first, second]) socket.destroy()
    await opened.listener.close()
  })

  it('takes for HTTP/2 over TLS 1.2 no cipher that RFC 9113 appendix A prohibits', async () => {
    const opened = await open({ tls: new TlsContext(one), alpn: ['h2'] })
    const old = { maxVersion: 'TLSv1.2', ALPNProtocols: ['h2'] } as const
    for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'AES128-GCM-SHA256'])
      await assert.rejects(secured(opened, { ...old, ciphers }), ciphers)
    const client = await secured(opened, { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })
    assert.equal(client.alpnProtocol, 'h2')
    client.destroy()
    await opened.listener.close()
  })

  it('cuts a client that negotiates again (RFC 9113 section 9.2.1)', async () => {
    const opened = await open({ tls: new TlsContext(one), alpn: ['h2'] })
    const client = new SClient(opened, '-tls1_2')
    const user = new Observer()
    ;(await opened.next()).user = user
    client.say('hello\n')
    await user.received(6)
    client.say('R\n')
    await user.whenClosed
    assert.equal(user.text, 'hello\n')
    await client.ended
    await opened.listener.close()
  })

  for (const version of ['-tls1_2', '-tls1_3']) {
    it(`resumes a session for the host it was made with alone, and knows the host (${version})`, async () => {
      const named = new TlsContext(other)
      const opened = await open({
        tls: new TlsContext(one),
        tlsFor: name => (name === 'other.test' ? named : undefined),
      })
      const visit = async (...args: string[]) => {
        const client = new SClient(opened, version, ...args)
        const channel = await opened.next()
        const name = channel.ends.tls?.serverName
        write(channel, 'x')
        channel.finish()
        await client.ended
        return `${client.isReused ? 'resumed' : 'new'} ${name}`
      }
      const session = join(folder, `session${version}`)
      assert.equal(await visit('-servername', 'Other.test', '-sess_out', session), 'new other.test')
      assert.equal(await visit('-servername', 'other.test', '-sess_in', session), 'resumed other.test')
      assert.equal(await visit('-servername', 'localhost', '-sess_in', session), 'new localhost')
      assert.equal(await visit('-noservername', '-sess_in', session), 'new ')
      named.replace(one)
      assert.equal(await visit('-servername', 'other.test', '-sess_in', session), 'resumed other.test')
      await opened.listener.close()
    })
  }

  const garbage: [string, Uint8Array | string][] = [
    ['a plain request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['noise', randomBytes(5000)],
    [
      'a record that claims to be a ClientHello',
      Buffer.concat([Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196]), randomBytes(196)]),
    ],
  ]
  for (const plainToo of [false, true]) {
    for (const [name, bytes] of garbage) {
      const isTls = typeof bytes !== 'string' && bytes[0] === 22
      if (plainToo && !isTls) continue
      it(`survives ${name} instead of a handshake${plainToo ? ', where plain is allowed too' : ''}`, async () => {
        const failures: Error[] = []
        const opened = await open({
          tls: new TlsContext(one),
          plainToo,
          handshakeFailed: (_, error) => failures.push(error),
        })
        const socket = await opened.connect()
        socket.on('error', () => {}).resume()
        socket.on('end', () => socket.end())
        socket.write(bytes)
        await once(socket, 'close')
        await until(() => opened.listener.count === 0)
        assert.equal(failures.length, 1)
        assert.equal(opened.channels.length, 0)
        ;(await secured(opened)).destroy()
        await opened.listener.close()
      })
    }

    it(`cuts a handshake that takes too long${plainToo ? ', first byte included' : ''}`, async () => {
      const opened = await open({ tls: new TlsContext(one), plainToo, handshakeTimeout: 3000 })
      const silent = await opened.connect()
      const slow = await opened.connect()
      slow.write(Buffer.from([22, 3, 1]))
      const quick = await secured(opened)
      await until(() => opened.listener.count === 3)
      const ends = [silent, slow].map(socket => {
        socket.on('error', () => {}).resume()
        return new Promise(resolve => {
          socket.on('end', resolve)
          socket.on('close', resolve)
        })
      })
      opened.clock.advance(2500)
      for (let i = 0; i < 5; i++) await new Promise(resolve => setTimeout(resolve, 1))
      assert.equal(opened.listener.count, 3)
      opened.clock.advance(1000)
      await Promise.all(ends)
      await until(() => opened.listener.count === 1)
      const user = new Observer()
      ;(await opened.next()).user = user
      quick.write('fine')
      await user.received(4)
      quick.destroy()
      silent.destroy()
      slow.destroy()
      await opened.listener.close()
    })
  }

  it('counts a client that leaves in the middle of the handshake as gone', async () => {
    const failures: Error[] = []
    const opened = await open({ tls: new TlsContext(one), handshakeFailed: (_, error) => failures.push(error) })
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const socket = await opened.connect()
      socket.on('error', () => {}).resume()
      socket.write(Buffer.from([22, 3, 1, 0, 200, 1]))
      await until(() => opened.listener.count === 1)
      socket[leave]()
      await until(() => opened.listener.count === 0)
    }
    assert.equal(failures.length, 3)
    await opened.listener.close()
    assert.equal(opened.clock.timers, 0)
  })

  it('cuts handshakes when the listener stops', async () => {
    const opened = await open({ tls: new TlsContext(one) })
    const socket = await opened.connect()
    socket.on('error', () => {}).resume()
    await until(() => opened.listener.count === 1)
    opened.listener.stop()
    await opened.listener.ended
    socket.destroy()
  })
})

for (const sharedReads of WAYS) {
  describe(`TLS and plain on one port (shared reads: ${sharedReads})`, () => {
    const both = () => open({ tls: new TlsContext(one), plainToo: true, sharedReads })

    it('tells them apart by the first byte', async () => {
      const opened = await both()
      const plain = await opened.connect()
      plain.write('GET /')
      const channel = await opened.next()
      assert.equal(channel.ends.tls, null)
      write(channel, 'plain')
      channel.finish()
      assert.equal((await readAll(plain)).toString(), 'plain')
      plain.end()
      const client = await secured(opened)
      const secure = await opened.next()
      assert.equal(secure.ends.tls?.version, 'TLSv1.3')
      write(secure, 'secret')
      secure.finish()
      assert.equal((await readAll(client)).toString(), 'secret')
      client.end()
      await until(() => opened.listener.count === 0)
      await opened.listener.close()
    })

    it('byte by byte', async () => {
      const received: string[] = []
      const users: Observer[] = []
      const opened = await open({
        tls: new TlsContext(one),
        plainToo: true,
        sharedReads,
        accept: channel => {
          const user = new Observer()
          users.push(user)
          const output = new Output()
          user.onReceive = bytes => {
            received.push(Buffer.from(bytes).toString())
            output.bytes(bytes)
            channel.write(output)
          }
          user.ended = () => channel.finish()
          channel.user = user
        },
      })
      const plain = await opened.connect()
      for (const char of 'GET / HTTP') {
        plain.write(char)
        await new Promise(resolve => setTimeout(resolve, 1))
      }
      plain.end()
      assert.equal((await readAll(plain)).toString(), 'GET / HTTP')
      assert.equal(received.join(''), 'GET / HTTP')

      // What the client's TLS writes is passed on byte by byte.
      const raw = await opened.connect()
      raw.setNoDelay()
      const { Duplex } = await import('node:stream')
      const slow = new Duplex({
        read() {},
        async write(chunk: Buffer, _, done) {
          for (const byte of chunk) {
            raw.write(Buffer.from([byte]))
            await new Promise(resolve => setImmediate(resolve))
          }
          done()
        },
        final(done) {
          raw.end()
          done()
        },
      })
      raw.on('data', data => slow.push(data))
      raw.on('end', () => slow.push(null))
      const client = connectTls({ socket: slow, ca: String(one.cert), servername: 'localhost' })
      await once(client, 'secureConnect')
      client.write('slowly')
      const [answer] = await once(client, 'data')
      assert.equal(String(answer), 'slowly')
      client.destroy()
      raw.destroy()
      await until(() => opened.listener.count === 0)
      await opened.listener.close()
    })

    it('gives up the place of a client that leaves without a byte', async () => {
      const opened = await both()
      for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
        const socket = await opened.connect()
        socket.on('error', () => {}).resume()
        await until(() => opened.listener.count === 1)
        socket[leave]()
        await until(() => opened.listener.count === 0)
      }
      assert.equal(opened.channels.length, 0)
      opened.clock.advance(60_000)
      await opened.listener.close()
    })
  })
}
