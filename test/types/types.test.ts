// Compiles what stands beside this file: what must compile, and, after a `@ts-expect-error`, what must not.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { run } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

test('what is inferred is as it should be, and wrong use does not compile', async context => {
  const { path } = folderFor(context)
  const project = join(path, 'tsconfig.json')
  const include = [join(root, 'test/types/*.ts')]
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), include, exclude: [] }))
  const args = ['-p', project, '--typeRoots', join(root, 'node_modules/@types'), '--pretty', 'false']
  const { stdout } = await run(process.execPath, [tsc, ...args], { cwd: root })
  // What is wrong in the sources themselves is told by the check of the sources.
  const complaints = stdout
    .toString()
    .split('\n')
    .filter(line => /^(test\/types\/|error)/.test(line))
  assert.deepEqual(complaints, [])
})
