import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { Audience, EVENTS, SOCKETS, type Wire } from '../../bench/broadcast.ts'
import { tick, tickEvent } from '../../bench/tick.ts'
import { served } from '../../bench/ws-handshake.ts'

const LISTENERS = 120

/** What a server does with the listener of this index when it publishes the event of this number. */
type Send = (listener: ServerResponse, number: number, index: number) => void

const right: Send = (listener, number) => listener.write(tickEvent(number))

test('an event has been delivered when each listener has it', async t => {
  const audience = await audienceOf(t, right)
  await audience.gather()
  assert.equal(await audience.publish(), LISTENERS)
  assert.equal(await audience.publish(), LISTENERS)
})

test('a listener that gets no event, another one or one twice is noticed', async t => {
  const check = async (send: Send) => {
    const audience = await audienceOf(t, send)
    await audience.gather()
    await audience.publish(100)
    await audience.publish(100)
  }
  const forgetful: Send = (listener, number, index) => index !== 7 && listener.write(tickEvent(number))
  await assert.rejects(check(forgetful), /119 of 120 listeners have had 1 events, each once/)
  const stammering: Send = (listener, number, index) => {
    listener.write(tickEvent(number).repeat(index === 7 ? 2 : 1))
  }
  await assert.rejects(check(stammering), /listeners have had [12] events, each once/)
  await assert.rejects(
    check(listener => listener.write(tickEvent(9))),
    /sends another event/,
  )
})

test('what is no stream of events is not listened to', async t => {
  const audience = await audienceOf(t, right, 'text/plain')
  await assert.rejects(audience.gather(), /answers GET \/events with .*text\/plain/)
})

test('messages over WebSocket are counted the same, and may come together', async t => {
  const sockets: Duplex[] = []
  const server = createServer(({ url }, response) => {
    assert.equal(url, '/publish/3')
    for (const socket of sockets) socket.write(Buffer.concat([1, 2, 3].map(number => served(tick(number)))))
    response.end('3')
  })
  server.on('upgrade', (_request, socket) => {
    const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`)
    sockets.push(socket.on('error', () => {}))
  })
  const audience = await audienceAt(t, server, { path: '/', listeners: 5, atOnce: 3 }, SOCKETS)
  await audience.gather()
  assert.equal(await audience.publish(), 15)
})

async function audienceOf(t: TestContext, send: Send, type = 'text/event-stream'): Promise<Audience> {
  const listeners: ServerResponse[] = []
  let number = 0
  const server = createServer(({ url }, response) => {
    if (url === '/publish') {
      number++
      for (const [index, listener] of listeners.entries()) send(listener, number, index)
      return void response.end(String(number))
    }
    response.writeHead(200, { 'Content-Type': type }).flushHeaders()
    listeners.push(response)
  })
  return audienceAt(t, server, { path: '/events', listeners: LISTENERS, atOnce: 1 }, EVENTS)
}

async function audienceAt(
  t: TestContext,
  server: Server,
  load: ConstructorParameters<typeof Audience>[0],
  wire: Wire,
): Promise<Audience> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const audience = new Audience(load, { port, origin: `http://127.0.0.1:${port}` }, wire)
  t.after(() => {
    audience.leave()
    server.close()
    server.closeAllConnections()
  })
  return audience
}
