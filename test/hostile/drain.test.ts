// Ending a server on real sockets, while connections are in every state.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Body, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { serve } from '../../src/server/index.ts'
import { get, house, NOTHING, postHead, until, WIRES } from './support.ts'

for (const wire of WIRES) {
  test(`draining ends idle connections, completes what runs, and names what it cuts (${wire})`, async t => {
    const answers = new Map<string, (reply: Reply) => void>()
    let more: ((chunk: Uint8Array | null) => void) | null = null
    const streamed: Body = {
      length: undefined,
      pull: () => new Promise(resolve => (more = resolve)),
      cancel() {},
    }
    const handler: Handler = ({ path }) => {
      if (path === '/streaming') return new Reply(200, FieldList.empty, streamed)
      if (path === '/large') return new Reply(200, FieldList.empty, new Uint8Array(24 * 1024 * 1024))
      if (path === '/') return text('hello')
      return new Promise(resolve => answers.set(path, resolve))
    }
    await house(t, wire, handler, {}, async it => {
      const idle = await it.connect()
      await idle.ask()
      const silent = await it.connect()
      const active = await it.connect()
      active.send(get('/active'))
      const streaming = await it.connect()
      streaming.send(get('/streaming'))
      const stuck = await it.connect()
      stuck.send(get('/stuck') + get())
      const reading = await it.connect({ reads: false })
      reading.send(get('/large'))
      const inHead = await it.connect()
      inHead.send('GET / HTTP/1.1\r\nHo')
      await until(() => answers.size === 2 && more !== null && it.server.ledger.head > 0)
      await until(() => it.server.ledger.output > 1_000_000 && it.server.ledger.connections === 7)

      const draining = it.server.drain(5000)
      await Promise.all([idle.over(), silent.over()])
      idle.socket.end()
      silent.socket.end()
      await assert.rejects(it.connect(), 'nothing new is accepted')
      answers.get('/active')!(text('done'))
      await active.over()
      assert.match(active.text, /Connection: close\r\n[\s\S]*done$/)
      active.socket.end()
      more!(Buffer.from('last'))
      await streaming.until(() => streaming.text.includes('last'))
      more!(null)
      await streaming.over()
      assert.ok(streaming.text.endsWith('0\r\n\r\n'))
      streaming.socket.end()
      inHead.send('st: test\r\n\r\n')
      await inHead.over()
      assert.match(inHead.text, /200 OK[\s\S]*Connection: close[\s\S]*hello$/)
      inHead.socket.end()
      await until(() => it.server.ledger.connections === 2)
      await it.pass(6000)
      const { finished, cut } = await draining
      assert.equal(finished, 5)
      assert.deepEqual(cut.map(one => one.request).sort(), ['', 'GET /stuck'])
      assert.deepEqual(it.server.ledger, NOTHING)
      await stuck.until(() => stuck.closed || stuck.ended)
      assert.ok(!stuck.text.includes('200 OK'))
    })
  })
}

test('draining and closing may be asked for again, in any order', async t => {
  await house(
    t,
    'TCP, shared reads',
    () => new Promise(() => {}),
    {},
    async it => {
      const client = await it.connect()
      client.send(get())
      await until(() => it.server.ledger.connections === 1)
      const first = it.server.drain(60_000)
      const second = it.server.drain(60_000)
      const closed = it.server.close()
      await it.server.close()
      await closed
      await Promise.all([first, second])
      assert.deepEqual(await it.server.drain(1000), { finished: 0, cut: [] })
      await client.over()
    },
  )
})

test('a second, shorter drain cuts what the first would have waited for', async t => {
  let asked = false
  const handler: Handler = () => {
    asked = true
    return new Promise(() => {})
  }
  await house(t, 'TCP, shared reads', handler, {}, async it => {
    const client = await it.connect()
    client.send(get('/stuck'))
    await until(() => asked)
    const patient = it.server.drain(1e9)
    const { cut } = await it.server.drain(0)
    assert.equal(cut.length, 1)
    await patient
    await client.over()
  })
})

test('draining while a client uploads into nothing', async t => {
  await house(
    t,
    'TCP, shared reads',
    () => text('enough'),
    {},
    async it => {
      const client = await it.connect()
      client.send(`${postHead(200_000)}${'x'.repeat(1000)}`)
      await client.responses(1)
      const draining = it.server.drain(60_000)
      await client.over()
      client.socket.end()
      assert.deepEqual(await draining, { finished: 1, cut: [] })
    },
  )
})

test('leaving the block of `await using` closes the server and cuts its connections', async t => {
  await house(
    t,
    'TCP, shared reads',
    () => text('outer'),
    {},
    async it => {
      let port = 0
      {
        await using server = await serve(() => text('inner'), { port: 0, host: '127.0.0.1' })
        port = server.port
        const response = await fetch(`http://127.0.0.1:${port}/`)
        assert.equal(await response.text(), 'inner')
      }
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
      await (await it.connect()).ask()
    },
  )
})

test('a program that waits for nothing but its draining gets to hear of its end', () => {
  const program = `
    import { connect } from 'node:net'
    import { serve } from './src/server/index.ts'
    const server = await serve(() => new Promise(() => {}), { port: 0, host: '127.0.0.1' })
    const client = connect(server.port, '127.0.0.1')
    client.on('end', () => console.log('end')).resume()
    await new Promise(resolve => client.once('connect', resolve))
    while (server.ledger.connections === 0) await new Promise(resolve => setImmediate(resolve))
    const report = await server.drain(60_000)
    console.log(JSON.stringify(report))`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  })
  assert.equal(stdout, 'end\n{"finished":1,"cut":[]}\n', stderr)
  assert.equal(status, 0)
})
