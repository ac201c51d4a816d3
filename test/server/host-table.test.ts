import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type HostName, hostName, requestedHost, requestedName, showName } from '../../src/server/host-names.ts'
import { HostTable } from '../../src/server/host-table.ts'

describe('the configured name of a host', () => {
  for (const [text, name, port = null] of [
    ['a.example', 'a.example'],
    ['A.Example.', 'a.example'],
    ['localhost', 'localhost'],
    ['*', '*'],
    ['*.B.example', '*.b.example'],
    ['a.example:8443', 'a.example', 8443],
    ['*:80', '*', 80],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:DB8:0:0::1]:443', '[2001:db8::1]', 443],
    ['2001:db8::1', '[2001:db8::1]'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.BÜCHER.example', '*.xn--bcher-kva.example'],
    ['under_score.example', 'under_score.example'],
  ] as [string, string, number?][])
    test(`${text} is ${name}`, () => assert.deepEqual(hostName(text), { name, port }))

  for (const [text, message] of [
    ['', /no host name/],
    ['http://a.example', /without scheme/],
    ['a.example/path', /no host name/],
    ['a..example', /no host name/],
    ['-a.example', /no host name/],
    [`${'a'.repeat(64)}.example`, /no host name/],
    [`${'a.'.repeat(130)}example`, /no host name/],
    ['a.*.example', /\* stands for one whole label at the begin/],
    ['w*.example', /\* stands for/],
    ['**.example', /\* stands for/],
    ['*.192.0.2.1', /no host name/],
    ['*.', /no host name/],
    ['a.example:0', /port from 1 to 65535/],
    ['a.example:70000', /port from 1 to 65535/],
    ['a.example:http', /no host name/],
    ['a b', /no host name/],
    ['ü b', /no host name/],
    ['[::g]', /no host name/],
  ] as [string, RegExp][])
    test(`cannot be ${JSON.stringify(text.slice(0, 20))}`, () =>
      assert.throws(() => hostName(text), { name: 'TypeError', message }))
})

describe('the name that a request brings', () => {
  test('has one spelling', () => {
    assert.deepEqual(requestedHost('A.Example.:8080'), { name: 'a.example', port: 8080 })
    assert.deepEqual(requestedHost('a.example:'), { name: 'a.example', port: null })
    assert.deepEqual(requestedHost('[2001:db8:0::1]'), { name: '[2001:db8::1]', port: null })
    assert.equal(requestedHost(''), null)
    assert.equal(requestedHost('a@b'), null)
    assert.equal(requestedName('A.example.'), 'a.example')
  })
})

/** The table's law, told without a table: of the names that fit, the most exact one; one with the port before one without. */
function fitting(names: readonly HostName[], name: string, port: number): string | undefined {
  const fits = (text: string) =>
    text === '*' || text === name || (text.startsWith('*.') && isOneMore(name, text.slice(1)))
  const rank = (one: HostName) => (one.name === name ? 0 : one.name === '*' ? 4 : 2) + (one.port === null ? 1 : 0)
  const found = names.filter(one => fits(one.name) && (one.port === null || one.port === port))
  return found.map(one => ({ text: showName(one), rank: rank(one) })).sort((a, b) => a.rank - b.rank)[0]?.text
}

function isOneMore(name: string, ending: string): boolean {
  return name.endsWith(ending) && /^[^.]+$/.test(name.slice(0, -ending.length))
}

describe('of several hosts', () => {
  const label = fc.constantFrom('a', 'b', 'c')
  const plain = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'))
  const name = fc.oneof(
    plain,
    plain.map(text => `*.${text}`),
    fc.constant('*'),
  )
  const port = fc.constantFrom(80, 443, 8443)
  const configured = fc.tuple(name, fc.option(port)).map(([text, at]) => hostName(at === null ? text : `${text}:${at}`))

  test('the most exact name wins, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(configured, { maxLength: 12 }), plain, port, (names, asked, at) => {
        const table = new HostTable(names.map(one => [one, showName(one)]))
        assert.equal(table.find(asked, at), fitting(names, asked, at))
      }),
      { numRuns: 3000 },
    )
  })

  test('a wildcard stands for one label, as in certificates', () => {
    const table = new HostTable([[hostName('*.b.example'), 'wild']])
    assert.equal(table.find('a.b.example', 80), 'wild')
    assert.equal(table.find('b.example', 80), undefined)
    assert.equal(table.find('c.a.b.example', 80), undefined)
    assert.equal(table.find('.b.example', 80), undefined)
  })
})
