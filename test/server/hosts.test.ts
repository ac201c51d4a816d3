import assert from 'node:assert/strict'
import { before, describe, type TestContext, test } from 'node:test'
import { Refused, type ServerEvent, text } from '../../src/exchange/index.ts'
import {
  type Place,
  type ServeOptions,
  type Server,
  serve,
  serveAll,
  type VirtualHost,
} from '../../src/server/index.ts'
import { TlsContext } from '../../src/transport/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'
import { ask, open, WIRES } from '../support/host-clients.ts'

interface Running {
  readonly server: Server
  readonly events: ServerEvent[]
  /** Ports, in the order of the places. */
  readonly ports: readonly number[]
  readonly notices: () => string[]
  readonly rules: () => string[]
}

/** Serves on 127.0.0.1 until the test ends. */
async function running(test: TestContext, hosts: readonly VirtualHost[], options: ServeOptions = {}): Promise<Running> {
  const events: ServerEvent[] = []
  const server = await serve(hosts, { listen: [place()], ...options, report: event => events.push(event) })
  test.after(() => server.close())
  return {
    server,
    events,
    ports: server.addresses.map(address => ('port' in address ? address.port : 0)),
    notices: () => events.flatMap(event => (event.kind === 'notice' ? [event.message] : [])),
    rules: () => events.flatMap(event => (event.kind === 'refused' ? [event.refusal.rule] : [])),
  }
}

/** A free port of this machine. */
function place(more: { readonly tls?: boolean } = {}): Place {
  return { port: 0, host: '127.0.0.1', ...more }
}

function host(names: string | readonly string[], more: Partial<VirtualHost> = {}): VirtualHost {
  const name = typeof names === 'string' ? names : names[0]
  return { names, handler: exchange => text(`${name} ${exchange.path}`), ...more }
}

describe('ten hosts on two ports with ten certificates', () => {
  const names = Array.from({ length: 10 }, (_, i) => `h${i}.example`)
  let certificates: Made[]
  before(async () => {
    certificates = await Promise.all(names.map(name => certificateFor([name])))
  })

  for (const wire of WIRES) {
    test(`answer each with its own content and certificate over ${wire}`, async test => {
      const places = [place(), place()]
      const { server, ports, rules, notices } = await running(
        test,
        names.map((name, i) => host(name, { tls: certificates[i], listen: [places[i % 2]] })),
        { listen: [] },
      )
      await Promise.all(
        names.map(async (name, i) => {
          const answer = await ask({ port: ports[i % 2], host: name, path: `/${i}`, serverName: name }, wire)
          assert.equal(answer.status, 200)
          assert.equal(answer.content, `${name} /${i}`)
          assert.equal(answer.names, `DNS:${name}`)
          const elsewhere = await ask({ port: ports[(i + 1) % 2], host: name, serverName: name }, wire)
          assert.equal(elsewhere.status, 421, 'it is not on the other port')
        }),
      )
      assert.equal(rules().length, 10)
      assert.deepEqual(notices(), [])
      await server.close()
    })
  }
})

describe('the host that is asked', () => {
  const hosts = [
    host(['a.example', 'www.a.example']),
    host('*.b.example'),
    host('x.b.example'),
    host('bücher.example'),
    host('[2001:db8::1]'),
    host('a.example:8080'),
  ]
  for (const [asked, content] of [
    ['a.example', 'a.example /'],
    ['A.EXAMPLE', 'a.example /'],
    ['a.example.', 'a.example /'],
    ['a.example:1234', 'a.example /'],
    ['a.example:8080', 'a.example:8080 /'],
    ['www.a.example', 'a.example /'],
    ['y.b.example', '*.b.example /'],
    ['X.b.example:1', 'x.b.example /'],
    ['xn--bcher-kva.example', 'b\u00fccher.example /'],
    ['[2001:DB8:0::1]:99', '[2001:db8::1] /'],
  ] as const) {
    test(`answers as ${asked}`, async test => {
      const { ports } = await running(test, hosts)
      const answer = await ask({ port: ports[0], host: asked })
      assert.equal(Buffer.from(answer.content, 'latin1').toString(), content)
      assert.equal(answer.status, 200)
    })
  }

  test('is the one of an absolute target, whatever Host says', async test => {
    const { ports } = await running(test, [host('a.example'), host('b.example')])
    const answer = await ask({ port: ports[0], host: 'a.example', path: 'http://b.example/x' })
    assert.equal(answer.content, 'b.example /x')
  })

  test('may share its handler with others', async test => {
    const handler: VirtualHost['handler'] = exchange => text(exchange.authority)
    const { ports } = await running(test, [host('a.example', { handler }), host('b.example', { handler })])
    for (const name of ['a.example', 'b.example'])
      assert.equal((await ask({ port: ports[0], host: name })).content, name)
  })

  test('is the default one where none has that name, or none is named', async test => {
    const { ports, rules } = await running(test, [host('a.example'), host('*')])
    for (const name of ['other.example', 'b.a.example', null])
      assert.equal((await ask({ port: ports[0], host: name })).content, '* /')
    assert.deepEqual(rules(), [])
  })

  test('is refused with 421 where it is unknown, and the connection goes on', async test => {
    const { ports, rules } = await running(test, [host('a.example')], { development: true })
    const unknown = await ask({ port: ports[0], host: 'b.example:1' })
    assert.equal(unknown.status, 421)
    assert.match(unknown.content, /no host "b\.example:1" on this port/)
    const unnamed = await ask({ port: ports[0], host: null })
    assert.equal(unnamed.status, 421)
    assert.match(unnamed.content, /names none of them/)
    assert.deepEqual(rules(), ['unknown-host', 'no-host-named'])
  })

  test('is still answered where there is none at all', async test => {
    const { ports } = await running(test, [])
    const answer = await ask({ port: ports[0], host: 'a.example' })
    assert.equal(answer.status, 421)
    assert.match(answer.content, /no host on this server/)
  })

  test('makes its own error pages', async test => {
    const failing = () => {
      throw new Refused({ status: 404, rule: 'nothing', detail: 'nothing' })
    }
    const { ports } = await running(test, [
      host('a.example', { handler: failing, refuse: () => text('not in a', 404) }),
      host('b.example', { handler: failing }),
    ])
    assert.equal((await ask({ port: ports[0], host: 'a.example' })).content, 'not in a')
    assert.equal((await ask({ port: ports[0], host: 'b.example' })).content, '404 Not Found\n')
    assert.equal((await ask({ port: ports[0], host: 'c.example' })).content, '421 Misdirected Request\n')
    assert.equal((await ask({ port: ports[0], host: 'a b' })).status, 400)
  })
})

describe('over TLS', () => {
  let a: Made
  let b: Made
  let wild: Made
  before(async () => {
    a = await certificateFor(['a.example', 'www.a.example', 'c.example'])
    b = await certificateFor(['b.example'])
    wild = await certificateFor(['*.w.example'])
  })

  for (const wire of WIRES) {
    test(`a host is answered on connections whose certificate is for it, and else gets 421 (${wire})`, async test => {
      const { ports, rules } = await running(test, [
        host(['a.example', 'www.a.example'], { tls: a }),
        host('b.example', { tls: b }),
        host('c.example', { tls: await certificateFor(['c.example']) }),
        host('*.w.example', { tls: wild }),
      ])
      const get = async (serverName: string, name: string) => {
        const { status, names } = await ask({ port: ports[0], host: name, serverName }, wire)
        return `${status} ${names.replaceAll('DNS:', '')}`
      }
      assert.equal(await get('a.example', 'a.example'), '200 a.example, www.a.example, c.example')
      assert.equal(await get('a.example', 'www.a.example'), '200 a.example, www.a.example, c.example')
      // Another host, and another certificate, but this one covers it too (RFC 9113 section 9.1.1).
      assert.equal(await get('a.example', 'c.example'), '200 a.example, www.a.example, c.example')
      assert.equal(await get('c.example', 'a.example'), '421 c.example')
      assert.equal(await get('a.example', 'b.example'), '421 a.example, www.a.example, c.example')
      assert.equal(await get('b.example', 'unknown.example'), '421 b.example')
      assert.equal(await get('x.w.example', 'y.w.example'), '200 *.w.example')
      assert.equal(await get('x.w.example', 'y.x.w.example'), '421 *.w.example')
      // The first host's certificate is for all who ask for an unknown name, or for none.
      assert.equal(await get('unknown.example', 'a.example'), '200 a.example, www.a.example, c.example')
      assert.equal(await get('', 'b.example'), '421 a.example, www.a.example, c.example')
      assert.deepEqual(new Set(rules()), new Set(['misdirected-request', 'unknown-host']))
    })
  }

  test('the default host answers with its certificate, whatever it is for', async test => {
    const { ports } = await running(test, [host('b.example', { tls: b }), host('*', { tls: a })])
    const answer = await ask({ port: ports[0], host: 'unknown.example', serverName: 'unknown.example' })
    assert.equal(answer.status, 200)
    assert.match(answer.names, /a\.example/)
    assert.equal((await ask({ port: ports[0], host: '203.0.113.1', serverName: '' })).content, '* /')
  })

  test('hosts may share one certificate, and a proxy that is trusted its connection', async test => {
    const { ports } = await running(test, [host('x.example'), host('y.example')], {
      tls: new TlsContext(a),
    })
    assert.equal((await ask({ port: ports[0], host: 'y.example', serverName: 'x.example' })).content, 'y.example /')
    const proxied = await running(test, [host('a.example', { tls: a }), host('b.example', { tls: b })], {
      trustedProxies: ['loopback'],
    })
    const port = proxied.ports[0]
    assert.equal((await ask({ port, host: 'b.example', serverName: 'a.example' })).content, 'b.example /')
  })

  test('HTTP/2 is offered, unless it is switched off; who knows neither version is refused', async test => {
    for (const [http2, expected] of [
      [true, 'h2'],
      [false, 'http/1.1'],
    ] as const) {
      const { ports } = await running(test, [host('a.example', { tls: a })], { http2 })
      const question = { port: ports[0], host: 'a.example', serverName: 'a.example' }
      const agreed = async (...ALPNProtocols: string[]) => {
        const socket = await open({ ...question, tls: { ALPNProtocols } }, 'HTTP/1.1')
        socket.destroy()
        return 'alpnProtocol' in socket && socket.alpnProtocol
      }
      assert.equal(await agreed('http/1.1', 'h2'), expected)
      assert.equal(await agreed('http/1.1'), 'http/1.1')
      assert.equal(await agreed(), false)
      for (const unknown of http2 ? ['h3'] : ['h3', 'h2'])
        await assert.rejects(agreed(unknown), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' })
    }
  })

  test('HTTP/1.0 without Host is answered by the host that the client greeted', async test => {
    const { ports } = await running(test, [host('a.example', { tls: a }), host('b.example', { tls: b })])
    assert.equal((await ask({ port: ports[0], host: null, serverName: 'b.example' })).content, 'b.example /')
  })

  test('a session that is resumed over TLS 1.2 knows its host', async test => {
    const { ports } = await running(test, [host('a.example', { tls: a }), host('b.example', { tls: b })])
    const question = { port: ports[0], host: 'b.example', serverName: 'b.example' }
    const first = await open({ ...question, tls: { maxVersion: 'TLSv1.2' } }, 'HTTP/1.1')
    const session = 'getSession' in first ? first.getSession() : undefined
    first.destroy()
    const answer = await ask({ ...question, tls: { maxVersion: 'TLSv1.2', session } })
    assert.equal(answer.names, '', 'no certificate is shown again')
    assert.equal(answer.content, 'b.example /')
  })

  test('certificates that are not for their hosts, or out of their time, are told', async test => {
    const old = await certificateFor(['b.example'], { from: -2000, to: -1000 })
    const { notices } = await running(test, [host('*', { tls: a }), host(['b.example', 'd.example'], { tls: old })])
    assert.deepEqual(
      notices().map(notice => notice.replace(/ on .*:/, ':')),
      [
        'b.example, d.example: The certificate expired: clients will not trust it',
        'The certificate for d.example does not name it: clients will not trust it there',
      ],
    )
  })

  test('a plain request to its port is told what is spoken there', async test => {
    const { ports } = await running(test, [host('a.example', { tls: a })])
    const answer = await ask({ port: ports[0], host: 'a.example' })
    assert.equal(answer.status, 400)
    assert.match(answer.content, /speaks HTTPS/)
  })

  test('plain requests can be led to https, on the same port or on another', async test => {
    const { ports } = await running(test, [host('a.example', { tls: a })], {
      listen: [place(), place({ tls: false })],
      plain: 'redirect',
    })
    const here = await ask({ port: ports[0], host: `a.example:${ports[0]}`, path: '/p?q' })
    assert.deepEqual([here.status, here.location], [308, `https://a.example:${ports[0]}/p?q`])
    const beside = await ask({ port: ports[1], host: 'a.example', path: '/p?q' })
    assert.deepEqual([beside.status, beside.location], [308, `https://a.example:${ports[0]}/p?q`])
  })

  test('each host is led to its own port', async test => {
    const beside = place({ tls: false })
    const [one, two] = [place(), place()]
    const { server } = await running(
      test,
      [host('a.example', { tls: a, listen: [one, beside] }), host('b.example', { tls: b, listen: [two, beside] })],
      { plain: 'redirect' },
    )
    const port = (name: string, secure: boolean) => {
      const found = server.places.find(
        ({ hosts, ...at }) => at.secure === secure && hosts.some(one => one.names === name),
      )
      const address = found?.addresses[0]
      return address !== undefined && 'port' in address ? address.port : 0
    }
    for (const name of ['a.example', 'b.example']) {
      const { location } = await ask({ port: port(name, false), host: name })
      assert.equal(location, `https://${name}:${port(name, true)}/`)
    }
    assert.equal((await ask({ port: port('a.example', false), host: 'c.example' })).status, 421)
  })

  test('a plain place beside it serves the same hosts', async test => {
    const { ports } = await running(test, [host('a.example', { tls: a })], { listen: [place(), place({ tls: false })] })
    assert.equal((await ask({ port: ports[1], host: 'a.example' })).content, 'a.example /')
  })
})

test('limits hold for all places together', async test => {
  const { ports } = await running(test, [host('a.example')], {
    listen: [place(), place()],
    limits: { connections: 1 },
  })
  const question = { port: ports[0], host: 'a.example' }
  const first = await open(question, 'HTTP/1.1')
  first.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n')
  await new Promise(resolve => first.once('data', resolve))
  assert.equal((await ask({ ...question, port: ports[1] })).status, 503)
  first.destroy()
})

describe('hosts that cannot be', () => {
  const port = { port: 65_431 }
  let a: Made
  before(async () => {
    a = await certificateFor(['a.example'])
  })
  for (const [what, hosts, options, message] of [
    [
      'of the same name and port',
      () => [host('a.example'), host('A.example.')],
      {},
      /Two hosts have the name a\.example on port 65431/,
    ],
    ['named twice in one', () => [host(['a.example', 'a.example'])], {}, /has the name a\.example twice/],
    [
      'with a wildcard in the middle',
      () => [host('x'), host('a.*.example')],
      {},
      /^hosts\[1\] \(a\.\*\.example\): .*\* stands for/,
    ],
    ['without a name', () => [host([])], {}, /^hosts\[0\].*needs names/],
    ['without a handler', () => [{ names: 'a' } as unknown as VirtualHost], {}, /^hosts\[0\] \(a\): needs a handler/],
    [
      'with a certificate where no TLS is spoken',
      () => [host('a.example', { tls: a, listen: [{ ...port, tls: false }] })],
      {},
      /has a certificate, but TLS is spoken nowhere/,
    ],
    [
      'without a certificate where TLS is spoken',
      () => [host('a.example', { tls: a }), host('b.example')],
      {},
      /The host b\.example has no certificate, and port 65431 speaks TLS/,
    ],
    [
      'on a place for TLS without any certificate',
      () => [host('a.example')],
      { listen: [{ ...port, tls: true }] },
      /no certificate/,
    ],
    [
      'of two minds about a place',
      () => [host('a', { listen: [{ ...port, tls: true }], tls: a }), host('b', { listen: [{ ...port, tls: false }] })],
      {},
      /wants TLS on port 65431, and another one says it is plain/,
    ],
    ['with a certificate that is none', () => [host('a', { tls: { cert: 'x', key: 'y' } })], {}, /must be PEM/],
  ] as [string, () => VirtualHost[], ServeOptions, RegExp][]) {
    test(`${what} are an error that says so`, async () => {
      await assert.rejects(
        serve(hosts(), { listen: [port], ...options, report: () => {} }),
        ({ message: said }: Error) => {
          assert.match(said, message)
          return true
        },
      )
    })
  }
})

describe('several servers as one', () => {
  test('end together, and tell of all', async () => {
    const servers = await serveAll([serve(() => text('one'), { port: 0 }), serve([host('*')], { listen: [place()] })])
    const [one, two] = servers.servers
    assert.equal((await ask({ port: one.port })).content, 'one')
    assert.equal((await ask({ port: two.port })).content, '* /')
    assert.deepEqual(servers.addresses, [...one.addresses, ...two.addresses])
    assert.equal(servers.ledger.output, 0)
    const { cut } = await servers.drain(1000)
    assert.deepEqual(cut, [])
    // As `await using` does at the end of its block.
    await servers[Symbol.asyncDispose]()
    for (const { port } of [one, two]) await assert.rejects(ask({ port }), { code: 'ECONNREFUSED' })
  })

  test('do not run where one of them cannot', async () => {
    const good = serve(() => text('one'), { port: 0 })
    const { port } = await good
    await assert.rejects(serveAll([good, serve(() => text('two'), { port, host: '127.0.0.1' })]), {
      code: 'EADDRINUSE',
    })
    await assert.rejects(ask({ port }), { code: 'ECONNREFUSED' })
  })
})
