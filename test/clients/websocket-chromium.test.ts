// WebSocket in Chromium: in the clear, over TLS, and on an HTTP/2 connection. Which wire it took is told by the server, and by the browser.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { SocketSite } from './websocket-site.ts'

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

interface WireCase {
  readonly name: string
  readonly scheme: 'clear' | 'tls'
  /** Whether a page is loaded from the server first: only then is there an HTTP/2 connection for the socket. */
  readonly fromPage: boolean
  readonly version: string
  /** The status of the handshake, as the browser tells. */
  readonly status: number
}

const WIRES: readonly WireCase[] = [
  { name: 'ws', scheme: 'clear', fromPage: true, version: '1.1', status: 101 },
  { name: 'wss', scheme: 'tls', fromPage: false, version: '1.1', status: 101 },
  { name: 'wss on an HTTP/2 connection', scheme: 'tls', fromPage: true, version: '2', status: 200 },
]

let site: SocketSite
let browser: Browser
before(async () => {
  site = await SocketSite.serve({}, { origins: 'any' })
  const { publicKey } = new X509Certificate(site.certificate)
  const fingerprint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...SWITCHES, `--ignore-certificate-errors-spki-list=${fingerprint}`],
    headless: true,
  })
})
after(async () => {
  await browser?.close()
  await site?.stop()
})

/** How the page's sockets came about, as the network tells: the status of the handshake and its fields. */
interface Handshake {
  readonly status: number
  readonly extensions: string | undefined
}

class Tab {
  readonly page: Page
  readonly handshakes: Handshake[] = []
  private readonly context: BrowserContext

  static async open(address: string): Promise<Tab> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const tab = new Tab(page, context)
    const network = await context.newCDPSession(page)
    await network.send('Network.enable')
    network.on('Network.webSocketHandshakeResponseReceived', ({ response: { status, headers } }) => {
      const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
      tab.handshakes.push({ status, extensions: Object.fromEntries(fields)['sec-websocket-extensions'] })
    })
    await page.goto(address)
    return tab
  }

  private constructor(page: Page, context: BrowserContext) {
    this.page = page
    this.context = context
  }

  /** What a page does with a socket: it sends these, waits for so many messages, closes, and tells how it went. */
  socket(plan: Plan): Promise<Story> {
    return this.page.evaluate(
      ({ url, protocols = [], sends = [], expects = 0, close }) =>
        new Promise<Story>(resolve => {
          const socket = new WebSocket(url, protocols)
          const heard: string[] = []
          let opened = false
          const finish = (): void => {
            if (heard.length === expects && close !== undefined) socket.close(close.code, close.reason)
          }
          socket.binaryType = 'arraybuffer'
          socket.onopen = () => {
            opened = true
            for (const { text, size } of sends) {
              if (text !== undefined) socket.send(text)
              else socket.send(Uint8Array.from({ length: size ?? 0 }, (_, i) => (i * 7919) >> 5))
            }
            finish()
          }
          socket.onmessage = ({ data }) => {
            const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : null
            const right = bytes?.every((byte, i) => byte === (((i * 7919) >> 5) & 0xff))
            heard.push(bytes === null ? data : `${bytes.length} bytes, ${right ? 'right' : 'wrong'}`)
            finish()
          }
          socket.onclose = ({ code, reason, wasClean }) => {
            const { protocol, extensions } = socket
            resolve({ opened, heard, code, reason, wasClean, protocol, extensions })
          }
        }),
      plan,
    )
  }

  close(): Promise<void> {
    return this.context.close()
  }
}

interface Plan {
  readonly url: string
  readonly protocols?: string[]
  readonly sends?: { readonly text?: string; readonly size?: number }[]
  readonly expects?: number
  readonly close?: { readonly code?: number; readonly reason?: string }
}

interface Story {
  readonly opened: boolean
  readonly heard: string[]
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
  readonly protocol: string
  readonly extensions: string
}

for (const { name, scheme, fromPage, version, status } of WIRES) {
  describe(name, () => {
    let tab: Tab
    let base: string
    before(async () => {
      base = site[scheme]
      tab = await Tab.open(pageOf(fromPage ? base : site.clear))
    })
    after(() => tab?.close())

    test('it comes by the wire that it should: the server and the browser say so', async () => {
      const story = await tab.socket({ url: `${base}/chat/`, protocols: ['chat.v1'], expects: 1, close: {} })
      assert.deepEqual([story.protocol, story.heard], ['chat.v1', [`over ${version}`]])
      assert.equal(tab.handshakes.at(-1)?.status, status)
    })

    test('text and bytes come back, small and large, compressed', async () => {
      const text = JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ id: i, name: `Zeile ${i} ä€😀` })))
      const story = await tab.socket({
        url: `${base}/echo/`,
        sends: [
          { text: '' },
          { text: 'ä€😀' },
          { text },
          { size: 0 },
          { size: 126 },
          { size: 65_536 },
          { size: 400_000 },
        ],
        expects: 7,
        close: { code: 1000 },
      })
      assert.equal(story.extensions, 'permessage-deflate')
      assert.match(tab.handshakes.at(-1)?.extensions ?? '', /^permessage-deflate/)
      assert.ok(story.heard[2] === text)
      assert.deepEqual(story.heard.toSpliced(2, 1), [
        '',
        'ä€😀',
        '0 bytes, right',
        '126 bytes, right',
        '65536 bytes, right',
        '400000 bytes, right',
      ])
      assert.deepEqual([story.code, story.wasClean], [1000, true])
    })

    test('without compression too', async () => {
      const story = await tab.socket({
        url: `${base}/bare/`,
        sends: [{ text: 'x'.repeat(200_000) }, { size: 200_000 }],
        expects: 2,
        close: {},
      })
      assert.deepEqual([story.extensions, story.heard[1]], ['', '200000 bytes, right'])
      assert.ok(story.heard[0] === 'x'.repeat(200_000))
      assert.equal(story.wasClean, true)
    })

    test('each end learns how the other closed', async () => {
      const ends = `/ends/${version}-${fromPage}`
      const told = await tab.socket({ url: base + ends, sends: [{ text: '4001 enough' }] })
      const { heard, code, reason, wasClean } = told
      assert.deepEqual(
        { heard, code, reason, wasClean },
        { heard: ['Goodbye'], code: 4001, reason: 'enough', wasClean: true },
      )
      const echo = `/echo/${version}-${fromPage}`
      const own = await tab.socket({ url: base + echo, close: { code: 3210, reason: 'grüß dich' } })
      assert.equal(own.wasClean, true)
      const closing = await site.closing(echo)
      assert.deepEqual(
        { version: closing.version, code: closing.code, reason: closing.reason },
        { version, code: 3210, reason: 'grüß dich' },
      )
      const silent = await tab.socket({ url: `${base}/echo/`, close: {} })
      assert.deepEqual([silent.code, silent.wasClean], [1005, true])
      const failed = await tab.socket({ url: `${base}/ends/`, sends: [{ text: 'throw' }] })
      assert.deepEqual([failed.code, failed.wasClean], [1011, true])
      const large = await tab.socket({ url: `${base}/small/`, sends: [{ size: 1001 }] })
      assert.deepEqual([large.code, large.wasClean], [1009, true])
    })
  })
}

test('a page that is left is gone for the server, over each wire', async () => {
  for (const { scheme, version } of WIRES.filter(({ fromPage }) => fromPage)) {
    const base = site[scheme]
    const path = `/echo/left-${version}`
    const other = await Tab.open(pageOf(base))
    await other.page.evaluate(
      url =>
        new Promise(resolve => {
          const socket = new WebSocket(url)
          socket.onopen = resolve
          Object.assign(globalThis, { socket })
        }),
      base + path,
    )
    await other.close()
    // Over HTTP/2 it resets the stream, and may not have said goodbye.
    assert.ok((version === '2' ? [1001, 1006] : [1001]).includes((await site.closing(path)).code))
  }
})

test('a page from elsewhere is refused, unless anybody may come', async () => {
  const strict = await SocketSite.serve()
  const elsewhere = await Tab.open(pageOf(site.clear))
  const same = await Tab.open(pageOf(strict.clear))
  try {
    const refused = await elsewhere.socket({ url: `${strict.clear}/echo/`, close: {} })
    assert.deepEqual([refused.opened, refused.code], [false, 1006])
    assert.equal((await same.socket({ url: `${strict.clear}/echo/`, close: {} })).opened, true)
    assert.equal((await same.socket({ url: `${site.clear}/echo/`, close: {} })).opened, true)
  } finally {
    await Promise.all([elsewhere.close(), same.close()])
    await strict.stop()
  }
})

test('a server that drains closes with 1001, cleanly, over each wire', async () => {
  for (const { scheme, version } of WIRES.filter(({ fromPage }) => fromPage)) {
    const own = await SocketSite.serve({ limits: { lingerTimeout: 100 } }, { made: site.made })
    const tab = await Tab.open(pageOf(own[scheme]))
    try {
      const story = tab.socket({ url: `${own[scheme]}/room/`, sends: [{ text: 'here' }] })
      await own.joined(1)
      await own.drain()
      const { code, wasClean } = await story
      assert.deepEqual([code, wasClean], [1001, true], `HTTP/${version}`)
    } finally {
      await tab.close()
      await own.stop()
    }
  }
})

function pageOf(base: string): string {
  return `${base.replace(/^ws/, 'http')}/`
}
