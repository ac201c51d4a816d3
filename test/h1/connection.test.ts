// What a driver may do to an HTTP/1.1 connection at any moment: pause, answer early, switch protocols, end.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as h1 from '../../src/h1/index.ts'
import { FieldList } from '../../src/http/fields.ts'

const PREAMBLE = new h1.Preamble('')
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'

describe('a switch of protocols', () => {
  test('may be sent while the head is being told, and what follows is content', () => {
    const server = new h1.H1Connection('server')
    const told = log({ head: () => server.sendSwitch(101, FieldList.empty, 'x', PREAMBLE) })
    assert.equal(server.receive(bytes(`${UPGRADE}raw`), told.sink), UPGRADE.length + 3)
    assert.deepEqual(told.events, ['head', 'content raw'])
    server.sendContent(bytes('back'))
    assert.match(sent(server), /^HTTP\/1\.1 101 .*\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nback$/s)
    server.end(told.sink)
    assert.deepEqual(told.events, ['head', 'content raw', 'end'])
  })

  test('may be sent after the request was told to its end', () => {
    const server = new h1.H1Connection('server')
    const told = log({ end: () => server.pause() })
    assert.equal(server.receive(bytes(`${UPGRADE}raw`), told.sink), UPGRADE.length)
    server.sendSwitch(101, FieldList.empty, 'x', PREAMBLE)
    server.resume()
    server.receive(bytes('raw'), told.sink)
    assert.deepEqual(told.events, ['head', 'end', 'content raw'])
  })

  test('may be sent while reading is paused in the head', () => {
    const server = new h1.H1Connection('server')
    const told = log({ head: () => server.pause() })
    server.receive(bytes(UPGRADE), told.sink)
    server.sendSwitch(101, FieldList.empty, 'x', PREAMBLE)
    server.resume()
    server.receive(bytes('raw'), told.sink)
    assert.deepEqual(told.events, ['head', 'content raw'])
  })
})

describe('the end of what comes in', () => {
  test('while reading is paused before the end of a message does not lose that end', () => {
    const server = new h1.H1Connection('server')
    const told = log({ content: () => server.pause() })
    server.receive(bytes('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab'), told.sink)
    server.end(told.sink)
    server.resume()
    server.receive(bytes(''), told.sink)
    assert.deepEqual(told.events, ['head', 'content ab', 'end'])
    server.sendTextResponse(200, FieldList.empty, '', PREAMBLE)
    assert.match(sent(server), /Connection: close/)
    assert.equal(server.finished, true)
  })

  test('while a request is answered makes its reply the last', () => {
    const server = new h1.H1Connection('server')
    const told = log({})
    server.receive(bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), told.sink)
    server.end(told.sink)
    server.sendTextResponse(200, FieldList.empty, 'a', PREAMBLE)
    assert.equal(server.finished, true)
  })
})

describe('one exchange at a time', () => {
  test('a pipelined request waits, in the bytes, for the reply to the one before', () => {
    const server = new h1.H1Connection('server')
    const told = log({})
    const both = bytes('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    const taken = server.receive(both, told.sink)
    assert.equal(taken, both.length / 2)
    assert.equal(server.receive(both, told.sink, taken), 0)
    server.sendTextResponse(200, FieldList.empty, '', PREAMBLE)
    assert.equal(server.receive(both, told.sink, taken), both.length / 2)
    assert.deepEqual(told.events, ['head', 'end', 'head', 'end'])
  })

  test('a reply may be complete before the content of its request has come', () => {
    const server = new h1.H1Connection('server')
    const told = log({ head: () => server.sendTextResponse(200, FieldList.empty, '', PREAMBLE) })
    server.receive(bytes('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab'), told.sink)
    server.receive(bytes('cd'), told.sink)
    assert.deepEqual(told.events, ['head', 'content ab', 'content cd', 'end'])
    server.receive(bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), told.sink)
    assert.deepEqual(told.events.slice(4), ['head', 'end'])
  })

  test('a client takes nothing before it has asked', () => {
    const client = new h1.H1Connection('client')
    const told = log({})
    assert.equal(client.receive(bytes('HTTP/1.1 200 OK\r\n\r\n'), told.sink), 0)
    assert.deepEqual(told.events, [])
  })
})

describe('a request', () => {
  test('with a method, target or protocol that would end its line is not sent', () => {
    const client = new h1.H1Connection('client')
    for (const [method, target, upgrade] of [
      ['GET /b HTTP/1.1\r\nX: y', '/', ''],
      ['GET', '/ HTTP/1.1\r\nX: y', ''],
      ['GET', '/', 'x\r\nX: y'],
      ['', '/', ''],
      ['GET', '', ''],
    ])
      assert.throws(() => client.sendRequest(method, target, FieldList.empty, undefined, upgrade), TypeError)
    assert.equal(sent(client), '')
  })
})

describe('an excerpt', () => {
  test('shows the bytes around the fault and none beside those that were given', () => {
    const server = new h1.H1Connection('server')
    const errors: h1.H1Error[] = []
    const told = log({ failed: error => errors.push(error) })
    server.receive(bytes('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'), told.sink)
    const shared = bytes('another one’s secret 5x another one’s secret')
    const at = 'another one’s secret '.length
    server.receive(shared, told.sink, at, at + 2)
    assert.equal(errors[0].rule, 'invalid-chunk-size')
    assert.equal(Buffer.from(errors[0].around).toString('latin1'), '5x')
    assert.equal(errors[0].before, 1)
  })
})

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

function sent(connection: h1.H1Connection): string {
  const pieces = connection.output.takePieces()
  return pieces.map(piece => (typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1'))).join('')
}

/** A sink that notes what it is told, and does what the test wants to be done during it. */
function log(during: { head?(): void; content?(): void; end?(): void; failed?(error: h1.H1Error): void }) {
  const events: string[] = []
  const sink: h1.H1Sink = {
    head() {
      events.push('head')
      during.head?.()
    },
    content(given, start, end) {
      events.push(`content ${Buffer.from(given.subarray(start, end)).toString('latin1')}`)
      during.content?.()
    },
    trailers() {
      events.push('trailers')
    },
    end() {
      events.push('end')
      during.end?.()
    },
    failed(error) {
      events.push(`refused ${error.rule}`)
      during.failed?.(error)
    },
  }
  return { events, sink }
}
