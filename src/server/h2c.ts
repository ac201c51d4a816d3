// `Upgrade: h2c`: a request over HTTP/1.1 in the clear that asks to go on with HTTP/2 (RFC 7540 section 3.2, which RFC 9113
// has dropped). One that does not ask in the right way is answered over HTTP/1.1, as a server may (RFC 9110 section 7.8).
import type { H1Head } from '../h1/index.ts'
import type { H2Head } from '../h2/index.ts'
import { FieldList } from '../http/fields.ts'
import { elements } from '../http/lists.ts'
import { CONNECTION_FIELDS } from '../http/message-fields.ts'

/** The payload of a SETTINGS frame in base64url (RFC 4648 section 5), without padding. */
const BASE64URL = /^[\w-]*$/
/** Bytes of one setting. */
const PARAMETER = 6

/** Fields that speak of the HTTP/1.1 connection alone, and Host, which has become `:authority`. */
const LEFT_BEHIND = new Set<string>([...CONNECTION_FIELDS, 'http2-settings', 'te', 'host'])

/** The settings that come with a request for HTTP/2; null where it is none, or not a valid one. */
export function settingsOfUpgrade(head: H1Head): Uint8Array | null {
  if (head.length !== 0 || head.method === 'CONNECT' || !names(head.upgrade, 'h2c')) return null
  if (!names(head.fields.get('connection') ?? '', 'http2-settings')) return null
  const values = head.fields.all('http2-settings')
  if (values.length !== 1 || !BASE64URL.test(values[0])) return null
  const payload = Buffer.from(values[0], 'base64url')
  // What does not come out the same has bits that mean nothing.
  return payload.length % PARAMETER === 0 && payload.toString('base64url') === values[0] ? payload : null
}

/** The request as HTTP/2 would have brought it. */
export function upgradedHead(head: H1Head, target: string, authority: string): H2Head {
  return {
    method: head.method,
    scheme: 'http',
    authority,
    path: target,
    protocol: undefined,
    status: 0,
    fields: FieldList.of([...head.fields].filter(([name]) => !LEFT_BEHIND.has(name.toLowerCase()))),
    length: -1,
    expectsContinue: false,
    priority: null,
  }
}

function names(list: string, token: string): boolean {
  return elements(list).some(element => element.toLowerCase() === token)
}
