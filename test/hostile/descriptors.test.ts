// A server that runs out of descriptors: those it has go on, files cannot be opened for a while, and accepting goes on
// when there are descriptors again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { Client, until } from './support.ts'

test('descriptors run out and come back', async t => {
  const folder = folderFor(t, { 'small.txt': 'small', 'new.txt': 'new', 'large.bin': new Uint8Array(3_000_000) })
  const file = fileURLToPath(new URL('server.child.ts', import.meta.url))
  const program = new Program('sh', ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, file, folder.path])
  t.after(() => program.stop())
  const port = Number((await program.says(/port (\d+)/))[1])
  const open = (): Promise<Client> => Client.connect(port, {}, null)

  const known = await open()
  await known.ask('/small.txt')
  // What was asked for a moment ago may still be answered from memory.
  for (const path of ['/new.txt', '/large.bin', '/new.txt']) {
    // Twice: a file that was read a moment ago is closed after its reply has gone out.
    await known.ask('/fill')
    await known.ask('/fill')
    const before = known.statuses.length
    known.send(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`)
    await known.responses(before + 1)
    assert.equal(known.statuses.at(-1), 503)
  }
  // What comes now is closed, or waits in the kernel; it must not be answered wrongly.
  const strangers = await Promise.all(Array.from({ length: 20 }, () => open().catch(() => null)))
  await known.ask('/')
  await known.ask('/free')
  await known.ask('/small.txt')
  await known.ask('/new.txt')
  await known.ask('/large.bin')
  await (await open()).ask()
  for (const stranger of strangers) {
    if (stranger === null || stranger.closed || stranger.ended) continue
    await stranger.ask().catch(() => assert.ok(stranger.ended || stranger.closed))
  }
  const response = await fetch(`http://127.0.0.1:${port}/level`)
  const { ledger, notices } = (await response.json()) as {
    ledger: { waiting: number; output: number }
    notices: string[]
  }
  assert.deepEqual([ledger.waiting, ledger.output], [0, 0])
  assert.ok(notices.length <= 1, 'trouble is told once a minute')
  known.socket.destroy()
  for (const stranger of strangers) stranger?.socket.destroy()
  await until(() => known.closed)
})
