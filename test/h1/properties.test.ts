// What must hold for every HTTP/1.1 message: it says the same however it is split, both roles understand each other, and no bytes
// whatever break anything.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Output } from '../../src/bytes/output.ts'
import * as h1 from '../../src/h1/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { checkClient, checkServer, DICTIONARY } from '../fuzz/h1-check.ts'
import { show, showText } from './notation.ts'
import { party, trace } from './trace.ts'

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz"
const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 })
const value = fc
  .string({ unit: fc.constantFrom(...'\t !"#,:;=?@[]{}~09AZaz\x80\xe4\xff'), maxLength: 20 })
  .map(text => text.replace(/^[ \t]+|[ \t]+$/g, ''))
/** Names that mean something to this wire are left out: it writes those itself. */
const OWN = /^(host|content-length|transfer-encoding|connection|upgrade|expect|te|trailer|keep-alive)$/i
const fields = fc.array(
  fc.tuple(
    token.filter(name => !OWN.test(name)),
    value,
  ),
  { maxLength: 6 },
)
const target = fc.string({ unit: fc.constantFrom(...'/abcXYZ019%20?&=;.~"|'), maxLength: 30 }).map(text => `/${text}`)
const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 })
const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 })

const message = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'QUERY'),
  status: fc.constantFrom(200, 201, 206, 302, 404, 500, 599),
  target,
  fields,
  pieces,
  chunked: fc.boolean(),
  trailers: fields,
})
type Message = Parameters<Parameters<typeof message.map>[0]>[0]

describe('HTTP/1.1 messages', () => {
  test('say the same however they are split and wherever reading pauses', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 3 }), cuts, fc.boolean(), (messages, at, pausing) => {
        const bytes = Buffer.concat(messages.map(one => requestBytes(one)))
        const expected = messages.flatMap(one => [
          `head ${one.method} ${showText(one.target)} HTTP/1.1 | host a | ${lengthFact(one)} | keep-alive`,
          ...lines([['Host', 'a'], ...one.fields, ...framing(one)]),
          ...contentLines(one),
        ])
        assert.deepEqual(trace(party(h1, []), splitAt(bytes, at), { pausing, ends: true }), expected)
      }),
    )
  })

  test('that a server sends are read by a client as they were meant', () => {
    const preamble = new h1.Preamble('')
    fc.assert(
      fc.property(message, fc.constantFrom('GET', 'HEAD'), cuts, (one, method, at) => {
        const server = new h1.H1Connection('server')
        server.receive(Buffer.from(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`), SILENT)
        server.sendResponse(one.status, FieldList.of(one.fields), lengthOf(one), preamble)
        if (server.contentDue) {
          for (const piece of one.pieces) server.sendContent(piece)
          server.sendEnd(FieldList.of(one.trailers))
        }
        const bytes = written(server.output)
        const isHead = method === 'HEAD'
        const framed = isHead && one.chunked ? [] : framing(one)
        const expected = [
          `head ${one.status} HTTP/1.1 | ${isHead ? 'no content' : lengthFact(one)} | keep-alive`,
          ...lines([...one.fields, ...framed]),
          ...(isHead ? ['end'] : contentLines(one)),
        ]
        assert.deepEqual(trace(party(h1, [method]), splitAt(bytes, at)), expected)
      }),
    )
  })

  test('go back and forth on one connection', () => {
    const preamble = new h1.Preamble('x')
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), exchanges => {
        const client = new h1.H1Connection('client')
        const server = new h1.H1Connection('server')
        for (const one of exchanges) {
          const asked = collector()
          send(client, one)
          receiveAll(server, written(client.output), asked)
          assert.deepEqual(asked.events, ['head', ...(size(one) > 0 ? ['content'] : []), ...trailed(one), 'end'])
          assert.deepEqual(Buffer.concat(asked.content), Buffer.concat(one.pieces))
          server.sendInterim(103, FieldList.empty)
          server.sendResponse(one.status, FieldList.empty, size(one), preamble)
          for (const piece of one.pieces) server.sendContent(piece)
          if (server.contentDue) server.sendEnd()
          const answered = collector()
          receiveAll(client, written(server.output), answered)
          assert.deepEqual(answered.events, ['head', 'head', ...(size(one) > 0 ? ['content'] : []), 'end'])
          assert.ok(client.sending === h1.IDLE && server.sending === h1.IDLE)
          assert.ok(client.receiving === h1.IDLE && server.receiving === h1.IDLE)
        }
      }),
    )
  })

  test('of any bytes are read to an end that the reference agrees with', () => {
    const word = fc.constantFrom(...DICTIONARY)
    const noise = fc.uint8Array({ maxLength: 20 })
    const bytes = fc.array(fc.oneof(word, word, noise), { maxLength: 25 }).map(parts => Buffer.concat(parts))
    fc.assert(fc.property(bytes, input => void checkServer(h1, input)))
    fc.assert(fc.property(bytes, input => void checkClient(h1, input)))
  })
})

function requestBytes(one: Message): Uint8Array {
  const client = new h1.H1Connection('client')
  send(client, one)
  return written(client.output)
}

function send(client: h1.H1Connection, one: Message): void {
  client.sendRequest(one.method, one.target, FieldList.of([['Host', 'a'], ...one.fields]), lengthOf(one))
  for (const piece of one.pieces) client.sendContent(piece)
  if (client.contentDue) client.sendEnd(FieldList.of(one.trailers))
}

function written(output: Output): Uint8Array {
  return Buffer.concat(
    output.takePieces().map(piece => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)),
  )
}

function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

function size({ pieces }: Message): number {
  return Buffer.concat(pieces).length
}

function lengthOf(one: Message): number {
  return one.chunked ? h1.UNKNOWN_LENGTH : size(one)
}

function lengthFact(one: Message): string {
  if (one.chunked) return 'length unknown'
  return size(one) === 0 ? 'no content' : `length ${size(one)}`
}

function framing(one: Message): [string, string][] {
  return one.chunked ? [['Transfer-Encoding', 'chunked']] : [['Content-Length', String(size(one))]]
}

function contentLines(one: Message): string[] {
  const content = size(one) > 0 ? [`content "${show(Buffer.concat(one.pieces))}"`] : []
  const hasTrailers = one.chunked && one.trailers.length > 0
  return [...content, ...(hasTrailers ? ['trailers', ...lines(one.trailers)] : []), 'end']
}

function trailed(one: Message): string[] {
  return one.chunked && one.trailers.length > 0 ? ['trailers'] : []
}

function lines(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.map(([name, value]) => `  ${name}: ${showText(value)}`.trimEnd())
}

const SILENT: h1.H1Sink = { head() {}, content() {}, trailers() {}, end() {}, failed() {} }

function collector() {
  const events: string[] = []
  const content: Uint8Array[] = []
  const told = (what: string) => () => void (events.at(-1) === 'content' && what === 'content' ? 0 : events.push(what))
  return {
    events,
    content,
    head: told('head'),
    piece: told('content'),
    trailers: told('trailers'),
    end: told('end'),
    failed: (error: h1.H1Error) => assert.fail(`refused by ${error.rule}`),
  }
}

function receiveAll(connection: h1.H1Connection, bytes: Uint8Array, to: ReturnType<typeof collector>): void {
  const sink: h1.H1Sink = {
    ...to,
    content(bytes, start, end) {
      to.content.push(bytes.slice(start, end))
      to.piece()
    },
  }
  assert.equal(connection.receive(bytes, sink), bytes.length)
}
