// What must hold for any bytes that an HTTP/1.1 connection is given: it tells the same events however they are split and
// wherever it is paused, it agrees with the reference reader, and it ends.
import assert from 'node:assert/strict'
import { type H1, party, trace } from '../h1/trace.ts'
import { readVectors } from '../h1/vectors.ts'
import { readAll } from './h1-reference.ts'

/** Small, so that short inputs reach them. */
const LIMITS = { headBytes: 300, targetBytes: 64, fieldCount: 8, contentBytes: 120, chunkExtensionBytes: 24 }

/** The requests that a client has sent; the first byte of an input chooses among them. */
const ASKED = [
  ['GET', 'GET'],
  ['HEAD', 'GET'],
  ['CONNECT', 'GET'],
  ['GET with Upgrade', 'GET'],
] as const

/** @returns what happened, event after event, so that a fuzzer knows new behaviour when it sees it */
export function checkServer(h1: H1, bytes: Uint8Array): string[] {
  return check(h1, bytes, [])
}

export function checkClient(h1: H1, bytes: Uint8Array): string[] {
  return check(h1, bytes.subarray(1), ASKED[(bytes[0] ?? 0) % ASKED.length])
}

export function serverSeeds(): Uint8Array[] {
  return readVectors()
    .filter(({ role, bytes }) => role === 'server' && bytes.length < 400)
    .map(({ bytes }) => bytes)
}

export function clientSeeds(): Uint8Array[] {
  return readVectors()
    .filter(({ role, bytes }) => role === 'client' && bytes.length < 400)
    .map(({ bytes, answers }) => {
      const asked = ASKED.findIndex(([first]) => first === answers[0])
      return Uint8Array.from([Math.max(asked, 0), ...bytes])
    })
}

/** What the grammar has words for. */
export const DICTIONARY = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '"',
    '\0',
    '0\r\n\r\n',
    '1\r\na\r\n',
    'HTTP/1.1',
    'HTTP/1.0',
  ],
  ...['Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: ', 'Connection: close\r\n'],
  ...['Connection: keep-alive\r\n', 'Host: b\r\n', 'Expect: 100-continue\r\n', 'Connection: upgrade\r\nUpgrade: x\r\n'],
  ...['10\r\n0123456789abcdef\r\n', '03\r\nabc\r\n', '2;x=y\r\nab\r\n', '0\r\nA: b\r\n\r\n'],
  ...['chunked', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\n', 'http://a', '[::1]', 'ffffffffffffff'],
].map(text => Uint8Array.from(Buffer.from(text, 'latin1')))

function check(h1: H1, bytes: Uint8Array, answers: readonly string[]): string[] {
  const run = (pieces: readonly Uint8Array[], pausing: boolean) =>
    trace(party(h1, answers, LIMITS), pieces, { ends: true, pausing })
  const whole = run([bytes], false)
  const pieces = split(bytes)
  assert.deepEqual(run(pieces, false), whole, `split as ${pieces.map(piece => piece.length).join(' + ')}`)
  assert.deepEqual(run(pieces, true), whole, 'with pauses')
  const events = whole.map(line => line.replace(/^refused .*/, 'refused'))
  assert.deepEqual(events, readAll(bytes, answers, LIMITS), 'the reference reads it otherwise')
  const seen = whole.map(behaviour).filter(Boolean)
  return seen.map((what, i) => `${seen[i - 1] ?? ''} > ${what}`)
}

/** What is new about a line of a trace, if it is: not which names and numbers it has. */
function behaviour(line: string): string {
  if (line.startsWith('  ')) return ''
  const [what, ...facts] = line.split(' | ')
  if (!what.startsWith('head ')) return what.replace(/ (at|").*/s, '')
  return ['head', ...facts.map(fact => fact.replace(/^(length \d|host|upgrade).*/s, '$1'))].join(' ')
}

/** Pieces of one to eight bytes or so, chosen by the bytes themselves: the same input is always split the same way. */
function split(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let hash = bytes.length
  for (let at = 0; at < bytes.length; ) {
    hash = (Math.imul(hash ^ bytes[at], 0x01000193) + at) >>> 0
    const size = hash % 5 === 0 ? 1 + (hash % 61) : 1 + (hash % 8)
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}
