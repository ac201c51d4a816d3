import assert from 'node:assert/strict'
import fs, {
  chmodSync,
  linkSync,
  readdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Body } from '../../src/exchange/index.ts'
import { BufferPool, LARGE_BUFFER, MEDIUM_BUFFER, SMALL_BUFFER } from '../../src/files/buffers.ts'
import { FileChanged, type FilesHandler, files } from '../../src/files/index.ts'
import { ask, contentOf } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

const OLD = Buffer.alloc(2_500_000, 'old')
const NEW = Buffer.alloc(2_500_000, 'new')

test('a large file is sent whole, with flat memory, and lets go of everything', async t => {
  const bytes = Buffer.from(Array.from({ length: 5_000_003 }, (_, i) => (i ^ (i >> 9)) & 255))
  const handler = files(folderFor(t, { 'a.bin': bytes }).path)
  const { reply } = await ask(handler, '/a.bin')
  const body = bodyOf(reply)
  assert.equal(body.length, bytes.length)
  let most = 0
  let at = 0
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) {
    most = Math.max(most, handler.stats().lentBytes)
    assert.ok(bytes.subarray(at, at + chunk.length).equals(chunk))
    at += chunk.length
  }
  assert.equal(at, bytes.length)
  assert.ok(most <= 1024 * 1024, `${most} bytes lent`)
  await nothingHeld(handler)
})

test('the descriptor is let go as soon as the last byte has been read', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD }).path)
  const body = bodyOf((await ask(handler, '/a.bin')).reply)
  for (let at = 0; at < OLD.length; ) at += ((await body.pull()) as Uint8Array).length
  await turns()
  assert.equal(handler.stats().openFiles, 0)
  assert.equal(await body.pull(), null)
  await nothingHeld(handler)
})

test('several ranges let go of the file at their end', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD }).path)
  await contentOf(await ask(handler, '/a.bin', { fields: { range: 'bytes=0-99999,1000000-1999999' } }))
  await nothingHeld(handler)
})

test('buffers get smaller as more are lent', () => {
  const pool = new BufferPool()
  const sizes = Array.from({ length: 700 }, () => pool.take(LARGE_BUFFER).length)
  assert.deepEqual([sizes[0], sizes[100], sizes[699]], [LARGE_BUFFER, MEDIUM_BUFFER, SMALL_BUFFER])
  assert.equal(pool.roomy, false)
})

test('a chunk is not touched until the next is asked for', async t => {
  const handler = files(
    folderFor(t, { 'a.bin': Buffer.concat([Buffer.alloc(200_000, 1), Buffer.alloc(900_000, 2)]) }).path,
  )
  const body = bodyOf((await ask(handler, '/a.bin', { fields: { range: 'bytes=0-1090000' } })).reply)
  const chunk = (await body.pull()) as Uint8Array
  const copy = Buffer.from(chunk)
  await turns()
  assert.ok(copy.equals(chunk))
  body.cancel(null)
  await nothingHeld(handler)
})

test('a file that is replaced, moved, deleted or linked while it is sent arrives whole', async t => {
  for (const change of [
    (path: string) => {
      writeFileSync(`${path}.tmp`, NEW)
      renameSync(`${path}.tmp`, path)
    },
    (path: string) => unlinkSync(path),
    (path: string) => renameSync(path, `${path}.moved`),
    (path: string) => linkSync(path, `${path}.linked`),
  ]) {
    const { handler, path, body, first } = await halfway(t)
    change(path)
    assert.ok(Buffer.concat([first, await rest(body)]).equals(OLD))
    await nothingHeld(handler)
  }
})

test('a file that is written to or cut while it is sent is never completed', async t => {
  for (const change of [
    (path: string) => writeFileSync(path, NEW, { flag: 'r+' }),
    (path: string) => truncateSync(path, 1_000_000),
    (path: string) => truncateSync(path, 0),
    (path: string) => fs.appendFileSync(path, 'more'),
    (path: string) => {
      // Written to, and the old time put back.
      const { atime, mtime } = fs.statSync(path)
      writeFileSync(path, NEW, { flag: 'r+' })
      utimesSync(path, atime, mtime)
    },
  ]) {
    const { handler, path, body, first } = await halfway(t)
    change(path)
    let arrived = first.length
    await assert.rejects(async () => {
      for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) arrived += chunk.length
    }, FileChanged)
    assert.ok(arrived < OLD.length, 'the last bytes are held back')
    await nothingHeld(handler)
  }
})

test('a part of several is not completed either once the file was changed', async t => {
  const { path, ...folder } = { ...folderFor(t, { 'a.bin': OLD }) }
  const handler = files(path)
  const body = bodyOf((await ask(handler, '/a.bin', { fields: { range: 'bytes=0-99999,1000000-1999999' } })).reply)
  await body.pull()
  await body.pull()
  writeFileSync(folder.at('a.bin'), NEW, { flag: 'r+' })
  await assert.rejects(rest(body), FileChanged)
  await nothingHeld(handler)
})

test('a reader who leaves at any stage leaves nothing behind', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD }).path)
  for (let pulls = 0; pulls < 6; pulls++) {
    const body = bodyOf((await ask(handler, '/a.bin')).reply)
    for (let pull = 0; pull < pulls; pull++) await body.pull()
    body.cancel(new Error('gone'))
    // And while a pull is under way.
    const other = bodyOf((await ask(handler, '/a.bin')).reply)
    for (let pull = 0; pull < pulls; pull++) await other.pull()
    const last = other.pull()
    other.cancel(new Error('gone'))
    await last
  }
  await nothingHeld(handler)
})

test('an error of the disk while a file is sent is told, and leaves nothing behind', async t => {
  const { handler, body } = await halfway(t)
  const mock = t.mock.method(fs, 'read', (...call: unknown[]) => {
    const done = call.at(-1) as (error: Error) => void
    setImmediate(() => done(Object.assign(new Error('EIO: the disk failed'), { code: 'EIO' })))
  })
  await assert.rejects(rest(body), /EIO/)
  mock.mock.restore()
  await nothingHeld(handler)
})

test('short reads are put together', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD, 'small.txt': 'a small file' }).path)
  const read = fs.read
  t.mock.method(fs, 'read', (...call: unknown[]) => {
    call[3] = Math.min(call[3] as number, 7 + ((call[4] as number) % 40_000))
    Reflect.apply(read, fs, call)
  })
  assert.ok((await contentOf(await ask(handler, '/a.bin'))).equals(OLD))
  assert.equal(String(await contentOf(await ask(handler, '/small.txt'))), 'a small file')
})

test('many slow readers hold little each', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD }).path)
  const bodies: Body[] = []
  for (let reader = 0; reader < 600; reader++) {
    const body = bodyOf((await ask(handler, '/a.bin')).reply)
    await body.pull()
    bodies.push(body)
  }
  await turns()
  const { lentBytes, openFiles } = handler.stats()
  assert.equal(openFiles, 600)
  // 64 MB in medium buffers, and small ones for the rest.
  assert.ok(lentBytes <= 66 * 1024 * 1024, `${lentBytes} bytes`)
  for (const body of bodies) body.cancel(null)
  await nothingHeld(handler)
  assert.ok(handler.stats().freeBytes <= 8 * 1024 * 1024)
  handler.close()
  assert.equal(handler.stats().freeBytes, 0)
})

test('a large file that changed since it was looked at is sent as it is now', async t => {
  const folder = folderFor(t, { 'a.bin': OLD })
  let now = 0
  const handler = files(folder.path, { clock: { now: () => now, date: Date.now } })
  const before = await ask(handler, '/a.bin')
  await contentOf(before)
  // Within the time in which a look is believed.
  now += 10
  folder.write('a.bin', Buffer.alloc(3_000_000, 'n'))
  const told = await ask(handler, '/a.bin')
  assert.notEqual(told.fields.get('ETag'), before.fields.get('ETag'))
  assert.equal((await contentOf(told)).length, 3_000_000)
  const has = { fields: { 'if-none-match': told.fields.get('ETag') ?? '' } }
  assert.equal((await ask(handler, '/a.bin', has)).status, 304, 'conditions are about what is there now')
  await nothingHeld(handler)
})

test('changing permissions between requests changes nothing but the tag', async t => {
  const folder = folderFor(t, { 'a.bin': OLD })
  const handler = files(folder.path)
  await contentOf(await ask(handler, '/a.bin'))
  chmodSync(folder.at('a.bin'), 0o600)
  assert.ok((await contentOf(await ask(handler, '/a.bin'))).equals(OLD))
})

test('without a memory every file is served all the same, small ones whole', async t => {
  const handler = files(folderFor(t, { 'a.bin': OLD, 'small.txt': 'small' }).path, { cache: false })
  assert.equal(String(await contentOf(await ask(handler, '/small.txt'))), 'small')
  assert.equal((await ask(handler, '/small.txt')).atOnce, false)
  assert.ok((await contentOf(await ask(handler, '/a.bin'))).equals(OLD))
  assert.deepEqual([handler.stats().cachedFiles, handler.stats().cachedBytes], [0, 0])
  await nothingHeld(handler)
})

/** A reply of which the first chunk has been read. */
async function halfway(t: TestContext) {
  const folder = folderFor(t, { 'a.bin': OLD })
  const handler = files(folder.path)
  const body = bodyOf((await ask(handler, '/a.bin')).reply)
  const first = Buffer.from((await body.pull()) as Uint8Array)
  return { handler, body, first, path: folder.at('a.bin') }
}

function bodyOf(reply: Awaited<ReturnType<typeof ask>>['reply']): Body {
  const body = reply?.body
  if (body === null || typeof body !== 'object' || !('pull' in body)) assert.fail('the file is not sent in pieces')
  return body
}

async function rest(body: Body): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** Waits for what is under way. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await fs.promises.stat('/')
}

async function nothingHeld(handler: FilesHandler): Promise<void> {
  for (let turn = 0; turn < 200 && handler.stats().openFiles > 0; turn++) await fs.promises.stat('/')
  assert.equal(handler.stats().openFiles, 0, 'descriptors')
  assert.equal(handler.stats().lentBytes, 0, 'lent bytes')
  const open = readdirSync('/proc/self/fd').map(descriptor => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      return ''
    }
  })
  assert.deepEqual(
    open.filter(path => path.includes('a.bin')),
    [],
  )
}
