import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { Refused } from '../../src/exchange/index.ts'
import { directoryListing, type ListingOptions } from '../../src/files/listing/index.ts'
import { hashSource } from '../../src/files/pages/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { fakeExchange } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

const FILES = { 'b10.txt': 'x'.repeat(2000), 'b2.txt': 'xx', 'a.txt': '', 'sub/inner.txt': '1', '.secret': 's' }

function listed(test: TestContext, options: Partial<ListingOptions> = {}, files: Record<string, string> = FILES) {
  const folder = folderFor(test, files)
  const listing = directoryListing({ root: folder.path, ...options })
  async function page(query = '', { accept = 'text/html', path = '/', hidden = false, at = '' } = {}) {
    const exchange = fakeExchange({ target: `${path}?${query}`, fields: { Accept: accept } })
    const reply = await listing({ path, directory: folder.at(at), hidden }, exchange)
    return { reply, html: String(reply.body), names: namesIn(String(reply.body)) }
  }
  async function json(query = '', more = {}) {
    const { reply } = await page(query, { accept: 'application/json', ...more })
    return JSON.parse(String(reply.body))
  }
  return { folder, page, json }
}

/** The names in the order in which the page shows them. */
function namesIn(html: string): string[] {
  return [...html.matchAll(/<bdi>([^<]*)<\/bdi>(?=<\/(?:a|span)><\/td>)/g)].map(found => found[1])
}

describe('a listing', () => {
  it('shows folders first, and numbers in names by their value', async test => {
    const { page } = listed(test)
    assert.deepEqual((await page()).names, ['sub/', 'a.txt', 'b2.txt', 'b10.txt'])
  })

  it('is sorted as its links say, in both directions, and tells which way it is', async test => {
    const { page, folder } = listed(test)
    utimesSync(folder.at('a.txt'), 2e9, 2e9)
    assert.deepEqual((await page('sort=name&order=desc')).names, ['sub/', 'b10.txt', 'b2.txt', 'a.txt'])
    assert.deepEqual((await page('sort=size&order=desc')).names, ['sub/', 'b10.txt', 'b2.txt', 'a.txt'])
    assert.deepEqual((await page('sort=size&order=asc')).names, ['sub/', 'a.txt', 'b2.txt', 'b10.txt'])
    assert.equal((await page('sort=date&order=desc')).names[1], 'a.txt')
    const { html } = await page('sort=size&order=desc')
    assert.match(html, /<th [^>]*class="s" aria-sort="descending"><a href="\?sort=size&amp;order=asc">Size/)
    assert.doesNotMatch(html, /class="n" aria-sort/)
  })

  it('takes an order it does not know as none', async test => {
    const { page } = listed(test)
    assert.deepEqual((await page('sort=colour&order=sideways&page=-4')).names, ['sub/', 'a.txt', 'b2.txt', 'b10.txt'])
  })

  it('shows sizes for people with the exact number at hand, and dates in UTC', async test => {
    const { page, folder } = listed(test)
    utimesSync(folder.at('b10.txt'), 1795201083, 1795201083)
    const { html } = await page()
    assert.match(html, /<data value="2000" title="2,000 bytes">2\.0\u00a0kB<\/data>/)
    assert.match(html, /<time datetime="2026-11-20T18:58:03Z">2026-11-20\u00a018:58<\/time>/)
    assert.match(html, /\(UTC\)/)
  })

  it('survives a file whose date no calendar has', async test => {
    const { page, folder } = listed(test)
    utimesSync(folder.at('a.txt'), -1e11, -1e11)
    utimesSync(folder.at('b2.txt'), 1e11, 1e11)
    assert.equal((await page()).reply.status, 200)
  })

  it('hides hidden names unless they are asked for', async test => {
    const { page } = listed(test)
    assert.doesNotMatch((await page()).html, /secret/)
    assert.match((await page('', { hidden: true })).html, /href="\.secret"/)
  })

  it('has breadcrumbs that lead up, and no parent folder at the root', async test => {
    const { page } = listed(test)
    const { html } = await page('', { path: '/one/two/', at: 'sub' })
    assert.match(
      html,
      /<a href="\.\.\/\.\.\/">Root<\/a>.*<a href="\.\.\/"><bdi>one<\/bdi><\/a>.*aria-current="page"><bdi>two/s,
    )
    assert.match(html, /href="\.\.\/"><span>Parent folder/)
    assert.doesNotMatch((await page()).html, /Parent folder/)
  })

  it('leaves out links that lead out of the root, dangle or go in circles, and shows those that stay inside', async test => {
    const { page, folder } = listed(test)
    const outside = folderFor(test, { 'there.txt': 'out' })
    symlinkSync(outside.at('there.txt'), folder.at('out-file'))
    symlinkSync(outside.path, folder.at('out-folder'))
    symlinkSync('nowhere', folder.at('dangling'))
    symlinkSync('circle', folder.at('circle'))
    symlinkSync('sub', folder.at('to-sub'))
    symlinkSync('b10.txt', folder.at('to-file'))
    const { names, html } = await page('sort=size&order=desc')
    assert.deepEqual(names, ['sub/', 'to-sub/', 'b10.txt', 'to-file', 'b2.txt', 'a.txt'])
    assert.match(html, /href="to-sub\/"/)
  })

  it('leaves out what is excluded, here and below, and does not list an excluded folder', async test => {
    const files = { 'keep.txt': '', 'a.bak': '', 'drafts/x.txt': '', 'sub/b.bak': '', 'sub/y.txt': '' }
    const { page } = listed(test, { exclude: ['*.bak', '/drafts'] }, files)
    assert.deepEqual((await page()).names, ['sub/', 'keep.txt'])
    assert.deepEqual((await page('', { path: '/sub/', at: 'sub' })).names, ['y.txt'])
    await assert.rejects(page('', { path: '/drafts/', at: 'drafts' }), isRefusal(404))
    await assert.rejects(page('', { path: '/drafts/deep/', at: 'drafts' }), isRefusal(404))
  })

  it('names what cannot be an address without a link', {
    skip: process.platform === 'win32' && 'no such names there',
  }, async test => {
    const { page, folder } = listed(test, {}, {})
    writeFileSync(folder.at('new\nline'), '')
    writeFileSync(folder.at('back\\slash'), '')
    writeFileSync(Buffer.from(`${folder.path}/latin\xff`, 'latin1'), '')
    const { html, names } = await page()
    assert.deepEqual(names.sort(), ['back\\slash', 'new\\nline'])
    assert.doesNotMatch(html, /<a class="e/)
    assert.match(html, /One more entry has a name that no address can hold/)
  })

  it('says when a folder is empty', async test => {
    const { page } = listed(test, {}, {})
    const { html } = await page()
    assert.match(html, /This folder is empty/)
    assert.doesNotMatch(html, /<table/)
  })

  it('refuses a folder that is not there', async test => {
    await assert.rejects(listed(test).page('', { path: '/gone/', at: 'gone' }), isRefusal(404))
    await assert.rejects(listed(test).page('', { path: '/a.txt/', at: 'a.txt' }), isRefusal(404))
  })

  it('has its title', async test => {
    const { html } = await listed(test, { title: 'Tools & <toys>' }).page()
    assert.match(html, /<title>Tools &amp; &lt;toys&gt; – \/<\/title>/)
    assert.match(html, /<p class="title">Tools &amp; &lt;toys&gt;<\/p>/)
  })
})

describe('a listing of many entries', () => {
  const files = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`f${n}`, '']))

  it('is cut into pages with links between them', async test => {
    const { page } = listed(test, { pageSize: 10 }, files)
    const second = await page('sort=name&order=asc&page=2')
    assert.deepEqual(
      second.names,
      Array.from({ length: 10 }, (_, n) => `f${n + 10}`),
    )
    assert.match(second.html, /25 files, 11 to 20 shown/)
    assert.match(second.html, /<a href="\?page=3" rel="next">/)
    assert.match(second.html, /<a href="\?" rel="prev">/)
    assert.deepEqual((await page('page=3')).names.length, 5)
  })

  it('shows the last page where a later one is asked for', async test => {
    const { json } = listed(test, { pageSize: 10 }, files)
    assert.equal((await json('page=99')).page, 3)
    assert.equal((await json('page=99999999999999')).page, 1)
  })

  it('keeps the order across pages', async test => {
    const { page } = listed(test, { pageSize: 10 }, files)
    assert.match((await page('sort=size&order=desc')).html, /href="\?sort=size&amp;order=desc&amp;page=2"/)
  })
})

describe('what form a listing has', () => {
  it('is JSON where that is preferred or said in the query', async test => {
    const { page } = listed(test)
    const type = async (accept: string, query = '') => (await page(query, { accept })).reply.fields.get('Content-Type')
    assert.equal(await type('application/json'), 'application/json')
    assert.equal(await type('*/*', 'format=json'), 'application/json')
    assert.equal(await type('application/json;q=0.9, text/html;q=0.8'), 'application/json')
    assert.equal(await type('text/html, */*;q=0.8'), 'text/html; charset=utf-8')
    assert.equal(await type('*/*'), 'text/html; charset=utf-8')
    assert.equal(await type('application/json', 'format=html'), 'text/html; charset=utf-8')
  })

  it('has the same entries as JSON', async test => {
    const { json, folder } = listed(test)
    utimesSync(folder.at('b2.txt'), 1795201083, 1795201083)
    utimesSync(folder.at('sub'), 1795201083, 1795201083)
    const { entries, ...rest } = await json('', { path: '/x/' })
    assert.deepEqual(rest, {
      path: '/x/',
      total: 4,
      page: 1,
      pages: 1,
      pageSize: 1000,
      sort: 'name',
      order: 'asc',
      truncated: false,
      unnamable: 0,
    })
    const modified = '2026-11-20T18:58:03Z'
    assert.deepEqual(entries[0], { name: 'sub', type: 'folder', href: 'sub/', size: null, modified })
    assert.deepEqual(entries[2], { name: 'b2.txt', type: 'file', href: 'b2.txt', size: 2, modified })
  })

  it('may be kept only if asked again, and depends on Accept', async test => {
    for (const accept of ['text/html', 'application/json']) {
      const { fields } = (await listed(test).page('', { accept })).reply
      assert.equal(fields.get('Cache-Control'), 'no-cache')
      assert.equal(fields.get('Vary'), 'Accept')
      assert.equal(fields.get('X-Content-Type-Options'), 'nosniff')
    }
  })

  it('varies by what the fields sent along say, too', async test => {
    const { reply } = await listed(test, { fields: FieldList.of({ Vary: 'Cookie' }) }).page()
    assert.deepEqual(reply.fields.all('Vary'), ['Cookie', 'Accept'])
  })

  it('allows its own style alone, by its hash, whatever fields are sent along', async test => {
    const fields = FieldList.of({ 'Content-Security-Policy': "default-src 'self'", 'X-Frame-Options': 'DENY' })
    const { reply, html } = await listed(test, { fields }).page()
    const policy = reply.fields.get('Content-Security-Policy') ?? ''
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? ''
    assert.ok(policy.startsWith(`default-src 'none'; style-src ${hashSource(style)};`), policy)
    assert.equal(reply.fields.all('Content-Security-Policy').length, 1)
    assert.equal(reply.fields.get('X-Frame-Options'), 'DENY')
    assert.doesNotMatch(html, /<script|\sstyle=|https?:\/\/(?!www\.w3\.org)/)
  })
})

it('a folder may be listed while it is being filled and emptied', async test => {
  const { page, folder } = listed(test)
  mkdirSync(folder.at('new'))
  const pages = await Promise.all([page(), page('sort=size&order=asc'), page(), page('sort=date&order=desc')])
  for (const { reply } of pages) assert.equal(reply.status, 200)
})

function isRefusal(status: number) {
  return (error: unknown) => error instanceof Refused && error.refusal.status === status
}
