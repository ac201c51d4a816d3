import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { Content, type Exchange, type Refusal, type Reply, stackOf } from '../../src/exchange/index.ts'
import { LARGEST_PAGE } from '../../src/files/pages/custom.ts'
import { sectionUrl } from '../../src/files/pages/explanation.ts'
import { type ErrorPagesOptions, errorPages, hashSource } from '../../src/files/pages/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { fakeExchange } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

const MISSING: Refusal = { status: 404, rule: 'not-found', detail: 'There is no secret.txt' }
const BROKEN: Refusal = {
  status: 400,
  rule: 'bare-lf',
  section: 'RFC 9112 section 2.2',
  detail: 'Lines end with CR LF',
  offset: 41,
  excerpt: 'X-A: 1<b>\\n',
}
const FAILED: Refusal = {
  status: 500,
  rule: 'handler-threw',
  detail: 'The handler threw',
  cause: new Error('password is hunter2'),
}

const browser = 'text/html,application/xhtml+xml,*/*;q=0.8'

function content({ body }: Reply): string {
  if (typeof body === 'string') return body
  assert.ok(body instanceof Uint8Array || body instanceof Content)
  return Buffer.from(body instanceof Content ? body.bytes : body).toString()
}

function asking(accept: string | undefined, target = '/x'): Exchange {
  return fakeExchange({ target, fields: accept === undefined ? {} : { Accept: accept } })
}

function typeOf(reply: Reply): string | undefined {
  return reply.fields.get('Content-Type')
}

describe('a refusal', () => {
  const refuse = errorPages({ development: false })

  it('is a page for browsers, problem details for programs, text for the rest', () => {
    const types: [accept: string | undefined, type: string][] = [
      [browser, 'text/html; charset=utf-8'],
      ['text/html', 'text/html; charset=utf-8'],
      ['*/*', 'text/plain; charset=utf-8'],
      [undefined, 'text/plain; charset=utf-8'],
      ['image/png', 'text/plain; charset=utf-8'],
      ['application/json', 'application/problem+json'],
      ['application/problem+json', 'application/problem+json'],
      ['application/json, text/plain, */*', 'application/problem+json'],
      ['text/html, application/json;q=0.5', 'text/html; charset=utf-8'],
      ['not/a/type;;;', 'text/plain; charset=utf-8'],
    ]
    for (const [accept, type] of types) assert.equal(typeOf(refuse(MISSING, asking(accept))), type, String(accept))
    assert.equal(typeOf(refuse(BROKEN, null)), 'text/plain; charset=utf-8')
  })

  it('keeps its status and its fields', () => {
    const fields = FieldList.of({ Allow: 'GET, HEAD', 'Retry-After': 5 })
    const reply = refuse({ ...MISSING, status: 405, fields }, asking(browser))
    assert.equal(reply.status, 405)
    assert.equal(reply.fields.get('Allow'), 'GET, HEAD')
    assert.equal(reply.fields.get('Retry-After'), '5')
  })

  it('has the shape of problem details', () => {
    assert.deepEqual(JSON.parse(content(refuse(MISSING, asking('application/json')))), {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is nothing at this address. It may have moved, or there may be a slip in the link.',
    })
  })

  it('is not kept by caches, and depends on Accept', () => {
    const { fields } = refuse(MISSING, asking(browser))
    assert.equal(fields.get('Cache-Control'), 'no-store')
    assert.equal(fields.get('Vary'), 'Accept')
  })

  it('has the fields that the server sends with everything, its own first', () => {
    const fields = FieldList.of({
      'Content-Security-Policy': "default-src 'self'",
      'x-content-type-options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
    const own = errorPages({ development: false, fields })
    const page = own(MISSING, asking(browser))
    const style = /<style>(.*)<\/style>/s.exec(content(page))?.[1] ?? ''
    assert.match(page.fields.get('Content-Security-Policy') ?? '', /^default-src 'none';/)
    assert.ok(page.fields.get('Content-Security-Policy')?.includes(hashSource(style)))
    assert.deepEqual(page.fields.all('X-Content-Type-Options'), ['nosniff'])
    assert.equal(page.fields.get('X-Frame-Options'), 'DENY')
    assert.equal(own(MISSING, asking('*/*')).fields.get('Content-Security-Policy'), "default-src 'self'")
  })

  it('names the server only if it has a name', () => {
    assert.doesNotMatch(content(refuse(MISSING, asking(browser))), /<footer>|wirewright/i)
    assert.match(
      content(errorPages({ development: false, serverName: 'Me & <b>' })(MISSING, asking(browser))),
      /<footer>Me &amp; &lt;b&gt;<\/footer>/,
    )
  })

  it('has words for every status', () => {
    for (let status = 400; status < 600; status++) {
      const page = content(refuse({ ...MISSING, status }, asking(browser)))
      assert.match(
        page,
        new RegExp(`<p class="status">${status}</p>\\s*<h1>[^<]+</h1>\\s*<p class="sentence">[^<]+</p>`),
      )
    }
  })
})

describe('in production', () => {
  it('nothing is told of what went wrong', () => {
    const refuse = errorPages({ development: false })
    for (const refusal of [MISSING, BROKEN, FAILED]) {
      for (const accept of [browser, 'application/json', '*/*']) {
        const text = content(refuse(refusal, asking(accept, '/x?token=abc')))
        for (const secret of [
          refusal.rule,
          refusal.detail,
          'secret',
          'hunter2',
          'byte 41',
          'Offset',
          'X-A',
          'token',
          'at file',
        ]) {
          assert.ok(!text.includes(secret), `${accept} tells ${secret}`)
        }
      }
    }
  })
})

describe('in development', () => {
  const refuse = errorPages({ development: true })

  it('the page explains the refusal', () => {
    const page = content(refuse(BROKEN, asking(browser, '/there?x=1')))
    for (const piece of [
      'Lines end with CR LF',
      '<code>bare-lf</code>',
      '<a href="https://www.rfc-editor.org/rfc/rfc9112#section-2.2" rel="noreferrer">RFC 9112 section 2.2</a>',
      'byte 41',
      'X-A: 1&lt;b&gt;\\n',
      'GET /there?x=1',
    ])
      assert.ok(page.includes(piece), piece)
  })

  it('so do JSON and text', () => {
    const problem = JSON.parse(content(refuse(BROKEN, asking('application/json'))))
    const { rule, section, offset, excerpt, detail } = BROKEN
    assert.deepEqual(problem, {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail,
      rule,
      section,
      offset,
      excerpt,
      request: 'GET /x',
    })
    assert.match(
      content(refuse(BROKEN, null)),
      /^400 Bad Request\nLines end with CR LF\nrule: bare-lf\nsection: RFC 9112 section 2\.2\noffset: 41\n/,
    )
  })

  it('the stack of what was thrown is shown, with its causes', () => {
    const cause = new TypeError('outer', { cause: new Error('inner <i>') })
    const page = content(refuse({ ...FAILED, cause }, asking(browser)))
    assert.match(page, /TypeError: outer\n.*error-pages\.test\.ts.*caused by Error: inner &lt;i&gt;\n/s)
  })

  it('secrets in the query are not shown', () => {
    assert.ok(!content(refuse(BROKEN, asking(browser, '/x?access_token=hunter2'))).includes('hunter2'))
  })

  it('nothing that a refusal says gets into the page unescaped', () => {
    const plain = tags(content(refuse({ ...BROKEN, cause: new Error('x') }, asking(browser))))
    const text = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', '=', ' ', '\n') })
    fc.assert(
      fc.property(text, text, text, text, (rule, section, detail, excerpt) => {
        const refusal = { ...BROKEN, rule, section: `RFC 9112 section 2.2${section}`, detail, excerpt, cause: rule }
        const got = tags(content(refuse(refusal, asking(browser)))).replace(
          /<a href="https:[^"]*" rel="noreferrer">/,
          '<a>',
        )
        assert.equal(got, plain.replace(/<a href="https:[^"]*" rel="noreferrer">/, '<a>'))
      }),
    )
    function tags(html: string): string {
      return (html.replace(/<style>.*<\/style>/s, '').match(/<[^>]*>/g) ?? []).join('')
    }
  })

  it('anything can have been thrown', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const loop = new Error('loop')
    loop.cause = loop
    const hostile = Object.defineProperty(new Error('x'), 'stack', {
      get: () => {
        throw new Error('no')
      },
    })
    for (const thrown of [null, 'text', 7, Symbol('s'), circle, loop, hostile, () => 1, Object.create(null)]) {
      assert.equal(typeof stackOf(thrown), 'string')
      assert.equal(refuse({ ...FAILED, cause: thrown }, asking(browser)).status, 500)
    }
    assert.ok(stackOf(new Error('x'.repeat(1e6))).length < 10_000)
  })

  it('a section is linked only where it is one of an RFC', () => {
    assert.equal(sectionUrl('RFC 6585 section 5'), 'https://www.rfc-editor.org/rfc/rfc6585#section-5')
    assert.equal(sectionUrl('RFC 9110'), 'https://www.rfc-editor.org/rfc/rfc9110')
    assert.equal(sectionUrl('javascript:alert(1)'), undefined)
  })
})

describe('pages of the document root', () => {
  function withRoot(test: TestContext, files: Record<string, string>, options: Partial<ErrorPagesOptions> = {}) {
    const folder = folderFor(test, files)
    let time = 0
    const refuse = errorPages({ root: folder.path, development: false, now: () => time, ...options })
    const show = (status: number, accept: string | undefined = browser, more: Partial<Refusal> = {}) =>
      refuse({ ...MISSING, status, ...more }, asking(accept))
    return {
      folder,
      show,
      pass: (milliseconds: number) => {
        time += milliseconds
      },
    }
  }

  it('answer for their status, or for its class', test => {
    const { show } = withRoot(test, { '404.html': 'own 404', '4xx.html': 'own 4xx', '5xx.html': 'own 5xx' })
    assert.equal(content(show(404)), 'own 404')
    assert.equal(content(show(403)), 'own 4xx')
    assert.equal(content(show(503)), 'own 5xx')
    assert.equal(show(404).status, 404)
    assert.equal(typeOf(show(404)), 'text/html; charset=utf-8')
  })

  it('go to all who take HTML, and not to those who want JSON', test => {
    const { show } = withRoot(test, { '404.html': 'own' })
    assert.equal(content(show(404, '*/*')), 'own')
    assert.equal(typeOf(show(404, 'application/json')), 'application/problem+json')
    assert.equal(typeOf(show(404, 'text/plain')), 'text/plain; charset=utf-8')
  })

  it('are shown as they are on the disk, at the latest 100 ms after a change', test => {
    const { show, pass, folder } = withRoot(test, { '404.html': 'first' })
    assert.equal(content(show(404)), 'first')
    folder.write('404.html', 'second', 'now')
    pass(100)
    assert.equal(content(show(404)), 'second')
    rmSync(folder.at('404.html'))
    pass(100)
    assert.match(content(show(404)), /<!doctype html>/)
    folder.write('404.html', 'third', 'now')
    pass(100)
    assert.equal(content(show(404)), 'third')
  })

  it('are not looked for on the disk at every request', test => {
    const { show, pass, folder } = withRoot(test, { '404.html': 'first' })
    assert.equal(content(show(404)), 'first')
    folder.write('404.html', 'second', 'now')
    pass(10)
    assert.equal(content(show(404)), 'first')
  })

  it('are not used if they are folders, links out of the root, pipes or too large', test => {
    const { show, folder } = withRoot(test, { '412.html': 'x' })
    const outside = folderFor(test, { passwd: 'root:x:0:0' })
    mkdirSync(folder.at('404.html'))
    truncateSync(folder.at('412.html'), LARGEST_PAGE + 1)
    for (const status of [404, 412]) assert.match(content(show(status)), /<!doctype html>/, String(status))
    if (process.platform === 'win32') return
    symlinkSync(outside.at('passwd'), folder.at('410.html'))
    execFileSync('mkfifo', [folder.at('411.html')])
    for (const status of [410, 411]) assert.match(content(show(status)), /<!doctype html>/, String(status))
  })

  it('are passed over in development for what only an explanation can tell', test => {
    const { show } = withRoot(test, { '4xx.html': 'own', '500.html': 'own' }, { development: true })
    assert.equal(content(show(404)), 'own')
    assert.match(content(show(500, browser, { cause: new Error('why') })), /Error: why/)
    assert.match(content(show(400, browser, BROKEN)), /bare-lf/)
  })
})
