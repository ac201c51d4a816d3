import assert from 'node:assert/strict'
import { App, externalRedirect, redirect } from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

const app = new App()
app.get('/to', ({ redirect, query }) => redirect(query.get('location') ?? '/', 303))
app.get('/away', () => externalRedirect('https://other.example/a b'))
app.get('/plain', () => redirect('/ü?ä b'))
app.mount(
  '/shop',
  new App().get('/cart', ({ exchange }) => redirect(`${exchange.base}/pay`)),
)

eachWire(
  'redirects lead within the site, and elsewhere where a program says so',
  app,
  async wire => {
    const led = async (path: string) => {
      const { status, fields, content } = await wire.get(path)
      return [status, fields.location, content]
    }
    assert.deepEqual(await led('/plain'), [302, '/%C3%BC?%C3%A4%20b', ''])
    assert.deepEqual(await led('/to?location=../x%3Fy%3D1'), [303, '../x?y=1', ''])
    assert.deepEqual(await led('/away'), [302, 'https://other.example/a%20b', ''])
    assert.deepEqual(await led('/shop/cart'), [302, '/shop/pay', ''])
  },
  { wires: ALSO_WITHOUT },
)

eachWire(
  'a location that a client chose does not lead elsewhere, and the program hears why',
  app,
  async wire => {
    const wrong = [
      '//other.example',
      '/\\other.example',
      '\\\\other.example',
      '/\t/other.example',
      ' //other.example',
      'https://other.example',
      'javascript:alert(1)',
      '/x\r\nSet-Cookie: a=b',
      '',
    ]
    for (const location of wrong) {
      const answer = await wire.get(`/to?location=${encodeURIComponent(location)}`)
      assert.equal(answer.status, 500, location)
      assert.equal(answer.fields.location, undefined)
      assert.deepEqual(answer.setCookies, [])
    }
    if (wire.version === null) return
    const failures = wire.failures()
    assert.equal(failures.length, wrong.length)
    for (const failure of failures) assert.match(failure, /^RedirectError: /)
    assert.match(failures[0], /externalRedirect\(url\) leads to other sites/)
  },
  { wires: ALSO_WITHOUT },
)
