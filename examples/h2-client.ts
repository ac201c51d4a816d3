// A client made of the HTTP/2 connection alone, which knows no sockets: what comes in is given to `receive`, and what
// `output` has gathered is written. Asks for several paths at once, in the clear. Run it with:
//   node examples/h2-client.ts http://localhost:8000 / /style.css
// In a project of your own the imports are from 'wirewright' and 'wirewright/h2'.
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { DEFAULT_LIMITS, H2Connection, type H2Sink, type H2Stream } from '../src/h2/index.ts'
import { FieldList, type Fields } from '../src/index.ts'

export interface Answer {
  readonly path: string
  readonly status: number
  readonly fields: Fields
  readonly content: Uint8Array
}

/**
 * Asks a server for several paths at once, on one connection.
 * @throws Error where a reply does not come whole
 */
export async function ask(origin: string, paths: readonly string[]): Promise<Answer[]> {
  const { hostname, port, host, protocol } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port || 80) })
  const waiting = new Map<H2Stream, (outcome: Answer | Error) => void>()
  const begun = new Map<H2Stream, { path: string; status: number; fields: Fields; chunks: Uint8Array[] }>()
  const settle = (stream: H2Stream, outcome: Answer | Error): void => {
    waiting.get(stream)?.(outcome)
    waiting.delete(stream)
  }
  const complete = (stream: H2Stream): void => {
    const { chunks, ...head } = begun.get(stream)!
    settle(stream, { ...head, content: Buffer.concat(chunks) })
  }

  const sink: H2Sink = {
    head(stream, { status, fields }, ended) {
      if (status < 200) return
      begun.set(stream, { path: stream.user as string, status, fields, chunks: [] })
      if (ended) complete(stream)
    },
    content(stream, bytes, start, end) {
      // The bytes are borrowed; who keeps them copies. Telling that they are used opens the window for more.
      begun.get(stream)!.chunks.push(bytes.slice(start, end))
      connection.consumed(stream, end - start)
    },
    end: complete,
    lost: (stream, { detail }) => settle(stream, new Error(detail)),
    refused: (stream, { detail }) => settle(stream, new Error(detail)),
    failed: ({ rule, detail }) => socket.destroy(new Error(`${rule}: ${detail}`)),
    trailers() {},
    writable() {},
    sent() {},
    goingAway() {},
  }
  const connection = new H2Connection('client', DEFAULT_LIMITS, sink)
  const flush = (): void => {
    for (const piece of connection.output.take()) socket.write(piece)
    connection.output.forget()
  }

  socket.on('data', (bytes: Buffer) => {
    connection.receive(bytes, 0, bytes.length)
    flush()
  })
  socket.on('error', error => {
    for (const stream of waiting.keys()) settle(stream, error)
  })
  socket.on('close', () => connection.abort())

  const answers = paths.map(path => {
    const target = { scheme: protocol.slice(0, -1), authority: host, path }
    const stream = connection.sendRequest('GET', target, FieldList.empty, true)
    stream.user = path
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.set(stream, outcome => (outcome instanceof Error ? reject(outcome) : resolve(outcome)))
    return promise
  })
  flush()
  try {
    return await Promise.all(answers)
  } finally {
    socket.end()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [origin, ...paths] = process.argv.slice(2)
  for (const { path, status, content } of await ask(origin, paths)) {
    console.log(`${status} ${path}, ${content.length} bytes`)
  }
}
