import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { Refused } from '../../src/exchange/index.ts'
import { directoryListing, TemplateError } from '../../src/files/listing/index.ts'
import { hashSource } from '../../src/files/pages/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

function templated(test: TestContext, template: string, files: Record<string, string> = { 'a&b.txt': '12' }) {
  const folder = folderFor(test, files)
  const own = folderFor(test, { 'listing.html': template })
  const listing = directoryListing({ root: folder.path, template: own.at('listing.html') })
  const page = async () => {
    const exchange = fakeExchange({ fields: { Accept: 'text/html' } })
    const { fields, body } = await listing({ path: '/x <y>/', directory: folder.path, hidden: false }, exchange)
    return { html: String(body), policy: fields.get('Content-Security-Policy') ?? '' }
  }
  return { page, own }
}

describe('a template for listings', () => {
  it('is filled with the page’s values and repeated for each entry', async test => {
    const template =
      '<h1>{{path}}</h1>{{#entries}}<a href="{{href}}">{{ name }}</a> {{kind}} {{bytes}};{{/entries}} {{count}}'
    const { page } = templated(test, template, { 'a&b.txt': '12', 'c.png': '' })
    assert.equal(
      (await page()).html,
      '<h1>/x &lt;y&gt;/</h1><a href="a%26b.txt">a&amp;b.txt</a> text 2;<a href="c.png">c.png</a> image 0; 2 files',
    )
  })

  it('can use the ready-made parts', async test => {
    const { html, policy } = await templated(test, '{{style}}{{icon}}{{breadcrumbs}}{{table}}{{pages}}{{title}}').page()
    assert.match(html, /<style>:root.*<link rel="icon".*<nav class="crumbs".*<table.*Index of \/x &lt;y&gt;\//s)
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? ''
    assert.ok(policy.includes(hashSource(style)))
  })

  it('is sent with a policy that allows its own styles and scripts and no others', async test => {
    const { policy } = await templated(
      test,
      '<style>\r\np{}\r\n</style><script>go()</script><SCRIPT src="/x.js"></SCRIPT>',
    ).page()
    assert.ok(policy.includes(`script-src 'self' ${hashSource('go()')};`), policy)
    assert.ok(policy.includes(hashSource('\np{}\n')), policy)
    assert.doesNotMatch(policy, /unsafe/)
  })

  it('is read again when it has changed', async test => {
    const { page, own } = templated(test, 'one')
    assert.equal((await page()).html, 'one')
    own.write('listing.html', 'another', 'now')
    assert.equal((await page()).html, 'another')
  })

  it('that has become wrong is answered with a refusal that says what and where', async test => {
    const { page, own } = templated(test, 'one')
    own.write('listing.html', 'one\n{{nmae}}', 'now')
    await assert.rejects(page(), error => {
      assert.ok(error instanceof Refused)
      assert.equal(error.refusal.status, 500)
      assert.match(
        error.refusal.detail,
        /listing\.html, line 2: \{\{nmae\}\} is no placeholder that can stand here; these can: \{\{title\}\}/,
      )
      return true
    })
    own.write('listing.html', 'right again', 'now')
    assert.equal((await page()).html, 'right again')
    rmSync(own.at('listing.html'))
    await assert.rejects(page(), error => error instanceof Refused && /cannot be read/.test(error.refusal.detail))
  })

  it('is checked at the start', test => {
    const wrong: [template: string, message: RegExp][] = [
      ['{{#entries}}{{name}}', /line 1: \{\{#entries\}\} needs \{\{\/entries\}\} after it/],
      ['\n{{name}}', /line 2: \{\{name\}\} is no placeholder/],
      ['{{#entries}}{{title}}{{/entries}}', /these can: \{\{name\}\}/],
      ['{{constructor}}', /is no placeholder/],
      ['\n\n<script>let a = "{{path}}"</script>', /line 3: no placeholder can stand inside <script>/],
      ['<style>{{style}}</style>', /inside <style>/],
    ]
    for (const [template, message] of wrong) {
      assert.throws(
        () => templated(test, template),
        error => error instanceof TemplateError && message.test(error.message),
      )
    }
    assert.throws(
      () => directoryListing({ root: '/', template: '/no/such/file' }),
      /template \/no\/such\/file cannot be read/,
    )
  })

  it('can use every placeholder that the documentation and its own errors name', async test => {
    const known = (template: string) => {
      try {
        templated(test, template)
      } catch (error) {
        return String(error).split('these can: ')[1].split(', ')
      }
      return []
    }
    const forPage = known('{{?}}')
    const forEntry = known('{{#entries}}{{?}}{{/entries}}')
    assert.ok(forPage.length > 5 && forEntry.length > 5)
    const { html } = await templated(test, `${forPage.join('')}{{#entries}}${forEntry.join('')}{{/entries}}`).page()
    assert.doesNotMatch(html, /\{\{/)
    const documented = readFileSync(new URL('../../docs/listing.md', import.meta.url), 'utf8')
    for (const name of [...forPage, ...forEntry]) assert.ok(documented.includes(`\`${name}\``), name)
  })
})
