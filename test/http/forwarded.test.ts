import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FieldList } from '../../src/http/fields.ts'
import { clientOf, trustList } from '../../src/http/forwarded.ts'

describe('trust lists', () => {
  const cases: [entries: string[], trusted: string[], others: string[]][] = [
    [['10.1.2.3'], ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:a01:203'], ['10.1.2.4', '', 'x', '::1']],
    [['10.0.0.0/8'], ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '9.255.255.255']],
    [['192.168.4.0/22'], ['192.168.7.255'], ['192.168.8.0', '192.168.3.255']],
    [['0.0.0.0/0'], ['1.2.3.4'], ['::1', '2001:db8::1']],
    [['::/0'], ['1.2.3.4', '::1'], ['']],
    [['2001:db8::/33'], ['2001:db8:7fff::1'], ['2001:db8:8000::', '2001:db7::']],
    [['::ffff:10.0.0.0/104'], ['10.9.9.9'], ['11.0.0.0']],
    [['loopback'], ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', '']],
    [
      ['Private'],
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1', 'fd00::1', 'fe80::1'],
      ['172.32.0.1', '8.8.8.8', '127.0.0.1', '2001::'],
    ],
    [['unix'], [''], ['127.0.0.1']],
    [['loopback', '1.2.3.4'], ['::1', '1.2.3.4'], ['1.2.3.5']],
    [[], [], ['127.0.0.1', '']],
  ]
  for (const [entries, trusted, others] of cases)
    it(`[${entries}]`, () => {
      const list = trustList(entries)
      assert.equal(list.empty, entries.length === 0)
      for (const address of trusted) assert.equal(list.has(address), true, address)
      for (const address of others) assert.equal(list.has(address), false, address)
    })

  const refused: [entry: string, says: RegExp][] = [
    ['', /IP address/],
    ['localhost', /loopback/],
    ['10.0.0.0/33', /0 to 32/],
    ['10.0.0.0/', /0 to 32/],
    ['10.0.0.0/-1', /0 to 32/],
    ['10.0.0.0/255.0.0.0', /0 to 32/],
    ['::/129', /0 to 128/],
    ['10.0.0.1/8', /the network itself is 10\.0\.0\.0\/8/],
    ['2001:db8::1/32', /2001:db8::\/32/],
    ['10.0.0.x', /IP address/],
    ['10.0.0.1 ', /IP address/],
    ['constructor', /IP address/],
  ]
  for (const [entry, says] of refused)
    it(`"${entry}" is an error that says what would be right`, () =>
      assert.throws(
        () => trustList(['loopback', entry]),
        (error: unknown) => error instanceof TypeError && says.test(error.message),
      ))
})

describe('the client behind proxies', () => {
  const trust = trustList(['10.0.0.0/8', 'loopback', 'unix'])
  const seen = (fields: Record<string, string | string[]>, peerAddress = '10.0.0.1') => {
    const { address, scheme, host } = clientOf({
      peerAddress,
      scheme: 'http',
      host: 'inner',
      fields: FieldList.of(fields),
      trust,
    })
    return `${scheme}://${host} from ${address}`
  }
  const itself = 'http://inner from 10.0.0.1'
  const nobody = 'http://inner from unknown'

  const cases: [name: string, fields: Record<string, string | string[]>, client: string][] = [
    ['nothing said', {}, itself],
    // Forwarded
    ['one hop', { Forwarded: 'for=192.0.2.43;proto=https;host=example.org' }, 'https://example.org from 192.0.2.43'],
    [
      'names and scheme in capitals',
      { Forwarded: 'For="192.0.2.43:47011";PROTO=HTTPS' },
      'https://inner from 192.0.2.43',
    ],
    ['IPv6 with a port', { Forwarded: 'for="[2001:DB8:cafe::17]:4711"' }, 'http://inner from 2001:db8:cafe::17'],
    [
      'a trusted hop is passed',
      { Forwarded: 'for=192.0.2.1;proto=https, for=10.0.0.2;proto=http' },
      'https://inner from 192.0.2.1',
    ],
    [
      'a hop that is not trusted is the client',
      { Forwarded: 'for=1.1.1.1;host=evil, for=192.0.2.1' },
      'http://inner from 192.0.2.1',
    ],
    ['several lines', { Forwarded: ['for=192.0.2.1', 'for=10.0.0.2'] }, 'http://inner from 192.0.2.1'],
    ['all hops are trusted', { Forwarded: 'for=10.0.0.3, for=10.0.0.2' }, 'http://inner from 10.0.0.3'],
    [
      'an unknown node ends the walk',
      { Forwarded: 'for=1.1.1.1, for=unknown;proto=https' },
      'https://inner from unknown',
    ],
    ['a hidden node ends the walk', { Forwarded: 'for=1.1.1.1, for=_SEVKISEK' }, nobody],
    ['no node ends the walk', { Forwarded: 'for=1.1.1.1, proto=https' }, 'https://inner from 10.0.0.1'],
    ['a mapped address', { Forwarded: 'for="[::ffff:192.0.2.1]"' }, 'http://inner from 192.0.2.1'],
    ['a quote left open swallows nothing', { Forwarded: 'for="evil, for=192.0.2.1' }, 'http://inner from 192.0.2.1'],
    [
      'a quote left open before a quoted node',
      { Forwarded: 'for="evil, for="[2001:db8::1]"' },
      'http://inner from 2001:db8::1',
    ],
    ['a comma in quotes', { Forwarded: 'for=192.0.2.1;by="a,b\\",c"' }, 'http://inner from 192.0.2.1'],
    // Malformed: nobody knows who it is, and it is not the proxy
    ['no pair', { Forwarded: 'for' }, nobody],
    ['a repeated name', { Forwarded: 'for=1.1.1.1;for=2.2.2.2' }, nobody],
    ['no address', { Forwarded: 'for=example.org' }, nobody],
    ['IPv6 without quotes', { Forwarded: 'for=[2001:db8::1]' }, nobody],
    ['IPv4 in brackets', { Forwarded: 'for="[1.2.3.4]"' }, nobody],
    ['another scheme', { Forwarded: 'for=1.1.1.1;proto=gopher' }, nobody],
    ['an impossible host', { Forwarded: 'for=1.1.1.1;host="a b"' }, nobody],
    ['malformed behind a trusted hop', { Forwarded: 'for=!, for=10.0.0.2' }, nobody],
    // X-Forwarded-*
    ['one address', { 'X-Forwarded-For': '192.0.2.1' }, 'http://inner from 192.0.2.1'],
    [
      'all three',
      { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'example.org:8443' },
      'https://example.org:8443 from 192.0.2.1',
    ],
    [
      'a trusted address is passed',
      { 'X-Forwarded-For': '1.1.1.1, 192.0.2.1, 10.0.0.2' },
      'http://inner from 192.0.2.1',
    ],
    [
      'one scheme for two hops',
      { 'X-Forwarded-For': '192.0.2.1, 10.0.0.2', 'X-Forwarded-Proto': 'https' },
      'https://inner from 192.0.2.1',
    ],
    [
      'schemes side by side',
      { 'X-Forwarded-For': '1.1.1.1, 192.0.2.1', 'X-Forwarded-Proto': 'https, http' },
      'http://inner from 192.0.2.1',
    ],
    ['a scheme alone', { 'X-Forwarded-Proto': 'https' }, 'https://inner from 10.0.0.1'],
    ['an address with a port', { 'X-Forwarded-For': '192.0.2.1:4711' }, 'http://inner from 192.0.2.1'],
    ['IPv6 bare', { 'X-Forwarded-For': '2001:DB8::1' }, 'http://inner from 2001:db8::1'],
    ['several lines of it', { 'X-Forwarded-For': ['192.0.2.1', '10.0.0.2'] }, 'http://inner from 192.0.2.1'],
    ['no address in it', { 'X-Forwarded-For': '1.1.1.1, me' }, nobody],
    ['empty', { 'X-Forwarded-For': '' }, itself],
    // Both
    ['both the same', { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '192.0.2.1' }, 'http://inner from 192.0.2.1'],
    ['both, but different', { Forwarded: 'for=127.0.0.1', 'X-Forwarded-For': '192.0.2.1' }, nobody],
    ['both, but one names a host', { Forwarded: 'for=192.0.2.1;host=evil', 'X-Forwarded-For': '192.0.2.1' }, nobody],
  ]
  for (const [name, fields, client] of cases) it(name, () => assert.equal(seen(fields), client))

  it('is the peer where that is not trusted', () => {
    const fields = { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '192.0.2.1' }
    assert.equal(seen(fields, '11.0.0.1'), 'http://inner from 11.0.0.1')
    assert.equal(seen({}, '::ffff:1:2:3'), 'http://inner from ::ffff:1:2:3')
    assert.equal(seen({}, '::ffff:11.0.0.1'), 'http://inner from 11.0.0.1')
  })

  it('may reach the server through a Unix socket', () => {
    assert.equal(seen({ 'X-Forwarded-For': '192.0.2.1' }, ''), 'http://inner from 192.0.2.1')
  })

  it('cannot be changed by what it sends itself', () => {
    const evil = fc.string({ unit: fc.constantFrom(...'for=10.0.0.2;",\\ []:evil') })
    fc.assert(
      fc.property(evil, evil => {
        assert.equal(seen({ Forwarded: `${evil}, for=192.0.2.1;proto=https` }), 'https://inner from 192.0.2.1')
        assert.equal(seen({ 'X-Forwarded-For': `${evil}, 192.0.2.1` }), 'http://inner from 192.0.2.1')
      }),
      { numRuns: 500 },
    )
  })
})
