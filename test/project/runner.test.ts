import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Finished, run } from '../support/program.ts'

const RUNNER = fileURLToPath(new URL('../../tools/test.ts', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'wirewright-runner-'))
after(() => rmSync(folder, { recursive: true }))

async function tested(body: string, env: Record<string, string>): Promise<Finished> {
  const file = join(folder, 'some.test.mjs')
  writeFileSync(file, `import { test } from 'node:test'\n${body}\n`)
  return run(process.execPath, [RUNNER, file], { env: { CI: '', ...env } })
}

test('tests that pass are counted, and the exit code is 0', async () => {
  const { code, stdout } = await tested("test('fine', () => {})", { CI: 'true' })
  assert.equal(code, 0)
  assert.match(stdout.toString(), /^# tests 1$/m)
  assert.match(stdout.toString(), /^# pass 1$/m)
  assert.match(stdout.toString(), /^# skipped 0$/m)
})

test('a test that fails gives exit code 1', async () => {
  assert.equal((await tested("test('wrong', () => { throw new Error('wrong') })", {})).code, 1)
})

test('a run without tests is a failure', async () => {
  assert.equal((await run(process.execPath, [RUNNER, join(folder, 'nothing.test.ts')])).code, 1)
})

for (const [kind, body] of [
  ['skipped', "test('left', { skip: 'for a reason' }, () => {})"],
  ['skipped while it runs', "test('left', context => context.skip())"],
  ['skipped inside of another', "test('outer', context => context.test('left', { skip: true }, () => {}))"],
  ['left to do', "test.todo('left')"],
]) {
  test(`a test that is ${kind} fails in CI, and nowhere else`, async () => {
    assert.equal((await tested(body, {})).code, 0)
    const inCi = await tested(body, { CI: 'true' })
    assert.equal(inCi.code, 1)
    assert.match(inCi.stdout.toString(), /^ {2}left \(.*some\.test\.mjs\)$/m)
  })
}
