// What a client makes of a server's answer.
import { createHash } from 'node:crypto'
import { FieldList } from '../../src/http/fields.ts'
import type { ClientTerms } from '../../src/websocket/index.ts'
import type { Handshake, WireName } from './handshakes.ts'

/** What judges: `src/websocket`, or a copy of it with a fault planted in. */
export type AnswerRoom = Pick<typeof import('../../src/websocket/index.ts'), 'agreedBy' | 'agreementOf' | 'offerText'>

/** The key of RFC 6455 section 1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const USUAL: Readonly<Record<WireName, readonly (readonly [string, string])[]>> = {
  'HTTP/1.1': [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
  ],
  'HTTP/2': [],
}

/** `taken`, with the subprotocol and whether messages are compressed; or `refused` by a rule. */
export function judged(room: AnswerRoom, { asked, answer, options }: Handshake, wire: WireName): string {
  const { agreedBy, agreementOf, offerText } = room
  const terms = termsOf(options.get('Offer'))
  const offer = {
    key: wire === 'HTTP/2' ? '' : KEY,
    protocols: asked.fields.flatMap(([, value]) => value.split(', ')),
    extensions: terms === null ? '' : offerText(terms),
  }
  const names = answer.fields.map(([name]) => name.toLowerCase())
  const usual = USUAL[wire].filter(([name]) => !names.includes(name.toLowerCase()))
  const given = answer.fields.filter((field): field is [string, string] => field[1] !== undefined)
  const status = answer.status === '' ? (wire === 'HTTP/2' ? 200 : 101) : Number(answer.status)
  const agreement = agreementOf(status, FieldList.of([...usual, ...given]), offer, sha1)
  if (typeof agreement === 'string') return `refused ${agreement}`
  const agreed = agreedBy(agreement.extensions, terms ?? {})
  if (typeof agreed === 'string') return `refused ${agreed}`
  return `taken ${[agreement.protocol, agreed === null ? '' : 'compressed'].filter(Boolean).join(' ')}`.trimEnd()
}

function termsOf(text: string | undefined): ClientTerms | null {
  if (text === undefined) return null
  const bits = text.match(/server_max_window_bits=(\d+)/)?.[1]
  return {
    ...(text.includes('server_no_context_takeover') ? { serverTakeover: false } : {}),
    ...(bits === undefined ? {} : { serverWindowBits: Number(bits) }),
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'latin1').digest('base64')
}
