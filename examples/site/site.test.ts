// Tests of the site without a socket: node --test examples/site/*.test.ts
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markup } from './markup.ts'
import { isDate, moonOn, moonsOf } from './moon.ts'
import { siteApp } from './site.ts'

const app = siteApp(() => Date.UTC(2026, 10, 21, 12))

test('the moon is full on days on which it was', () => {
  for (const date of ['2000-01-21', '2015-09-28', '2026-11-24']) {
    const { lit, phase, nextFull } = moonOn(date)
    assert.ok(lit > 0.98, `${date}: ${lit}`)
    assert.equal(phase, 'Full moon')
    assert.ok(nextFull >= date)
  }
  assert.equal(moonOn('2026-11-09').phase, 'New moon')
})

test('months have their days', () => {
  assert.equal(moonsOf('2028-02').length, 29)
  assert.equal(isDate('2026-02-29'), false)
  assert.equal(isDate('2028-02-29'), true)
})

test('what is put into markup is escaped', () => {
  assert.equal(markup`<p title="${'"'}">${'<b>&'}</p>`.text, '<p title="&#34;">&#60;b&#62;&#38;</p>')
  assert.equal(markup`<ul>${[markup`<li>`, markup`<li>`]}</ul>`.text, '<ul><li><li></ul>')
})

test('a path with markup in it does no harm on the page that says it is not there', async () => {
  const reply = await app.request("/%3Cscript%3E'<img>")
  assert.equal(reply.status, 404)
  assert.doesNotMatch(await reply.text(), /<img>/)
})

test('the page of today, of a day, and of a month', async () => {
  assert.match(await (await app.request('/')).text(), /Waxing gibbous[\s\S]*21 November 2026/)
  assert.match(await (await app.request('/moon/2026-12-24')).text(), /24 December 2026/)
  const month = await app.request('/month')
  assert.equal(month.headers.get('location'), '/month/2026-11')
  assert.equal((await (await app.request('/month/2026-11')).text()).match(/class="small moon"/g)?.length, 30)
})

test('what is no day is not found: as a page, or as JSON from the API', async () => {
  const page = await app.request('/moon/2026-02-30')
  assert.equal(page.status, 404)
  assert.match(await page.text(), /In the dark/)
  const reply = await app.request('/api/moon/2026-02-30')
  assert.equal(reply.status, 404)
  assert.deepEqual(await reply.json(), { error: '2026-02-30 is no day: write it as 2026-11-21' })
  assert.equal((await app.request('/api/stars')).headers.get('content-type'), 'application/json')
})

test('the hemisphere is kept in a cookie, and the reader stays where he was', async () => {
  const chosen = await app.request('/hemisphere/south', {
    method: 'POST',
    headers: { Referer: 'http://localhost//month/2026-11' },
  })
  assert.equal(chosen.status, 303)
  assert.equal(chosen.headers.get('location'), '/month/2026-11')
  const [cookie] = chosen.headers.getSetCookie()
  assert.match(cookie, /^hemisphere=south; .*HttpOnly/)
  const page = await app.request('/', { headers: { Cookie: cookie.split(';')[0] } })
  assert.match(await page.text(), /rotate\(180\)/)
})

test('files and pages carry the policy that forbids foreign scripts', async () => {
  for (const path of ['/', '/style.css', '/nope', '/api/moon']) {
    const reply = await app.request(path)
    assert.match(reply.headers.get('content-security-policy') ?? '', /default-src 'self'/, path)
  }
})
