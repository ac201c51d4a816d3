#!/usr/bin/env node
// The command `wirewright`. It keeps what V8 compiled between starts, which makes a start a fifth shorter; the rest is in
// run.ts, which must be loaded after that.
import * as module from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'

// Missing in Bun and Deno. It does nothing where the folder cannot be written.
module.enableCompileCache?.(join(cacheFolder(process.env, process.platform), 'compiled'))
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
