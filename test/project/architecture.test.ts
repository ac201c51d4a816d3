import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ROOMS } from '../../tools/arrows.ts'

const root = new URL('../../', import.meta.url)
const text = readFileSync(new URL('docs/architecture.md', root), 'utf8')

test('every file that the architecture names exists', () => {
  const named = new Set([...text.matchAll(/`((?:src|tools|docs|bench)\/[\w./-]+)`/g)].map(match => match[1]))
  assert.ok(named.size > 30)
  const missing = [...named].filter(path => path !== 'bench/RESULTS.md' && !existsSync(new URL(path, root)))
  assert.deepEqual(missing, [])
})

test('the rooms and arrows that the architecture tells of are those that are checked', () => {
  const rows = [...text.matchAll(/^\| `(\w+)\/`[^|]*\|[^|]*\| ([^|]+) \|$/gm)]
  const told = rows.map(([, room, arrows]) => [room, arrows === 'all' ? 'all' : (arrows.match(/\w+/g) ?? []).sort()])
  const built = readdirSync(new URL('src', root), { withFileTypes: true }).filter(entry => entry.isDirectory())
  const rooms = new Set(built.map(({ name }) => name))
  // A room that is still to be built has its arrows already.
  const checked = [...rooms].map(room => {
    const { arrows } = ROOMS[room]
    return [room, arrows === 'all' ? 'all' : arrows.filter(to => rooms.has(to)).sort()]
  })
  const byName = (one: (string | string[])[], other: (string | string[])[]): number => (one[0] < other[0] ? -1 : 1)
  assert.deepEqual(told.sort(byName), checked.sort(byName))
})
