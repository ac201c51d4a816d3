// HTTP/2 with Chromium, over TLS. That it is HTTP/2 is the browser's own report, of each response.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { digestOf, TEXT, TwoWires } from './h2-site.ts'

const SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Init {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly duplex?: 'half'
  readonly priority?: string
}

/** What the browser's network tells of a response. */
interface Told {
  readonly protocol: string | undefined
  readonly connectionId: number
}

let site: TwoWires
let browser: Browser
before(async () => {
  site = await TwoWires.serve()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // The certificate is trusted as any other: what comes by one that is merely put up with is not kept by the browser.
    args: [...SWITCHES, `--ignore-certificate-errors-spki-list=${fingerprintOf(site.certificate)}`],
    headless: true,
  })
})
after(async () => {
  await browser.close()
  await site.stop()
})

let context: BrowserContext
let page: Page
let network: CDPSession
let told: Told[]
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
  network = await context.newCDPSession(page)
  await network.send('Network.enable')
  told = []
  network.on('Network.responseReceived', ({ response }) =>
    told.push({ protocol: response.protocol, connectionId: response.connectionId }),
  )
})
afterEach(async () => {
  await context.close()
})

test('a page and all that it needs come by one connection, and the browser says that it is h2', async () => {
  await page.goto(`${site.tls}/`)
  await page.waitForFunction('document.title === "Scripted"')
  assert.equal(await page.evaluate("getComputedStyle(document.querySelector('#title')).color"), 'rgb(1, 2, 3)')
  const protocols = await page.evaluate(() =>
    performance.getEntries().flatMap(entry => ('nextHopProtocol' in entry ? [entry.nextHopProtocol] : [])),
  )
  assert.ok(protocols.length >= 3)
  assert.deepEqual([...new Set(protocols)], ['h2'])
  assert.deepEqual([...new Set(told.map(({ protocol }) => protocol))], ['h2'])
  assert.equal(new Set(told.map(({ connectionId }) => connectionId)).size, 1)
})

test('a page that is loaded again is not sent again', async () => {
  await page.goto(`${site.tls}/`)
  await page.reload()
  assert.equal(await page.locator('#title').textContent(), 'Home')
  for (const path of ['/', '/style.css']) {
    await site.tells(event => event.kind === 'exchange' && event.exchange.path === path && event.status === 304)
  }
})

test('files, ranges, HEAD and what is not there', async () => {
  await page.goto(`${site.tls}/`)
  const asked = async (path: string, init: Init = {}): Promise<{ status: number; text: string }> =>
    page.evaluate(
      async ({ path, init }) => {
        const response = await fetch(path, init)
        return { status: response.status, text: await response.text() }
      },
      { path, init },
    )
  assert.deepEqual(await asked('/text.txt'), { status: 200, text: TEXT })
  assert.deepEqual(await asked('/text.txt', { headers: { Range: 'bytes=5-13' } }), {
    status: 206,
    text: TEXT.slice(5, 14),
  })
  assert.deepEqual(await asked('/text.txt', { method: 'HEAD' }), { status: 200, text: '' })
  assert.equal((await asked('/nowhere')).status, 404)
  assert.equal((await asked('/-/seen', { headers: { 'X-Large': 'l'.repeat(30_000) } })).status, 200)
  assert.equal((await asked('/-/seen', { headers: { 'X-Large': 'l'.repeat(40_000) } })).status, 431)
  assert.equal((await asked('/-/large/60000')).text, 'large')
  const { text } = await asked('/-/trailers', { method: 'POST', body: 'with trailers' })
  assert.equal(text, 'with trailers')
})

test('uploads: small, of 20 MB, and streamed', async () => {
  await page.goto(`${site.tls}/`)
  const size = 20 * 1_048_576
  const expected = await digestOf(new Uint8Array(size).fill(7))
  const digests = await page.evaluate(async size => {
    const ask = async (body: Blob | ReadableStream | string, more: Init = {}): Promise<unknown> =>
      (await fetch('/-/digest', { method: 'POST', body, ...more })).json()
    let left = size
    const stream = new ReadableStream({
      pull(controller) {
        if (left === 0) controller.close()
        else controller.enqueue(new Uint8Array(65_536).fill(7))
        left -= Math.min(left, 65_536)
      },
    })
    return [
      await ask('small'),
      await ask(new Blob([new Uint8Array(size).fill(7)])),
      await ask(stream, { duplex: 'half' }),
    ]
  }, size)
  assert.deepEqual(digests, [await digestOf(Buffer.from('small')), expected, expected])
})

test('early hints are taken: what they name is fetched before the page comes', async () => {
  const gone = page.goto(`${site.tls}/-/hints/hinted`)
  await site.waiting('hinted')
  await site.tells(event => event.kind === 'exchange' && event.exchange.target === '/style.css?hinted')
  site.open('hinted')
  await gone
  assert.equal(await page.evaluate("getComputedStyle(document.querySelector('#title')).color"), 'rgb(1, 2, 3)')
})

test('300 requests at once get their own answers by one connection', async () => {
  await page.goto(`${site.tls}/`)
  const sizes = await page.evaluate(() =>
    Promise.all(
      Array.from({ length: 300 }, async (_, i) => (await (await fetch(`/-/bytes/${i}`)).arrayBuffer()).byteLength),
    ),
  )
  assert.deepEqual(
    sizes,
    Array.from({ length: 300 }, (_, i) => i),
  )
  assert.equal(new Set(told.map(({ connectionId }) => connectionId)).size, 1)
})

test('a reply that is left in the middle disturbs no other', async () => {
  await page.goto(`${site.tls}/`)
  const name = await page.evaluate(async () => {
    const abort = new AbortController()
    const { body } = await fetch('/-/endless?left', { signal: abort.signal })
    await body?.getReader().read()
    const beside = fetch('/-/bytes/500000')
    abort.abort()
    return (await (await beside).arrayBuffer()).byteLength
  })
  assert.equal(name, 500_000)
  await site.tells(event => event.kind === 'exchange' && event.exchange.query === 'left' && !event.complete)
  assert.equal(new Set(told.map(({ connectionId }) => connectionId)).size, 1)
})

test('a reply that breaks off is an error to the page', async () => {
  await page.goto(`${site.tls}/`)
  const outcome = await page.evaluate(() =>
    fetch('/-/short/1000')
      .then(response => response.arrayBuffer())
      .then(
        () => 'complete',
        (error: Error) => error.name,
      ),
  )
  assert.equal(outcome, 'TypeError')
})

test('what the page needs most comes first, as the browser asks for it', async () => {
  await page.goto(`${site.tls}/`)
  const order = page.evaluate(async () => {
    const ended: string[] = []
    await Promise.all(
      (['low', 'auto', 'high'] as const).map(async priority => {
        const init: Init = { priority }
        const response = await fetch(`/-/gate/browser/4000000?${priority}`, init)
        await response.arrayBuffer()
        ended.push(priority)
      }),
    )
    return ended
  })
  await site.waiting('browser', 3)
  site.open('browser')
  const ended = await order
  assert.equal(ended.at(-1), 'low')
  const asked = site.exchanges('/-/gate/browser').map(({ query, fields }) => [query, fields.get('priority')])
  const urgency = (query: string): number => {
    const priority = Object.fromEntries(asked)[query] ?? 'u=3'
    return Number(/u=(\d)/.exec(priority)?.[1] ?? 3)
  }
  assert.ok(urgency('high') < urgency('low'), JSON.stringify(asked))
})

test('a server that drains lets a page finish, and the next one takes over', async () => {
  const first = await TwoWires.serve()
  const port = Number(new URL(first.tls).port)
  const own = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...SWITCHES, '--ignore-certificate-errors'],
    headless: true,
  })
  try {
    const page = await own.newPage()
    await page.goto(`${first.tls}/`)
    const begun = page.evaluate(async () => (await (await fetch('/-/gate/begun/300000')).arrayBuffer()).byteLength)
    await first.waiting('begun')
    const drained = first.drain(30_000)
    const second = await TwoWires.serve({}, [0, port])
    try {
      assert.equal(await page.evaluate(async () => (await fetch('/-/hello')).text()), 'Hello')
      assert.equal(second.exchanges('/-/hello').length, 1)
      first.open('begun')
      assert.equal(await begun, 300_000)
      await drained
    } finally {
      await second.stop()
    }
  } finally {
    await own.close()
    await first.stop()
  }
})

/** What Chromium knows a certificate by: the digest of its public key. */
function fingerprintOf(file: string): string {
  const { publicKey } = new X509Certificate(readFileSync(file))
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}
