// HTTP/2 with hyper-h2, a client in Python with an HPACK of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../support/program.ts'
import { digestOf, TEXT, TwoWires } from './h2-site.ts'

// Debian's own, whatever else is installed: it is the one that Debian's package of hyper-h2 is for.
const PYTHON = '/usr/bin/python3'
const CLIENT = fileURLToPath(new URL('h2-client.py', import.meta.url))
const NONE = { interim: [], trailers: null, reset: null }

const skip = spawnSync(PYTHON, ['-c', 'import h2']).status !== 0 && 'python3-h2 is not installed'

describe('hyper-h2', { skip }, () => {
  let site: TwoWires
  let told: Record<string, unknown>
  before(async () => {
    site = await TwoWires.serve()
    const { code, stdout, stderr } = await run(PYTHON, [CLIENT, new URL(site.clear).port])
    assert.equal(code, 0, stderr)
    told = JSON.parse(stdout.toString())
  })
  after(() => site.stop())

  test('files, HEAD and ranges', () => {
    assert.deepEqual(told.file, { ...NONE, status: 200, content: TEXT })
    assert.deepEqual(told.head, { ...NONE, status: 200, content: '' })
    assert.deepEqual(told.range, { ...NONE, status: 206, content: TEXT.slice(5, 14) })
  })

  test('interim replies come before the reply', () => {
    assert.deepEqual(told.interim, { ...NONE, status: 200, content: 'Informed', interim: ['102', '103'] })
  })

  test('uploads, padded ones and byte by byte', async () => {
    const pattern = Uint8Array.from({ length: 256 * 8192 }, (_, i) => i)
    for (const [name, size] of [
      ['upload', 256 * 8192],
      ['padded', 256 * 512],
    ] as const) {
      const digest = JSON.stringify(await digestOf(pattern.subarray(0, size)))
      assert.deepEqual(told[name], { ...NONE, status: 200, content: digest })
    }
    assert.deepEqual(told.bytewise, { ...NONE, status: 200, content: 'one byte a frame' })
  })

  test('trailers both ways', async () => {
    const { digest } = await digestOf(Buffer.from('content'))
    const trailers = { 'x-digest': digest, 'x-mood': 'good' }
    assert.deepEqual(told.trailers, { ...NONE, status: 200, content: 'content', trailers })
  })

  test('a cookie in crumbs is one cookie', () => {
    assert.match(JSON.stringify(told.crumbs), /a=1; b=2/)
  })

  test('100 requests at once', () => {
    assert.deepEqual(told.many, Array(100).fill(200))
  })

  test('header tables and windows of other sizes, which change on the way', () => {
    assert.deepEqual(told.tables, [1, 1, 1, 1])
    assert.deepEqual(told.narrow, { ...NONE, status: 200, content: '.'.repeat(300) })
    assert.equal(told.wide, 3_000_000)
  })

  test('a request that is not a good one is refused alone', () => {
    assert.deepEqual(told.bad, { ...NONE, status: 0, content: '', reset: 1 })
    assert.deepEqual(told.after, { ...NONE, status: 200, content: 'Hello' })
  })

  test('the server tells its limits', () => {
    assert.deepEqual(told.limits, { streams: 128, head: 32_768, connect: 1 })
  })
})
