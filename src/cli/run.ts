// The command `wirewright`: reads what was typed and does it. What a start does not need is not loaded.
import { readFileSync } from 'node:fs'
import { ConfigError, configJson, configTable, jsonSchema, loadConfig } from '../config/index.ts'
import { type Given, readCommandLine } from './command-line.ts'

/** For what was asked wrongly, as getopt's users have it. */
const USAGE_ERROR = 2

const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

/** Does what the arguments ask for. What was asked wrongly is told on stderr. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await obey(args)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`wirewright: ${error.message}\n`)
    process.exitCode = USAGE_ERROR
  }
}

async function obey(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args, version, process.stdout.columns ?? 100)
  if (line.command === 'print') {
    process.stdout.write(line.text)
    process.exitCode = line.exitCode
  } else if (line.command === 'config') await printConfig(line)
  else {
    const loaded = await load(line.given)
    const { start } = await import('./start.ts')
    await start(loaded, version)
  }
}

async function printConfig(line: { given: Given; json: boolean; schema: boolean }): Promise<void> {
  if (line.schema) {
    process.stdout.write(`${JSON.stringify(await jsonSchema(), null, 2)}\n`)
    return
  }
  const loaded = await load(line.given)
  process.stdout.write(line.json ? configJson(loaded) : configTable(loaded))
}

function load(given: Given) {
  return loadConfig({ ...given, environment: process.env, directory: process.cwd() })
}
