// One request over a simulated connection of either wire, and what its client sees of the reply: for tests that are the same for both.
import { test } from 'node:test'
import { get, type World } from './support.ts'

export const WIRES = ['HTTP/1.1', 'HTTP/2'] as const
export type WireName = (typeof WIRES)[number]

export interface OneRequest {
  /** The content that has come, without its framing, as latin1 text. */
  readonly content: string
  readonly status: number
  /** How the reply stands: complete, or broken off so that the client knows. */
  readonly outcome: 'open' | 'complete' | 'broken'
  /** The client is gone without a word. */
  vanish(): void
  /** The client reads nothing from now on, and later again. */
  stopReading(): void
  readOn(): void
  /** The client closes its side, where the server has closed its own. */
  leave(): void
}

/** Declares the same test for both wires. */
export function onEachWire(
  name: string,
  run: (ask: (world: World, path?: string) => OneRequest, wire: WireName) => Promise<void>,
): void {
  for (const wire of WIRES) test(`${name} (${wire})`, () => run(wire === 'HTTP/1.1' ? askOver1 : askOver2, wire))
}

function askOver1(world: World, path = '/'): OneRequest {
  const visitor = world.connect().send(get(path))
  return {
    get content() {
      return chunksIn(visitor.text).content
    },
    get status() {
      return visitor.statuses[0] ?? 0
    },
    get outcome() {
      if (chunksIn(visitor.text).complete) return 'complete'
      return visitor.ended ? 'broken' : 'open'
    },
    vanish: () => visitor.client.reset(),
    stopReading: () => {
      visitor.server.room = 0
    },
    readOn: () => visitor.server.drain(),
    leave: () => visitor.client.finish(),
  }
}

function askOver2(world: World, path = '/'): OneRequest {
  const { client, near, server } = world.connectHttp2()
  const stream = client.request(path)
  return {
    get content() {
      return client.text(stream)
    },
    get status() {
      return client.answer(stream).status
    },
    get outcome() {
      const { ended, reset } = client.answer(stream)
      if (ended) return 'complete'
      return reset !== null || client.isOver ? 'broken' : 'open'
    },
    vanish: () => near.reset(),
    stopReading: () => {
      server.room = 0
    },
    readOn: () => server.drain(),
    leave: () => near.finish(),
  }
}

/** What a response of HTTP/1.1 has brought so far: content with a length, or in chunks. */
function chunksIn(text: string): { content: string; complete: boolean } {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return { content: '', complete: false }
  const head = text.slice(0, end)
  let rest = text.slice(end + 4)
  const length = /^Content-Length: (\d+)/im.exec(head)
  if (length !== null) return { content: rest, complete: rest.length === Number(length[1]) }
  let content = ''
  for (;;) {
    const line = rest.indexOf('\r\n')
    if (line === -1) return { content, complete: false }
    const size = Number.parseInt(rest.slice(0, line), 16)
    const chunk = rest.slice(line + 2, line + 2 + size)
    if (size === 0) return { content, complete: rest.startsWith('0\r\n\r\n') }
    content += chunk
    if (chunk.length < size) return { content, complete: false }
    rest = rest.slice(line + 2 + size + 2)
  }
}
