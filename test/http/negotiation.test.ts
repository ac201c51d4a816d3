import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chooseEncoding, chooseLanguage, chooseMediaType } from '../../src/http/negotiation.ts'

describe('Accept-Encoding', () => {
  const cases: [value: string | undefined, available: string[], chosen: string | null][] = [
    [undefined, ['br', 'gzip'], 'identity'],
    ['', ['br', 'gzip'], 'identity'],
    ['gzip, deflate, br, zstd', ['br', 'zstd', 'gzip'], 'br'],
    ['gzip, deflate', ['br', 'gzip'], 'gzip'],
    ['gzip', [], 'identity'],
    ['deflate', ['br', 'gzip'], 'identity'],
    // The examples of RFC 9110 section 12.5.3
    ['compress, gzip', ['gzip'], 'gzip'],
    ['*', ['br', 'gzip'], 'br'],
    ['compress;q=0.5, gzip;q=1.0', ['gzip'], 'gzip'],
    ['gzip;q=1.0, identity; q=0.5, *;q=0', ['br', 'gzip'], 'gzip'],
    // Qualities
    ['br;q=0.5, gzip;q=0.9', ['br', 'gzip'], 'gzip'],
    ['br;q=0.5, gzip;q=0.5', ['br', 'gzip'], 'br'],
    ['gzip;q=0.001', ['gzip'], 'gzip'],
    ['gzip;q=0', ['gzip'], 'identity'],
    ['gzip;q=0.000', ['gzip'], 'identity'],
    ['gzip;Q=0', ['gzip'], 'identity'],
    ['gzip ; q=0', ['gzip'], 'identity'],
    ['gzip;q=0.5, identity;q=0.8', ['gzip'], 'identity'],
    ['gzip, identity', ['gzip'], 'gzip'],
    ['gzip;q=0.8, *;q=0.9', ['br', 'gzip'], 'br'],
    ['gzip;q=0, *', ['gzip', 'br'], 'br'],
    // Identity refused
    ['identity;q=0', ['br'], null],
    ['*;q=0', ['br'], null],
    ['*;q=0, identity', ['br'], 'identity'],
    ['identity;q=0, gzip', ['br', 'gzip'], 'gzip'],
    // Names
    ['GZIP', ['gzip'], 'gzip'],
    ['x-gzip', ['gzip'], 'gzip'],
    ['gzip2', ['gzip'], 'identity'],
    ['gzi', ['gzip'], 'identity'],
    [' ,, gzip\t, ', ['gzip'], 'gzip'],
    // What cannot be read is passed over
    ['gzip;q=2', ['gzip'], 'identity'],
    ['gzip;q=1.001', ['gzip'], 'identity'],
    ['gzip;q=0.1234', ['gzip'], 'identity'],
    ['gzip;q=-1', ['gzip'], 'identity'],
    ['gzip;q=', ['gzip'], 'identity'],
    ['gzip;x=1', ['gzip'], 'identity'],
    ['gzip;level=9', ['gzip'], 'identity'],
    ['gzip br', ['gzip', 'br'], 'identity'],
  ]
  for (const [value, available, chosen] of cases)
    it(`"${value}" of ${available.join(', ')}: ${chosen}`, () => assert.equal(chooseEncoding(value, available), chosen))

  it('never gets a coding that is not there or was refused', () => {
    const piece = fc.constantFrom('gzip', 'br', 'identity', '*', ';q=0', ';q=0.5', ';q=', ',', ' ', '1', '"')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const chosen = chooseEncoding(pieces.join(''), ['br', 'gzip'])
        assert.ok([null, 'identity', 'br', 'gzip'].includes(chosen))
        assert.notEqual(chooseEncoding(`gzip;q=0,${pieces.join('')}`, ['gzip']), 'gzip')
      }),
    )
  })
})

describe('Accept', () => {
  it('gives each type the quality of the closest range (RFC 9110 section 12.5.1)', () => {
    const value = 'text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5'
    const falling = ['text/plain;format=flowed', 'text/plain', 'image/jpeg', 'text/plain;format=fixed', 'text/html']
    const available = [...falling].reverse()
    for (const best of falling) {
      assert.equal(chooseMediaType(value, available), best)
      available.pop()
    }
  })

  const cases: [value: string | undefined, available: string[], chosen: string | null][] = [
    [undefined, ['text/html', 'application/json'], 'text/html'],
    ['*/*', ['text/html', 'application/json'], 'text/html'],
    ['application/json', ['text/html', 'application/json'], 'application/json'],
    ['application/*', ['text/html', 'application/json'], 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', ['application/json', 'text/html'], 'text/html'],
    ['TEXT/HTML', ['text/html'], 'text/html'],
    ['text/html;charset=utf-8', ['text/html; charset=UTF-8'], 'text/html; charset=UTF-8'],
    ['text/html;level=1', ['text/html'], null],
    ['text/html;q=0, */*', ['text/html'], null],
    ['text/html;q=0', ['application/json'], null],
    ['image/png', ['text/html'], null],
    ['', ['text/html'], null],
    ['*/html', ['text/html'], null],
    ['text/html;q=x', ['text/html'], null],
    ['text', ['text/html'], null],
    ['text/html;x=";q=0,"', ['text/html;x=";q=0,"'], 'text/html;x=";q=0,"'],
    ['text/html;q=0.5;ext=1', ['text/html'], 'text/html'],
    ['*/*', [], null],
  ]
  for (const [value, available, chosen] of cases)
    it(`"${value}" of ${available.join(' or ')}: ${chosen}`, () =>
      assert.equal(chooseMediaType(value, available), chosen))
})

describe('Accept-Language', () => {
  const cases: [value: string | undefined, available: string[], chosen: string | null][] = [
    [undefined, ['en', 'de'], 'en'],
    ['da, en-gb;q=0.8, en;q=0.7', ['en-US', 'en-GB'], 'en-GB'],
    ['da, en-gb;q=0.8, en;q=0.7', ['en-US', 'da'], 'da'],
    ['de', ['de-AT'], 'de-AT'],
    ['de-AT', ['de'], null],
    ['de', ['den'], null],
    ['*', ['en', 'de'], 'en'],
    ['de;q=0, *', ['de-AT', 'fr'], 'fr'],
    ['en;q=0', ['en'], null],
    ['EN', ['en'], 'en'],
  ]
  for (const [value, available, chosen] of cases)
    it(`"${value}" of ${available.join(' or ')}: ${chosen}`, () =>
      assert.equal(chooseLanguage(value, available), chosen))
})
