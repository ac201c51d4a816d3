import assert from 'node:assert/strict'
import fs, { unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { type FilesOptions, files } from '../../src/files/index.ts'
import { ask, contentOf } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

/** A handler on a clock that the test moves. */
function onFakeClock(path: string, options: FilesOptions = {}) {
  const time = { now: 1000 }
  const handler = files(path, { ...options, clock: { now: () => time.now, date: Date.now } })
  return { handler, time }
}

test('what was read is served again at once, without asking the disk', async t => {
  const { handler, time } = onFakeClock(folderFor(t, { 'index.html': 'home', 'a.bin': Buffer.alloc(100_000) }).path)
  for (const target of ['/', '/index.html', '/a.bin']) {
    const first = await ask(handler, target)
    assert.equal(first.atOnce, false)
    const calls = t.mock.method(fs, 'stat')
    time.now += 50
    const second = await ask(handler, target)
    assert.equal(second.atOnce, true)
    assert.equal(second.reply, first.reply, 'nothing is made anew')
    const etag = second.fields.get('ETag') ?? ''
    assert.equal((await ask(handler, target, { fields: { 'if-none-match': etag } })).atOnce, true)
    assert.equal((await ask(handler, target, { fields: { range: 'bytes=0-1' } })).atOnce, true)
    assert.equal((await ask(handler, target, { method: 'HEAD' })).atOnce, true)
    assert.equal(calls.mock.callCount(), 0)
    calls.mock.restore()
  }
})

test('a change shows 50 milliseconds after the last look, whatever the change', async t => {
  const folder = folderFor(t, { 'a.txt': 'one' })
  const { handler, time } = onFakeClock(folder.path)
  const content = async () => {
    time.now += 51
    const told = await ask(handler, '/a.txt')
    return told.reply === null ? told.status : String(await contentOf(told))
  }
  assert.equal(await content(), 'one')
  folder.write('a.txt', 'two')
  assert.equal(await content(), 'two', 'same size')
  const { atime, mtime } = fs.statSync(folder.at('a.txt'))
  const has = { fields: { 'if-none-match': (await ask(handler, '/a.txt')).fields.get('ETag') ?? '' } }
  writeFileSync(folder.at('a.txt'), 'six')
  utimesSync(folder.at('a.txt'), atime, mtime)
  assert.equal(await content(), 'six', 'same size and time of modification')
  assert.equal((await ask(handler, '/a.txt', has)).status, 200, 'and it has a tag of its own')
  folder.write('b.txt', 'new')
  fs.renameSync(folder.at('b.txt'), folder.at('a.txt'))
  assert.equal(await content(), 'new', 'replaced')
  unlinkSync(folder.at('a.txt'))
  assert.equal(await content(), 404)
  folder.write('a.txt/index.html', 'a folder now')
  assert.equal(await content(), '')
})

test('a look that finds nothing new keeps what was read', async t => {
  const { handler, time } = onFakeClock(folderFor(t, { 'a.txt': 'one' }).path)
  const first = await ask(handler, '/a.txt')
  const reads = t.mock.method(fs, 'read')
  time.now += 51
  const second = await ask(handler, '/a.txt')
  assert.equal(second.atOnce, false)
  assert.equal(second.reply, first.reply)
  assert.equal(reads.mock.callCount(), 0)
})

test('all who ask at the same time share one look and one reading', async t => {
  const { handler, time } = onFakeClock(folderFor(t, { 'a.txt': 'one' }).path)
  const opens = t.mock.method(fs, 'open')
  await Promise.all(Array.from({ length: 50 }, () => ask(handler, '/a.txt')))
  assert.equal(opens.mock.callCount(), 1)
  time.now += 51
  const stats = t.mock.method(fs, 'stat')
  await Promise.all(Array.from({ length: 50 }, () => ask(handler, '/a.txt')))
  assert.ok(stats.mock.callCount() <= 5, `${stats.mock.callCount()} calls`)
})

test('nobody waits for a look that has taken too long', async t => {
  const folder = folderFor(t, { 'a.txt': 'one' })
  const { handler, time } = onFakeClock(folder.path)
  const stat = fs.stat
  let letGo = () => {}
  const mock = t.mock.method(fs, 'stat', (...call: unknown[]) => {
    letGo = () => Reflect.apply(stat, fs, call)
  })
  const slow = ask(handler, '/a.txt')
  while (mock.mock.callCount() === 0) await new Promise(resolve => setImmediate(resolve))
  mock.mock.restore()
  time.now += 51
  assert.equal((await ask(handler, '/a.txt')).status, 200)
  letGo()
  assert.equal((await slow).status, 200)
})

test('a sibling that appears, changes or goes shows too', async t => {
  const folder = folderFor(t, { 'a.css': 'plain' })
  const { handler, time } = onFakeClock(folder.path)
  const content = async () => {
    time.now += 51
    return String(await contentOf(await ask(handler, '/a.css', { fields: { 'accept-encoding': 'gzip' } })))
  }
  assert.equal(await content(), 'plain')
  folder.write('a.css.gz', 'gz 1')
  assert.equal(await content(), 'gz 1')
  folder.write('a.css.gz', 'gz 2')
  assert.equal(await content(), 'gz 2')
  folder.write('a.css', 'newer', 'now')
  assert.equal(await content(), 'newer', 'the sibling is older now')
  folder.write('a.css.gz', 'gz 3', 'now')
  assert.equal(await content(), 'gz 3')
  unlinkSync(folder.at('a.css.gz'))
  assert.equal(await content(), 'newer')
})

test('a path without a file is remembered for 50 milliseconds and no longer', async t => {
  const folder = folderFor(t)
  const { handler, time } = onFakeClock(folder.path)
  assert.equal((await ask(handler, '/a.txt')).status, 404)
  const stats = t.mock.method(fs, 'stat')
  time.now += 50
  assert.equal((await ask(handler, '/a.txt')).status, 404)
  assert.equal(stats.mock.callCount(), 0)
  folder.write('a.txt', 'now there is')
  time.now += 1
  assert.equal((await ask(handler, '/a.txt')).status, 200)
})

test('a second change within a tick of the clock is not missed, and its tag is weak', async t => {
  const folder = folderFor(t, { 'a.txt': 'one' })
  // A file system that keeps whole seconds, half a second after the change.
  const second = 1_700_000_000
  freezeTimes(t, BigInt(second) * 1_000_000_000n)
  const time = { now: 1000, date: second * 1000 + 500 }
  const handler = files(folder.path, { clock: { now: () => time.now, date: () => time.date } })
  const first = await ask(handler, '/a.txt')
  assert.match(first.fields.get('ETag') ?? '', /^W\//)
  writeFileSync(folder.at('a.txt'), 'two')
  time.now += 51
  time.date += 51
  const next = await ask(handler, '/a.txt')
  assert.equal(String(await contentOf(next)), 'two')
  assert.notEqual(next.fields.get('ETag'), first.fields.get('ETag'))
  const has = { fields: { 'if-none-match': first.fields.get('ETag') ?? '' } }
  assert.equal((await ask(handler, '/a.txt', has)).status, 200, 'who has the first is sent the second')
  // Once the second is over for good, times are to be trusted.
  time.now += 3000
  time.date += 3000
  const later = await ask(handler, '/a.txt')
  assert.match(later.fields.get('ETag') ?? '', /^"/)
  time.now += 51
  assert.equal((await ask(handler, '/a.txt')).reply, later.reply)
})

test('a file that was just written is given the tick it needs for a strong tag', async t => {
  const folder = folderFor(t)
  const handler = files(folder.path)
  folder.write('a.txt', 'just now', 'now')
  const told = await ask(handler, '/a.txt')
  assert.match(told.fields.get('ETag') ?? '', /^"/)
})

test('a file that changes while it is read is read again', async t => {
  const folder = folderFor(t, { 'a.txt': 'old old old' })
  const handler = files(folder.path)
  const read = fs.read
  let times = 0
  t.mock.method(fs, 'read', (...call: unknown[]) => {
    const done = call[5] as (...result: unknown[]) => void
    if (times++ === 0)
      call[5] = (...result: unknown[]) => {
        folder.write('a.txt', 'new new new')
        done(...result)
      }
    Reflect.apply(read, fs, call)
  })
  assert.equal(String(await contentOf(await ask(handler, '/a.txt'))), 'new new new')
  assert.ok(times >= 2)
})

test('a file that changes each time it is read is refused for the moment', async t => {
  const folder = folderFor(t, { 'a.txt': 'x' })
  const handler = files(folder.path)
  const read = fs.read
  let times = 0
  t.mock.method(fs, 'read', (...call: unknown[]) => {
    const done = call[5] as (...result: unknown[]) => void
    call[5] = (...result: unknown[]) => {
      folder.write('a.txt', 'x'.repeat(++times))
      done(...result)
    }
    Reflect.apply(read, fs, call)
  })
  const told = await ask(handler, '/a.txt')
  assert.equal(told.status, 503)
  assert.equal(told.fields.get('Retry-After'), '1')
  assert.ok(times < 20)
})

test('memory stays within its bound, and the least recently asked for goes first', async t => {
  const names = Array.from({ length: 40 }, (_, at) => `${at}.bin`)
  const folder = folderFor(t, Object.fromEntries(names.map(name => [name, Buffer.alloc(50_000)])))
  const { handler } = onFakeClock(folder.path, { cache: { bytes: 1_000_000 } })
  for (const name of names) {
    await ask(handler, `/${name}`)
    await ask(handler, '/0.bin')
    assert.ok(handler.stats().cachedBytes <= 1_000_000)
  }
  assert.ok(handler.stats().cachedFiles >= 15)
  assert.equal((await ask(handler, '/0.bin')).atOnce, true)
  assert.equal((await ask(handler, '/1.bin')).atOnce, false)
  handler.close()
  assert.deepEqual([handler.stats().cachedFiles, handler.stats().cachedBytes], [0, 0])
})

test('paths without files do not push files out of memory', async t => {
  const { handler } = onFakeClock(folderFor(t, { 'a.txt': 'a' }).path, { cache: { bytes: 10_000 } })
  await ask(handler, '/a.txt')
  for (let at = 0; at < 2000; at++) await ask(handler, `/none-${at}`)
  assert.equal((await ask(handler, '/a.txt')).atOnce, true)
})

test('other spellings of a path do not fill the memory', async t => {
  const { handler } = onFakeClock(folderFor(t, { 'abc.txt': 'a' }).path)
  for (const target of ['/abc.txt', '/%61bc.txt', '/a%62c.txt', '//abc.txt', '/./abc.txt', '/x/../abc.txt'])
    assert.equal((await ask(handler, target)).status, 200)
  assert.equal(handler.stats().cachedFiles, 1)
})

test('files above the limit for one file are not kept', async t => {
  const folder = folderFor(t, { 'a.bin': Buffer.alloc(5000), 'b.bin': Buffer.alloc(5001) })
  const { handler } = onFakeClock(folder.path, { cache: { fileBytes: 5000 } })
  for (const name of ['/a.bin', '/b.bin']) await contentOf(await ask(handler, name))
  assert.equal((await ask(handler, '/a.bin')).atOnce, true)
  const told = await ask(handler, '/b.bin')
  assert.equal(told.atOnce, false)
  assert.equal((await contentOf(told)).length, 5001)
})

test('what was read longer ago than the age allows is read again', async t => {
  const { handler, time } = onFakeClock(folderFor(t, { 'a.txt': 'a' }).path, { cache: { age: 10 } })
  await ask(handler, '/a.txt')
  const reads = t.mock.method(fs, 'read')
  time.now += 9000
  await ask(handler, '/a.txt')
  assert.equal(reads.mock.callCount(), 0)
  time.now += 1001
  await ask(handler, '/a.txt')
  assert.ok(reads.mock.callCount() > 0)
})

/** Every look at a file shows the same times, as if all changes fell into one tick. */
function freezeTimes(t: TestContext, time: bigint): void {
  for (const name of ['stat', 'fstat'] as const) {
    const real = fs[name] as (...call: unknown[]) => void
    t.mock.method(fs, name, (...call: unknown[]) => {
      const done = call.pop() as (error: Error | null, stats?: fs.BigIntStats) => void
      call.push((error: Error | null, stats?: fs.BigIntStats) => {
        if (stats !== undefined) Object.assign(stats, { mtimeNs: time, ctimeNs: time })
        done(error, stats)
      })
      Reflect.apply(real, fs, call)
    })
  }
}
