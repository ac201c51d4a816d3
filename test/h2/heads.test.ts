// Field lists as requests, responses and trailers: what is taken, and which rule the rest breaks.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { RuleName } from '../../src/h2/errors.ts'
import type { H2Head } from '../../src/h2/head.ts'
import { DEFAULT_LIMITS } from '../../src/h2/limits.ts'
import { ReceivedFields } from '../../src/h2/received-fields.ts'
import { requestHead, trailerFields } from '../../src/h2/request-head.ts'
import { responseHead } from '../../src/h2/response-head.ts'
import type { HpackField } from '../../src/hpack/index.ts'

type Line = readonly [name: string, value: string]

const field = ([name, value]: Line, sensitive = false): HpackField => ({ name, value, sensitive, verdict: 0 })
const fieldsOf = (lines: readonly Line[]) => lines.map(line => field(line))
const limits = { ...DEFAULT_LIMITS, targetBytes: 20, contentBytes: 1000 }

const GET: readonly Line[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'example.org'],
  [':path', '/'],
]
const CONNECT: readonly Line[] = [
  [':method', 'CONNECT'],
  [':authority', 'example.org:443'],
]
const EXTENDED: readonly Line[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':path', '/chat'],
  [':authority', 'example.org'],
]

/** The list with the fields set, in the place where one of the same name stands, or at the end. An undefined value leaves it out. */
function having(base: readonly Line[], ...changes: readonly (readonly [string, string | undefined])[]): Line[] {
  let lines = [...base]
  for (const [name, value] of changes) {
    const at = lines.findIndex(line => line[0] === name)
    if (value === undefined) lines = lines.filter(line => line[0] !== name)
    else if (at === -1) lines.push([name, value])
    else lines[at] = [name, value]
  }
  return lines
}

function request(lines: readonly Line[]): H2Head | RuleName {
  const fields = fieldsOf(lines)
  const first = requestHead(fields, limits)
  // Those of HPACK's tables come again, with their verdicts: nothing must change.
  assert.deepEqual(shown(requestHead(fields, limits)), shown(first))
  return first
}

function response(lines: readonly Line[]): H2Head | RuleName {
  return responseHead(fieldsOf(lines), limits)
}

function shown(head: H2Head | RuleName): unknown {
  return typeof head === 'string' ? head : { ...head, fields: [...head.fields] }
}

function taken(head: H2Head | RuleName): H2Head {
  assert.ok(typeof head !== 'string', `refused: ${head}`)
  return head
}

type Case = readonly [what: string, lines: readonly Line[], rule: RuleName | 'taken']

function check(judge: (lines: readonly Line[]) => unknown, cases: readonly Case[]): void {
  for (const [what, lines, rule] of cases) {
    it(what, () => {
      const result = judge(lines)
      if (rule === 'taken') assert.equal(typeof result, 'object', String(result))
      else assert.equal(result, rule)
    })
  }
}

describe('a request', () => {
  it('becomes a head', () => {
    const lines: Line[] = [...having(GET, [':path', '/a?b']), ['accept', '*/*'], ['priority', 'u=1, i']]
    assert.deepEqual(shown(request(lines)), {
      method: 'GET',
      scheme: 'https',
      authority: 'example.org',
      path: '/a?b',
      protocol: undefined,
      status: 0,
      fields: [
        ['accept', '*/*'],
        ['priority', 'u=1, i'],
      ],
      length: -1,
      expectsContinue: false,
      priority: { urgency: 1, incremental: true },
    })
  })

  describe('field names: RFC 9113 section 8.2.1', () => {
    const rule = 'invalid-field-name'
    check(request, [
      ['in lower case', [...GET, ['x-a1.b_c~', '']], 'taken'],
      ['with a capital', [...GET, ['Accept', 'a']], rule],
      ['with the last capital at its end', [...GET, ['x-Z', 'a']], rule],
      ['empty', [...GET, ['', 'a']], rule],
      ['with a space', [...GET, ['a b', 'a']], rule],
      ['with a colon behind the first character', [...GET, ['a:b', 'a']], rule],
      ['with NUL', [...GET, ['a\0', 'a']], rule],
      ['with DEL', [...GET, ['a\x7f', 'a']], rule],
      ['with a byte above ASCII', [...GET, ['caf\xe9', 'a']], rule],
      ['with what is no token', [...GET, ['a(b)', 'a']], rule],
    ])
  })

  describe('field values: RFC 9113 section 8.2.1', () => {
    const rule = 'invalid-field-value'
    check(request, [
      ['empty', [...GET, ['a', '']], 'taken'],
      ['with white space inside', [...GET, ['a', 'b \t c']], 'taken'],
      ['with bytes above ASCII', [...GET, ['a', '\x80\xff']], 'taken'],
      ['with NUL', [...GET, ['a', 'b\0c']], rule],
      ['with CR', [...GET, ['a', 'b\rc']], rule],
      ['with LF', [...GET, ['a', 'b\nc']], rule],
      ['with another control character', [...GET, ['a', 'b\x01c']], rule],
      ['with DEL', [...GET, ['a', 'b\x7fc']], rule],
      ['with a space before it', [...GET, ['a', ' b']], rule],
      ['with a space behind it', [...GET, ['a', 'b ']], rule],
      ['with a tab before it', [...GET, ['a', '\tb']], rule],
      ['with a tab behind it', [...GET, ['a', 'b\t']], rule],
      ['of nothing but a space', [...GET, ['a', ' ']], rule],
    ])
  })

  describe('fields of the connection: RFC 9113 section 8.2.2', () => {
    const rule = 'connection-field'
    check(request, [
      ['Connection', [...GET, ['connection', 'close']], rule],
      ['Proxy-Connection', [...GET, ['proxy-connection', 'keep-alive']], rule],
      ['Keep-Alive', [...GET, ['keep-alive', 'timeout=5']], rule],
      ['Transfer-Encoding', [...GET, ['transfer-encoding', 'chunked']], rule],
      ['Transfer-Encoding without a value', [...GET, ['transfer-encoding', '']], rule],
      ['Upgrade', [...GET, ['upgrade', 'websocket']], rule],
      ['TE: trailers', [...GET, ['te', 'trailers']], 'taken'],
      ['TE: trailers in capitals', [...GET, ['te', 'Trailers']], 'taken'],
      ['TE: gzip', [...GET, ['te', 'gzip']], rule],
      ['TE: trailers, gzip', [...GET, ['te', 'trailers, gzip']], rule],
    ])
  })

  describe('pseudo-fields: RFC 9113 section 8.3', () => {
    check(request, [
      ['in another order', [GET[3], GET[2], GET[1], GET[0]], 'taken'],
      ['behind another field', [GET[0], GET[1], GET[2], ['a', 'b'], GET[3]], 'late-pseudo-field'],
      [':method, behind another field', [...GET.slice(1), ['a', 'b'], GET[0]], 'late-pseudo-field'],
      ['one that is unknown, behind another field', [...GET, ['a', 'b'], [':c', 'd']], 'late-pseudo-field'],
      ['one that is invalid, behind another field', [...GET, ['a', 'b'], [':path', '']], 'late-pseudo-field'],
      ['one that is unknown', [...GET, [':fast', '1']], 'unknown-pseudo-field'],
      ['one in capitals', [...GET, [':Path', '/']], 'unknown-pseudo-field'],
      ['a lone colon', [...GET, [':', '/']], 'unknown-pseudo-field'],
      [':status', [...GET, [':status', '200']], 'unknown-pseudo-field'],
      ...GET.map(([name, value]): Case => [`${name} twice`, [...GET, [name, value]], 'repeated-pseudo-field']),
      [':protocol twice', [...EXTENDED, [':protocol', 'websocket']], 'repeated-pseudo-field'],
    ])
  })

  describe('what must be there: RFC 9113 section 8.3.1', () => {
    check(request, [
      ['no field', [], 'missing-pseudo-field'],
      ['no :method', having(GET, [':method', undefined]), 'missing-pseudo-field'],
      ['no :scheme', having(GET, [':scheme', undefined]), 'missing-pseudo-field'],
      ['no :path', having(GET, [':path', undefined]), 'missing-pseudo-field'],
      ['neither :authority nor Host', having(GET, [':authority', undefined]), 'missing-authority'],
      [
        'neither of them with a scheme that needs none',
        having(GET, [':authority', undefined], [':scheme', 'urn']),
        'taken',
      ],
    ])
  })

  describe(':method: RFC 9110 section 9.1', () => {
    check(request, [
      ['an unknown token', having(GET, [':method', 'M-SEARCH']), 'taken'],
      ['empty', having(GET, [':method', '']), 'invalid-method'],
      ['with a space', having(GET, [':method', 'GET /']), 'invalid-method'],
      ['with a byte above ASCII', having(GET, [':method', 'G\xcbT']), 'invalid-method'],
    ])
  })

  describe(':scheme: RFC 9113 section 8.3.1', () => {
    check(request, [
      ['http', having(GET, [':scheme', 'http']), 'taken'],
      ['neither http nor https', having(GET, [':scheme', 'coap+tcp']), 'taken'],
      ['empty', having(GET, [':scheme', '']), 'invalid-scheme'],
      ['with a colon', having(GET, [':scheme', 'https:']), 'invalid-scheme'],
      ['that starts with a digit', having(GET, [':scheme', '1http']), 'invalid-scheme'],
    ])

    it('is told in lower case: RFC 3986 section 3.1', () => {
      assert.equal(taken(request(having(GET, [':scheme', 'HTTPS']))).scheme, 'https')
      assert.equal(taken(request(having(GET, [':scheme', 'Http']))).scheme, 'http')
    })
  })

  describe(':path: RFC 9113 section 8.3.1', () => {
    check(request, [
      ['with a query', having(GET, [':path', '/a?b=c/?d']), 'taken'],
      ['empty', having(GET, [':path', '']), 'invalid-path'],
      ['without a slash', having(GET, [':path', 'a']), 'invalid-path'],
      ['a query alone', having(GET, [':path', '?a']), 'invalid-path'],
      ['an absolute URI', having(GET, [':path', 'https://a.example/']), 'invalid-path'],
      ['with a fragment', having(GET, [':path', '/a#b']), 'invalid-path'],
      ['with a space', having(GET, [':path', '/a b']), 'invalid-path'],
      ['with a byte above ASCII', having(GET, [':path', '/caf\xe9']), 'invalid-path'],
      ['with a control character', having(GET, [':path', '/a\0']), 'invalid-path'],
      ['* with OPTIONS', having(GET, [':path', '*'], [':method', 'OPTIONS']), 'taken'],
      ['* with another method', having(GET, [':path', '*']), 'invalid-path'],
      ['* with an extended CONNECT', having(EXTENDED, [':path', '*']), 'invalid-path'],
      ['a usual path with OPTIONS', having(GET, [':method', 'OPTIONS']), 'taken'],
      ['as long as it may be', having(GET, [':path', `/${'a'.repeat(19)}`]), 'taken'],
      ['longer than it may be', having(GET, [':path', `/${'a'.repeat(20)}`]), 'target-too-long'],
    ])
  })

  describe(':authority and Host: RFC 9113 section 8.3.1', () => {
    const rule = 'invalid-authority'
    check(request, [
      ['an IPv6 address with a port', having(GET, [':authority', '[::1]:8443']), 'taken'],
      ['empty', having(GET, [':authority', '']), rule],
      ['with user information', having(GET, [':authority', 'me@example.org']), rule],
      ['with a path', having(GET, [':authority', 'example.org/a']), rule],
      ['with a port that is none', having(GET, [':authority', 'example.org:99999']), rule],
      ['an empty Host', [...GET, ['host', '']], rule],
      ['an empty Host alone', [...having(GET, [':authority', undefined]), ['host', '']], rule],
      ['a Host with user information', [...having(GET, [':authority', undefined]), ['host', 'me@a']], rule],
      ['both the same', [...GET, ['host', 'example.org']], 'taken'],
      ['both the same but for case', [...GET, ['host', 'Example.ORG']], 'taken'],
      ["both the same but for the scheme's port", [...GET, ['host', 'example.org:443']], 'taken'],
      ["both the same but for another scheme's port", [...GET, ['host', 'example.org:80']], rule],
      ['both, and different', [...GET, ['host', 'example.com']], rule],
      ['Host twice, the second one invalid', [...GET, ['host', 'example.org'], ['host', '']], rule],
      ['Host twice, the first one invalid', [...GET, ['host', ''], ['host', 'example.org']], rule],
      ['Host twice', [...GET, ['host', 'example.org'], ['host', 'example.org']], rule],
      ['both with CONNECT', [...CONNECT, ['host', 'Example.org:443']], 'taken'],
      ['both with CONNECT, and different', [...CONNECT, ['host', 'example.org:444']], rule],
    ])

    it('is Host where :authority is missing', () => {
      const head = taken(request([...having(GET, [':authority', undefined]), ['host', 'A.example:8443']]))
      assert.equal(head.authority, 'A.example:8443')
    })

    it('is :authority as sent where both are there', () => {
      const head = taken(request([...having(GET, [':authority', 'EXAMPLE.org']), ['host', 'example.org:443']]))
      assert.equal(head.authority, 'EXAMPLE.org')
    })
  })

  describe('CONNECT: RFC 9113 section 8.5', () => {
    check(request, [
      ['with :scheme', [...CONNECT, [':scheme', 'https']], 'invalid-connect'],
      ['with :path', [...CONNECT, [':path', '/']], 'invalid-connect'],
      ['without :authority', [CONNECT[0]], 'missing-pseudo-field'],
      ['with Host alone', [CONNECT[0], ['host', 'example.org:443']], 'missing-pseudo-field'],
      ['without a port', having(CONNECT, [':authority', 'example.org']), 'invalid-connect'],
      ['with an empty port', having(CONNECT, [':authority', 'example.org:']), 'invalid-connect'],
      ['with port 0', having(CONNECT, [':authority', 'example.org:0']), 'invalid-connect'],
      ['with content', [...CONNECT, ['content-length', '5']], 'invalid-connect'],
    ])

    it('tells the authority as path, and no length', () => {
      const head = taken(request([...CONNECT, ['content-length', '0'], ['expect', '100-continue']]))
      assert.equal(head.path, 'example.org:443')
      assert.equal(head.scheme, '')
      assert.equal(head.length, -1)
      assert.equal(head.expectsContinue, false)
    })
  })

  describe('extended CONNECT: RFC 8441 section 4', () => {
    check(request, [
      [':protocol with another method', having(EXTENDED, [':method', 'GET']), 'invalid-connect'],
      [':protocol that is empty', having(EXTENDED, [':protocol', '']), 'invalid-connect'],
      [':protocol that is no token', having(EXTENDED, [':protocol', 'web socket']), 'invalid-connect'],
      [':protocol with a version', having(EXTENDED, [':protocol', 'connect-ip/1']), 'taken'],
      ['without :scheme', having(EXTENDED, [':scheme', undefined]), 'missing-pseudo-field'],
      ['without :path', having(EXTENDED, [':path', undefined]), 'missing-pseudo-field'],
      ['without :authority', having(EXTENDED, [':authority', undefined]), 'missing-authority'],
      ['with a path that is too long', having(EXTENDED, [':path', `/${'a'.repeat(20)}`]), 'target-too-long'],
    ])

    it('is told with its protocol', () => {
      const head = taken(request(EXTENDED))
      assert.equal(head.protocol, 'websocket')
      assert.equal(head.path, '/chat')
      assert.equal(head.authority, 'example.org')
    })
  })

  describe('Content-Length: RFC 9113 section 8.1.1', () => {
    const rule = 'invalid-content-length'
    check(request, [
      ['empty', [...GET, ['content-length', '']], rule],
      ['with a sign', [...GET, ['content-length', '+5']], rule],
      ['below 0', [...GET, ['content-length', '-5']], rule],
      ['hexadecimal', [...GET, ['content-length', '0x5']], rule],
      ['with an exponent', [...GET, ['content-length', '1e3']], rule],
      ['a list', [...GET, ['content-length', '5, 5']], rule],
      ['twice, and different', [...GET, ['content-length', '5'], ['content-length', '6']], rule],
      ['as large as it may be', [...GET, ['content-length', '1000']], 'taken'],
      ['larger than it may be', [...GET, ['content-length', '1001']], 'content-too-large'],
      ['too large to be counted', [...GET, ['content-length', '9'.repeat(30)]], 'content-too-large'],
    ])

    it('is counted exactly up to 15 digits', () => {
      const all = { ...limits, contentBytes: Number.POSITIVE_INFINITY }
      const head = (length: string) => requestHead(fieldsOf([...GET, ['content-length', length]]), all)
      assert.equal(taken(head('9'.repeat(15))).length, 999_999_999_999_999)
      assert.equal(head('9'.repeat(16)), 'content-too-large')
    })

    it('is one where it came twice: RFC 9110 section 8.6', () => {
      const head = taken(request([...GET, ['a', 'b'], ['content-length', '5'], ['content-length', '5'], ['c', 'd']]))
      assert.equal(head.length, 5)
      assert.deepEqual(
        [...head.fields],
        [
          ['a', 'b'],
          ['content-length', '5'],
          ['c', 'd'],
        ],
      )
    })
  })

  describe('Expect: RFC 9110 section 10.1.1', () => {
    const expects = (...lines: Line[]) => taken(request([...GET, ...lines])).expectsContinue
    it('waits for 100', () => assert.equal(expects(['expect', '100-Continue']), true))
    it('waits for nothing where there is no content', () =>
      assert.equal(expects(['expect', '100-continue'], ['content-length', '0']), false))
    it('means nothing else', () => assert.equal(expects(['expect', 'more']), false))
  })

  describe('Priority: RFC 9218 section 5', () => {
    const priority = (...values: string[]) =>
      taken(request([...GET, ...values.map((value): Line => ['priority', value])])).priority
    it('is null where there is none', () => {
      assert.equal(priority(), null)
      assert.equal(taken(request([...GET, ['content-type', 'text/plain']])).priority, null)
    })
    it('is null where it is malformed', () => assert.equal(priority('u='), null))
    it('is read over all its lines', () => {
      assert.deepEqual(priority('u=1', 'i'), { urgency: 1, incremental: true })
      assert.deepEqual(priority('u=1, i', 'u=6'), { urgency: 6, incremental: true })
      assert.equal(priority('u=1', 'u='), null)
      assert.equal(priority('u=', 'u=1'), null)
    })
  })

  it('is never taken with more than a server could have meant, whatever comes', () => {
    const name = fc.constantFrom(
      ':method',
      ':scheme',
      ':path',
      ':authority',
      ':protocol',
      ':status',
      ':x',
      'host',
      'content-length',
      'te',
      'connection',
      'a',
      'A',
      '',
      'cookie',
      'priority',
      'expect',
    )
    const value = fc.constantFrom(
      'GET',
      'CONNECT',
      'OPTIONS',
      'https',
      '/',
      '*',
      'a.example',
      'a.example:1',
      'B',
      '5',
      '6',
      '',
      ' ',
      'trailers',
      'u=1',
      '\0',
      '100-continue',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 9 }), lines => {
        const head = request(lines)
        if (typeof head === 'string') return
        assert.match(head.method, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
        const pseudo = lines.filter(line => line[0].startsWith(':'))
        assert.equal(new Set(pseudo.map(line => line[0])).size, pseudo.length)
        assert.deepEqual(lines.slice(0, pseudo.length), pseudo)
        if (head.scheme !== '') assert.ok(head.path === '*' ? head.method === 'OPTIONS' : head.path.startsWith('/'))
        if (head.scheme.startsWith('http')) assert.notEqual(head.authority, '')
        if (head.protocol !== undefined) assert.equal(head.method, 'CONNECT')
        for (const [name] of head.fields) {
          assert.equal(name, name.toLowerCase())
          assert.ok(!name.startsWith(':') && name !== 'connection' && name !== '')
        }
        assert.ok(head.fields.all('content-length').length <= 1)
      }),
    )
  })
})

describe('a response', () => {
  const OK: Line = [':status', '200']

  it('becomes a head', () => {
    assert.deepEqual(shown(response([OK, ['content-length', '5'], ['priority', 'u=0']])), {
      method: '',
      scheme: '',
      authority: '',
      path: '',
      protocol: undefined,
      status: 200,
      fields: [
        ['content-length', '5'],
        ['priority', 'u=0'],
      ],
      length: 5,
      expectsContinue: false,
      priority: { urgency: 0, incremental: false },
    })
  })

  it('has no length where it is interim: RFC 9110 section 8.6', () => {
    assert.equal(
      taken(
        response([
          [':status', '103'],
          ['content-length', '5'],
        ]),
      ).length,
      -1,
    )
  })

  describe(':status: RFC 9113 section 8.3.2', () => {
    check(response, [
      ['missing', [['a', 'b']], 'missing-pseudo-field'],
      ['twice', [OK, OK], 'repeated-pseudo-field'],
      ['behind another field', [['a', 'b'], OK], 'late-pseudo-field'],
      ['100', [[':status', '100']], 'taken'],
      ['599', [[':status', '599']], 'taken'],
      ['600', [[':status', '600']], 'invalid-status'],
      ['099', [[':status', '099']], 'invalid-status'],
      ['empty', [[':status', '']], 'invalid-status'],
      ['with a reason', [[':status', '200 OK']], 'invalid-status'],
      ['of four digits', [[':status', '2000']], 'invalid-status'],
      ['of two digits', [[':status', '20']], 'invalid-status'],
    ])
  })

  describe('101: RFC 9113 section 8.6', () => {
    check(response, [['does not exist', [[':status', '101']], 'invalid-status']])
  })

  describe('other pseudo-fields: RFC 9113 section 8.3', () => {
    check(response, [
      [':path', [OK, [':path', '/']], 'unknown-pseudo-field'],
      [':method, before :status', [[':method', 'GET'], OK], 'unknown-pseudo-field'],
      [':path that is invalid', [OK, [':path', '']], 'unknown-pseudo-field'],
      ['one that is unknown', [OK, [':a', '/']], 'unknown-pseudo-field'],
    ])
  })

  describe('fields: RFC 9113 section 8.2', () => {
    check(response, [
      ['a name in capitals', [OK, ['Server', 'a']], 'invalid-field-name'],
      ['a value with LF', [OK, ['server', 'a\nb']], 'invalid-field-value'],
      ['Connection', [OK, ['connection', 'close']], 'connection-field'],
      ['Transfer-Encoding', [OK, ['transfer-encoding', 'chunked']], 'connection-field'],
      ['Host, which means nothing here', [OK, ['host', ''], ['host', 'a b']], 'taken'],
      ['TE, which is a field of requests', [OK, ['te', 'trailers']], 'connection-field'],
    ])
  })

  describe('Content-Length: RFC 9113 section 8.1.1', () => {
    check(response, [
      ['twice, and different', [OK, ['content-length', '5'], ['content-length', '6']], 'invalid-content-length'],
      ['twice the same', [OK, ['content-length', '5'], ['content-length', '5']], 'taken'],
      ['not of digits', [OK, ['content-length', 'many']], 'invalid-content-length'],
    ])
  })
})

describe('trailers', () => {
  const trailers = (lines: readonly Line[]) => trailerFields(fieldsOf(lines))

  it('are fields', () => {
    const fields = trailers([
      ['digest', 'a'],
      ['grpc-status', '0'],
    ])
    assert.ok(typeof fields !== 'string')
    assert.equal(fields.get('grpc-status'), '0')
  })

  describe('never have pseudo-fields: RFC 9113 section 8.1', () => {
    check(trailers, [
      [':path', [[':path', '/']], 'late-pseudo-field'],
      [':method', [[':method', 'GET']], 'late-pseudo-field'],
      [':status', [[':status', '200']], 'late-pseudo-field'],
      [
        'one that is unknown',
        [
          ['a', 'b'],
          [':b', ''],
        ],
        'late-pseudo-field',
      ],
    ])
  })

  describe('have fields like any other: RFC 9113 section 8.2', () => {
    check(trailers, [
      ['a name in capitals', [['Digest', 'a']], 'invalid-field-name'],
      ['a value with CR', [['digest', 'a\r']], 'invalid-field-value'],
      ['Connection', [['connection', 'close']], 'connection-field'],
    ])
  })

  describe('never have what is needed before: RFC 9110 section 6.5.1', () => {
    const names = [
      'authorization',
      'content-encoding',
      'content-range',
      'content-type',
      'cookie',
      'set-cookie',
      'trailer',
    ]
    check(trailers, [
      ...names.map((name): Case => [name, [[name, 'a']], 'forbidden-trailer']),
      ['content-length', [['content-length', '5']], 'forbidden-trailer'],
      ['host', [['host', 'a']], 'forbidden-trailer'],
      ['an invalid host', [['host', '']], 'forbidden-trailer'],
      ['te', [['te', 'trailers']], 'forbidden-trailer'],
      ['expect', [['expect', '100-continue']], 'forbidden-trailer'],
      ['an unknown expect', [['expect', 'a']], 'forbidden-trailer'],
    ])
  })
})

describe('received fields', () => {
  const fields = new ReceivedFields(
    [
      [':path', '/'] as const,
      ['accept', 'a'] as const,
      ['cookie', 'a=1'] as const,
      ['x', '1'] as const,
      ['accept', 'b'] as const,
      ['cookie', 'b=2'] as const,
    ].map((line, i) => field(line, i === 5)),
    1,
  )

  it('are found without regard to case', () => {
    assert.equal(fields.get('X'), '1')
    assert.equal(fields.has('aCcept'), true)
    assert.equal(new ReceivedFields([field(['x-az', '1'])]).get('X-AZ'), '1')
    assert.equal(new ReceivedFields([field(['x-z', '1'])]).get('x-Z'), '1')
    assert.deepEqual(fields.all('Accept'), ['a', 'b'])
  })

  it('are not there where nobody sent them', () => {
    assert.equal(fields.get('y'), undefined)
    assert.equal(fields.has(''), false)
    assert.deepEqual(fields.all('y'), [])
    assert.deepEqual(new ReceivedFields([]).all('cookie'), [])
  })

  it('have no pseudo-fields', () => {
    assert.equal(fields.get(':path'), undefined)
  })

  it('are joined by commas: RFC 9110 section 5.3', () => {
    assert.equal(fields.get('accept'), 'a, b')
  })

  it('have one cookie of all crumbs: RFC 9113 section 8.2.3', () => {
    assert.equal(fields.get('Cookie'), 'a=1; b=2')
    assert.deepEqual(fields.all('cookie'), ['a=1; b=2'])
  })

  it('are told in order, the cookie once', () => {
    assert.deepEqual(
      [...fields],
      [
        ['accept', 'a'],
        ['cookie', 'a=1; b=2'],
        ['x', '1'],
        ['accept', 'b'],
      ],
    )
  })

  it('tell what must never be indexed: RFC 7541 section 7.1.3', () => {
    assert.equal(fields.isSensitive('Cookie'), true)
    assert.equal(fields.isSensitive('accept'), false)
    assert.equal(fields.isSensitive('y'), false)
  })
})
