// An echo server, for people who run protocol suites against Wirewright:
//   npm run echo -- --port 8080 --tls-port 8443
// Both ports speak HTTP/1.1 and HTTP/2: over TLS as ALPN agrees, in the clear by prior knowledge or `Upgrade: h2c`.
//
//   any other path  the request's content comes back, with its Content-Length; OK if there was none (with a few line
//                   breaks over HTTP/2: suites try windows that are smaller than the content)
//   /echo           the request's fields, one `Name: value` a line
//   /cookie         the request's cookies, one `name=value` a line
//   /bytes/N        N bytes
//
// A WebSocket connection to any path gets its messages back.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HeldBytes } from '../src/bytes/held-bytes.ts'
import { latin1Bytes } from '../src/bytes/text.ts'
import {
  App,
  type Body,
  chunksOf,
  cookiesOf,
  developmentCertificate,
  type Exchange,
  FieldList,
  Refused,
  Reply,
  serve,
  text,
} from '../src/index.ts'

/** As much as one connection may keep in this server's memory. */
const MOST_CONTENT = 16 * 1_048_576
/** The largest message that comes back. */
const MOST_MESSAGE = 64 * 1_048_576
const PLAIN = FieldList.of({ 'Content-Type': 'text/plain' })
const BYTES = FieldList.of({ 'Content-Type': 'application/octet-stream' })
const PATTERN = new TextEncoder().encode('0123456789abcdef'.repeat(4096))

const app = new App()
app.all('/echo', ({ fields }) => plain(lines(fields, ': ')))
app.all('/cookie', ({ fields }) => plain(lines(cookiesOf(fields), '=')))
app.all('/bytes/:length<int>', ({ params, exchange }) =>
  params.length < 0 ? echo(exchange) : new Reply(200, BYTES, bytes(params.length)),
)
app.all('/*', ({ exchange }) => echo(exchange))
app.socket(
  '/*',
  { messageBytes: MOST_MESSAGE, origins: 'any', borrow: true },
  { message: (peer, message) => peer.send(message) },
)

function nothing({ version }: Exchange): string {
  return version === '2' ? 'OK\n\n\n' : 'OK'
}

/** What has come and has not gone back yet, by connection, in bytes. */
const kept = new Map<number, number>()

function echo(exchange: Exchange): Reply | Promise<Reply> {
  return exchange.content.length === 0 ? text(nothing(exchange)) : givenBackWhole(exchange)
}

async function givenBackWhole(exchange: Exchange): Promise<Reply> {
  const { content, fields } = exchange
  const { connection } = exchange.peer
  if ((content.length ?? 0) > MOST_CONTENT) throw tooLarge()
  const held = new HeldBytes()
  try {
    for await (const chunk of chunksOf(content)) {
      keep(connection, chunk.length)
      held.add(chunk, 0, chunk.length)
    }
  } catch (error) {
    forget(connection, held.size)
    throw error
  }
  if (held.size === 0) return text(nothing(exchange))
  return new Reply(
    200,
    FieldList.of({ 'Content-Type': fields.get('content-type') ?? 'text/plain' }),
    givenBack(connection, held),
  )
}

/** What was kept, until it has gone. */
function givenBack(connection: number, held: HeldBytes): Body {
  let gone = false
  return {
    length: held.size,
    pull() {
      if (gone) forget(connection, held.size)
      const chunk = gone ? null : held.bytes.subarray(0, held.size)
      gone = true
      return chunk
    },
    cancel() {
      forget(connection, held.size)
    },
  }
}

/** @throws Refused where the connection keeps too much already */
function keep(connection: number, size: number): void {
  const all = (kept.get(connection) ?? 0) + size
  if (all > MOST_CONTENT) throw tooLarge()
  kept.set(connection, all)
}

function forget(connection: number, size: number): void {
  const left = (kept.get(connection) ?? 0) - size
  if (left > 0) kept.set(connection, left)
  else kept.delete(connection)
}

function tooLarge(): Refused {
  return new Refused({
    status: 413,
    rule: 'content-too-large',
    section: 'RFC 9110 section 15.5.14',
    detail: `This server keeps no more than ${MOST_CONTENT} bytes of content for a connection`,
  })
}

/** Field values are latin1, one character for each byte that came. */
function plain(latin1: string): Reply {
  return new Reply(200, PLAIN, latin1Bytes(latin1))
}

function lines(pairs: Iterable<readonly [string, string]>, between: string): string {
  let all = ''
  for (const [name, value] of pairs) all += `${name}${between}${value}\n`
  return all
}

/** Content of that many bytes, which is made as it is sent. */
function bytes(length: number): Body {
  let left = length
  return {
    length,
    pull() {
      if (left === 0) return null
      const chunk = PATTERN.subarray(0, Math.min(left, PATTERN.length))
      left -= chunk.length
      return chunk
    },
    cancel() {},
  }
}

const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string', default: '8080' },
    'tls-port': { type: 'string' },
  },
})

const { host } = values
const servers = [await serve(app, { host, port: Number(values.port), h2c: true })]
console.log(`Echo on port ${servers[0].port}`)
if (values['tls-port'] !== undefined) {
  const cacheFolder = join(tmpdir(), 'wirewright-echo')
  const tls = await developmentCertificate({ cacheFolder, now: Date.now() })
  servers.push(await serve(app, { host, port: Number(values['tls-port']), tls }))
  console.log(`Echo over TLS on port ${servers[1].port}`)
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => Promise.all(servers.map(server => server.drain(1000))).then(() => process.exit(0)))
}
