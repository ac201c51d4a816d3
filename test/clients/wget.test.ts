import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from '../support/program.ts'
import { Site, WELCOME } from './site.ts'

let site: Site
before(async () => {
  site = await Site.serve(WELCOME, '--directory-listing')
})
after(() => site.stop())

test('wget mirrors the welcome site, file by file', async () => {
  const folder = site.folder('mirror')
  // Other orders of a listing, and the link that is there to show what an error looks like.
  const args = ['-m', '-np', '-nH', '-nv', '-e', 'robots=off', '--reject-regex', '[?]|/no-such-page', '-P', folder]
  const { code, stderr } = await run('wget', [...args, `${site.origin}/`])
  assert.equal(code, 0, stderr)
  // A page that nothing leads to is not found by following links.
  const unlinked = new Set(['404.html'])
  const files = filesBelow(WELCOME).filter(file => !unlinked.has(file))
  assert.ok(files.length > 10)
  for (const file of files) {
    const mirrored = readFileSync(join(folder, file))
    assert.ok(mirrored.equals(readFileSync(join(WELCOME, file))), `${file} differs`)
  }
})

test('a second mirroring fetches nothing that has not changed', async () => {
  const folder = site.folder('mirror-again')
  const args = ['-N', '-nv', '-P', folder, `${site.origin}/style.css`]
  assert.match((await run('wget', args)).stderr, /style\.css/)
  assert.equal((await run('wget', args)).stderr, '')
  await site.says(/GET \/style\.css 304 /)
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
}
