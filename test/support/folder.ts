// A folder on disk for one test, gone when the test is over.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

export interface TestFolder {
  readonly path: string
  /** Writes a file, and the folders it is in. Its times are an hour ago, unless they are to be now. */
  write(name: string, content: string | Uint8Array, when?: 'long ago' | 'now'): string
  at(name: string): string
}

export function folderFor(test: TestContext, content: Readonly<Record<string, string | Uint8Array>> = {}): TestFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'wirewright-')))
  test.after(() => rmSync(path, { recursive: true, force: true }))
  const folder: TestFolder = {
    path,
    at: name => join(path, name),
    write(name, bytes, when = 'long ago') {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes)
      if (when === 'long ago') utimesSync(file, LONG_AGO, LONG_AGO)
      return file
    },
  }
  for (const [name, bytes] of Object.entries(content)) folder.write(name, bytes)
  return folder
}

const LONG_AGO = Math.floor(Date.now() / 1000) - 3600
