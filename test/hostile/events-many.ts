// Very many listeners of one topic over either wire: what they get, what they cost, and that nothing is left of them.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { App, Topic, type TopicOptions } from '../../src/index.ts'
import { EventReader } from '../../src/sse/index.ts'
import { H2Client } from '../support/h2-client.ts'
import { rstStream } from '../support/h2-frames.ts'
import { breath, Client, get, type House, house, NOTHING, until } from './support.ts'

export const EVENT_WIRES = ['HTTP/1.1', 'HTTP/2'] as const
export type EventWire = (typeof EVENT_WIRES)[number]

/** Streams on one connection: fewer than a server allows, as several pages of a browser. */
const STREAMS = 100
const BATCH = 250
const KB = 1024
/** Events that all listeners get. */
const EVENTS = 20
/** Listeners beside the one that does not read. */
const MOST_BESIDE = 50

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A stream of events, as its client has it. */
interface Listening {
  /** The events that came, by their data. */
  readonly data: string[]
  /** The stream has broken off. */
  readonly broken: boolean
  stopReading(): void
  readOn(): void
  vanish(): void
}

/** A connection with streams on it. It is let go, and not remembered, when the last of them is. */
interface Shared {
  readonly client: H2Client
  streams: number
}

/** Connections that a test which fails would leave behind. */
const open = new Set<Client | H2Client>()

interface Served {
  readonly house: House
  readonly topic: Topic
  listen(count: number): Promise<Listening[]>
  /** One that has a connection of its own, and can stop reading. */
  listenAlone(): Promise<Listening>
}

async function served(
  test: TestContext,
  wire: EventWire,
  options: TopicOptions,
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const topic = new Topic(options)
  const app = new App()
  app.events('/live', context => topic.listen(context))
  await house(test, 'TCP, shared reads', app.handler, {}, async house => {
    const alone = async (): Promise<Listening> => {
      const before = topic.listeners
      const [listening] = wire === 'HTTP/1.1' ? [await over1(house)] : await over2(house, 1, false)
      await until(() => topic.listeners === before + 1)
      return listening
    }
    const serving: Served = {
      house,
      topic,
      listenAlone: alone,
      async listen(count) {
        const before = topic.listeners
        const all: Listening[] = []
        while (all.length < count) {
          const more = Math.min(BATCH, count - all.length)
          if (wire === 'HTTP/1.1') all.push(...(await Promise.all(Array.from({ length: more }, () => over1(house)))))
          else
            for (let left = more; left > 0; left -= STREAMS)
              all.push(...(await over2(house, Math.min(left, STREAMS), true)))
          await until(() => topic.listeners === before + all.length)
        }
        return all
      },
    }
    try {
      await use(serving)
    } finally {
      for (const client of open) client.destroy()
      open.clear()
    }
  })
  assert.equal(topic.listeners, 0)
}

/**
 * `count` clients listen, and all get all events in order. Then one of some of them stops reading: it is dropped, and the others go on.
 */
export async function manyListen(test: TestContext, wire: EventWire, count: number): Promise<void> {
  const limit = 64 * KB
  await served(test, wire, { limit, history: 0, historyBytes: 0 }, async ({ house, topic, listen, listenAlone }) => {
    const memory = await used()
    const all = await listen(count)
    const each = ((await used()) - memory) / count
    test.diagnostic(`${Math.round(each)} bytes of memory for each, its client included`)
    assert.ok(each < 32 * KB, `${each} bytes for each`)
    assert.deepEqual({ ...house.server.ledger, connections: 0 }, NOTHING)
    const sent: string[] = []
    const publish = async (data: string): Promise<void> => {
      topic.publish(data)
      sent.push(data)
      await until(() => all.every(one => one.data.length === sent.length))
    }
    const begun = process.hrtime.bigint()
    for (let n = 0; n < EVENTS; n++) await publish(`${n} ${'x'.repeat(100)}`)
    const microseconds = Number(process.hrtime.bigint() - begun) / 1000 / EVENTS / count
    test.diagnostic(`${microseconds.toFixed(1)} µs for each event and listener, reading included`)
    for (const { data } of all) assert.deepEqual(data, sent)
    assert.deepEqual({ ...house.server.ledger, connections: 0 }, NOTHING)

    // What the kernel holds for one of them, each of the others has to read.
    for (const one of all.splice(MOST_BESIDE)) one.vanish()
    await until(() => topic.listeners === all.length)
    const stuck = await listenAlone()
    stuck.stopReading()
    const before = sent.length
    while (topic.listeners > all.length) {
      // What one listener does not read is all that there is.
      const { output, waiting } = house.server.ledger
      assert.ok(output + waiting <= 32 * KB, `${output} + ${waiting} bytes`)
      await publish(`${sent.length} ${'x'.repeat(8 * KB)}`)
      assert.ok(sent.length < 2000, 'the one that does not read is not dropped')
    }
    assert.ok(sent.length - before > limit / (8 * KB))
    stuck.readOn()
    await until(() => stuck.broken)
    await publish('they go on')
    assert.equal(topic.listeners, all.length)
    assert.deepEqual({ ...house.server.ledger, connections: 0 }, NOTHING)
    for (const { data } of all) assert.deepEqual(data, sent)
    for (const one of all) one.vanish()
    await until(() => topic.listeners === 0)
  })
}

/** `count` streams are opened and left, some at a time; what is left of them does not grow. */
export async function manyComeAndGo(test: TestContext, wire: EventWire, count: number): Promise<void> {
  await served(test, wire, { history: 10 }, async ({ house, topic, listen }) => {
    const round = async (): Promise<void> => {
      const all = await listen(Math.min(count / 10, BATCH))
      topic.publish('hello')
      await until(() => all.every(({ data }) => data.length === 1))
      for (const one of all) one.vanish()
      await until(() => topic.listeners === 0)
      await until(() => house.server.ledger.connections === 0)
      house.events.length = 0
    }
    // What is made once has been made then.
    await round()
    const memory = await used()
    for (let done = 0; done < count; done += Math.min(count / 10, BATCH)) await round()
    const left = (await used()) - memory
    test.diagnostic(`${(left / count).toFixed(1)} bytes are left of each`)
    assert.ok(left < 2048 * KB, `${left} bytes are left`)
    await house.empty()
  })
}

async function used(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    await breath()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function over1(house: House): Promise<Listening> {
  const client = await Client.connect(house.server.port, {}, null)
  open.add(client)
  return new Listening1(client.send(get('/live')))
}

async function over2(house: House, count: number, opensWindows: boolean): Promise<Listening[]> {
  const client = (await H2Client.connect(house.server.port, { opensWindows })).greet()
  open.add(client)
  const shared: Shared = { client, streams: count }
  return Array.from({ length: count }, () => new Listening2(shared, client.request('/live'), opensWindows))
}

abstract class Read implements Listening {
  readonly data: string[] = []
  private readonly reader = new EventReader(({ data }) => this.data.push(data))
  abstract readonly broken: boolean
  abstract stopReading(): void
  abstract readOn(): void
  abstract vanish(): void

  protected read(bytes: Uint8Array): void {
    this.reader.receive(bytes)
  }
}

class Listening1 extends Read {
  private readonly client: Client
  private headOver = false
  private text = ''

  constructor(client: Client) {
    super()
    this.client = client
    // What has been read is not kept.
    client.socket.removeAllListeners('data')
    client.socket.on('data', bytes => this.take(bytes.toString('latin1')))
  }

  get broken(): boolean {
    return this.client.closed
  }

  stopReading(): void {
    this.client.socket.pause()
  }

  readOn(): void {
    this.client.socket.resume()
  }

  vanish(): void {
    this.client.reset()
    open.delete(this.client)
  }

  private take(text: string): void {
    this.text += text
    if (!this.headOver) {
      const end = this.text.indexOf('\r\n\r\n')
      if (end === -1) return
      this.headOver = true
      this.text = this.text.slice(end + 4)
    }
    for (;;) {
      const line = this.text.indexOf('\r\n')
      const size = Number.parseInt(this.text.slice(0, line), 16)
      if (line === -1 || this.text.length < line + 4 + size) return
      this.read(Buffer.from(this.text.slice(line + 2, line + 2 + size), 'latin1'))
      this.text = this.text.slice(line + 4 + size)
    }
  }
}

class Listening2 extends Read {
  private readonly shared: Shared
  private readonly client: H2Client
  private readonly stream: number
  private readonly reads: boolean

  constructor(shared: Shared, stream: number, reads: boolean) {
    super()
    const { client } = shared
    this.shared = shared
    this.client = client
    this.stream = stream
    this.reads = reads
    const { pieces } = client.answer(stream)
    // What has been read is not kept.
    pieces.push = piece => {
      this.read(piece)
      client.frames.length = 0
      return 0
    }
  }

  get broken(): boolean {
    return this.client.answer(this.stream).reset !== null || this.client.isOver
  }

  /** Its window is not opened again, whatever comes. */
  stopReading(): void {
    assert.ok(!this.reads)
  }

  readOn(): void {}

  vanish(): void {
    this.client.send(rstStream(this.stream))
    if (--this.shared.streams > 0) return
    this.client.reset()
    open.delete(this.client)
  }
}
