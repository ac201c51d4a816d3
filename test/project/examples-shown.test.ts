// Runs the examples as their READMEs tell it: the commands of each ```console block, from the project's own folder.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type GuideCommand, shownCommands } from '../support/guides.ts'
import { tryShown } from '../support/shown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = globSync('examples/{README.md,*/README.md}', { cwd: root }).sort()

for (const page of pages) {
  describe(page, () => {
    for (const commands of parts(shownCommands(read(page)))) {
      const [, file = ''] = /^node (\S+\.ts)$/.exec(commands[0].command) ?? []
      test(commands[0].command, () =>
        tryShown({ page, cwd: root, file, code: file === '' ? '' : read(file), commands }),
      )
    }
  })
}

test('the tests of an example are in its README, and so in this one', () => {
  for (const folder of new Set(globSync('examples/**/*.test.ts', { cwd: root }).map(dirname)))
    assert.match(read(join(folder, 'README.md')), /^\$ node --test /m)
})

test('every example is in the index', () => {
  const index = existsSync(join(root, 'examples/README.md')) ? read('examples/README.md') : ''
  const missing = globSync('examples/*', { cwd: root, exclude: ['examples/README.md'] })
    .map(path => path.replaceAll('\\', '/').replace('examples/', ''))
    .filter(name => !index.includes(`](${name}`))
  assert.deepEqual(missing, [])
})

/** What belongs together: a program that is started, and the commands until the next. */
function parts(commands: readonly GuideCommand[]): GuideCommand[][] {
  const found: GuideCommand[][] = []
  for (const command of commands) {
    if (found.length === 0 || command.command.startsWith('node ')) found.push([])
    found.at(-1)?.push(command)
  }
  return found
}
