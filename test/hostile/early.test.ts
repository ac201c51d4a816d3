// Handlers that throw, never answer, or answer before the content is read, with clients that are still sending.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { collect, type Handler, type Reply, text } from '../../src/exchange/index.ts'
import { type Client, get, house, postHead, WIRES } from './support.ts'

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x')

const handler: Handler = async ({ path, content }) => {
  if (path === '/early') return text('enough')
  if (path === '/throws') throw new Error('broken')
  if (path === '/half') {
    await content.pull()
    return text('enough')
  }
  return text(String((await collect(content, 1e9)).length))
}

/** Sends 10 MB as fast as they are taken, whatever comes back, until the server hangs up. */
async function upload(client: Client, chunked: boolean): Promise<void> {
  for (let sent = 0; sent < 10 && !client.closed; sent++) {
    if (chunked) client.send('100000\r\n')
    const room = client.socket.write(MEGABYTE)
    if (chunked) client.send('\r\n')
    if (!room) await Promise.race([once(client.socket, 'drain'), client.until(() => client.closed)])
  }
}

for (const wire of WIRES) {
  for (const chunked of [false, true]) {
    for (const [path, status] of [
      ['/early', 200],
      ['/half', 200],
      ['/throws', 500],
      ['/large', 413],
    ] as const) {
      test(`a client that sends 10 MB ${chunked ? 'in chunks ' : ''}to ${path} reads all of the ${status} (${wire})`, t =>
        house(t, wire, handler, { limits: { contentBytes: path === '/large' ? 3e6 : 1e9 } }, async it => {
          const client = await it.connect()
          client.send(postHead(chunked ? 'chunked' : 10 * MEGABYTE.length, path))
          await upload(client, chunked)
          await client.over()
          assert.deepEqual(client.statuses, [status])
          const [head, content] = client.text.split('\r\n\r\n')
          assert.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), content.length)
          assert.equal(client.error, null)
          await (await it.connect()).ask('/early')
        }))
    }
  }

  test(`a handler that never answers is answered for, and what it says later is not sent (${wire})`, async t => {
    let answer: (reply: Reply) => void = () => {}
    const late: Handler = ({ path }) => (path === '/late' ? new Promise(resolve => (answer = resolve)) : text(path))
    await house(t, wire, late, { limits: { replyTimeout: 20_000 } }, async it => {
      const client = await it.connect()
      client.send(get('/late') + get('/next'))
      const other = await it.connect()
      for (let second = 0; second < 22; second++) {
        await other.ask()
        await it.pass(1000)
      }
      await client.over()
      answer(text('too late'))
      answer(text('and again'))
      await other.ask()
      assert.deepEqual(client.statuses, [503])
      assert.ok(!client.text.includes('late'))
      assert.deepEqual(it.rules, ['reply-timeout'])
    })
  })
}
