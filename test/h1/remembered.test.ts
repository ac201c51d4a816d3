// Field lines that were read before are not read again; nobody may be able to tell.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sameBytes } from '../../src/bytes/same.ts'
import { DEFAULT_LIMITS, H1Connection, type H1Head, type H1Limits, type H1Sink } from '../../src/h1/index.ts'

const long = `User-Agent: ${'x'.repeat(120)}\r\nAccept: text/html\r\n`

function linesOf(host: string, more = ''): string {
  return `Host: ${host}\r\n${long}${more}\r\n`
}

/** What is told of one request on a connection of its own. */
function told(request: string, limits: H1Limits = DEFAULT_LIMITS): string[] {
  const events: string[] = []
  const sink: H1Sink = {
    head(head: H1Head) {
      const fields = [...head.fields].map(([name, value]) => `${name}=${value}`).join(';')
      events.push(
        `${head.method} ${head.target} 1.${head.minor} ${head.host} ${head.length} ${head.persistent} ${head.expectsContinue} [${head.upgrade}] ${fields}`,
      )
      events.push(`accept: ${head.fields.get('accept')}`)
    },
    content: (bytes, start, end) =>
      events.push(`content ${Buffer.from(bytes.subarray(start, end)).toString('latin1')}`),
    trailers: fields => events.push(`trailers ${[...fields]}`),
    end: () => events.push('end'),
    failed: ({ rule, offset }) => events.push(`refused ${rule} at ${offset}`),
  }
  const bytes = Buffer.from(request, 'latin1')
  new H1Connection('server', limits).receive(bytes, sink)
  bytes.fill(0xaa)
  return events
}

/** As many requests as it takes for their lines to be remembered. */
function often(request: string, limits?: H1Limits): void {
  for (let i = 0; i < 20; i++) told(request, limits)
}

describe('field lines that come again and again', () => {
  it('are told as they were the first time', () => {
    const request = `GET /first HTTP/1.1\r\n${linesOf('a.example')}`
    const first = told(request)
    for (let i = 0; i < 40; i++) assert.deepEqual(told(request), first)
    assert.match(
      first[0],
      /^GET \/first 1\.1 a\.example 0 true false \[\] Host=a\.example;User-Agent=x+;Accept=text\/html$/,
    )
    assert.equal(first[1], 'accept: text/html')
  })

  it('go with any request line', () => {
    const lines = linesOf('b.example')
    often(`GET / HTTP/1.1\r\n${lines}`)
    assert.match(
      told(`DELETE /much/longer?than=before HTTP/1.1\r\n${lines}`)[0],
      /^DELETE \/much\/longer\?than=before 1\.1 b\.example 0 true/,
    )
    assert.match(told(`GET / HTTP/1.0\r\n${lines}`)[0], /^GET \/ 1\.0 b\.example 0 false/)
    assert.match(told(`\r\nGET / HTTP/1.1\r\n${lines}`)[0], /^GET \/ 1\.1 b\.example/)
    assert.deepEqual(told(`GET x HTTP/1.1\r\n${lines}`), ['refused target-form at 4'])
    assert.deepEqual(told(`GET /\x00 HTTP/1.1\r\n${lines}`), ['refused invalid-target at 5'])
  })

  it('keep what Connection says', () => {
    const closing = linesOf('c.example', 'Connection: close\r\n')
    often(`GET / HTTP/1.1\r\n${closing}`)
    assert.match(told(`GET / HTTP/1.1\r\n${closing}`)[0], / 0 false false /)
    const keeping = linesOf('c.example', 'Connection: keep-alive\r\n')
    often(`GET / HTTP/1.1\r\n${keeping}`)
    assert.match(told(`GET / HTTP/1.0\r\n${keeping}`)[0], / 0 true false /)
  })

  it('are not taken for lines that differ in a byte', () => {
    const lines = linesOf('d.example')
    often(`GET / HTTP/1.1\r\n${lines}`)
    for (let at = 0; at < lines.length; at++) {
      const request = `GET / HTTP/1.1\r\n${lines.slice(0, at)}\x01${lines.slice(at + 1)}`
      const events = told(request)
      assert.equal(events.length, 1, `byte ${at}`)
      assert.match(events[0], /^refused [a-z-]+ at \d+$/)
    }
    assert.match(told(`GET / HTTP/1.1\r\n${lines.replace('d.example', 'e.example')}`)[0], / e\.example /)
  })

  it('are not remembered where they say more', () => {
    for (const more of [
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Expect: 100-continue\r\nContent-Length: 3\r\n',
      'Connection: Upgrade\r\nUpgrade: x\r\n',
    ]) {
      const content = more.includes('chunked') ? '3\r\nabc\r\n0\r\n\r\n' : more.includes('Length') ? 'abc' : ''
      const request = `POST / HTTP/1.1\r\n${linesOf('f.example', more)}`
      const first = told(request + content)
      for (let i = 0; i < 40; i++) {
        assert.deepEqual(told(request + content), first)
        told(request)
      }
    }
  })

  it('are judged anew under other limits', () => {
    const request = `GET / HTTP/1.1\r\n${linesOf('g.example')}`
    often(request)
    assert.deepEqual(told(request, { ...DEFAULT_LIMITS, fieldCount: 2 }), [
      `refused too-many-fields at ${request.indexOf('Accept')}`,
    ])
    assert.deepEqual(told(request, { ...DEFAULT_LIMITS, headBytes: 100 }), ['refused head-too-large at 100'])
  })

  it('count towards the size of the head they stand in', () => {
    const request = `GET / HTTP/1.1\r\n${linesOf('i.example')}`
    const limits = { ...DEFAULT_LIMITS, headBytes: request.length + 10 }
    often(request, limits)
    assert.deepEqual(told(request.replace('/', `/${'x'.repeat(20)}`), limits), [
      `refused head-too-large at ${limits.headBytes}`,
    ])
  })

  it('may have another request behind them', () => {
    const request = `GET / HTTP/1.1\r\n${linesOf('h.example')}`
    often(request)
    const connection = new H1Connection('server')
    let heads = 0
    const sink: H1Sink = { head: () => heads++, content() {}, trailers() {}, end() {}, failed: () => assert.fail() }
    const bytes = Buffer.from(request + request, 'latin1')
    assert.equal(connection.receive(bytes, sink), request.length)
    assert.equal(heads, 1)
  })
})

describe('bytes', () => {
  it('are the same where each of them is', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat(40),
        (bytes, other, start) => {
          const expected = Buffer.from(bytes)
            .subarray(start, start + other.length)
            .equals(other)
          assert.equal(
            sameBytes(bytes, Math.min(start, bytes.length), other),
            start <= bytes.length ? expected : other.length === 0,
          )
        },
      ),
    )
    assert.ok(sameBytes(Buffer.from('xabc'), 1, Buffer.from('abc')))
    assert.ok(!sameBytes(Buffer.from('xab'), 1, Buffer.from('abc')))
  })
})
