// An echo server, for people who run protocol suites against Wirewright:
//   npm run echo -- --port 8080 --tls-port 8443
//
//   any other path  the request's content comes back, with its Content-Length; OK if there was none
//   /echo           the request's fields, one `Name: value` a line
//   /cookie         the request's cookies, one `name=value` a line
//   /bytes/N        N bytes
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { latin1Bytes } from '../src/bytes/text.ts'
import {
  type Body,
  ContentTooLarge,
  collect,
  cookiesOf,
  developmentCertificate,
  type Exchange,
  FieldList,
  Refused,
  Reply,
  serve,
  text,
} from '../src/index.ts'

/** As much as one client may keep in this server's memory. */
const MOST_CONTENT = 16 * 1_048_576
const PLAIN = FieldList.of({ 'Content-Type': 'text/plain' })
const BYTES = FieldList.of({ 'Content-Type': 'application/octet-stream' })
const PATTERN = new TextEncoder().encode('0123456789abcdef'.repeat(4096))

function answer(exchange: Exchange): Reply | Promise<Reply> {
  const { path, fields } = exchange
  if (path === '/echo') return plain(lines(fields, ': '))
  if (path === '/cookie') return plain(lines(cookiesOf(fields), '='))
  const [, wanted] = /^\/bytes\/(\d{1,15})$/.exec(path) ?? []
  if (wanted !== undefined) return new Reply(200, BYTES, bytes(Number(wanted)))
  return exchange.content.length === 0 ? text('OK') : echo(exchange)
}

async function echo({ content, fields }: Exchange): Promise<Reply> {
  try {
    const whole = await collect(content, MOST_CONTENT)
    if (whole.length === 0) return text('OK')
    return new Reply(200, FieldList.of({ 'Content-Type': fields.get('content-type') ?? 'text/plain' }), whole)
  } catch (error) {
    if (!(error instanceof ContentTooLarge)) throw error
    throw new Refused({
      status: 413,
      rule: 'content-too-large',
      section: 'RFC 9110 section 15.5.14',
      detail: error.message,
      cause: error,
    })
  }
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
const servers = [await serve(answer, { host, port: Number(values.port) })]
console.log(`Echo on port ${servers[0].port}`)
if (values['tls-port'] !== undefined) {
  const cacheFolder = join(tmpdir(), 'wirewright-echo')
  const tls = await developmentCertificate({ cacheFolder, now: Date.now() })
  servers.push(await serve(answer, { host, port: Number(values['tls-port']), tls }))
  console.log(`Echo over TLS on port ${servers[1].port}`)
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => Promise.all(servers.map(server => server.drain(1000))).then(() => process.exit(0)))
}
