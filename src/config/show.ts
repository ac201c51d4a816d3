// `wirewright config`: what is in force and where each value came from.
import type { Loaded } from './load.ts'
import { about, KEYS, type Key } from './options.ts'
import { originText } from './origin.ts'

/** One line for each option: name, value, origin. Secrets are hidden. */
export function configTable({ config, origins }: Loaded): string {
  const rows = KEYS.map(key => [key, JSON.stringify(visible(key, config[key])), originText(origins[key])])
  const widths = [0, 1].map(column => Math.min(40, Math.max(...rows.map(row => row[column].length))))
  return rows
    .map(([key, value, origin]) => `${key.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}\n`)
    .join('')
}

/** The same as JSON: `{ "port": { "value": 8000, "origin": "default" }, … }`. */
export function configJson({ config, origins }: Loaded): string {
  const entries = KEYS.map(key => [key, { value: visible(key, config[key]), origin: originText(origins[key]) }])
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

/** The keys of options that ask for what this version does not do yet. */
export function notYetInForce({ config }: Pick<Loaded, 'config'>): Key[] {
  return KEYS.filter(key => about(key).later?.(config[key]))
}

function visible(key: Key, value: unknown): unknown {
  return about(key).secret && value !== null ? '(hidden)' : value
}
