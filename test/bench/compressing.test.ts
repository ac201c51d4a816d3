import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { parseCodec, verifyPages } from '../../bench/compressing.ts'
import { page } from '../../bench/page.ts'

const GZIP = { path: '/page', level: 6 }

test('a page is about 20 KB, another for each number, and a fifth of it once compressed', () => {
  assert.equal(page(1), page(1))
  assert.notEqual(page(1), page(2))
  assert.ok(Math.abs(page(1).length - 20_000) < 500, `${page(1).length} bytes`)
  const compressed = gzipSync(page(1)).length / page(1).length
  assert.ok(compressed > 0.1 && compressed < 0.3, `compressed to ${compressed}`)
})

test('pages that are fresh, whole and well compressed pass, and plain ones where no coding is asked for', async t => {
  let number = 0
  const origin = await serverOf(t, ({ headers }, response) => {
    const coding = headers['accept-encoding']
    if (coding === undefined) return void response.end(page(number++))
    response.setHeader('Content-Encoding', coding)
    response.end(coding === 'br' ? brotliCompressSync(page(number++)) : gzipSync(page(number++)))
  })
  await verifyPages(GZIP, origin, 'gzip')
  await verifyPages({ path: '/page', level: 11 }, origin, 'br')
  await verifyPages(GZIP, origin, null)
})

test('a page from before, another coding, another level or another content does not pass', async t => {
  let number = 0
  const gzipped = (content: () => string, level = 6, coding = 'gzip') => [
    { 'Content-Encoding': coding },
    () => gzipSync(content(), { level }),
  ]
  const check = async ([headers, content]: ReturnType<typeof gzipped>) => {
    const origin = await serverOf(t, (_request, response) => {
      response.writeHead(200, headers as Record<string, string>)
      response.end((content as () => Buffer)())
    })
    await verifyPages(GZIP, origin, 'gzip')
  }
  await check(gzipped(() => page(number++)))
  await assert.rejects(check(gzipped(() => page(1))), /another content/)
  await assert.rejects(check(gzipped(() => page(number++).replace('amber', 'ember'))), /another content/)
  await assert.rejects(check(gzipped(() => page(number++), 1)), /bytes: more than the codec makes/)
  await assert.rejects(check(gzipped(() => page(number++), 6, 'x-gzip')), /the coding x-gzip, not gzip/)
})

test('what the codec alone cost is read for each page', () => {
  const printed = '{"pages":2000,"microseconds":300000,"seconds":0.5,"size":3281,"memory":1000}\n'
  assert.deepEqual(parseCodec(printed), { figure: 150, rate: 4000, memory: 1000 })
})

async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
