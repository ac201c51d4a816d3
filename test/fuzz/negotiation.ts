// Whatever bytes a client accepts, it gets something that there is, or nothing.
import assert from 'node:assert/strict'
import { chooseEncoding, chooseLanguage, chooseMediaType } from '../../src/http/negotiation.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const TYPES = ['text/html; charset=utf-8', 'application/json']

export default {
  name: 'negotiation',
  seeds: [
    'gzip;q=1.0, identity; q=0.5, *;q=0',
    'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    'text/html;x="a,b;q=0";q=0.5',
    'da, en-gb;q=0.8, en;q=0.7',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    const value = latin1(bytes)
    assert([null, 'identity', 'br', 'gzip'].includes(chooseEncoding(value, ['br', 'gzip'])))
    assert.notEqual(chooseEncoding(`gzip;q=0,${value}`, ['gzip']), 'gzip')
    assert([null, ...TYPES].includes(chooseMediaType(value, TYPES)))
    assert([null, 'en', 'de-AT'].includes(chooseLanguage(value, ['en', 'de-AT'])))
  },
}
