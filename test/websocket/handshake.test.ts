// The client's half of the handshake, and that the two halves understand each other. What each refuses is in the vectors.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { FieldList } from '../../src/http/fields.ts'
import {
  ANSWER_RULES,
  acceptOf,
  agreementOf,
  keyOf,
  OFFER_RULES,
  offerFields,
  offerOf,
} from '../../src/websocket/index.ts'

const sha1 = (text: string): string => createHash('sha1').update(text, 'latin1').digest('base64')
const RANDOM = Uint8Array.from({ length: 16 }, (_, i) => i * 17)
const OFFER = { key: keyOf(RANDOM), protocols: ['chat', 'v2.chat'], extensions: 'permessage-deflate' }

describe('A handshake', () => {
  test('has a key of 16 bytes in base64', () => {
    assert.equal(OFFER.key, Buffer.from(RANDOM).toString('base64'))
    assert.throws(() => keyOf(new Uint8Array(15)), /RFC 6455 section 4.1/)
  })

  test('that a client writes is what a server reads', () => {
    assert.deepEqual(offerOf(offerFields(OFFER), true), OFFER)
    const bare = { key: '', protocols: [], extensions: '' }
    assert.deepEqual([...offerFields(bare)], [['Sec-WebSocket-Version', '13']])
    assert.deepEqual(offerOf(offerFields(bare), false), bare)
  })

  test('of a key is not read over HTTP/2, which has none', () => {
    assert.deepEqual(offerOf(offerFields(OFFER), false), { ...OFFER, key: '' })
  })

  test('is not written with subprotocols that a server would refuse', () => {
    for (const protocols of [['a', 'a'], [''], ['a b'], ['a,b'], ['ü']])
      assert.throws(() => offerFields({ ...OFFER, protocols }), /RFC 6455 section 4.1/, protocols.join('|'))
  })

  test('whose fields come twice is refused, though each of them is right', () => {
    const fields = offerFields({ ...OFFER, protocols: [] })
    assert.equal(offerOf(fields.and('Sec-WebSocket-Key', OFFER.key), true), 'websocket-key')
    assert.equal(offerOf(fields.and('Sec-WebSocket-Version', '13'), true), 'websocket-version')
    assert.equal(offerOf(fields.and('Sec-WebSocket-Version', '8'), true), 'websocket-version')
  })

  test('lists subprotocols in as many fields as it likes', () => {
    const fields = offerFields({ ...OFFER, protocols: ['a'] }).and('Sec-WebSocket-Protocol', 'b,c')
    assert.deepEqual((offerOf(fields, true) as typeof OFFER).protocols, ['a', 'b', 'c'])
    assert.equal(offerOf(fields.and('Sec-WebSocket-Protocol', 'a'), true), 'websocket-protocols')
    assert.equal(offerOf(offerFields(OFFER).with('Sec-WebSocket-Protocol', ' , '), true), 'websocket-protocols')
  })
})

describe("A server's answer", () => {
  const answer = FieldList.of({
    Upgrade: 'WebSocket',
    Connection: 'keep-alive, upgrade',
    'Sec-WebSocket-Accept': acceptOf(OFFER.key, sha1),
  })

  test('is taken, with what was chosen', () => {
    assert.deepEqual(agreementOf(101, answer, OFFER, sha1), { protocol: '', extensions: undefined })
    const chosen = answer.and('Sec-WebSocket-Protocol', 'v2.chat').and('Sec-WebSocket-Extensions', 'permessage-deflate')
    assert.deepEqual(agreementOf(101, chosen, OFFER, sha1), { protocol: 'v2.chat', extensions: 'permessage-deflate' })
    assert.deepEqual(agreementOf(204, FieldList.empty, { ...OFFER, key: '' }, sha1), {
      protocol: '',
      extensions: undefined,
    })
  })

  for (const [fault, status, fields] of [
    ['wrong-status', 200, answer],
    ['wrong-upgrade', 101, answer.without('Upgrade')],
    ['wrong-upgrade', 101, answer.with('Upgrade', 'websocket, h2c')],
    ['wrong-connection', 101, answer.without('Connection')],
    ['wrong-connection', 101, answer.with('Connection', 'keep-alive')],
    ['wrong-accept', 101, answer.without('Sec-WebSocket-Accept')],
    ['wrong-accept', 101, answer.with('Sec-WebSocket-Accept', acceptOf('AAAAAAAAAAAAAAAAAAAAAA==', sha1))],
    ['wrong-accept', 101, answer.and('Sec-WebSocket-Accept', acceptOf(OFFER.key, sha1))],
    ['unasked-protocol', 101, answer.and('Sec-WebSocket-Protocol', 'Chat')],
    ['unasked-protocol', 101, answer.and('Sec-WebSocket-Protocol', '')],
    ['unasked-protocol', 101, answer.and('Sec-WebSocket-Protocol', 'chat, v2.chat')],
    ['unasked-protocol', 101, answer.and('Sec-WebSocket-Protocol', 'chat').and('Sec-WebSocket-Protocol', 'chat')],
  ] as const)
    test(`with ${fault} is not taken: ${status} ${[...fields].slice(-1)}`, () => {
      assert.equal(agreementOf(status, fields, OFFER, sha1), fault)
      assert.match(ANSWER_RULES[fault].section, /^RFC 6455/)
    })

  test('with an extension is not taken where none was offered', () => {
    const extended = answer.and('Sec-WebSocket-Extensions', 'permessage-deflate')
    assert.equal(agreementOf(101, extended, { ...OFFER, extensions: '' }, sha1), 'unasked-extension')
  })

  test('over HTTP/2 is taken with 200 to 299 alone', () => {
    for (const status of [101, 199, 300, 400])
      assert.equal(agreementOf(status, answer, { ...OFFER, key: '' }, sha1), 'wrong-status')
  })

  test('refuses with a status, and says where the rule stands', () => {
    for (const { status, section, detail } of Object.values(OFFER_RULES)) {
      assert.ok(status === 400 || status === 426)
      assert.match(section, /^RFC 6455 section \d/)
      assert.ok(detail.length > 0)
    }
  })
})
