// Everything that must hold before a change is handed in: `check.ts [STEP...]`, all steps unless some are named. CI runs
// the same. All steps run, so that one run tells everything that is to be mended.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const modules = 'node_modules'
const STEPS: Readonly<Record<string, readonly string[]>> = {
  types: [`${modules}/typescript/bin/tsc`, '-p', 'tsconfig.json'],
  lint: [`${modules}/@biomejs/biome/bin/biome`, 'check', '--error-on-warnings', '.'],
  arrows: ['tools/arrows.ts'],
  unused: [`${modules}/knip/bin/knip.js`, '--no-progress'],
  exports: ['tools/exports.ts'],
  tests: ['tools/test.ts'],
}

const root = fileURLToPath(new URL('..', import.meta.url))
const named = process.argv.slice(2)
const unknown = named.filter(name => !(name in STEPS))
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}`)
  process.exit(2)
}

const failed = (named.length > 0 ? named : Object.keys(STEPS)).filter(name => {
  console.log(`── ${name}`)
  return spawnSync(process.execPath, STEPS[name], { cwd: root, stdio: 'inherit' }).status !== 0
})
console.log(failed.length === 0 ? '── All is well.' : `── To be mended: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
