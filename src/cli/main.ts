#!/usr/bin/env node
// The command `wirewright`. It runs on Nodes that are too old as well, to say so. It keeps what V8 compiled between starts, which makes a start a fifth shorter; the rest is in
// run.ts, which must be loaded after that.
import * as module from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { tooOld } from './node-version.ts'

// Missing in Bun and Deno. It does nothing where the folder cannot be written.
module.enableCompileCache?.(join(cacheFolder(process.env, process.platform), 'compiled'))
const complaint = tooOld(process.versions)
if (complaint === null) {
  const { run } = await import('./run.ts')
  await run(process.argv.slice(2))
} else {
  process.stderr.write(`${complaint}\n`)
  process.exitCode = 1
}
