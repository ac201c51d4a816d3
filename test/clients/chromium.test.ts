import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { Site, WELCOME } from './site.ts'

const SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const SITE = {
  'index.html': '<!doctype html><title>Home</title><link rel="stylesheet" href="/style.css"><h1 id="title">Home</h1>',
  'style.css': '#title { color: rgb(1, 2, 3) }',
  'favicon.ico': '',
  'folder/first.txt': 'one',
  'folder/second <b>&.txt': 'two',
}

/** The welcome page's link to what is not there. */
const MISSING = '/no-such-page'
// That a page is not there is the one thing that the browser tells of it.
const NOT_FOUND = /^console: Failed to load resource: the server responded with a status of 404/

let browser: Browser
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
    headless: true,
  })
})
after(() => browser.close())

/** Looks at a page of its own, and fails if the browser had anything to complain about. */
async function look(look: (page: Page) => Promise<void>, expected: readonly RegExp[] = []): Promise<void> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const complaints: string[] = []
  const page = await context.newPage()
  page.on('console', message => {
    if (message.type() !== 'log' && message.type() !== 'info') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => complaints.push(`error: ${error.message}`))
  page.on('requestfailed', request => {
    const error = request.failure()?.errorText
    // The browser itself left off: a page was left, a player had enough. What a server breaks has other names.
    if (error !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${error}`)
  })
  try {
    await look(page)
    await page.waitForLoadState('load')
    const unexpected = complaints.filter(complaint => !expected.some(one => one.test(complaint)))
    assert.deepEqual(unexpected, [])
    assert.equal(complaints.length, expected.length)
  } finally {
    await context.close()
  }
}

for (const [scheme, options] of [
  ['http', []],
  ['https', ['--ssl']],
] as const) {
  describe(`over ${scheme}`, () => {
    let welcome: Site
    let site: Site
    before(async () => {
      welcome = await Site.serve(WELCOME, '--directory-listing', ...options)
      site = await Site.serve(SITE, '--directory-listing', ...options)
    })
    after(() => Promise.all([welcome.stop(), site.stop()]))

    test('the welcome site and all that it leads to', async () => {
      await look(async page => {
        await page.goto(`${welcome.origin}/`)
        assert.match(await page.title(), /Wirewright/)
        const links = await page.locator('a[href^="/"]').evaluateAll(all => all.map(one => one.getAttribute('href')))
        for (const link of new Set(links)) {
          if (link === null || link === MISSING) continue
          const isPage = /(?:\/|\.html)$/.test(link)
          const reply = isPage ? await page.goto(welcome.origin + link) : await page.request.get(welcome.origin + link)
          assert.equal(reply?.status(), 200, link)
        }
      })
    })

    test('a listing, its order, and a file behind it', async () => {
      await look(async page => {
        await page.goto(`${site.origin}/folder/`)
        const names = (): Promise<string[]> => page.locator('table a[href$=".txt"]').allInnerTexts()
        assert.deepEqual(await names(), ['first.txt', 'second <b>&.txt'])
        await page.locator('th a').first().click()
        assert.deepEqual(await names(), ['second <b>&.txt', 'first.txt'])
        await page.getByText('second <b>&.txt').click()
        assert.equal(await page.locator('body').textContent(), 'two')
      })
    })

    test('error pages, of the site and of our own', async () => {
      for (const origin of [welcome.origin, site.origin]) {
        await look(
          async page => {
            const reply = await page.goto(origin + MISSING)
            assert.equal(reply?.status(), 404)
            assert.match((await page.locator('body').textContent()) ?? '', /404|not found|nothing at this address/i)
          },
          [NOT_FOUND],
        )
      }
    })
  })
}

test('a page that is loaded again is not sent again', async () => {
  const site = await Site.serve(SITE)
  try {
    await look(async page => {
      await page.goto(`${site.origin}/`)
      await page.reload()
      assert.equal(await page.locator('#title').textContent(), 'Home')
    })
    await site.says(/GET \/ 304 /)
    await site.says(/GET \/style\.css 304 /)
  } finally {
    await site.stop()
  }
})

describe('live reload', () => {
  let site: Site
  before(async () => {
    site = await Site.serve(SITE, '--live')
  })
  after(() => site.stop())

  test('a changed page is loaded again, a changed style sheet is exchanged', async () => {
    await look(async page => {
      await page.goto(`${site.origin}/`)
      writeFileSync(site.file('index.html'), SITE['index.html'].replace('Home</h1>', 'Changed</h1>'))
      await page.locator('#title', { hasText: 'Changed' }).waitFor()
      await page.evaluate('globalThis.stayed = true')
      writeFileSync(site.file('style.css'), '#title { color: rgb(4, 5, 6) }')
      await page.waitForFunction("getComputedStyle(document.querySelector('#title')).color === 'rgb(4, 5, 6)'")
      assert.equal(await page.evaluate('globalThis.stayed'), true)
    })
  })
})
