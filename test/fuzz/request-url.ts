// The URL of a request for an application with `fetch`: whatever target a wire lets through, it is what the URL parser makes of it.
import assert from 'node:assert/strict'
import { urlOf } from '../../src/app/fetch/request-url.ts'
import { consistsOf, TARGET } from '../../src/bytes/classes.ts'
import { fakeExchange } from '../support/exchange.ts'

export default {
  name: 'request-url',
  seeds: [
    '/a/b?c=d',
    '/./..//%2e%2E/%41',
    "/'a'?'b'",
    '/a%zz?/../%2e',
    '//host/a',
    '/\\a|b^c`d{e}',
    '*',
    '/~a;b=c:d@e',
  ].map(text => new TextEncoder().encode(text)),
  run(bytes: Uint8Array): readonly string[] {
    const text = Buffer.from(bytes).toString('latin1')
    if (text === '' || !consistsOf(text, TARGET)) return ['no target']
    const target = text.startsWith('/') ? text : `/${text}`
    const { client } = fakeExchange()
    const url = urlOf({ ...fakeExchange(), target })
    assert.equal(url, new URL(`${client.scheme}://${client.host}${target}`).href)
    return [url.endsWith(target) ? 'as it is' : 'changed']
  },
}
