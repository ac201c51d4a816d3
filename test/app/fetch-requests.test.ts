// The light request beside the platform's own, made of the same: every member says the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { fetchHandler } from '../../src/app/fetch/index.ts'
import { bodyOf, type Exchange } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { fakeExchange } from '../support/exchange.ts'

/** As it was before any application was adapted. */
const Platform = globalThis.Request

interface Given {
  readonly method?: string
  readonly target?: string
  readonly fields?: readonly (readonly [string, string])[]
  readonly content?: Uint8Array<ArrayBuffer> | null
}

function exchangeOf({ method = 'GET', target = '/', fields = [], content = null }: Given): Exchange {
  const length = content === null ? 0 : content.length
  return {
    ...fakeExchange({ method, target }),
    fields: FieldList.of(fields),
    // In pieces, as a wire brings it.
    content: content === null ? { length, pull: () => null, cancel() {} } : bodyOf(pieces(content), length),
  }
}

function* pieces(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += 7) yield content.subarray(at, at + 7)
}

/** The request that an application is given. */
function lightOf(given: Given, contentLimit?: number): Request {
  let seen: Request | null = null
  const options = contentLimit === undefined ? {} : { contentLimit }
  fetchHandler(
    {
      fetch(request) {
        seen = request
        return new Response(null)
      },
    },
    options,
  )(exchangeOf(given))
  return seen as unknown as Request
}

function platformOf({ method = 'GET', target = '/', fields = [], content = null }: Given): Request {
  const upper = method.toUpperCase()
  const body = upper === 'GET' || upper === 'HEAD' || content?.length === 0 ? null : content
  const request = new Platform(`http://localhost${target}`, { method, body })
  const shown = [['host', 'localhost'], ...fields.filter(([name]) => name.toLowerCase() !== 'host')]
  return new Platform(request, { headers: shown as [string, string][] })
}

const PLAIN_MEMBERS = [
  'method',
  'url',
  'destination',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'isReloadNavigation',
  'isHistoryNavigation',
  'duplex',
  'bodyUsed',
] as const

const given = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'get', 'post', 'OPTIONS', 'QUERY', 'Foo'),
  target: fc
    .tuple(
      fc.array(
        fc.constantFrom(
          '/',
          '//',
          '.',
          '..',
          '%2e',
          '%2E%2e',
          '%41',
          '%',
          'a',
          'Z',
          '|',
          "'",
          '"',
          '\\',
          '^',
          '`',
          '{',
          '~',
          ';',
          '@',
          ':',
        ),
        { maxLength: 8 },
      ),
      fc.option(
        fc.array(fc.constantFrom('?', 'a', '=', '&', "'", '"', '/../', '<', '%2e', '`', '^', '|', '\\'), {
          maxLength: 6,
        }),
      ),
    )
    .map(([path, query]) => `/${path.join('')}${query === null ? '' : `?${query.join('')}`}`),
  fields: fc.array(
    fc.tuple(
      fc.constantFrom(
        'Accept',
        'accept',
        'X-One',
        'x-one',
        'Cookie',
        'cookie',
        'Set-Cookie',
        'Content-Type',
        'Referer',
      ),
      fc.constantFrom('a', 'a=b; c', 'text/plain', 'multipart/form-data; boundary=x', '', '\u00e9'),
    ),
    { maxLength: 6 },
  ),
  content: fc.option(
    fc.uint8Array({ maxLength: 40 }).map(bytes => new Uint8Array(bytes)),
    { nil: null },
  ),
})

test('a light request has what the platform’s own has, member by member', () => {
  fc.assert(
    fc.property(given, one => {
      const light = lightOf(one)
      const real = platformOf(one)
      assert.ok(light instanceof Request && light instanceof Platform)
      for (const name of PLAIN_MEMBERS) assert.equal(light[name as never], real[name as never], name)
      for (const [name] of [...real.headers, ['missing'], ['HOST']]) {
        assert.equal(light.headers.get(name), real.headers.get(name), name)
        assert.equal(light.headers.has(name), real.headers.has(name))
      }
      assert.deepEqual([...light.headers], [...real.headers])
      assert.deepEqual(light.headers.getSetCookie(), real.headers.getSetCookie())
      assert.equal(light.body === null, real.body === null)
      assert.equal(light.headers, light.headers)
      assert.equal(light.signal, light.signal)
      assert.equal(light.body, light.body)
    }),
    { numRuns: 150 },
  )
})

const READINGS = ['text', 'json', 'bytes', 'arrayBuffer', 'formData'] as const

test('content is read as the platform reads it, once, whichever way', async () => {
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map(bytes => new Uint8Array(bytes)),
    fc.json().map(text => new TextEncoder().encode(text)),
    fc
      .constantFrom('\ufefftext', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n')
      .map(text => new TextEncoder().encode(text)),
  )
  await fc.assert(
    fc.asyncProperty(
      given,
      contents,
      fc.constantFrom(...READINGS),
      fc.constantFrom('at once', 'body first', 'clone first', 'as a copy'),
      async (one, content, how, when) => {
        const form = [['content-type', 'multipart/form-data; boundary=x']] as const
        const asked = { ...one, content, fields: how === 'formData' ? form : (one.fields ?? []) }
        const pair = [lightOf(asked), platformOf(asked)].map(request => {
          if (when === 'body first') void request.body
          if (when === 'clone first') return request.clone()
          return when === 'as a copy' ? new Request(request) : request
        })
        const [light, real] = await Promise.all(pair.map(request => told(request[how]())))
        assert.deepEqual(light, real)
        assert.equal(pair[0].bodyUsed, pair[1].bodyUsed)
        const [again, realAgain] = await Promise.all(pair.map(request => told(request.text())))
        assert.deepEqual(again, realAgain)
        assert.equal(
          throws(() => pair[0].clone()),
          throws(() => pair[1].clone()),
        )
      },
    ),
    { numRuns: 150 },
  )
})

/** What came of a reading; of a failure what kind it was: words differ. */
async function told(reading: Promise<unknown>): Promise<unknown> {
  try {
    const value = await reading
    return value instanceof FormData ? [...value] : value
  } catch (error) {
    return (error as Error).name
  }
}

function throws(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    assert.ok(error instanceof TypeError)
    return true
  }
}

test('a blob has the type that the fields tell', async () => {
  const content = new TextEncoder().encode('abc')
  for (const fields of [[], [['Content-Type', 'Text/Plain; charset=x']] as const]) {
    const asked = { method: 'POST', content, fields }
    const [light, real] = [await lightOf(asked).blob(), await platformOf(asked).blob()]
    assert.deepEqual([light.type, await light.text()], [real.type, await real.text()])
  }
})

test('a request is put into others: as it is, with changes, as what another is made like, and in a class of one’s own', async () => {
  const fields = [['X-Kept', 'yes']] as const
  const asked = { method: 'POST', target: '/a', content: new TextEncoder().encode('content'), fields }
  const changed = new Request(lightOf(asked), { headers: { 'X-New': '1' } })
  assert.deepEqual([...changed.headers.keys()].includes('x-kept'), false)
  assert.equal(await changed.text(), 'content')
  const elsewhere = new Request('http://other/', lightOf(asked))
  assert.deepEqual([elsewhere.url, elsewhere.method, elsewhere.headers.get('x-kept')], ['http://other/', 'POST', 'yes'])
  assert.equal(await elsewhere.text(), 'content')
  class Own extends Request {
    readonly mine = true
  }
  const own = new Own(lightOf(asked))
  assert.ok(own instanceof Own && own instanceof Request && own.mine)
  assert.equal(await own.text(), 'content')
  const used = lightOf(asked)
  await used.text()
  assert.throws(() => new Request(used), TypeError)
})

test('what is changed in the fields stays changed, also in what is made of the request later', () => {
  const light = lightOf({ fields: [['X-One', '1']] })
  light.headers.set('X-One', '2')
  light.headers.append('X-Two', '3')
  assert.equal(light.headers.get('x-one'), '2')
  const copy = light.clone()
  assert.equal(copy.headers.get('x-one'), '2')
  light.headers.delete('x-two')
  assert.deepEqual([light.clone().headers.get('x-two'), copy.headers.get('x-two')], [null, '3'])
})

test('what is made of a request aborts with it', () => {
  const controller = new AbortController()
  const made: Request[] = []
  const app = {
    fetch(request: Request): Response {
      made.push(request, request.clone(), new Request(request), new Request('http://other/', request))
      return new Response(null)
    },
  }
  fetchHandler(app)({ ...fakeExchange(), signal: controller.signal })
  assert.deepEqual(
    made.map(({ signal }) => signal.aborted),
    [false, false, false, false],
  )
  controller.abort('gone')
  assert.deepEqual(
    made.map(({ signal }) => signal.reason),
    ['gone', 'gone', 'gone', 'gone'],
  )
})

test('a wrong field name is refused as ever', () => {
  const { headers } = lightOf({})
  assert.throws(() => headers.get('a b'), TypeError)
  assert.throws(() => headers.has('é'), TypeError)
})

test('fields of the connection are not shown, but for a request for another protocol', () => {
  const fields = [
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'timeout=5'],
    ['Transfer-Encoding', 'chunked'],
    ['TE', 'trailers'],
    ['Expect', '100-continue'],
    ['Accept', '*/*'],
  ] as const
  const { headers } = lightOf({ fields })
  for (const [name] of fields.slice(0, -1)) assert.equal(headers.get(name), null, name)
  assert.deepEqual([...headers.keys()], ['accept', 'host'])
  const upgrade = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ] as const
  const asking = lightOf({ fields: upgrade })
  assert.deepEqual([asking.headers.get('connection'), asking.headers.get('Upgrade')], ['Upgrade', 'websocket'])
  assert.deepEqual([...asking.headers.keys()], ['connection', 'host', 'upgrade'])
})

test('the URL is the one that was asked for', () => {
  const seen = (change: Partial<Exchange>): string => {
    let url = ''
    const app = {
      fetch(request: Request): Response {
        url = request.url
        return new Response(null)
      },
    }
    fetchHandler(app)({ ...fakeExchange(), ...change })
    return url
  }
  const client = { address: '', scheme: 'https', host: 'Example.org:443' } as const
  assert.equal(seen({ client, target: '/a?b' }), 'https://example.org/a?b')
  assert.equal(seen({ client: { ...client, host: 'b.example:8443' }, target: '/a/../b' }), 'https://b.example:8443/b')
  assert.equal(seen({ client: { ...client, scheme: 'http', host: 'b.example:8443' } }), 'http://b.example:8443/')
  assert.equal(seen({ client: { ...client, host: '' }, target: '/' }), 'https://localhost/')
  assert.equal(seen({ client: { ...client, host: '[::1]:1' }, target: '/' }), 'https://[::1]:1/')
  assert.equal(seen({ target: '*' }), 'http://localhost/')
  assert.equal(seen({ target: '' }), 'http://localhost/')
  assert.equal(seen({ target: '?a' }), 'http://localhost/?a')
  assert.equal(seen({ target: '//evil.example/a' }), 'http://localhost//evil.example/a')
  assert.throws(() => seen({ client: { ...client, host: '1.2.3.4.5' } }), { name: 'Refused', message: /1\.2\.3\.4\.5/ })
})

test('more content than the limit is not collected', async () => {
  const content = new Uint8Array(100)
  await assert.rejects(lightOf({ method: 'POST', content }, 99).text(), { name: 'ContentTooLarge' })
  assert.equal((await lightOf({ method: 'POST', content }, 100).bytes()).length, 100)
})

test('a stream of the content takes chunks as it is read, into buffers of the reader too', async () => {
  const content = new TextEncoder().encode('one two three four')
  const light = lightOf({ method: 'POST', content })
  const reader = light.body!.getReader({ mode: 'byob' })
  const first = await reader.read(new Uint8Array(4))
  assert.deepEqual([Buffer.from(first.value!).toString(), light.bodyUsed], ['one ', true])
  reader.releaseLock()
  const rest: Uint8Array[] = []
  for await (const chunk of light.body!) rest.push(chunk)
  assert.equal(Buffer.concat(rest).toString(), 'two three four')
})

test('it is shown like the platform’s own, and has no properties of its own', () => {
  const light = lightOf({ method: 'POST', content: new Uint8Array(1) })
  assert.match(inspect(light), /^Request \{\s+method: 'POST',\s+url: 'http:\/\/localhost\/'/)
  assert.match(inspect(light.headers), /^Headers \{/)
  assert.deepEqual(Object.keys(light), [])
  assert.equal(Object.prototype.toString.call(light), '[object Request]')
  assert.equal(Object.prototype.toString.call(light.headers), '[object Headers]')
  assert.equal(light.constructor, Request)
  for (const name of Object.getOwnPropertyNames(Platform.prototype))
    assert.doesNotThrow(() => light[name as never], name)
})
