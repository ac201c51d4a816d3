import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { OverLimit } from '../../src/transport/index.ts'
import { connected, Observer, open, readAll, until, WAYS, write } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirewright-listen-'))
after(() => rmSync(folder, { recursive: true }))

async function assertAnswers(opened: Awaited<ReturnType<typeof open>>, index = 0): Promise<void> {
  const socket = await connected(opened.listener, index)
  const channel = await opened.next()
  write(channel, 'hello')
  channel.finish()
  assert.equal((await readAll(socket)).toString(), 'hello')
  socket.end()
}

/** What a child needs to read TypeScript: nothing since Node 22.18. */
const TYPES = process.execArgv.filter(argument => argument === '--experimental-strip-types')

/** Gives what should not happen a chance to. */
async function assertStays(value: () => number, expected: number): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setTimeout(resolve, 1))
  assert.equal(value(), expected)
}

describe('where to listen', () => {
  it('is this machine alone without a host: IPv4 and IPv6 on the same free port', async () => {
    const opened = await open({ where: { port: 0 } })
    const hosts = opened.listener.addresses.map(address => ('host' in address ? address.host : ''))
    assert.deepEqual(hosts, ['127.0.0.1', '::1'])
    const ports = new Set(opened.listener.addresses.map(address => ('port' in address ? address.port : 0)))
    assert.equal(ports.size, 1)
    await assertAnswers(opened, 0)
    await assertAnswers(opened, 1)
    await opened.listener.close()
  })

  it('says when the port is taken, on one address or both, and leaves nothing open', async () => {
    const taken = createServer().listen(0, '::1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    await assert.rejects(open({ where: { port } }), { code: 'EADDRINUSE' })
    const free = createServer().listen(port, '127.0.0.1')
    await once(free, 'listening')
    free.close()
    taken.close()
  })

  it('can be every address, and IPv4 clients look like IPv4 clients', async () => {
    const opened = await open({ where: { port: 0, host: '::' } })
    const { port } = opened.listener.addresses[0] as { port: number }
    const plain = { ...opened.listener, addresses: [{ host: '127.0.0.1', port }] }
    const socket = await connected(plain)
    const channel = await opened.next()
    assert.equal(channel.ends.address, '127.0.0.1')
    assert.equal(channel.ends.localAddress, '127.0.0.1')
    socket.destroy()
    await opened.listener.close()
  })

  for (const sharedReads of WAYS) {
    it(`can be a Unix socket with a mode, gone when closed (shared reads: ${sharedReads})`, async () => {
      const path = join(folder, 'a.sock')
      const opened = await open({ where: { path, mode: 0o600 }, sharedReads, connectionsPerAddress: 1 })
      assert.deepEqual(opened.listener.addresses, [{ path }])
      assert.equal(statSync(path).mode & 0o777, 0o600)
      await assertAnswers(opened)
      await connected(opened.listener)
      const channel = await opened.next()
      assert.deepEqual(channel.ends, { address: '', port: 0, localAddress: '', localPort: 0, tls: null })
      await opened.listener.close()
      assert.ok(!existsSync(path))
    })
  }

  it('replaces the socket file of a process that died', async () => {
    const path = join(folder, 'stale.sock')
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    await once(child, 'exit')
    assert.ok(existsSync(path))
    const opened = await open({ where: { path } })
    await assertAnswers(opened)
    await opened.listener.close()
  })

  it('refuses a Unix socket that somebody listens on, and a file that is none', async () => {
    const path = join(folder, 'used.sock')
    const opened = await open({ where: { path } })
    await assert.rejects(open({ where: { path } }), { code: 'EADDRINUSE', message: /listens on/ })
    await opened.next()
    await assertAnswers(opened)
    await opened.listener.close()
    const file = join(folder, 'precious.txt')
    writeFileSync(file, 'data')
    await assert.rejects(open({ where: { path: file } }), { code: 'EADDRINUSE', message: /not a socket/ })
    assert.ok(existsSync(file))
  })

  it('leaves the socket file of the one who came after', async () => {
    const path = join(folder, 'later.sock')
    const first = await open({ where: { path } })
    rmSync(path)
    const second = await open({ where: { path } })
    await first.listener.close()
    assert.ok(existsSync(path))
    await second.listener.close()
  })

  it('can be a descriptor that another process opened', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    const script = `
      import { listen, systemClock } from ${JSON.stringify(new URL('../../src/transport/index.ts', import.meta.url).href)}
      import { Output } from ${JSON.stringify(new URL('../../src/bytes/output.ts', import.meta.url).href)}
      const listener = await listen({ where: { fd: 3 }, clock: systemClock, maxConnections: 9, connectionsPerAddress: 0,
        handshakeTimeout: 0, notice() {}, accept(channel) {
          const output = new Output(); output.text('inherited'); channel.write(output); channel.finish()
          listener.stop() } })
      console.log(listener.addresses[0].port)`
    const child = spawn(process.execPath, [...TYPES, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit', fd],
    })
    const [line] = await once(child.stdout!, 'data')
    const { port } = server.address() as { port: number }
    assert.equal(Number(line), port)
    server.close()
    const socket = await connected({ addresses: [{ host: '127.0.0.1', port }] } as never)
    assert.equal((await readAll(socket)).toString(), 'inherited')
    socket.end()
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})

describe('limits', () => {
  for (const sharedReads of WAYS) {
    it(`closes what is beyond the total, and takes others when some have gone (shared reads: ${sharedReads})`, async () => {
      const opened = await open({ maxConnections: 2, sharedReads })
      const sockets = [await opened.connect(), await opened.connect()]
      await until(() => opened.listener.count === 2)
      const third = await opened.connect()
      third.on('error', () => {})
      assert.equal((await readAll(third)).length, 0)
      third.destroy()
      assert.equal(opened.channels.length, 2)
      sockets[0].destroy()
      for (const _ of sockets) (await opened.next()).destroy()
      await until(() => opened.listener.count === 0)
      await assertAnswers(opened)
      await opened.listener.close()
    })
  }

  it('counts by address', async () => {
    const refused: OverLimit[] = []
    const opened = await open({
      where: { port: 0 },
      connectionsPerAddress: 1,
      refused: (channel, why) => {
        refused.push(why)
        write(channel, 'busy')
        channel.finish()
      },
    })
    const first = await connected(opened.listener, 0)
    await opened.next()
    // More than are refused with words at a time: each makes room for the next when it leaves.
    for (let i = 0; i < 40; i++) {
      const second = await connected(opened.listener, 0)
      second.write('a request that nobody waits for')
      assert.equal((await readAll(second)).toString(), 'busy')
      second.end()
      await once(second, 'close')
    }
    assert.deepEqual([...new Set(refused)], ['address'])
    // Another address is not concerned, and the first is served again once its connection is gone.
    await assertAnswers(opened, 1)
    first.destroy()
    opened.channels[0].destroy()
    await until(() => opened.listener.count === 0)
    await assertAnswers(opened, 0)
    await opened.listener.close()
  })

  it('cuts those being refused after two seconds, and refuses only so many with words', async () => {
    let refused = 0
    const opened = await open({ maxConnections: 1, refused: () => refused++ })
    const first = await opened.connect()
    await opened.next()
    const others = await Promise.all(Array.from({ length: 40 }, () => opened.connect()))
    let closed = 0
    for (const socket of others) {
      socket.on('error', () => {})
      socket.on('close', () => closed++)
      socket.on('end', () => socket.destroy())
      socket.resume()
    }
    await until(() => refused === 32 && closed === 8)
    opened.clock.advance(1500)
    await assertStays(() => closed, 8)
    opened.clock.advance(500)
    await until(() => closed === 40)
    first.destroy()
    await opened.listener.close()
    assert.equal(opened.clock.timers, 0)
  })

  it('lets go of those being refused when closed', async () => {
    const opened = await open({ maxConnections: 1, refused: () => {} })
    const sockets = [await opened.connect(), await opened.connect()]
    await opened.next()
    await opened.listener.close()
    assert.equal(opened.clock.timers, 0)
    for (const socket of sockets) socket.on('error', () => {}).destroy()
  })

  it('stays below the limit of descriptors, and says so', async () => {
    const opened = await open({ maxConnections: 1e9 })
    assert.ok(opened.listener.maxConnections < 1e9)
    assert.match(opened.notices[0].message, /descriptors/)
    await opened.listener.close()
  })

  it('goes on accepting when descriptors have run out and come back', async () => {
    const child = spawn(
      '/bin/sh',
      [
        '-c',
        `ulimit -n 64; exec "${process.execPath}" ${TYPES.join(' ')} "${new URL('descriptors.child.ts', import.meta.url).pathname}"`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let output = ''
    child.stdout.on('data', text => {
      output += text
    })
    const [code] = await once(child, 'exit')
    assert.equal(code, 0, output)
    assert.match(output, /notice: File descriptors have run out/)
    assert.match(output, /answered again/)
    assert.equal(output.match(/notice: File/g)?.length, 1)
  })
})

describe('an accept callback that throws', () => {
  it('costs only that connection', async () => {
    let calls = 0
    const opened = await open({
      accept: channel => {
        if (++calls === 1) throw new Error('mistake')
        write(channel, 'hello')
        channel.finish()
      },
    })
    const first = await opened.connect()
    first.on('error', () => {})
    await readAll(first)
    first.end()
    const second = await opened.connect()
    assert.equal((await readAll(second)).toString(), 'hello')
    second.end()
    assert.equal(opened.notices.length, 1)
    await opened.listener.close()
  })
})

describe('stopping', () => {
  for (const sharedReads of WAYS) {
    it(`takes nothing more, lets connections go on, and is over after the last (shared reads: ${sharedReads})`, async () => {
      const opened = await open({ sharedReads })
      const socket = await opened.connect()
      const channel = await opened.next()
      const user = new Observer()
      channel.user = user
      opened.listener.stop()
      opened.listener.stop()
      await assert.rejects(opened.connect(), { code: 'ECONNREFUSED' })
      let over = false
      opened.listener.ended.then(() => {
        over = true
      })
      socket.write('still')
      await user.received(5)
      write(channel, 'here')
      assert.equal(over, false)
      assert.equal(opened.listener.count, 1)
      channel.finish()
      assert.equal((await readAll(socket)).toString(), 'here')
      socket.end()
      await opened.listener.ended
      assert.equal(opened.clock.timers, 0)
    })
  }

  it('closes all connections at once when asked, and leaves nothing that keeps the process alive', async () => {
    const script = `
      import { connect } from 'node:net'
      import { listen, systemClock } from ${JSON.stringify(new URL('../../src/transport/index.ts', import.meta.url).href)}
      for (const sharedReads of ['auto', 'never']) {
        let seen = 0
        const done = []
        const listener = await listen({ where: { port: 0 }, clock: systemClock, maxConnections: 9, connectionsPerAddress: 4, sharedReads,
          handshakeTimeout: 5000, notice() {}, accept(channel) { if (++seen === 2) listener.close().then(() => console.log('closed', listener.count)) } })
        for (const address of listener.addresses) connect(address).on('error', () => {}).resume()
        await listener.ended
      }`
    const child = spawn(process.execPath, [...TYPES, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', text => {
      output += text
    })
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(output, 'closed 0\nclosed 0\n')
  })
})
