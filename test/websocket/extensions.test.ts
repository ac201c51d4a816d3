// What is offered and agreed on about compression, from either side (RFC 6455 section 9.1, RFC 7692 sections 5.1 and 7.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Agreed,
  agreedBy,
  answerTo,
  type ClientTerms,
  offerText,
  type ServerTerms,
} from '../../src/websocket/index.ts'

const GENEROUS: ServerTerms = { takeover: true, keeps: () => true }
const POOR: ServerTerms = { takeover: false, keeps: () => false }
const USUAL: Agreed = { serverTakeover: true, clientTakeover: true, serverWindowBits: 15, clientWindowBits: 15 }

function answered(offers: string, terms: ServerTerms = GENEROUS): string | null {
  const answer = answerTo(offers, terms)
  return answer === null || answer === 'malformed' ? answer : answer.text
}

const ANSWERS: Readonly<Record<string, string | null>> = {
  'permessage-deflate': 'permessage-deflate',
  'permessage-deflate; client_max_window_bits': 'permessage-deflate',
  'permessage-deflate; client_max_window_bits=15': 'permessage-deflate',
  'permessage-deflate; client_max_window_bits=9': 'permessage-deflate; client_max_window_bits=9',
  'permessage-deflate; server_max_window_bits=8': 'permessage-deflate; server_max_window_bits=8',
  'permessage-deflate; server_max_window_bits="10"': 'permessage-deflate; server_max_window_bits=10',
  'permessage-deflate; server_max_window_bits="1\\0"': 'permessage-deflate; server_max_window_bits=10',
  'permessage-deflate; server_no_context_takeover': 'permessage-deflate; server_no_context_takeover',
  'permessage-deflate;client_no_context_takeover;server_max_window_bits=15':
    'permessage-deflate; client_no_context_takeover; server_max_window_bits=15',
  '\tpermessage-deflate ; client_max_window_bits = 12 ,': 'permessage-deflate; client_max_window_bits=12',
  // The first that can be met.
  'permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=9, permessage-deflate':
    'permessage-deflate; server_max_window_bits=9',
  'x-webkit-deflate-frame; a; b=c, , permessage-deflate': 'permessage-deflate',
  // Offers that cannot be met.
  'permessage-deflate; server_max_window_bits': null,
  'permessage-deflate; server_max_window_bits=16': null,
  'permessage-deflate; server_max_window_bits=010': null,
  'permessage-deflate; client_max_window_bits=0': null,
  'permessage-deflate; client_max_window_bits=x': null,
  'permessage-deflate; server_no_context_takeover=1': null,
  'permessage-deflate; client_no_context_takeover=""x': 'malformed',
  'permessage-deflate; client_max_window_bits; client_max_window_bits': null,
  'permessage-deflate; server_no_context_takeover; server_no_context_takeover': null,
  'permessage-deflate; toString': null,
  'permessage-deflate; __proto__': null,
  'permessage-inflate': null,
  // What is no list of extensions.
  '': 'malformed',
  ',': 'malformed',
  'permessage-deflate;': 'malformed',
  'permessage-deflate;;server_no_context_takeover': 'malformed',
  'permessage-deflate; =9': 'malformed',
  'permessage-deflate; server_max_window_bits=': 'malformed',
  'permessage-deflate; server_max_window_bits="9': 'malformed',
  'permessage-deflate; server_max_window_bits="9 "': 'malformed',
  'permessage-deflate; server_max_window_bits=""': 'malformed',
  'permessage-deflate server_no_context_takeover': 'malformed',
  'permessage-deflate, ;': 'malformed',
  'permessage/deflate': 'malformed',
  'permessage-d\u00e9flate': 'malformed',
}

for (const [offers, answer] of Object.entries(ANSWERS))
  test(`offers «${offers}» are answered with ${answer ?? 'nothing'}`, () => assert.equal(answered(offers), answer))

test('a server without memory asks each side to forget, and a client for a small window where that may be asked', () => {
  assert.equal(
    answered('permessage-deflate', POOR),
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
  )
  const small: ServerTerms = { takeover: true, keeps: bits => bits <= 10 }
  assert.equal(answered('permessage-deflate', small), 'permessage-deflate; client_no_context_takeover')
  assert.equal(
    answered('permessage-deflate; client_max_window_bits', small),
    'permessage-deflate; client_max_window_bits=10',
  )
  assert.equal(
    answered('permessage-deflate; client_max_window_bits=9', small),
    'permessage-deflate; client_max_window_bits=9',
  )
})

test('nothing is asked of the memory for a client that will forget', () => {
  const keeps = (): never => assert.fail('no window is needed')
  const answer = answerTo('permessage-deflate; client_no_context_takeover', { takeover: true, keeps })
  assert.ok(answer !== null && answer !== 'malformed' && !answer.agreed.clientTakeover)
})

const ANSWERS_JUDGED: readonly (readonly [string | undefined, ClientTerms, ReturnType<typeof agreedBy>])[] = [
  [undefined, {}, null],
  ['permessage-deflate', {}, USUAL],
  ['permessage-deflate; client_max_window_bits=9', {}, { ...USUAL, clientWindowBits: 9 }],
  ['permessage-deflate; server_max_window_bits=9', {}, { ...USUAL, serverWindowBits: 9 }],
  ['permessage-deflate; server_no_context_takeover', {}, { ...USUAL, serverTakeover: false }],
  ['permessage-deflate; client_no_context_takeover', {}, { ...USUAL, clientTakeover: false }],
  ['permessage-deflate', { clientTakeover: false }, { ...USUAL, clientTakeover: false }],
  ['permessage-deflate', { serverTakeover: false }, 'not-offered'],
  ['permessage-deflate', { serverWindowBits: 10 }, 'not-offered'],
  ['permessage-deflate; server_max_window_bits=11', { serverWindowBits: 10 }, 'not-offered'],
  ['permessage-deflate; client_max_window_bits', {}, 'not-offered'],
  ['permessage-deflate; unknown', {}, 'not-offered'],
  ['permessage-deflate, permessage-deflate', {}, 'not-offered'],
  ['x-other', {}, 'not-offered'],
  ['permessage-deflate;', {}, 'malformed'],
  ['', {}, 'malformed'],
]

for (const [answer, terms, expected] of ANSWERS_JUDGED)
  test(`a client that offered «${offerText(terms)}» judges «${answer}»`, () =>
    assert.deepEqual(agreedBy(answer, terms), expected))

test('both sides come to the same, whatever each asks for', () => {
  const client = fc.record(
    {
      serverTakeover: fc.constant<false>(false),
      clientTakeover: fc.constant<false>(false),
      serverWindowBits: fc.integer({ min: 8, max: 15 }),
    },
    { requiredKeys: [] },
  )
  const server = fc.record({ takeover: fc.boolean(), room: fc.integer({ min: 7, max: 15 }) })
  fc.assert(
    fc.property(client, server, (terms, { takeover, room }) => {
      const answer = answerTo(offerText(terms), { takeover, keeps: bits => bits <= room })
      assert.ok(answer !== null && answer !== 'malformed')
      assert.deepEqual(agreedBy(answer.text, terms), answer.agreed)
      if (terms.serverTakeover === false || !takeover) assert.ok(!answer.agreed.serverTakeover)
      if (answer.agreed.clientTakeover) assert.ok(answer.agreed.clientWindowBits <= room)
      assert.equal(answer.agreed.serverWindowBits, terms.serverWindowBits ?? 15)
    }),
  )
})

test('reading never throws, whatever is written', () => {
  const piece = fc.constantFrom(
    'permessage-deflate',
    'server_max_window_bits',
    'client_no_context_takeover',
    ';',
    ',',
    '=',
    '"',
    '\\',
    ' ',
    '9',
    'é',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const text = pieces.join('')
      answerTo(text, GENEROUS)
      agreedBy(text)
    }),
  )
})

test('a client cannot ask for a window that cannot be', () => {
  for (const serverWindowBits of [7, 16, 9.5, Number.NaN])
    assert.throws(() => offerText({ serverWindowBits }), { name: 'RangeError', message: /8 to 15/ })
})
