// Compressed content that is made to harm: bombs, nested bombs, windows that are too large, many at a time. Each is refused with a
// clear status, memory stays within its bounds, and honest clients are served meanwhile and afterwards.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { App } from '../../src/index.ts'
import { decompression } from '../../src/middleware/compression/index.ts'
import { eachWire } from '../app/support.ts'
import { type Coding, encoded, HERE, noise, prose } from '../middleware/support.ts'

const MB = 1024 * 1024

function app(memory = 24 * MB): App {
  const made = new App()
  made.before(decompression({ memory }))
  made.post('/count', async ({ body }) => {
    let size = 0
    for await (const chunk of body) size += chunk.length
    return String(size)
  })
  made.post('/whole', async ({ body }) => String((await body.bytes(100 * MB)).length))
  return made
}

/** 30 MB of nothing. */
const BOMBS = new Map(HERE.map(coding => [coding, encoded(Buffer.alloc(30 * MB), coding)]))

function bomb(coding: Coding): Buffer {
  return BOMBS.get(coding) ?? assert.fail()
}

eachWire(
  'bombs are refused, many at a time too, and the server goes on',
  app(),
  async wire => {
    const ask = (coding: string, content: Uint8Array, path = '/count') =>
      wire.ask('POST', path, { fields: { 'Content-Encoding': coding }, content })
    await ask('gzip', encoded('warm', 'gzip'))
    const before = process.memoryUsage.rss()
    let highest = 0
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage.rss() - before)
    }, 5)
    try {
      for (const path of ['/count', '/whole']) {
        const asked = Array.from({ length: 60 }, (_, i) => {
          const coding = HERE[i % HERE.length]
          return ask(coding, bomb(coding), path)
        })
        const honest = Array.from({ length: 5 }, () => ask('gzip', encoded(prose(50_000), 'gzip'), path))
        // Where many come at once, some find no memory for their windows.
        for (const { status } of await Promise.all(asked)) assert(status === 413 || status === 503, String(status))
        for (const { status, content } of await Promise.all(honest))
          assert(status === 503 || content === '50000', `${status} ${content}`)
      }
      for (const coding of HERE) {
        assert.equal((await ask(coding, bomb(coding))).status, 413, coding)
        assert.equal((await ask(coding, encoded(prose(50_000), coding))).content, '50000', 'afterwards')
      }
    } finally {
      clearInterval(watch)
    }
    // 24 MB of windows; 120 requests with up to 1 MB each that was made of them, twice while it is joined; the bombs themselves.
    assert(highest < 400 * MB, `${Math.round(highest / MB)} MB`)
    const rules = new Set(wire.told('refused').map(({ refusal }) => refusal.rule))
    assert(rules.has('decompression-bomb'))
    rules.delete('decompression-bomb')
    // Where all of a bomb has come, it is 200 times that and more than the limit.
    rules.delete('decompressed-content-too-large')
    rules.delete('decompression-busy')
    assert.deepEqual([...rules], [])
  },
  { fails: true },
)

eachWire(
  'a bomb within a bomb goes off in neither',
  app(),
  async wire => {
    const twice = encoded(bomb('gzip'), 'gzip')
    assert(twice.length < 1000)
    for (const codings of ['gzip, gzip', 'gzip, gzip, br']) {
      const content = codings.endsWith('br') ? encoded(twice, 'br') : twice
      const { status } = await wire.ask('POST', '/count', { fields: { 'Content-Encoding': codings }, content })
      assert.equal(status, 413)
    }
  },
  { fails: true },
)

eachWire(
  'a bomb whose client waits to see it go off is refused while it does',
  app(),
  async wire => {
    const packed = bomb('gzip')
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, 20_000)
      await new Promise(() => {})
    }
    const opened = await wire.open('POST', '/count', { fields: { 'Content-Encoding': 'gzip' }, content: slowly() })
    assert.equal(opened.status, 413)
    opened.vanish()
  },
  { fails: true },
)

if (HERE.includes('zstd'))
  eachWire(
    'a window that is larger than 8 MB is not given (RFC 9659)',
    app(),
    async wire => {
      const content = await withWindow(27)
      const { status } = await wire.ask('POST', '/count', { fields: { 'Content-Encoding': 'zstd' }, content })
      assert.equal(status, 400)
      const usual = await withWindow(23)
      assert.equal(
        (await wire.ask('POST', '/count', { fields: { 'Content-Encoding': 'zstd' }, content: usual })).content,
        '10',
      )
    },
    { fails: true },
  )

/** A frame that does not tell its size, so that its window must be had. */
async function withWindow(log: number): Promise<Buffer> {
  const codec = zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_windowLog]: log } })
  const chunks: Buffer[] = []
  codec.on('data', chunk => chunks.push(chunk))
  await new Promise<void>(resolve => codec.write('hello', () => codec.flush(() => resolve())))
  codec.end('world')
  await new Promise(resolve => codec.on('end', resolve))
  return Buffer.concat(chunks)
}

test('what a client leaves in the middle of leaves nothing', async () => {
  // Room for a few at a time, so that what is kept would be seen.
  const made = app(MB)
  const { Wire } = await import('../app/support.ts')
  const wire = await Wire.serve('HTTP/1.1', made)
  try {
    const begun = encoded(noise(200_000), 'br').subarray(0, 50_000)
    for (let i = 0; i < 30; i++) {
      const socket = connect(wire.port, 'localhost')
      socket.write('POST /count HTTP/1.1\r\nHost: a\r\nContent-Encoding: br\r\nContent-Length: 100000\r\n\r\n')
      socket.write(begun)
      await new Promise(resolve => setTimeout(resolve, 5))
      socket.resetAndDestroy()
      await new Promise(resolve => socket.on('close', resolve))
    }
    const answer = await wire.ask('POST', '/count', {
      fields: { 'Content-Encoding': 'br' },
      content: encoded(prose(300_000), 'br'),
    })
    assert.equal(answer.content, '300000', 'all memory is there again')
  } finally {
    await wire.stop()
  }
})
