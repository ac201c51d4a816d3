// Clients that are slow on purpose are cut off in their time, while another one is answered as usual.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, collect, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { type Client, get, type House, house, postHead, until, WIRES } from './support.ts'

const limits = {
  headTimeout: 10_000,
  idleTimeout: 30_000,
  contentGrace: 5000,
  contentRate: 1000,
  replyTimeout: 20_000,
  writeTimeout: 15_000,
  lingerTimeout: 2000,
  handshakeTimeout: 5000,
}

/** More than the kernel's buffers of both ends hold. */
const LARGE = new Uint8Array(24 * 1024 * 1024)

async function* generated() {
  for (;;) yield LARGE.subarray(0, 65536)
}

const handler: Handler = ({ method, path, content }) => {
  if (method === 'POST') return collect(content, 1e9).then(all => text(String(all.length)))
  if (path === '/large') return new Reply(200, FieldList.empty, LARGE)
  if (path === '/generated') return new Reply(200, FieldList.empty, bodyOf(generated()))
  return text('hello')
}

/** Each second the slow client does what it does, and another one asks; it must be cut between the two times. */
async function cutBetween(
  { pass, connect, clock }: House,
  slow: Client,
  seconds: readonly [number, number],
  each: () => void,
): Promise<void> {
  const other = await connect()
  const start = clock.now()
  for (let second = 0; second < seconds[1]; second++) {
    if (!slow.ended && !slow.closed) each()
    await other.ask()
    await pass(1000)
    if (slow.closed || slow.ended) break
    if (second + 1 < seconds[0]) continue
    // What the deadline brought about may still be on its way.
    await Promise.race([slow.over(), pass(0).then(() => other.ask())])
  }
  await slow.over()
  const after = (clock.now() - start) / 1000
  assert.ok(after >= seconds[0], `cut after ${after} s`)
}

for (const wire of WIRES) {
  test(`a head that trickles in is refused with 408 (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const slow = await it.connect()
      slow.send('GET / HTTP/1.1\r\nHost: test\r\n')
      await cutBetween(it, slow, [10, 14], () => slow.send('X: y\r\n'))
      assert.deepEqual(slow.statuses, [408])
      assert.deepEqual(it.rules, ['head-timeout'])
    }))

  test(`a connection that says nothing is closed without a word (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const silent = await it.connect()
      await cutBetween(it, silent, [10, 14], () => {})
      assert.equal(silent.text, '')
    }))

  test(`an idle connection is closed in order (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const idle = await it.connect()
      await idle.ask()
      await cutBetween(it, idle, [29, 34], () => {})
      assert.equal(idle.error, null)
    }))

  test(`content that drips is refused with 408 (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const slow = await it.connect()
      slow.send(postHead(100_000))
      await cutBetween(it, slow, [5, 10], () => slow.send('x'.repeat(100)))
      assert.deepEqual(slow.statuses, [408])
      assert.deepEqual(it.rules, ['content-timeout'])
    }))

  test(`a large Content-Length and then silence is refused with 408 (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const slow = await it.connect()
      slow.send(postHead(1e9))
      await cutBetween(it, slow, [5, 10], () => {})
      assert.deepEqual(slow.statuses, [408])
    }))

  for (const path of ['/large', '/generated']) {
    test(`a reader that takes nothing of ${path} is cut off (${wire})`, t =>
      house(t, wire, handler, { limits }, async it => {
        const stuck = await it.connect({ reads: false })
        stuck.send(get(path))
        await until(() => it.server.ledger.output > 0)
        const other = await it.connect()
        for (let second = 0; second < 14; second++) {
          await other.ask()
          await it.pass(1000)
        }
        assert.equal(it.server.ledger.connections, 2)
        // Bytes that were still on their way when it began have moved its end.
        for (let second = 0; it.server.ledger.connections > 1 && second < 100; second++) await it.pass(1000)
        await until(() => it.server.ledger.connections === 1)
        await other.ask()
        assert.deepEqual(it.rules, ['write-timeout'])
        assert.equal(it.server.ledger.output, 0)
      }))
  }

  test(`a reader that takes a little from time to time is not cut off (${wire})`, t =>
    house(t, wire, handler, { limits }, async it => {
      const slow = await it.connect({ reads: false })
      slow.send(get('/large'))
      await until(() => it.server.ledger.output > 0)
      for (let second = 0; second < 30; second += 5) {
        const before = slow.size
        slow.socket.resume()
        // Enough for the kernel to open the window again, so that the server sees it move.
        await slow.until(() => slow.size >= before + 2_000_000)
        slow.socket.pause()
        await it.pass(5000)
      }
      slow.socket.resume()
      await slow.until(() => slow.size > LARGE.length)
      assert.deepEqual(it.rules, [])
      await slow.ask()
    }))
}

test('a TLS handshake that is not completed is cut off', t =>
  house(t, 'TLS', handler, { limits }, async it => {
    const slow = await it.connectBare()
    // The first half of a ClientHello.
    slow.send(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]))
    await cutBetween(it, slow, [5, 8], () => slow.send('x'))
  }))
