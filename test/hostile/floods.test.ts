// Clients that send much of what costs little: refused within bounds, or served without holding anything back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { collect, type Handler, text } from '../../src/exchange/index.ts'
import { get, house, postHead, WIRES } from './support.ts'

const handler: Handler = ({ method, content }) =>
  method === 'POST' ? collect(content, 1e8).then(all => text(`${all.length} bytes`)) : text('hello')

/** What is sent over and over after the beginning, and what comes of it. */
const BOMBS: Record<string, { begin: string; again: string; status: number; rule: string }> = {
  'an endless field': {
    begin: 'GET / HTTP/1.1\r\nHost: test\r\nX: ',
    again: 'x'.repeat(10_000),
    status: 431,
    rule: 'head-too-large',
  },
  'endless fields': {
    begin: 'GET / HTTP/1.1\r\nHost: test\r\n',
    again: 'X: y\r\n'.repeat(1000),
    status: 431,
    rule: 'too-many-fields',
  },
  'an endless target': { begin: 'GET /', again: 'x'.repeat(10_000), status: 414, rule: 'target-too-long' },
  'endless chunk extensions': {
    begin: `${postHead('chunked')}5;`,
    again: 'x=y;'.repeat(1000),
    status: 400,
    rule: 'chunk-extension-too-long',
  },
  'chunk extensions a little at a time': {
    begin: postHead('chunked'),
    again: '1;x=y\r\nz\r\n'.repeat(500),
    status: 400,
    rule: 'chunk-extension-too-long',
  },
  'endless trailers': {
    begin: `${postHead('chunked')}0\r\n`,
    again: 'X: y\r\n'.repeat(1000),
    status: 431,
    rule: 'too-many-fields',
  },
  'empty lines': { begin: '', again: '\r\n'.repeat(1000), status: 400, rule: 'too-many-empty-lines' },
}

for (const wire of WIRES) {
  for (const [what, { begin, again, status, rule }] of Object.entries(BOMBS)) {
    test(`${what} is refused with ${status} (${wire})`, t =>
      house(t, wire, handler, {}, async it => {
        const client = await it.connect()
        client.send(begin)
        for (let i = 0; i < 300 && !client.ended && !client.closed; i++) {
          client.send(again)
          await new Promise(resolve => setImmediate(resolve))
          assert.ok(it.server.ledger.head <= 32 * 1024 && it.server.ledger.waiting <= 192 * 1024)
        }
        await client.over()
        assert.deepEqual(client.statuses, [status])
        assert.deepEqual(it.rules, [rule])
        await (await it.connect()).ask()
      }))
  }

  test(`content in chunks of one byte is read whole (${wire})`, t =>
    house(t, wire, handler, {}, async it => {
      const client = await it.connect()
      client.send(`${postHead('chunked')}${'1\r\nx\r\n'.repeat(50_000)}0\r\n\r\n`)
      await client.responses(1)
      assert.ok(client.text.endsWith('50000 bytes'))
      await client.ask()
    }))

  test(`requests of many clients that come byte by byte are answered (${wire})`, t =>
    house(t, wire, handler, {}, async it => {
      const clients = await Promise.all(Array.from({ length: 40 }, () => it.connect()))
      const bytes = `${get('/', 'X: y\r\n')}${postHead(3)}abc`
      for (const byte of bytes) {
        for (const client of clients) client.send(byte)
        await new Promise(resolve => setImmediate(resolve))
      }
      await Promise.all(clients.map(client => client.responses(2)))
      for (const client of clients) assert.deepEqual(client.statuses, [200, 200])
    }))

  test(`noise is refused, and the others are served (${wire})`, t =>
    house(t, wire, handler, {}, async it => {
      for (const noise of [
        '\0'.repeat(1000),
        '\x16\x03\x01\x02\0\x01\0',
        '\xff\xfe',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      ]) {
        const client = await it.connectBare()
        client.send(noise)
        client.socket.end()
        await client.over()
        client.socket.destroy()
      }
      await it.empty()
      await (await it.connect()).ask()
    }))
}

test('noise after the TLS handshake ends that connection alone', t =>
  house(t, 'TLS', handler, {}, async it => {
    const client = await it.connect()
    await client.ask()
    client.bare.write(Buffer.alloc(20_000, 0x17))
    await client.over()
    client.socket.destroy()
    await it.empty()
    await (await it.connect()).ask()
  }))

test('a client that renegotiates TLS again and again is cut off or answered, and the others are served', t =>
  house(t, 'TLS', handler, {}, async it => {
    const socket = connectTls({ port: it.server.port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('secureConnect', resolve))
    const closed = new Promise(resolve => socket.once('close', resolve))
    for (let i = 0; i < 20 && !socket.destroyed; i++) {
      const done = new Promise(resolve => socket.renegotiate({}, resolve))
      await Promise.race([closed, done])
    }
    socket.destroy()
    await it.empty()
    await (await it.connect()).ask()
  }))
