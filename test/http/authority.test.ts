import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatAddress, parseAddress } from '../../src/http/addresses.ts'
import { isValidAuthority, normaliseAuthority, parseAuthority } from '../../src/http/authority.ts'

describe('authorities', () => {
  const accepted: [text: string, host: string, port: number | null][] = [
    ['example.org', 'example.org', null],
    ['Example.ORG:8080', 'example.org', 8080],
    ['example.org:', 'example.org', null],
    ['localhost:0', 'localhost', 0],
    ['a:65535', 'a', 65535],
    ['a:00080', 'a', 80],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['a_b-c~d', 'a_b-c~d', null],
    ["a!$&'()*+,;=", "a!$&'()*+,;=", null],
    ['b%C3%BCcher.example', 'b%c3%bccher.example', null],
    ['[::1]', '[::1]', null],
    ['[2001:DB8::1]:443', '[2001:db8::1]', 443],
    ['[::ffff:1.2.3.4]', '[::ffff:1.2.3.4]', null],
    ['[v1.fe80::a+en1]', '[v1.fe80::a+en1]', null],
    ['[vF.x]:1', '[vf.x]', 1],
    ['[V1.x]', '[v1.x]', null],
  ]
  for (const [text, host, port] of accepted)
    it(`${text} is one`, () => {
      assert.equal(isValidAuthority(text), true)
      assert.deepEqual(parseAuthority(text), { host, port })
    })

  const refused = [
    ...['', ':', ':80', 'user@example.org', 'user:pw@example.org', 'a b', ' a', 'a\t', 'a/b', 'a?b', 'a#b', 'a\\b'],
    ...['http://a', 'a:b', 'a:80:80', 'a:-1', 'a:+1', 'a: 1', 'a:65536', 'a:99999999999999999999', 'a%', 'a%4', 'a%zz'],
    ...['a,b c', 'a"b', 'a<b', 'a{b}', 'a|b', 'a^b', 'a`b', 'é', 'a\x00', 'a\r\nb', '::1', '[', '[]', '[::1', '::1]'],
    ...[
      '[::1]x',
      '[::1]:x',
      '[::1]80',
      '[1.2.3.4]',
      '[::1%25eth0]',
      '[fe80::1%eth0]',
      '[g::1]',
      '[1:2:3]',
      '[v.a]',
      '[v1.]',
    ],
    ...['[v1.a/b]', '[vg.a]', '[v1a]', '[example.org]', '[::1]]', '[[::1]]'],
  ]
  for (const text of refused)
    it(`${JSON.stringify(text)} is none`, () => {
      assert.equal(isValidAuthority(text), false)
      assert.equal(parseAuthority(text), null)
    })

  it('are normalised', () => {
    assert.equal(normaliseAuthority('Example.org:80', 'http'), 'example.org')
    assert.equal(normaliseAuthority('Example.org:443', 'https'), 'example.org')
    assert.equal(normaliseAuthority('Example.org:443', 'http'), 'example.org:443')
    assert.equal(normaliseAuthority('Example.org:', 'http'), 'example.org')
    assert.equal(normaliseAuthority('[::A]:80', 'http'), '[::a]')
    assert.equal(normaliseAuthority('a@b', 'http'), null)
  })

  it('stay what they are when normalised again', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aB0.-_%4[]:@/ ~é') })
    fc.assert(
      fc.property(text, text => {
        const once = normaliseAuthority(text, 'http')
        assert.equal(once !== null, isValidAuthority(text))
        if (once !== null) assert.equal(normaliseAuthority(once, 'http'), once)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('addresses', () => {
  const spellings: [text: string, canonical: string][] = [
    ['1.2.3.4', '1.2.3.4'],
    ['192.168.10.255', '192.168.10.255'],
    ['0.0.0.0', '0.0.0.0'],
    ['::ffff:192.168.10.20', '192.168.10.20'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ]
  for (const [text, canonical] of spellings)
    it(`${text} is written ${canonical}`, () => assert.equal(formatAddress(parseAddress(text)!), canonical))

  for (const text of [
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.1000',
    '1.2.3.00',
    '01.2.3.4',
    '1.2.3.4.5',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1:::2',
    '1::2::3',
    ':1::',
    '1:',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1.2.3',
    '1.2.3.4::',
    '[::1]',
    'fe80::1%lo',
    '١.2.3.4',
  ])
    it(`"${text}" is none`, () => assert.equal(parseAddress(text), null))

  it('are judged as node:net does, zones aside', () => {
    const text = fc.string({ unit: fc.constantFrom(...'::::0a1f2.'), minLength: 2, maxLength: 24 })
    fc.assert(
      fc.property(text, text => assert.equal(parseAddress(text) !== null, isIP(text) !== 0)),
      { numRuns: 5000 },
    )
  })

  it('read back as they were written', () => {
    const byte = fc.oneof(fc.constant(0), fc.nat(255))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.array(byte, { minLength: 16, maxLength: 16 }),
        (dense, sparse) => {
          for (const bytes of [dense, Uint8Array.from(sparse)]) {
            const text = formatAddress(bytes)
            assert.notEqual(isIP(text), 0)
            assert.deepEqual(parseAddress(text), bytes)
          }
        },
      ),
    )
  })
})
