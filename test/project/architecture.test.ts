import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url)
const text = readFileSync(new URL('docs/architecture.md', root), 'utf8')

test('every file that the architecture names exists', () => {
  const named = new Set([...text.matchAll(/`((?:src|tools|docs|bench)\/[\w./-]+)`/g)].map(match => match[1]))
  assert.ok(named.size > 30)
  const missing = [...named].filter(path => path !== 'bench/RESULTS.md' && !existsSync(new URL(path, root)))
  assert.deepEqual(missing, [])
})
