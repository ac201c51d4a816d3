import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../bench/programs.ts'

test('what a machine lacks is told as the package that brings it', () => {
  assert.equal(missing([]), undefined)
  assert.equal(missing(['sh']), undefined)
  assert.equal(missing(['sh', 'no-such-program', 'nor-this']), 'no-such-program')
})

test('a package of Python is looked for where Debian has those', () => {
  assert.equal(missing(['python3-no-such-package']), 'python3-no-such-package')
})
