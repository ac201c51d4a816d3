import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { configurationPage } from '../../tools/configuration.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('docs/configuration.md has every option as it is (else run tools/configuration.ts)', () => {
  const { is, shouldBe } = configurationPage()
  assert.equal(is, shouldBe)
})

describe('links of the documents lead to files that exist', () => {
  for (const page of globSync('{*,docs/**/*,examples/**/*,bench/*}.md', { cwd: root })) {
    test(page, () => {
      const text = readFileSync(join(root, page), 'utf8')
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^https?:/.test(target)) continue
        assert.ok(existsSync(join(root, dirname(page), target)), `${page} links to ${target}, which does not exist`)
      }
    })
  }
})

test('the npm scripts that the documents name exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const page of globSync('{*,docs/**/*}.md', { cwd: root })) {
    for (const [, name] of readFileSync(join(root, page), 'utf8').matchAll(/npm run ([\w:]+)/g))
      assert.ok(name in scripts, `${page} names npm run ${name}, which does not exist`)
  }
})
