import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { echoLoads } from '../../bench/echo-loads.ts'
import { loads, type Throughput } from '../../bench/loads.ts'
import { verify } from '../../bench/verify.ts'

const NO_MATERIALS = { folder: '', site: '', certificate: '', key: '' }
const PARAM = named(loads, 'param')
const PIPELINED = named(loads, 'pipelined')
const ECHO = named(echoLoads, 'echo-1k')

test('a greeting must be for the one whom the path names', async t => {
  const origin = await serverOf(t, ({ url = '' }, response) => send(response, `Hello, ${url.split('/').at(-1)}`))
  await verify(PARAM, origin, NO_MATERIALS)
  await assert.rejects(verify({ ...PARAM, answer: 'Hello, World' }, origin, NO_MATERIALS), /another content/)
  const many = { ...PARAM, others: [{ path: '/hello/name-1', answer: 'Hello, name-1' }] }
  await verify(many, origin, NO_MATERIALS)
  const wrongly = { ...PARAM, others: [{ path: '/hello/name-1', answer: 'Hello, name-2' }] }
  await assert.rejects(verify(wrongly, origin, NO_MATERIALS), /GET \/hello\/name-1 with another content/)
  const other = { ...PARAM, path: '/hello/everybody' }
  await assert.rejects(verify(other, origin, NO_MATERIALS), /a Content-Length of 16, not 12/)
})

test('a reply that does not say its length does not pass', async t => {
  const origin = await serverOf(t, (_request, response) => response.write('Hello, ') && response.end('world'))
  await assert.rejects(verify(PARAM, origin, NO_MATERIALS), /a Content-Length of undefined, not 12/)
})

test('content that is sent must come back', async t => {
  const origin = await serverOf(t, async (request, response) => {
    let content = ''
    for await (const chunk of request) content += chunk
    send(response, request.method === 'POST' ? content : 'OK')
  })
  await verify(ECHO, origin, NO_MATERIALS)
  await assert.rejects(verify({ ...ECHO, sends: 0 }, origin, NO_MATERIALS), /a Content-Length of 2, not 1024/)
})

test('pipelined requests must each be answered', async t => {
  const origin = await serverOf(t, (_request, response) => send(response, 'Hello, world!'))
  await verify(PIPELINED, origin, NO_MATERIALS)
  let answered = 0
  const forgetful = await serverOf(t, (_request, response) => {
    send(response, ++answered % 7 === 0 ? 'Hello, again!' : 'Hello, world!')
  })
  await assert.rejects(verify(PIPELINED, forgetful, NO_MATERIALS), /of 16 pipelined replies/)
})

function send(response: Parameters<RequestListener>[1], content: string): void {
  response.setHeader('Content-Length', content.length)
  response.end(content)
}

function named(all: readonly { readonly name: string }[], name: string): Throughput {
  return all.find(load => load.name === name) as Throughput
}

async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
