// A folder mounted below a prefix of an application: whatever address it makes has the prefix before it.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { App, directoryListing, errorPages, files, liveReload } from '../../src/index.ts'
import { ALSO_WITHOUT, BOTH, eachWire, type Wire } from '../app/support.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'wirewright-')))
after(() => rmSync(root, { recursive: true, force: true }))
const CONTENT: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><title>Front</title><a href="sub/">sub</a>',
  'sub/index.html': '<!doctype html><title>Sub</title>',
  'about.html': '<!doctype html><title>About</title>',
  'list/a.txt': 'a',
  'list/ü & "b"/c d.txt': 'c d',
  'list/empty/.keep': '',
}
for (const [name, text] of Object.entries(CONTENT)) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const folder = files(root, {
  cleanUrls: true,
  listing: directoryListing({ root, pageSize: 2 }),
  redirects: [
    { from: '/old/*', to: '/list/:splat' },
    { from: '/with', to: '/list/?sort=size' },
    { from: '/away', to: 'https://other.example/' },
  ],
})

const EVERYWHERE = { wires: ALSO_WITHOUT }
const mounted = new App()
  .mount('/static', folder)
  .mount('/outer', new App().mount('/inner', folder))
  .get('/', () => 'the front')

/** Asks for a path and follows redirects; how it went. */
async function followed(wire: Wire, path: string): Promise<string[]> {
  const way: string[] = []
  for (let at = path; way.length < 5; ) {
    const { status, fields } = await wire.get(at)
    way.push(`${status} ${at}`)
    if (fields.location === undefined) break
    const to = new URL(fields.location, `http://localhost${at}`)
    if (to.hostname !== 'localhost') return [...way, `away ${to.href}`]
    at = to.pathname + to.search
  }
  return way
}

for (const prefix of ['/static', '/outer/inner', '/st%61tic'])
  eachWire(
    `redirects of a folder at ${prefix} stay within it`,
    mounted,
    async wire => {
      const ways: readonly (readonly string[])[] = [
        [`301 ${prefix}`, `200 ${prefix}/`],
        [`301 ${prefix}?a=b`, `200 ${prefix}/?a=b`],
        [`301 ${prefix}/sub?a=b`, `200 ${prefix}/sub/?a=b`],
        [`301 ${prefix}/about.html`, `200 ${prefix}/about`],
        [`301 ${prefix}/index.html`, `200 ${prefix}/`],
        [`302 ${prefix}/old/a.txt?x`, `200 ${prefix}/list/a.txt?x`],
        [`302 ${prefix}/old`, `200 ${prefix}/list/`],
        [`302 ${prefix}/with`, `200 ${prefix}/list/?sort=size`],
        [`302 ${prefix}/away`, 'away https://other.example/'],
      ]
      for (const way of ways) assert.deepEqual(await followed(wire, way[0].slice(4)), way)
    },
    EVERYWHERE,
  )

eachWire(
  'every link of a listing leads to something within the prefix',
  mounted,
  async wire => {
    const seen = new Set<string>()
    const open = ['/static/list/']
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      const { status, content, fields } = await wire.get(path)
      assert.equal(status, 200, path)
      if (!/html/.test(fields['content-type']) || !content.includes('<nav class="crumbs"')) continue
      assert.match(content, /<title>Index of \/static\/list\//)
      for (const [, href] of content.matchAll(/href="([^"]*)"/g)) {
        if (href.startsWith('data:')) continue
        const to = new URL(href.replaceAll('&amp;', '&'), `http://localhost${path}`)
        assert.match(to.pathname, /^\/static\//, `${href} on ${path}`)
        open.push(to.pathname + to.search)
      }
    }
    for (const path of [
      '/static/',
      '/static/list/',
      '/static/list/a.txt',
      '/static/list/?page=2',
      '/static/list/%C3%BC%20%26%20%22b%22/',
      '/static/list/%C3%BC%20%26%20%22b%22/c%20d.txt',
    ])
      assert.ok(seen.has(path), `${path} was not led to: ${[...seen].join(' ')}`)
  },
  EVERYWHERE,
)

eachWire(
  'a listing for programs tells the whole path',
  mounted,
  async wire => {
    const told = async (path: string) => JSON.parse((await wire.get(path, { Accept: 'application/json' })).content)
    const { path, entries } = await told('/st%61tic/list/')
    assert.equal(path, '/static/list/')
    assert.deepEqual(
      entries.map(({ href }: { href: string }) => href),
      ['empty/', '%C3%BC%20%26%20%22b%22/'],
    )
    assert.equal((await told('/outer/inner/list/empty/')).path, '/outer/inner/list/empty/')
  },
  EVERYWHERE,
)

eachWire(
  'the prefix that a client has written leads nowhere else',
  () => new App().mount('/:tenant', folder),
  async wire => {
    for (const [path, location] of [
      ['/\\other.example/sub', '/%5Cother.example/sub/'],
      ['/%5Cother.example/sub', '/%5Cother.example/sub/'],
      ['/a"><b/sub', '/a%22%3E%3Cb/sub/'],
      ['/:x/sub', '/:x/sub/'],
    ]) {
      const { status, fields } = await wire.get(path)
      assert.deepEqual([status, fields.location], [301, location], path)
    }
    for (const path of ['//other.example/sub', '//sub', '///sub']) {
      const { fields } = await wire.get(path)
      if (fields.location !== undefined)
        assert.equal(new URL(fields.location, 'http://here.example').host, 'here.example', path)
    }
  },
  EVERYWHERE,
)

eachWire(
  'a single-page application below a prefix gets its page, and its prefix its slash',
  () => new App().mount('/app', files(root, { spa: true })),
  async wire => {
    assert.deepEqual(await followed(wire, '/app'), ['301 /app', '200 /app/'])
    const { content } = await wire.get('/app/some/where', { Accept: 'text/html' })
    assert.match(content, /<title>Front/)
  },
  EVERYWHERE,
)

eachWire(
  'what is not there is refused with the pages of the server',
  mounted,
  async wire => {
    assert.equal((await wire.get('/static/nowhere')).status, 404)
    assert.equal((await wire.ask('POST', '/static/about', { content: 'x' })).status, 405)
    const { status, fields } = await wire.ask('OPTIONS', '/static/about')
    assert.deepEqual([status, fields.allow], [204, 'GET, HEAD, OPTIONS'])
    const html = await wire.get('/static/nowhere', { Accept: 'text/html' })
    if (wire.version !== null) assert.match(html.content, /<a href="\/">Go to the front page/)
  },
  { wires: ALSO_WITHOUT, serve: { refuse: errorPages({ root, development: false }) } },
)

{
  const live = liveReload(folder, root, { watch: () => () => {} })
  after(() => live.close())
  eachWire(
    'live reload below a prefix listens below it',
    () => new App().mount('/static', live),
    async wire => {
      for (const path of ['/static/', '/static/nowhere']) {
        const { content } = await wire.get(path, { Accept: 'text/html' })
        const [, src] = /<script src="([^"]*)"/.exec(content) ?? []
        assert.match(src, /^\/static\/\.wirewright\/live\.js\?since=/, path)
        const script = await wire.get(src)
        assert.equal(script.status, 200)
        assert.match(script.content, /new EventSource\(base \+ '\/\.wirewright\/live\?since=/)
      }
      const stream = await wire.open('GET', '/static/.wirewright/live')
      assert.match(String(await stream.read()), /retry: 500/)
      stream.vanish()
    },
    { wires: BOTH, serve: { refuse: live.refuse(errorPages({ root, development: false })) } },
  )
  test('the prefix that a client has written gets into no page as it is', async () => {
    const response = await new App().mount('/:any', live).request('/"><b>/', { headers: { Accept: 'text/html' } })
    assert.match(await response.text(), /<script src="\/%22%3E%3Cb%3E\/\.wirewright\/live\.js/)
  })
}
