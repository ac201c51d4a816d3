// Loads one source with the text that WIREWRIGHT_MUTANT gives it: `--import` it ahead of the tests.
import { registerHooks } from 'node:module'

const { file, text } = JSON.parse(process.env.WIREWRIGHT_MUTANT ?? '{}') as { file: string; text: string }
const changed = new URL(`../../${file}`, import.meta.url).href

registerHooks({
  load: (url, context, next) =>
    url === changed ? { format: 'module-typescript', source: text, shortCircuit: true } : next(url, context),
})
