// The light response beside the platform's own, made of the same: every member says the same, the same is refused, and the
// same is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { fetchHandler } from '../../src/app/fetch/index.ts'
import { LightResponse } from '../../src/app/fetch/light-response.ts'
import { replyFrom } from '../../src/app/responses.ts'
import { type Reply, Tunnel } from '../../src/exchange/index.ts'
import { fakeExchange } from '../support/exchange.ts'

/** As it was before any application was adapted. */
const Platform = globalThis.Response
fetchHandler({ fetch: () => new Response() })
const Ours = globalThis.Response

type Made = ConstructorParameters<typeof Response>

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '\ufeffmark', '\ud800', '{"a":1}'),
)
const bodies = fc.oneof(
  texts,
  fc.constantFrom(null, undefined),
  fc.uint8Array({ maxLength: 12 }).map(bytes => new Uint8Array(bytes)),
  fc.uint8Array({ maxLength: 12 }).map(bytes => new Uint8Array(bytes).buffer),
  fc.constantFrom('a=b&c').map(text => new URLSearchParams(text)),
  fc.constantFrom('blob').map(text => new Blob([text], { type: 'x/y' })),
)
const names = fc.constantFrom('X-One', 'x-one', 'Content-Type', 'content-type', 'Set-Cookie', 'A', 'no name', '', 'é')
const values = fc.constantFrom(
  'a',
  'b; c',
  '',
  ' trimmed ',
  'text/html',
  'two\nlines',
  'nul\0',
  'wide \u0416',
  '\u00e9',
  '\x01',
  'end\r\n',
)
const headers = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(names, values, { maxKeys: 3 }),
  fc.array(fc.tuple(names, values), { maxLength: 3 }),
  fc
    .dictionary(fc.constantFrom('X-One', 'Etag', 'Vary'), fc.constantFrom('a', 'é'), { maxKeys: 3 })
    .map(pairs => new Headers(pairs)),
  fc.constantFrom<unknown>(null, 1, 'a: b', [['a']], { a: 1 }, { a: ['b', 'c'] }, new Map([['a', 'b']])),
)
const status = fc.oneof(
  fc.integer({ min: 195, max: 605 }),
  fc.constantFrom<unknown>(undefined, 200, 204, 205, 304, 101, 0, 200.5, '201', null, Number.NaN),
)
const inits = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, {}, 5),
  fc.record(
    { status, statusText: fc.constantFrom<unknown>('', 'Fine', 'é', 'no\n', 'Ж', 1), headers },
    { requiredKeys: [] },
  ),
)
const made = fc.tuple(bodies, inits) as fc.Arbitrary<unknown> as fc.Arbitrary<Made>

/** Both of the same, or null where both refuse it alike. */
function bothOf([body, init]: Made): [Response, Response] | null {
  const [ours, platform] = [Ours, Platform].map(of => {
    try {
      return new of(body, init)
    } catch (error) {
      return error as Error
    }
  })
  if (!(platform instanceof Error)) {
    assert.ok(ours instanceof Platform, `${ours}`)
    return [ours, platform]
  }
  assert.equal(ours.constructor, platform.constructor)
  return null
}

const MEMBERS = ['status', 'statusText', 'ok', 'type', 'url', 'redirected', 'bodyUsed'] as const

function assertAlike(ours: Response, platform: Response): void {
  for (const name of MEMBERS) assert.equal(ours[name], platform[name], name)
  assert.deepEqual([...ours.headers], [...platform.headers])
  assert.deepEqual(ours.headers.getSetCookie(), platform.headers.getSetCookie())
  assert.equal(ours.body === null, platform.body === null)
}

test('a response has what the platform’s own has, and is refused where that is', () => {
  let light = 0
  fc.assert(
    fc.property(made, one => {
      const both = bothOf(one)
      if (both === null) return
      if (LightResponse.is(both[0])) light++
      assertAlike(...both)
    }),
    { numRuns: 600 },
  )
  assert.ok(light > 100, 'too few of them were light')
})

const READINGS = ['text', 'json', 'bytes', 'arrayBuffer', 'formData', 'blob'] as const
const WAYS = [
  'at once',
  'after its body was asked for',
  'a clone',
  'put into another',
  'after a clone',
  'while its body is locked',
  'by its body',
] as const

test('content is read as the platform reads it, once, whichever way', async () => {
  await fc.assert(
    fc.asyncProperty(made, fc.constantFrom(...READINGS), fc.constantFrom(...WAYS), async (one, how, way) => {
      const both = bothOf(one)
      if (both === null) return
      const read = both.map(response => readBy(response, how, way))
      assert.deepEqual(await read[0], await read[1])
    }),
    { numRuns: 300 },
  )
})

/** What came of it, and of trying again: of failures what kind they were. */
async function readBy(
  response: Response,
  how: (typeof READINGS)[number],
  way: (typeof WAYS)[number],
): Promise<unknown[]> {
  let read = response
  if (way === 'after its body was asked for') void response.body
  if (way === 'a clone') read = response.clone()
  if (way === 'after a clone') response.clone()
  if (way === 'put into another') read = new response.constructor.prototype.constructor(response.body, response)
  if (way === 'while its body is locked') response.body?.getReader()
  if (way === 'by its body') await response.body?.getReader().read()
  const first = await told(() => read[how]())
  const used = [read.bodyUsed, response.bodyUsed, read.body?.locked, response.body?.locked]
  const again = await told(() => read.text())
  return [first, used, again, await told(async () => read.clone()), [...read.headers]]
}

async function told(act: () => Promise<unknown>): Promise<unknown> {
  try {
    const value = await act()
    if (value instanceof FormData) return [...value]
    if (value instanceof Blob) return [value.type, await value.text()]
    return value instanceof Response ? await value.text() : value
  } catch (error) {
    return (error as Error).name
  }
}

test('what is sent is what the platform’s own would have sent', async () => {
  await fc.assert(
    fc.asyncProperty(
      made,
      fc.constantFrom('GET', 'HEAD'),
      fc.constantFrom('at once', 'put into another', 'fields changed'),
      async (one, method, way) => {
        const both = bothOf(one)
        if (both === null) return
        const sent = both.map(async response => {
          let sending = response
          if (way === 'put into another') sending = new Ours(response.body, response)
          if (way === 'fields changed') response.headers.set('X-Late', '1')
          try {
            return await parts(replyFrom(sending, method))
          } catch (error) {
            return (error as Error).name
          }
        })
        assert.deepEqual(await sent[0], await sent[1])
      },
    ),
    { numRuns: 300 },
  )
})

async function parts({ status, fields, body }: Reply): Promise<unknown> {
  return [status, joined(fields), await contentOf(body)]
}

/** A field sent in one line or in two says the same, but for cookies. */
function joined(fields: Iterable<readonly [string, string]>): string[] {
  const lines = new Map<string, string>()
  for (const [name, value] of fields) {
    const lower = name.toLowerCase()
    const known = lines.get(lower)
    const separator = lower === 'set-cookie' ? '\n' : ', '
    lines.set(lower, known === undefined ? `${lower}: ${value}` : known + separator + value)
  }
  return [...lines.values()].sort()
}

async function contentOf(body: Reply['body']): Promise<string> {
  if (body === null) return ''
  if (typeof body === 'string') return Buffer.from(body).toString('hex')
  if (body instanceof Uint8Array) return Buffer.from(body).toString('hex')
  assert.ok(!(body instanceof Tunnel) && 'pull' in body)
  const chunks: Buffer[] = []
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('hex')
}

test('text and bytes with plain fields are light, also once a framework has put them into another response', () => {
  const light: Response[] = [
    new Response('text'),
    new Response(new Uint8Array(3), { status: 201, headers: { ETag: '"a"' } }),
    new Response(null, { status: 204 }),
    new Response('x', { headers: new Headers({ A: 'b' }) }),
    Response.json({ a: 1 }),
    new Response('x').clone(),
  ]
  for (const response of light) assert.ok(LightResponse.is(response))
  for (const response of light) assert.ok(LightResponse.is(new Response(response.body, response)))
})

test('one field is the same field only with the same name, value and kind of content', () => {
  const linesOf = (body: string | null, name: string, value: string): unknown =>
    [...new Response(body, { headers: { [name]: value } }).headers].map(line => line.join(': '))
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(linesOf('x', 'a', 'b'), ['a: b', 'content-type: text/plain;charset=UTF-8'])
    assert.deepEqual(linesOf(null, 'a', 'b'), ['a: b'])
    assert.deepEqual(linesOf('x', 'a', 'c'), ['a: c', 'content-type: text/plain;charset=UTF-8'])
    assert.throws(() => linesOf(null, 'atext/plain;charset=UTF-8', 'b'), TypeError)
  }
  for (let i = 0; i < 1000; i++) assert.deepEqual(linesOf(null, 'a', `${i}`), [`a: ${i}`])
})

test('bytes are those of the time when the response was made', async () => {
  const bytes = new Uint8Array([1, 2, 3])
  const response = new Response(bytes)
  const shared = new Response(bytes.buffer)
  bytes.fill(0)
  assert.deepEqual([...(await response.bytes())], [1, 2, 3])
  assert.deepEqual([...(await shared.bytes())], [1, 2, 3])
  const fields = new Headers({ A: '1' })
  const before = new Response('', { headers: fields })
  fields.set('A', '2')
  assert.equal(before.headers.get('a'), '1')
})

test('a response is sent once', () => {
  const response = new Response('text')
  replyFrom(response)
  assert.equal(response.bodyUsed, true)
  assert.throws(() => replyFrom(response), /read before.*clone\(\)/)
  const read = new Response('text')
  void read.text()
  assert.throws(() => replyFrom(read), TypeError)
  const locked = new Response(new ReadableStream())
  locked.body!.getReader()
  assert.throws(() => replyFrom(locked), TypeError)
  const empty = new Response(null)
  assert.equal(replyFrom(empty).status, replyFrom(empty).status)
})

test('a body that two responses share is read or sent once, and cannot be shared any more then', async () => {
  for (const use of [
    (one: Response) => void replyFrom(one),
    (one: Response) => one.text(),
    (one: Response) => one.body?.cancel(),
  ]) {
    const first = new Response('text')
    const second = new Response(first.body, first)
    assert.deepEqual([first.bodyUsed, second.bodyUsed], [false, false])
    await use(second)
    assert.deepEqual([first.bodyUsed, second.bodyUsed], [true, true])
    await assert.rejects(first.text(), TypeError)
    assert.throws(() => replyFrom(first), TypeError)
    assert.throws(() => new Response(first.body), TypeError)
  }
  const locked = new Response('text')
  locked.body!.getReader()
  assert.throws(() => new Response(locked.body), TypeError)
  assert.throws(() => locked.clone(), TypeError)
})

test('a body that is read in parts goes on where it was left', async () => {
  const response = new Response('one two')
  const reader = response.body!.getReader({ mode: 'byob' })
  await reader.read(new Uint8Array(4))
  reader.releaseLock()
  const rest = await response.body!.getReader().read()
  assert.equal(Buffer.from(rest.value!).toString(), 'two')
})

test('what no server can send is refused with what it was', () => {
  assert.throws(() => replyFrom(Response.error()), /Response\.error\(\)/)
  const switching = { status: 101, headers: new Headers(), body: null, bodyUsed: false } as unknown as Response
  assert.throws(() => replyFrom(switching), /101.*Tunnel/)
  const response = new Response('x')
  response.headers.set('X-A', 'a\x01')
  assert.throws(() => replyFrom(response), { name: 'FieldError', message: /x-a/i })
})

test('a stream gives bytes, or the error says what it gave', async () => {
  for (const [value, said] of [
    ['text', /the string "text"/],
    [{}, /an object of Object/],
    [null, /null/],
  ] as const) {
    let cancelled: unknown = null
    const stream = new ReadableStream({
      pull: controller => controller.enqueue(value),
      cancel(reason) {
        cancelled = reason
      },
    })
    const { body } = replyFrom(new Response(stream as ReadableStream<Uint8Array>))
    assert.ok(body !== null && typeof body === 'object' && 'pull' in body)
    await assert.rejects(async () => body.pull(), said)
    assert.ok(cancelled instanceof TypeError)
  }
})

test('a length that is told is the length, and event streams are endless', () => {
  const stream = (): ReadableStream<Uint8Array> => new ReadableStream()
  const bodyWith = (headers: Record<string, string>): Reply['body'] =>
    replyFrom(new Response(stream(), { headers })).body
  assert.equal((bodyWith({ 'Content-Length': '12' }) as { length?: number }).length, 12)
  for (const wrong of ['', 'x', '-1', '1.5', '9'.repeat(20)])
    assert.equal((bodyWith({ 'Content-Length': wrong }) as { length?: number }).length, undefined)
  assert.equal(
    (bodyWith({ 'Content-Type': 'text/event-stream; charset=utf-8' }) as { endless?: boolean }).endless,
    true,
  )
  assert.equal((bodyWith({}) as { endless?: boolean }).endless, false)
})

test('the class of responses is the one that was there: its name, its members, what is an instance, what extends it', () => {
  assert.equal(Ours.name, Platform.name)
  assert.equal(Ours.length, Platform.length)
  assert.deepEqual(Object.getOwnPropertyNames(Ours).sort(), Object.getOwnPropertyNames(Platform).sort())
  assert.ok(new Platform('x') instanceof Ours && new Ours('x') instanceof Platform && !({} instanceof Ours))
  assert.equal(new Ours('x').constructor, Ours)
  assert.equal(new Platform('x').constructor, Ours)
  assert.throws(() => (Ours as unknown as () => void)(), TypeError)
  class Own extends Response {
    readonly mine = true
  }
  const own = new Own('text', { status: 201 })
  assert.ok(own instanceof Own && own instanceof Response && own.mine)
  assert.equal(own.status, 201)
  assert.equal(replyFrom(own).status, 201)
  assert.equal(Ours.redirect('http://a/', 303).headers.get('location'), 'http://a/')
  assert.throws(() => Ours.json(undefined), TypeError)
  assert.throws(() => Ours.json(Symbol('s') as unknown as string), TypeError)
})

test('a second application changes nothing more', () => {
  const now = { Response, Request, fetch }
  fetchHandler({ fetch: () => new Response() })(fakeExchange())
  assert.deepEqual({ Response, Request, fetch }, now)
})

test('it is shown like the platform’s own, and has no properties of its own', () => {
  const light = new Response('text')
  assert.match(inspect(light), /^Response \{\s+status: 200,/)
  assert.deepEqual(Object.keys(light), [])
  assert.equal(Object.prototype.toString.call(light), '[object Response]')
  for (const name of Object.getOwnPropertyNames(Platform.prototype))
    assert.doesNotThrow(() => light[name as never], name)
})
