import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs, { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { Reply } from '../../src/exchange/index.ts'
import { files, type ListedFolder } from '../../src/files/index.ts'
import { judgePlace } from '../../src/files/opening.ts'
import { FieldList } from '../../src/http/fields.ts'
import { ask, contentOf, lengthOf } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

test('a file is sent with its type, length and validators', async t => {
  const folder = folderFor(t, { 'a.css': 'p{}', 'a.json': '{}', 'a.xml': '<a/>', LICENSE: 'free' })
  const handler = files(folder.path)
  const told = await ask(handler, '/a.css')
  assert.equal(told.status, 200)
  assert.equal(told.fields.get('Content-Type'), 'text/css; charset=utf-8')
  assert.equal(told.fields.get('Accept-Ranges'), 'bytes')
  assert.match(told.fields.get('ETag') ?? '', /^"[^"]+"$/)
  assert.equal(new Date(told.fields.get('Last-Modified') ?? '').getTime(), fs.statSync(folder.at('a.css')).mtimeMs)
  assert.equal(lengthOf(told), 3)
  assert.equal(String(await contentOf(told)), 'p{}')
  assert.equal((await ask(handler, '/a.json')).fields.get('Content-Type'), 'application/json')
  assert.equal((await ask(handler, '/a.xml')).fields.get('Content-Type'), 'application/xml')
  assert.equal((await ask(handler, '/LICENSE')).fields.get('Content-Type'), 'application/octet-stream')
})

test('where case is ignored, a folder or file is served by its own spelling alone', () => {
  const served =
    (path: string, real: string, caseIsIgnored = true) =>
    () =>
      judgePlace('/root', path, real, caseIsIgnored)
  assert.throws(served('/root/PRIVATE', '/root/private'), /no file at this path/)
  assert.doesNotThrow(served('/root/PRIVATE', '/root/private', false))
  assert.doesNotThrow(served('/root/private', '/root/private'))
  assert.doesNotThrow(served('/root/caf\u00e9', '/root/cafe\u0301'))
  assert.doesNotThrow(served('/root/link', '/root/private'))
  assert.throws(served('/root/link', '/rootless'), /leads out of the document root/)
})

test('a listing is told of the folder that was judged, not of a link to it', async t => {
  const folder = folderFor(t, { 'sub/a.txt': 'a' })
  symlinkSync('sub', folder.at('link'))
  const told: string[] = []
  const listing = ({ directory }: ListedFolder) => {
    told.push(directory)
    return new Reply(200)
  }
  await ask(files(folder.path, { listing }), '/link/')
  assert.deepEqual(told, [fs.realpathSync(folder.at('sub'))])
})

test('what is withheld is not there, by whatever name and coding', async t => {
  const folder = folderFor(t, { 'key.pem': 'k', 'page.txt': 'p', 'page.txt.gz': 'secret', 'real/log': 'l' })
  symlinkSync('key.pem', folder.at('link.pem'))
  symlinkSync('real', folder.at('logs'))
  const withheld = ['key.pem', 'page.txt.gz', 'logs/log', 'logs/later'].map(folder.at)
  for (const cache of [undefined, false as const]) {
    const handler = files(folder.path, { withheld, ...(cache === undefined ? {} : { cache }) })
    writeFileSync(folder.at('real/later'), 'l')
    for (const path of ['/key.pem', '/link.pem', '/page.txt.gz', '/logs/log', '/real/log', '/real/later'])
      assert.equal((await ask(handler, path)).status, 404, path)
    const page = await ask(handler, '/page.txt', { fields: { 'accept-encoding': 'gzip' } })
    assert.equal(String(await contentOf(page)), 'p')
    rmSync(folder.at('real/later'))
  }
})

test('an extension is looked up by itself, not among the members of all objects', async t => {
  const folder = folderFor(t, { 'notes.constructor': 'a', 'notes.__proto__': 'a' })
  for (const path of ['/notes.constructor', '/notes.__proto__'])
    assert.equal((await ask(files(folder.path), path)).fields.get('Content-Type'), 'application/octet-stream')
})

test('Last-Modified is never a time to come', async t => {
  const folder = folderFor(t, { 'a.txt': 'a' })
  fs.utimesSync(folder.at('a.txt'), 32_503_680_000, 32_503_680_000)
  const before = Date.now()
  const told = await ask(files(folder.path), '/a.txt')
  const sent = new Date(told.fields.get('Last-Modified') ?? '').getTime()
  assert.ok(sent >= before - 1000 && sent <= Date.now())
})

test('HEAD tells the length of small and large files and opens nothing for the large', async t => {
  const folder = folderFor(t, { 'small.txt': 'abc', 'large.bin': Buffer.alloc(3_000_000) })
  const handler = files(folder.path)
  assert.equal(lengthOf(await ask(handler, '/small.txt', { method: 'HEAD' })), 3)
  const told = await ask(handler, '/large.bin', { method: 'HEAD' })
  assert.equal(told.status, 200)
  assert.equal(lengthOf(told), 3_000_000)
  await settled()
  assert.equal(handler.stats().openFiles, 0)
})

test('OPTIONS is answered and other methods are refused, both with Allow', async t => {
  const handler = files(folderFor(t, { 'a.txt': 'a' }).path)
  for (const target of ['/a.txt', '/none', '*']) {
    const told = await ask(handler, target, { method: 'OPTIONS' })
    assert.equal(told.status, 204, target)
    assert.equal(told.fields.get('Allow'), 'GET, HEAD, OPTIONS')
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get', 'BREW']) {
    const told = await ask(handler, '/a.txt', { method })
    assert.equal(told.status, 405, method)
    assert.equal(told.fields.get('Allow'), 'GET, HEAD, OPTIONS')
  }
})

test('a folder answers with its index, and without its slash with a redirect that stays here', async t => {
  const folder = folderFor(t, {
    'index.html': 'home',
    'docs/index.html': 'docs',
    'evil.example/index.html': 'x',
    'a b/index.html': '',
  })
  const handler = files(folder.path)
  assert.equal(String(await contentOf(await ask(handler, '/'))), 'home')
  assert.equal(String(await contentOf(await ask(handler, '/docs/'))), 'docs')
  for (const [target, location] of [
    ['/docs', '/docs/'],
    ['/docs?a=b&c', '/docs/?a=b&c'],
    ['//evil.example', '/evil.example/'],
    ['///evil.example?x', '/evil.example/?x'],
    ['/./evil.example', '/evil.example/'],
    ['/a%20b', '/a%20b/'],
  ]) {
    const told = await ask(handler, target)
    assert.equal(told.status, 301, target)
    assert.equal(told.fields.get('Location'), location)
  }
})

test('the index names can be chosen, and are tried in order', async t => {
  const folder = folderFor(t, {
    'a/default.htm': 'second',
    'b/start.html': 'first',
    'b/default.htm': 'second',
    'c/index.html': '',
  })
  const handler = files(folder.path, { index: ['start.html', 'default.htm'] })
  assert.equal(String(await contentOf(await ask(handler, '/a/'))), 'second')
  assert.equal(String(await contentOf(await ask(handler, '/b/'))), 'first')
  assert.equal((await ask(handler, '/c/')).status, 403)
})

test('a folder without an index is refused, or handed to the listing', async t => {
  const folder = folderFor(t, { 'some thing/a.txt': 'a' })
  assert.equal((await ask(files(folder.path), '/some%20thing/')).status, 403)
  const asked: unknown[] = []
  const { text } = await import('../../src/exchange/index.ts')
  const handler = files(folder.path, {
    listing(listed) {
      asked.push(listed)
      return text('a list')
    },
  })
  assert.equal(String(await contentOf(await ask(handler, '/some%20thing/'))), 'a list')
  assert.equal(String(await contentOf(await ask(handler, '/'))), 'a list')
  assert.deepEqual(asked, [
    { path: '/some thing/', directory: folder.at('some thing'), hidden: false },
    { path: '/', directory: folder.path, hidden: false },
  ])
})

test('no path leaves the root, in whatever encoding', async t => {
  const around = folderFor(t, { 'secret.txt': 'secret', 'root/a.txt': 'a', 'root/sub/b.txt': 'b' })
  const handler = files(around.at('root'))
  for (const target of [
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2E%2E/secret.txt',
    '/.%2e/secret.txt',
    '/sub/%2e%2e/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/..%252fsecret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/%uff0e%uff0e/secret.txt',
    '/..;/secret.txt',
    '/a.txt%00.html',
    '/%00',
    '/sub/..%c0%af..%c0%afsecret.txt',
    `/${'../'.repeat(40)}etc/passwd`,
    '/a.txt/../../secret.txt',
    'secret.txt',
    '*',
  ]) {
    const told = await ask(handler, target)
    assert.ok(told.status === 400 || told.status === 404, `${target}: ${told.status}`)
  }
  assert.equal(String(await contentOf(await ask(handler, '/sub/../a.txt'))), 'a')
})

test('no mixture of dots, slashes and escapes leaves the root or breaks the handler', async t => {
  const around = folderFor(t, {
    'secret.txt': 'secret',
    'root/a.txt': 'a',
    'root/sub/b.txt': 'b',
    'root/.hidden': 'secret',
  })
  symlinkSync('..', around.at('root/up'))
  const handler = files(around.at('root'), { cleanUrls: true, redirects: [{ from: '/a*', to: '/:splat' }] })
  const piece = fc.constantFrom(
    ...['/', '.', '..', '%2e', '%2E%2e', '%2f', '%5c', '\\', '%00', '%', '%zz', '%c0%ae', 'sub', 'up', 'secret.txt'],
    ...['a', 'a.txt', '.hidden', ';', ':', '~', '%25', '%E2%80%AE', 'b.html', '//', ' ', 'é'],
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async pieces => {
      const told = await ask(handler, `/${pieces.join('')}`)
      assert.ok([200, 301, 302, 400, 403, 404].includes(told.status), String(told.status))
      assert.notEqual(String(await contentOf(told)), 'secret')
      assert.match(told.fields.get('Location') ?? '/', /^\/(?![/\\])/)
    }),
    { numRuns: 500 },
  )
})

test('hidden names are served only where they are switched on, but .well-known always', async t => {
  const folder = folderFor(t, { '.env': 'x', '.git/config': 'x', 'a/.b/c.txt': 'x', '.well-known/security.txt': 'x' })
  folder.write('a/.well-known/x.txt', 'x')
  const handler = files(folder.path)
  for (const target of ['/.env', '/.git/config', '/.git/', '/a/.b/c.txt', '/%2eenv', '/a/.well-known/x.txt'])
    assert.equal((await ask(handler, target)).rule, 'hidden-name', target)
  assert.equal((await ask(handler, '/.well-known/security.txt')).status, 200)
  assert.equal((await ask(files(folder.path, { hidden: true }), '/.git/config')).status, 200)
})

test('symbolic links work inside the root, and are refused where they leave it', async t => {
  const around = folderFor(t, { 'secret/a.txt': 'secret', 'secret/index.html': 'secret', 'root/real/a.txt': 'a' })
  const root = around.at('root')
  symlinkSync(around.at('secret/a.txt'), around.at('root/file-out'))
  symlinkSync('../secret', around.at('root/folder-out'))
  symlinkSync('real', around.at('root/folder-in'))
  symlinkSync('folder-in/a.txt', around.at('root/chain'))
  symlinkSync('loop', around.at('root/loop'))
  mkdirSync(around.at('root/..data'))
  around.write('root/..data/mounted.txt', 'as Kubernetes mounts it')
  symlinkSync('..data/mounted.txt', around.at('root/mounted.txt'))
  // A neighbour whose name starts as the root's does.
  around.write('root-two/a.txt', 'neighbour')
  symlinkSync('../root-two/a.txt', around.at('root/neighbour'))
  const handler = files(root)
  for (const target of ['/file-out', '/folder-out/a.txt', '/folder-out/', '/folder-out', '/neighbour'])
    assert.equal((await ask(handler, target)).rule, 'leaves-root', target)
  assert.equal((await ask(handler, '/loop')).status, 404)
  assert.equal((await ask(handler, '/folder-out/none')).status, 404)
  assert.equal(String(await contentOf(await ask(handler, '/folder-in/a.txt'))), 'a')
  assert.equal(String(await contentOf(await ask(handler, '/chain'))), 'a')
  assert.equal((await ask(handler, '/mounted.txt')).status, 200)
})

test('a file swapped for a link out of the root between two calls is refused', async t => {
  const around = folderFor(t, { 'secret.txt': 'secret', 'root/a.txt': 'a' })
  const open = fs.open
  t.mock.method(fs, 'open', (...call: Parameters<typeof fs.open>) => {
    unlinkSync(around.at('root/a.txt'))
    symlinkSync(around.at('secret.txt'), around.at('root/a.txt'))
    return Reflect.apply(open, fs, call)
  })
  const told = await ask(files(around.at('root')), '/a.txt')
  assert.equal(told.rule, 'leaves-root')
})

test('where the system does not tell what is open, links out of the root are refused all the same', async t => {
  const around = folderFor(t, { 'secret.txt': 'secret', 'root/a.txt': 'a' })
  symlinkSync(around.at('secret.txt'), around.at('root/out'))
  t.mock.method(fs, 'readlink', (_path: string, done: (error: Error) => void) => done(new Error('no /proc here')))
  const handler = files(around.at('root'))
  assert.equal((await ask(handler, '/a.txt')).status, 200)
  assert.equal((await ask(handler, '/out')).rule, 'leaves-root')
})

test('a root that is a link is followed anew when it is switched', async t => {
  const around = folderFor(t, { 'one/a.txt': 'one', 'two/a.txt': 'two' })
  symlinkSync('one', around.at('current'))
  let now = 0
  const handler = files(around.at('current'), { clock: { now: () => now, date: Date.now } })
  assert.equal(String(await contentOf(await ask(handler, '/a.txt'))), 'one')
  symlinkSync('two', around.at('next'))
  renameSync(around.at('next'), around.at('current'))
  now += 51
  assert.equal(String(await contentOf(await ask(handler, '/a.txt'))), 'two')
})

test('a FIFO, a socket and a device are refused without waiting for them', async t => {
  const folder = folderFor(t, { 'a.txt': 'a' })
  execFileSync('mkfifo', [folder.at('fifo')])
  const server = createServer().listen(folder.at('socket'))
  await new Promise(resolve => server.once('listening', resolve))
  t.after(() => server.close())
  const handler = files(folder.path)
  assert.equal((await ask(handler, '/fifo')).rule, 'special-file')
  assert.equal((await ask(handler, '/socket')).rule, 'special-file')
  assert.equal((await ask(files('/dev'), '/null')).rule, 'special-file')
})

test('a file swapped for a FIFO between two calls is refused without waiting for it', async t => {
  const folder = folderFor(t, { 'a.txt': 'a' })
  const open = fs.open
  t.mock.method(fs, 'open', (...call: Parameters<typeof fs.open>) => {
    unlinkSync(folder.at('a.txt'))
    execFileSync('mkfifo', [folder.at('a.txt')])
    return Reflect.apply(open, fs, call)
  })
  const handler = files(folder.path)
  assert.equal((await ask(handler, '/a.txt')).rule, 'special-file')
  await settled()
  assert.equal(handler.stats().openFiles, 0)
})

test('names with characters that mean something in a URL are served', async t => {
  const names = [
    'a b.txt',
    'a#b.txt',
    'a?b.txt',
    '100%.txt',
    '100%25.txt',
    'ü.txt',
    '日本語.txt',
    '😀.txt',
    "it's (1)+@=,;&$!~.txt",
    'a:b.txt',
    '…',
  ]
  const folder = folderFor(t, Object.fromEntries(names.map(name => [name, name])))
  const handler = files(folder.path, { clock: { now: () => 0, date: Date.now } })
  for (const name of names) {
    const target = `/${encodeURIComponent(name)}`
    assert.equal(String(await contentOf(await ask(handler, target))), name)
    // As browsers write it: much may stand as it is.
    const loose = `/${encodeURI(name).replaceAll('#', '%23').replaceAll('?', '%3F')}`
    const again = await ask(handler, loose)
    assert.equal(String(await contentOf(again)), name)
    assert.equal(again.atOnce, true, 'another spelling is the same file in memory')
  }
  assert.equal((await ask(handler, '/ü.txt')).status, 400)
})

test('what is no file is not found, and a file is no folder', async t => {
  const handler = files(folderFor(t, { 'a.txt': 'a' }).path)
  for (const target of ['/none', '/a.txt/', '/a.txt/b', '/none/', `/${'n'.repeat(300)}`, `/${'n/'.repeat(3000)}`])
    assert.equal((await ask(handler, target)).rule, 'not-found', target.slice(0, 20))
})

test("the system's errors become fitting refusals", async t => {
  const handler = files(folderFor(t, { 'a.txt': 'a' }).path)
  for (const [code, status] of [
    ['EMFILE', 503],
    ['ENFILE', 503],
    ['EACCES', 403],
    ['EPERM', 403],
    ['ENOENT', 404],
    ['EIO', 500],
  ] as const) {
    const mock = t.mock.method(fs, 'open', (_path: string, _flags: number, done: (error: Error) => void) =>
      done(Object.assign(new Error(code), { code })),
    )
    const told = await ask(handler, '/a.txt')
    assert.equal(told.status, status, code)
    assert.equal(told.fields.get('Retry-After'), status === 503 ? '1' : undefined)
    mock.mock.restore()
  }
  assert.equal((await ask(handler, '/a.txt')).status, 200, 'and are not remembered')
})

test('a root that is missing or no folder is an error at the start', t => {
  const folder = folderFor(t, { 'a.txt': 'a' })
  assert.throws(() => files(folder.at('none')), /document root .*none cannot be read: ENOENT/)
  assert.throws(() => files(folder.at('a.txt')), /a\.txt is no folder/)
  assert.throws(() => files(''), TypeError)
})

test('a root that vanishes while serving is a 404, and works again when it is back', async t => {
  const around = folderFor(t, { 'root/a.txt': 'a' })
  let now = 0
  const handler = files(around.at('root'), { clock: { now: () => now, date: Date.now } })
  assert.equal((await ask(handler, '/a.txt')).status, 200)
  rmSync(around.at('root'), { recursive: true })
  now += 51
  assert.equal((await ask(handler, '/a.txt')).status, 404)
  around.write('root/a.txt', 'back')
  now += 51
  assert.equal((await ask(handler, '/a.txt')).status, 200)
})

test('the fields given for every reply are in every reply', async t => {
  const fields = FieldList.of({ 'X-Content-Type-Options': 'nosniff', Vary: 'Origin' })
  const handler = files(folderFor(t, { 'a.txt': 'a', 'a.txt.gz': 'z', 'd/b.txt': '' }).path, { fields })
  const etag = (await ask(handler, '/a.txt')).fields.get('ETag') ?? ''
  for (const [target, asked, status] of [
    ['/a.txt', {}, 200],
    ['/a.txt', { fields: { range: 'bytes=0-0' } }, 206],
    ['/a.txt', { fields: { 'if-none-match': etag } }, 304],
    ['/d', {}, 301],
    ['/a.txt', { method: 'OPTIONS' }, 204],
  ] as const) {
    const told = await ask(handler, target, asked)
    assert.equal(told.status, status)
    assert.equal(told.fields.get('X-Content-Type-Options'), 'nosniff')
  }
  assert.equal((await ask(handler, '/a.txt')).fields.get('Vary'), 'Accept-Encoding, Origin')
})

/** Long enough for what was closed to be closed. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
  await fs.promises.stat('/')
}
