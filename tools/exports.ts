// Checks what the package gives to others: `exports.ts` builds it, and sees that every subpath of package.json resolves,
// with types, and is told of in docs/api.md. What the names mean is checked by the test of the reference.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

const root = fileURLToPath(new URL('..', import.meta.url))
const api = readFileSync(join(root, 'docs/api.md'), 'utf8')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const complaints: string[] = []

const { status } = spawnSync(process.execPath, [join(root, 'tools/build.ts')], { stdio: 'inherit' })
if (status !== 0) complaints.push('The build failed')

for (const [subpath, target] of Object.entries<string | { types: string; default: string }>(exports)) {
  if (typeof target === 'string') continue
  const specifier = join('wirewright', subpath)
  if (!api.includes(`\`${specifier}\``)) complaints.push(`docs/api.md does not tell of ${specifier}`)
  const names = globSync(target.default, { cwd: root })
  if (names.length === 0) complaints.push(`${specifier} leads to ${target.default}, which does not exist`)
  for (const name of names) {
    const star = name.slice(target.default.indexOf('*') - 2, -'.js'.length)
    const types = target.types.replace('*', star)
    if (!existsSync(join(root, types))) complaints.push(`${specifier} has no types at ${types}`)
    try {
      await import(specifier.replace('*', star))
    } catch (error) {
      complaints.push(`${specifier.replace('*', star)} cannot be imported: ${(error as Error).message}`)
    }
  }
}

// A star would publish whatever is added below it.
for (const file of globSync('src/{index,*/index}.ts', { cwd: root })) {
  if (exportedNames(file).includes('*')) complaints.push(`${file} has an export *: name what is exported`)
}

for (const complaint of complaints) console.log(complaint)
console.log(
  complaints.length === 0 ? 'What the package gives is what its documents tell.' : `${complaints.length} to mend.`,
)
process.exitCode = complaints.length === 0 ? 0 : 1

/** The names a file exports, of values and types; `*` where it passes on all of another's. */
function exportedNames(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  return module.staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => exportName.name ?? '*'))
}
