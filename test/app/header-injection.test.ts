// Nothing that a program puts into a field, however it does so, ends the field's line: a table of all the ways there are, times
// all that must not go through.
import assert from 'node:assert/strict'
import {
  type AnyParams,
  App,
  type Context,
  empty,
  FieldList,
  html,
  Reply,
  redirect,
  stream,
  text,
} from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

const VALUES: Readonly<Record<string, string>> = {
  'a line break': 'a\r\nX-Injected: yes',
  'CR alone': 'a\rX-Injected: yes',
  'LF alone': 'a\nX-Injected: yes',
  'an empty line': 'a\r\n\r\n<script>',
  NUL: 'a\0b',
  'another control character': 'a\u0001b',
  DEL: 'a\x7fb',
  'what latin1 has no place for': 'a\u010Ab',
  'what becomes a line break if its upper byte is dropped': 'a\u010D\u010AX-Injected: yes',
  'a character of two halves': 'a🎉b',
}

const NAMES: Readonly<Record<string, string>> = {
  'a line break': 'X-A\r\nX-Injected',
  'a colon': 'X-Injected: yes\r\nX-A',
  'a space': 'X Injected',
  NUL: 'X-\0',
  nothing: '',
  'a letter beyond ASCII': 'X-\u010A',
}

type Way = (context: Context<AnyParams>, name: string, value: string) => Reply | Response | Promise<Reply>

/** Ways that take a name and a value. */
const FIELDS: Readonly<Record<string, Way>> = {
  'text(…)': (_, name, value) => text('x', 200, { [name]: value }),
  'html(…)': (_, name, value) => html('x', 200, [[name, value]]),
  'json(…)': ({ json }, name, value) => json({}, 200, { [name]: [value] }),
  'bytes(…)': ({ bytes }, name, value) => bytes(new Uint8Array(1), 200, { [name]: value }),
  'empty(…)': (_, name, value) => empty(204, { [name]: value }),
  'stream(…)': (_, name, value) => stream(['x'], 200, { [name]: value }),
  'redirect(…) with fields': (_, name, value) => redirect('/', 302, { [name]: value }),
  'reply.with(…)': (_, name, value) => text('x').with(name, value),
  'a FieldList that grows': (_, name, value) => new Reply(200, FieldList.empty.and(name, value)),
  'context.set(…)': ({ set }, name, value) => {
    set(name, value)
    return text('x')
  },
  'context.hint(…)': ({ hint }, name, value) => {
    hint({ [name]: value })
    return text('x')
  },
  'trailers as they are': (_, name, value) => stream(['x']).withTrailers({ [name]: value }),
  'a Web Response': (_, name, value) => new Response('x', { headers: { [name]: value } }),
}

/** Ways that take a value alone. */
const VALUE_ONLY: Readonly<Record<string, Way>> = {
  'redirect(…)': (_, _name, value) => redirect(`/${value}`),
  'externalRedirect(…)': ({ externalRedirect }, _name, value) => externalRedirect(`https://other.example/${value}`),
  'context.setCookie(…)': ({ setCookie }, _name, value) => {
    setCookie('session', value)
    return text('x')
  },
  "a cookie's path": ({ setCookie }, _name, value) => {
    setCookie('session', 'x', { path: `/${value}` })
    return text('x')
  },
  "a cookie's domain": ({ setCookie }, _name, value) => {
    setCookie('session', 'x', { domain: value })
    return text('x')
  },
}

/** What may be sent all the same, encoded. */
const ENCODED = new Set(['redirect(…)', 'externalRedirect(…)'])
const BEYOND_ASCII = /^what (latin1|becomes)|two halves/

interface Attempt {
  readonly what: string
  readonly way: Way
  readonly name: string
  readonly value: string
  readonly mayBeEncoded: boolean
}

const ATTEMPTS: readonly Attempt[] = [
  ...Object.entries({ ...FIELDS, ...VALUE_ONLY }).flatMap(([how, way]) =>
    Object.entries(VALUES).map(([bad, value]) => ({
      what: `${bad} in the value of ${how}`,
      way,
      name: 'X-A',
      value,
      mayBeEncoded: ENCODED.has(how) && BEYOND_ASCII.test(bad),
    })),
  ),
  ...Object.entries(FIELDS).flatMap(([how, way]) =>
    Object.entries(NAMES).map(([bad, name]) => ({
      what: `${bad} in the name of ${how}`,
      way,
      name,
      value: 'a',
      mayBeEncoded: false,
    })),
  ),
]

const app = new App()
app.get('/attempt/:at<int>', context => {
  const { way, name, value } = ATTEMPTS[context.params.at]
  return way(context as never, name, value)
})
app.get('/late', () => stream(['x']).withTrailers(() => ({ 'X-A': 'a\r\nX-Injected: yes' })))

eachWire(
  'nothing that a program puts into a field ends its line',
  app,
  async wire => {
    for (const [at, { what, mayBeEncoded }] of ATTEMPTS.entries()) {
      const answer = await wire.get(`/attempt/${at}`)
      assert.equal(answer.fields['x-injected'], undefined, what)
      assert.deepEqual(answer.interim, [], what)
      if (mayBeEncoded) {
        assert.match(answer.fields.location, /^[\x21-\x7e]+$/, what)
        continue
      }
      assert.equal(answer.status, 500, what)
      assert.deepEqual([answer.fields.location, answer.setCookies, answer.trailers], [undefined, [], {}], what)
      assert.equal(answer.fields['x-a'], undefined, what)
    }
    if (wire.version === null) return
    const refused = ATTEMPTS.filter(({ mayBeEncoded }) => !mayBeEncoded)
    const failures = wire.failures()
    assert.equal(failures.length, refused.length)
    for (const [at, failure] of failures.entries()) {
      // Of a Web Response, the runtime has refused most before we see it, in its own words.
      if (refused[at].what.endsWith('a Web Response')) continue
      assert.match(failure, /^(Field|Cookie|Redirect)Error: ./, refused[at].what)
      assert.doesNotMatch(failure, /[\r\n\0]/, 'errors show no raw line breaks')
    }
  },
  { wires: ALSO_WITHOUT },
)

eachWire('trailers that cannot be sent break the reply off', app, async wire => {
  await assert.rejects(wire.get('/late'))
  const failures = wire.failures()
  assert.equal(failures.length, 1)
  assert.match(failures[0], /^FieldError: .*U\+000D/)
})
