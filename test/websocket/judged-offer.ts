// What a server's half of the handshake makes of what a client offers, without a server.
import { FieldList } from '../../src/http/fields.ts'
import type { Handshake, WireName } from './handshakes.ts'

/** What judges: `src/websocket`, or a copy of it with a fault planted in. */
export type OfferRoom = Pick<typeof import('../../src/websocket/index.ts'), 'offerOf' | 'answerTo'>

/** Rules that are not the server's own: which the room finds broken. */
const RULES = ['websocket-version', 'websocket-key', 'websocket-protocols', 'websocket-extensions']

const USUAL: Readonly<Record<WireName, readonly (readonly [string, string])[]>> = {
  'HTTP/1.1': [
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Version', '13'],
  ],
  'HTTP/2': [['Sec-WebSocket-Version', '13']],
}

/** `refused` by a rule, or `taken` with what is answered in Sec-WebSocket-Extensions. */
export function judgedOffer({ offerOf, answerTo }: OfferRoom, handshake: Handshake, wire: WireName): string {
  const { asked, options } = handshake
  const names = [...asked.leftOut, ...asked.fields.map(([name]) => name.toLowerCase())]
  const usual = USUAL[wire].filter(([name]) => !names.includes(name.toLowerCase()))
  const given = asked.fields.filter(([name]) => !name.startsWith(':'))
  const offer = offerOf(FieldList.of([...usual, ...given]), wire === 'HTTP/1.1')
  if (typeof offer === 'string') return `refused ${offer}`
  if (offer.extensions === '' || !/\bcompression\b/.test(options.get('Terms') ?? '')) return 'taken'
  const answer = answerTo(offer.extensions, { takeover: true, keeps: () => true })
  if (answer === 'malformed') return 'refused websocket-extensions'
  return `taken ${answer?.text ?? ''}`.trimEnd()
}

/** The same as the vector has it; null for one that is refused before its offer is looked at. */
export function expectedOffer({ answer, told }: Handshake): string | null {
  const refused = told.find(line => RULES.some(rule => line === `refused ${rule}`))
  if (refused !== undefined) return refused
  if (!/^(taken|101|200)$/.test(answer.status)) return null
  const extensions = answer.fields.find(([name]) => name === 'Sec-WebSocket-Extensions')?.[1]
  return `taken ${extensions ?? ''}`.trimEnd()
}
