// Streams of events in Chromium's EventSource, over HTTP/1.1 and over HTTP/2 with TLS, compressed.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { App, type Server, serve, Topic } from '../../src/index.ts'
import { compression } from '../../src/middleware/compression/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'

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

/** What the page tells: of an event, of the stream's state, and how each response came. */
interface Told {
  readonly type: string
  readonly data: string
  readonly id: string
}

let certificate: Made
let browser: Browser
before(async () => {
  certificate = await certificateFor(['localhost', '127.0.0.1'])
  const { publicKey } = new X509Certificate(certificate.cert)
  const fingerprint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...SWITCHES, `--ignore-certificate-errors-spki-list=${fingerprint}`],
    headless: true,
  })
})
after(() => browser.close())

/** A page that listens to `/live`, and what it has told. */
class Listening {
  readonly page: Page
  readonly told: Told[] = []
  /** The fields of the stream's responses, and what they came by. */
  readonly responses: { readonly protocol: string | undefined; readonly coding: string | undefined }[] = []
  private readonly watchers = new Set<() => void>()

  static async open(origin: string): Promise<Listening> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const listening = new Listening(page)
    await page.exposeFunction('tell', (type: string, data: string, id: string) => listening.add({ type, data, id }))
    const network = await context.newCDPSession(page)
    await network.send('Network.enable')
    network.on('Network.responseReceived', ({ response: { url, protocol, headers } }) => {
      if (url.endsWith('/live'))
        listening.responses.push({ protocol, coding: headers['content-encoding'] ?? headers['Content-Encoding'] })
    })
    await page.goto(`${origin}/`)
    return listening
  }

  private constructor(page: Page) {
    this.page = page
  }

  async begin(): Promise<void> {
    await this.page.evaluate(`{
      source = new EventSource('/live')
      for (const type of ['message', 'tick', 'reset'])
        source.addEventListener(type, ({ data, lastEventId }) => tell(type, data, lastEventId))
      source.onopen = () => tell('opened', '', '')
      source.onerror = () => tell(source.readyState === EventSource.CLOSED ? 'closed' : 'lost', '', '')
    }`)
  }

  /** Waits until the page has told so many things of a type. */
  async has(type: string, count = 1): Promise<readonly Told[]> {
    for (;;) {
      const found = this.told.filter(one => one.type === type)
      if (found.length >= count) return found
      await new Promise<void>(resolve => this.watchers.add(resolve))
    }
  }

  close(): Promise<void> {
    return this.page.context().close()
  }

  private add(told: Told): void {
    this.told.push(told)
    for (const look of this.watchers) look()
    this.watchers.clear()
  }
}

interface WireCase {
  readonly name: string
  readonly protocol: string
  readonly secure: boolean
}

const WIRES: readonly WireCase[] = [
  { name: 'HTTP/1.1', protocol: 'http/1.1', secure: false },
  { name: 'HTTP/2 over TLS', protocol: 'h2', secure: true },
]

for (const { name, protocol, secure } of WIRES) {
  const serveTopic = (topic: Topic, port = 0): Promise<Server> => {
    const app = new App()
    app.after(compression())
    app.get('/', ({ html }) => html('<!doctype html><title>Events</title><link rel="icon" href="data:,">'))
    app.events('/live', { retry: 50 }, context => topic.listen(context))
    return serve(app, { port, tls: secure ? certificate : undefined })
  }
  const originOf = ({ port }: Server): string => `${secure ? 'https' : 'http'}://localhost:${port}`

  describe(`EventSource over ${name}`, () => {
    test('gets 1,000 events in order, compressed, none held back until the next', async () => {
      const topic = new Topic({ lastId: 0 })
      const server = await serveTopic(topic)
      const listening = await Listening.open(originOf(server))
      try {
        await listening.begin()
        await listening.has('opened')
        for (let n = 1; n <= 1000; n++) {
          topic.publish({ event: 'tick', data: { n, text: 'the same in each event' } })
          await listening.has('tick', n)
        }
        const ticks = await listening.has('tick', 1000)
        assert.deepEqual(
          ticks.map(({ data, id }) => [JSON.parse(data).n, id]),
          Array.from({ length: 1000 }, (_, at) => [at + 1, String(at + 1)]),
        )
        assert.deepEqual(listening.responses, [{ protocol, coding: listening.responses[0].coding }])
        assert.match(listening.responses[0].coding ?? '', /^(gzip|br|zstd|deflate)$/)
        assert.deepEqual(
          listening.told.filter(({ type }) => type !== 'tick').map(({ type }) => type),
          ['opened'],
        )
      } finally {
        await listening.close()
        await server.close()
      }
    })

    test('opens before there is an event', async () => {
      const server = await serveTopic(new Topic())
      const listening = await Listening.open(originOf(server))
      try {
        await listening.begin()
        await listening.has('opened')
      } finally {
        await listening.close()
        await server.close()
      }
    })

    test('goes on after the last id when the server has been restarted, whether it drained or was cut', async () => {
      const first = new Topic({ lastId: 'tick-0' })
      const kept: { id: string; data: string }[] = []
      const publish = (topic: Topic, data: string): void => {
        kept.push({ id: topic.publish(data), data })
      }
      let server = await serveTopic(first)
      const { port } = server
      const listening = await Listening.open(originOf(server))
      try {
        await listening.begin()
        await listening.has('opened')
        publish(first, 'a')
        await listening.has('message', 1)
        for (const [round, end] of (['drain', 'close'] as const).entries()) {
          await (end === 'drain' ? server.drain(60_000) : server.close())
          await listening.has('lost', round + 1)
          const next = new Topic({ lastId: 'tick-0' })
          for (const event of kept) next.publish(event)
          publish(next, `missed ${round}`)
          server = await serveTopic(next, port)
          await listening.has('opened', round + 2)
          publish(next, `live ${round}`)
          await listening.has('message', 1 + 2 * (round + 1))
        }
        assert.deepEqual(
          (await listening.has('message', 5)).map(({ data, id }) => [data, id]),
          [
            ['a', 'tick-1'],
            ['missed 0', 'tick-2'],
            ['live 0', 'tick-3'],
            ['missed 1', 'tick-4'],
            ['live 1', 'tick-5'],
          ],
        )
        assert.equal(listening.told.filter(({ type }) => type === 'reset').length, 0)
      } finally {
        await listening.close()
        await server.close()
      }
    })

    test('is told that it has missed something when the server knows its id no more', async () => {
      const topic = new Topic()
      let server = await serveTopic(topic)
      const { port } = server
      const listening = await Listening.open(originOf(server))
      try {
        await listening.begin()
        await listening.has('opened')
        const id = topic.publish('a')
        await listening.has('message')
        await server.close()
        server = await serveTopic(new Topic(), port)
        const [reset] = await listening.has('reset')
        assert.equal(reset.data, id)
      } finally {
        await listening.close()
        await server.close()
      }
    })

    test('does not come back after 204', async () => {
      const app = new App()
      let asked = 0
      app.get('/', ({ html }) => html('<!doctype html><title>Events</title><link rel="icon" href="data:,">'))
      app.events('/live', { retry: 10 }, context => {
        asked++
        return context.lastEventId === '' ? once() : context.empty()
      })
      async function* once() {
        yield { id: 1, data: 'all there is' }
      }
      const server = await serve(app, { port: 0, tls: secure ? certificate : undefined })
      const listening = await Listening.open(originOf(server))
      try {
        await listening.begin()
        await listening.has('closed')
        assert.equal((await listening.has('message')).length, 1)
        assert.equal(asked, 2)
      } finally {
        await listening.close()
        await server.close()
      }
    })
  })
}
