import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  directoryListing,
  type FilesOptions,
  files,
  type HeaderRule,
  type RedirectRule,
} from '../../src/files/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { ask, contentOf } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

const HTML = { fields: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test('browsers may keep hashed files, ask again for HTML, and keep the rest as told', async t => {
  const names = [
    'app.3f2a9c1b.js',
    'app-3f2a9c1b.css',
    'logo.0a1b2c3d4e5f.png',
    'index-BdF3kZ0x.js',
    'page.3f2a9c1b.html',
    'index.html',
    'app.js',
    'photo-20240101.jpg',
    'summary-document.js',
    'photo-iPhone15.jpg',
    'app-Version1.js',
    'lib-1.2.3.min.js',
    'deadbeef.js',
  ]
  const folder = folderFor(t, Object.fromEntries(names.map(name => [name, 'x'])))
  const values = async (options: FilesOptions) => {
    const handler = files(folder.path, options)
    return Promise.all(names.map(async name => (await ask(handler, `/${name}`)).fields.get('Cache-Control')))
  }
  const immutable = 'max-age=31536000, immutable'
  const hashed = [immutable, immutable, immutable, immutable, immutable]
  assert.deepEqual(await values({}), [...hashed, ...Array(names.length - 5).fill('no-cache')])
  assert.deepEqual(await values({ maxAge: 60 }), [...hashed, 'no-cache', ...Array(names.length - 6).fill('max-age=60')])
  assert.deepEqual(await values({ maxAge: false }), Array(names.length).fill('no-store'))
  assert.deepEqual((await values({ maxAge: 60, immutable: false })).slice(0, 5), [
    ...Array(4).fill('max-age=60'),
    'no-cache',
  ])
})

test('media types can be added by extension and by name', async t => {
  const folder = folderFor(t, { 'a.foo': '', 'A.FOO': '', '.well-known/app-site': '', 'a.js': '' })
  const handler = files(folder.path, {
    mediaTypes: { foo: 'text/x-foo; charset=utf-8', 'app-site': 'application/json', js: 'text/plain' },
  })
  for (const [name, type] of [
    ['/a.foo', 'text/x-foo; charset=utf-8'],
    ['/A.FOO', 'text/x-foo; charset=utf-8'],
    ['/.well-known/app-site', 'application/json'],
    ['/a.js', 'text/plain'],
  ])
    assert.equal((await ask(handler, name)).fields.get('Content-Type'), type)
})

test('a single-page application answers paths that look like pages, and no others', async t => {
  const folder = folderFor(t, { 'index.html': 'app', 'a.txt': 'a', 'empty/x.txt': '', 'other.html': 'other' })
  const handler = files(folder.path, { spa: true, clock: { now: () => 0, date: Date.now } })
  for (const target of ['/users/7', '/users/', '/empty/', '/about?x=y']) {
    const told = await ask(handler, target, HTML)
    assert.equal(told.status, 200, target)
    assert.equal(String(await contentOf(told)), 'app')
    assert.equal(told.fields.get('Vary'), 'Accept')
    assert.equal((await ask(handler, target, HTML)).status, 200)
  }
  assert.equal((await ask(handler, '/users/7', HTML)).atOnce, true)
  assert.equal((await ask(handler, '/none.js', HTML)).status, 404)
  assert.equal((await ask(handler, '/api', { fields: { accept: 'application/json' } })).status, 404)
  assert.equal((await ask(handler, '/.git/x', HTML)).status, 404)
  assert.equal((await ask(handler, '/%2e%2e/x', HTML)).status, 400)
  assert.equal(String(await contentOf(await ask(handler, '/a.txt', HTML))), 'a')
  assert.equal((await ask(handler, '/', HTML)).fields.has('Vary'), false)
  const other = files(folder.path, { spa: '/other.html', cleanUrls: true })
  assert.equal(String(await contentOf(await ask(other, '/users/7', HTML))), 'other')
  const missing = files(folder.path, { spa: '/gone.html' })
  assert.equal((await ask(missing, '/users/7', HTML)).status, 404)
})

test('pages have clean paths where they are asked for', async t => {
  const folder = folderFor(t, {
    'index.html': 'home',
    'about.html': 'about',
    'docs/index.html': 'docs',
    'docs/a.b.html': 'a.b',
    'both.html': 'page',
    'both/index.html': 'folder',
    'raw.html': 'page',
    raw: 'file',
  })
  const handler = files(folder.path, { cleanUrls: true })
  for (const [target, content] of [
    ['/about', 'about'],
    ['/docs/a.b', 'a.b'],
    ['/both', 'page'],
    ['/both/', 'folder'],
    ['/raw', 'file'],
    ['/raw.html', 'page'],
  ]) {
    const told = await ask(handler, target)
    assert.equal(String(await contentOf(told)), content, target)
  }
  assert.equal((await ask(handler, '/about')).fields.get('Content-Type'), 'text/html; charset=utf-8')
  for (const [target, location] of [
    ['/about.html?a=b', '/about?a=b'],
    ['/index.html', '/'],
    ['/docs/index.html', '/docs/'],
    ['//about.html', '/about'],
  ]) {
    const told = await ask(handler, target)
    assert.equal(told.status, 301, target)
    assert.equal(told.fields.get('Location'), location)
  }
  for (const target of ['/about/', '/none', '/none.html'])
    assert.equal((await ask(handler, target)).status, 404, target)
  assert.equal((await ask(files(folder.path), '/about')).status, 404)
})

test('redirect rules send elsewhere what fits them', async t => {
  const folder = folderFor(t, { 'old/a.txt': 'shadowed', 'ü.txt': '' })
  const handler = files(folder.path, {
    redirects: [
      { from: '/old/*', to: '/new/:splat', status: 301 },
      { from: '/user/:id/in/:place', to: 'https://people.example/:place?id=:id' },
      { from: '/straße', to: '/weg zurück#oben', status: 308 },
      { from: '/glued*', to: '/:splat' },
      { from: '/host/:x', to: 'https://example.com', status: 307 },
    ],
  })
  for (const [target, status, location] of [
    ['/old/a/b.txt', 301, '/new/a/b.txt'],
    ['/old/', 301, '/new/'],
    ['/old', 301, '/new/'],
    ['/old/a%20b?x=1&y', 301, '/new/a%20b?x=1&y'],
    ['/%6fld/a', 301, '/new/a'],
    ['/x/../old/a', 301, '/new/a'],
    ['/user/7/in/rome', 302, 'https://people.example/rome?id=7'],
    ['/user/7/in/rome?x=y', 302, 'https://people.example/rome?id=7'],
    ['/user/a%2Bb/in/%C3%BC', 302, 'https://people.example/%C3%BC?id=a%2Bb'],
    ['/stra%C3%9Fe?q', 308, '/weg%20zur%C3%BCck?q#oben'],
    ['/glued/evil.example', 302, '/evil.example'],
    ['/glued//evil.example', 302, '/evil.example'],
    ['/host/x', 307, 'https://example.com/'],
  ] as const) {
    const told = await ask(handler, target)
    assert.equal(told.status, status, target)
    assert.equal(told.fields.get('Location'), location)
  }
  for (const target of ['/older', '/user/7', '/user/7/in/', '/user/7/in/a/b'])
    assert.equal((await ask(handler, target)).status, 404, target)
})

test('header rules set, replace and remove fields of the files that fit', async t => {
  const folder = folderFor(t, { 'assets/a.js': 'a', 'assets/b.css': 'b', 'index.html': 'c', 'a b.txt': 'd' })
  const handler = files(folder.path, {
    maxAge: 5,
    headers: [
      { for: '/*', set: { 'X-All': 'yes', 'X-Color': 'red' } },
      { for: '/assets/*', set: { 'Cache-Control': 'max-age=600', 'x-color': 'blue' } },
      { for: '/*.css', set: { 'X-Color': null, ETag: null, 'Last-Modified': null } },
      { for: '/a b.txt', set: { 'Content-Type': 'text/x-d' } },
    ],
  })
  const js = (await ask(handler, '/assets/a.js')).fields
  assert.deepEqual([js.get('X-All'), js.all('X-Color'), js.all('Cache-Control')], ['yes', ['blue'], ['max-age=600']])
  const css = await ask(handler, '/assets/b.css', {
    fields: { 'if-none-match': '"x"', 'if-modified-since': new Date().toUTCString() },
  })
  assert.equal(css.status, 200)
  assert.deepEqual([css.fields.has('X-Color'), css.fields.has('ETag')], [false, false])
  assert.equal((await ask(handler, '/')).fields.get('X-Color'), 'red')
  assert.equal((await ask(handler, '/a%20b.txt')).fields.get('Content-Type'), 'text/x-d')
})

test('a folder has options of its own, and inherits the others', async t => {
  const folder = folderFor(t, {
    'a.txt': 'a',
    'open/.b': 'b',
    'open/deep/.c': 'c',
    'ü x/d.txt': 'd',
    'app/index.html': 'app',
  })
  const handler = files(folder.path, {
    maxAge: 10,
    folders: {
      '/open/deep/': { maxAge: 30 },
      '/open': { hidden: true, maxAge: 20, fields: FieldList.of({ 'X-Open': 'yes' }) },
      '/ü x/': { maxAge: false },
      '/app/': { spa: true },
    },
  })
  const cached = async (target: string) => (await ask(handler, target)).fields.get('Cache-Control')
  assert.equal(await cached('/a.txt'), 'max-age=10')
  assert.equal(await cached('/open/.b'), 'max-age=20')
  assert.equal(await cached('/open/deep/.c'), 'max-age=30')
  assert.equal((await ask(handler, '/open/deep/.c')).fields.get('X-Open'), 'yes')
  assert.equal(await cached('/%C3%BC%20x/d.txt'), 'no-store')
  assert.equal((await ask(handler, '/app/users/7', HTML)).status, 200)
  assert.equal((await ask(handler, '/users/7', HTML)).status, 404)
})

test('a wrong option is an error that names it and says what would be right', t => {
  const { path } = folderFor(t)
  for (const [options, message] of [
    [{ hiden: true }, /no option hiden; the options are index, hidden,/],
    [{ hidden: 'yes' }, /hidden must be true or false, not "yes"/],
    [{ maxAge: -1 }, /maxAge must be a whole number of seconds from 0, or false, not -1/],
    [{ maxAge: 1.5 }, /maxAge/],
    [{ index: 'index.html' }, /index must be a list of file names/],
    [{ index: ['../x'] }, /index/],
    [{ listing: 'yes' as never }, /listing must be true, false, null or a function/],
    [{ spa: 'app.html' }, /spa must be/],
    [{ fields: { a: 'b' } }, /fields must be a FieldList/],
    [{ mediaTypes: { foo: 'nonsense' } }, /mediaTypes must be/],
    [{ cache: { bytes: '1' } }, /cache\.bytes must be a whole number/],
    [{ cache: { megabytes: 1 } }, /no option cache\.megabytes/],
    [{ folders: { 'docs/': {} } }, /folders must be .*"docs\/"/],
    [{ folders: { '/docs/': { maxAge: 'x' } } }, /folders\["\/docs\/"\]\.maxAge must be/],
    [{ folders: { '/docs/': { cache: false } } }, /no option folders\["\/docs\/"\]\.cache/],
  ] as [never, RegExp][])
    assert.throws(() => files(path, options), { name: 'TypeError', message })
})

test('a wrong rule is an error that names the rule', t => {
  const { path } = folderFor(t)
  for (const [rule, message] of [
    [{ from: 'old', to: '/new' }, /redirects\[1\]\.from must be a path that starts with \/; it is "old"/],
    [{ from: '/a/*/b/*', to: '/new' }, /redirects\[1\]\.from must be a path with at most 1 \*/],
    [{ from: '/a/:id/:id', to: '/new' }, /one :id/],
    [{ from: '/a/*/:splat', to: '/new' }, /one :splat/],
    [{ from: '/a/:', to: '/new' }, /names such as :id/],
    [{ from: '/a%', to: '/new' }, /percent signs/],
    [{ from: '/a', to: '//evil.example' }, /redirects\[1\]\.to must be a path that starts with one \//],
    [{ from: '/a', to: '/\\evil.example' }, /redirects\[1\]\.to/],
    [{ from: '/a', to: 'javascript:alert(1)' }, /redirects\[1\]\.to/],
    [{ from: '/a/*', to: 'https://:splat/' }, /a URL with a fixed host/],
    [{ from: '/a/*', to: 'https://example.com:splat' }, /a URL with a fixed host/],
    [{ from: '/a', to: '/:id' }, /without :id/],
    [{ from: '/a', to: '/a' }, /never ends/],
    [{ from: '/a', to: '/b', status: 200 }, /redirects\[1\]\.status must be one of 301/],
    [{ from: '/a', to: '/b', code: 301 }, /redirects\[1\] has no code/],
    [null, /redirects\[1\]\.from/],
  ] as [RedirectRule, RegExp][])
    assert.throws(() => files(path, { redirects: [{ from: '/x', to: '/y' }, rule] }), { name: 'TypeError', message })
  for (const [rule, message] of [
    [{ for: '*', set: {} }, /headers\[0\]\.for must be a path/],
    [{ for: '/*', set: { 'a b': 'c' } }, /headers\[0\]\.set: .*token/],
    [{ for: '/*', set: { a: 'b\r\nc: d' } }, /headers\[0\]\.set: .*U\+000D/],
    [{ for: '/*', set: { 'Content-Length': '5' } }, /frame the message/],
    [{ for: '/*', set: { a: 5 } }, /headers\[0\]\.set\.a must be a string or null/],
    [{ for: '/*' }, /headers\[0\]\.set must be an object/],
  ] as [HeaderRule, RegExp][])
    assert.throws(() => files(path, { headers: [rule] }), { name: 'TypeError', message })
})

test('folders are listed in the usual way where they are asked to be', async t => {
  const folder = folderFor(t, { 'a.txt': 'x', 'private/b.txt': 'x', 'plain/c.txt': 'x' })
  const handler = files(folder.path, { listing: true, folders: { '/private/': { listing: false } } })
  const listed = await ask(handler, '/plain/', { fields: { accept: 'application/json' } })
  assert.equal(listed.status, 200)
  assert.match(String(await contentOf(listed)), /c\.txt/)
  assert.equal((await ask(handler, '/private/')).status, 403)
  const inside = files(folder.path, { folders: { '/plain/': { listing: true } } })
  assert.equal((await ask(inside, '/plain/', HTML)).status, 200)
  assert.equal((await ask(inside, '/', HTML)).status, 403)
  assert.throws(() => directoryListing(undefined as never), /needs the root of the folder/)
})
