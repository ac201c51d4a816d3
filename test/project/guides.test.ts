// Runs what the guides show: each program whose first line is `// file: NAME.ts`, and the commands of the ```console block
// behind it, whose output must be as printed there.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { guidePrograms } from '../support/guides.ts'
import { tryShown } from '../support/shown.ts'
import { type UserProject, userProject } from '../support/user-project.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [...globSync('docs/guide/*.md', { cwd: root }).sort(), 'docs/api.md', 'README.md']
const guides = pages.map(page => ({ page, programs: guidePrograms(readFileSync(join(root, page), 'utf8')) }))

/** A guide's files are in a folder together, so that one can import another. */
const folderOf = (page: string): string => page.replace(/\.md$/, '').replaceAll(/[/\\]/g, '-')

let project: UserProject
before(() => {
  project = userProject()
  for (const { page, programs } of guides) {
    for (const { file, code } of programs) project.write(join(folderOf(page), file), code)
    // The folder that programs serve.
    project.write(join(folderOf(page), 'public/index.html'), '<h1>Welcome</h1>\n')
  }
})
after(() => project[Symbol.dispose]())

test('all programs of the guides compile', async () => {
  const complaints = (await project.complaints()).map(complaint => {
    const [, folder, file, line, text] = /^([\w-]+)\/([\w.-]+)\((\d+),\d+\): (.*)/.exec(complaint) ?? []
    const guide = guides.find(({ page }) => folderOf(page) === folder)
    const program = guide?.programs.find(program => program.file === file)
    return program === undefined ? complaint : `${guide?.page}:${program.line + Number(line) - 1} ${text}`
  })
  assert.deepEqual(complaints, [])
})

for (const { page, programs } of guides) {
  describe(page, () => {
    for (const program of programs) {
      if (program.commands.length === 0) continue
      const { file, code } = program
      const write = (here: (text: string) => string) => project.write(join(folderOf(page), file), here(code))
      test(`${file} does what is shown`, () =>
        tryShown({ page, cwd: join(project.path, folderOf(page)), ...program, prepare: write }))
    }
  })
}
