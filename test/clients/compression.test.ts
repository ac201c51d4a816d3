// Compressed replies as real clients take them: curl, wget, Chromium.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { prose } from '../middleware/support.ts'
import { run } from '../support/program.ts'
import { Site } from './site.ts'

const STYLE = `h1 { color: rgb(1, 2, 3) }\n${'/* a comment */\n'.repeat(500)}`
const LARGE = prose(2_500_000)
const SITE = {
  'index.html': `<!doctype html><title>Home</title><link rel="stylesheet" href="/style.css"><h1>Home</h1><p>${prose(30_000)}`,
  'style.css': STYLE,
  'data.json': JSON.stringify({ text: prose(50_000) }),
  'large.txt': LARGE,
  'favicon.ico': '',
}

let plain: Site
let secure: Site
before(async () => {
  ;[plain, secure] = await Promise.all([Site.serve(SITE, '--compression'), Site.serve(SITE, '--compression', '--ssl')])
})
after(() => Promise.all([plain.stop(), secure.stop()]))

async function curl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('curl', ['-sSk', '-m', '30', ...args])
  assert.equal(code, 0, stderr)
  return stdout.toString('latin1')
}

for (const [name, args] of [
  ['HTTP/1.1', ['--http1.1']],
  ['HTTP/2', ['--http2-prior-knowledge']],
] as const)
  test(`curl takes what it is sent over ${name}, each coding that it knows`, async () => {
    const { stdout } = await run('curl', ['--version'])
    const known = ['gzip', 'deflate', ...['brotli', 'zstd'].filter(one => stdout.includes(one))]
    for (const coding of known.map(one => (one === 'brotli' ? 'br' : one)))
      for (const [path, content] of [
        ['/style.css', STYLE],
        ['/large.txt', LARGE],
      ]) {
        const head = await curl(
          ...args,
          '-D',
          '-',
          '-o',
          '/dev/null',
          '-H',
          `Accept-Encoding: ${coding}`,
          `${plain.origin}${path}`,
        )
        assert.match(head, new RegExp(`content-encoding: ${coding}\r\n`, 'i'))
        const text = await curl(...args, '--compressed', '-H', `Accept-Encoding: ${coding}`, `${plain.origin}${path}`)
        assert.equal(text, content)
      }
  })

test('curl asks for no coding and gets none; asks for parts and gets them', async () => {
  assert.equal(await curl(`${plain.origin}/large.txt`), LARGE)
  assert.equal(await curl('-r', '100-199', '--compressed', `${plain.origin}/large.txt`), LARGE.slice(100, 200))
})

test('wget takes what is compressed', async () => {
  const folder = plain.folder('wget')
  const args = ['-nv', '--compression=auto', '-P', folder]
  assert.equal((await run('wget', [...args, `${plain.origin}/large.txt`, `${plain.origin}/data.json`])).code, 0)
  assert.equal(readFileSync(join(folder, 'large.txt'), 'utf8'), LARGE)
  assert.equal(readFileSync(join(folder, 'data.json'), 'utf8'), SITE['data.json'])
})

test('wget goes on with a file that it has a part of', async () => {
  const folder = plain.folder('wget-on')
  const part = join(folder, 'large.txt')
  await run('sh', ['-c', `head -c 1000000 > "${part}" < /dev/zero`])
  const { code } = await run('wget', ['-nv', '-c', '-P', folder, `${plain.origin}/large.txt`])
  assert.equal(code, 0)
  assert.equal(readFileSync(part, 'utf8').slice(1_000_000), LARGE.slice(1_000_000))
})

test('Chromium shows a compressed page and what belongs to it, twice', async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    headless: true,
  })
  try {
    for (const { origin } of [plain, secure]) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true })
      const page = await context.newPage()
      const codings = new Map<string, string | null>()
      page.on('response', async response => {
        const { pathname } = new URL(response.url())
        // The second time most of it has not changed, and a 304 names no coding.
        if (!codings.has(pathname)) codings.set(pathname, (await response.allHeaders())['content-encoding'] ?? null)
      })
      for (let turn = 0; turn < 2; turn++) {
        await page.goto(`${origin}/`)
        assert.equal(await page.evaluate("getComputedStyle(document.querySelector('h1')).color"), 'rgb(1, 2, 3)')
        const size = await page.evaluate("fetch('/large.txt').then(r => r.text()).then(text => text.length)")
        assert.equal(size, LARGE.length)
        assert.equal(
          await page.evaluate("fetch('/data.json').then(r => r.json()).then(({ text }) => text.length)"),
          50_000,
        )
      }
      // A localhost is trusted, so zstd is asked for over http too.
      for (const path of ['/', '/style.css', '/large.txt', '/data.json']) assert.equal(codings.get(path), 'zstd', path)
      await context.close()
    }
  } finally {
    await browser.close()
  }
})
