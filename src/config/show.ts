// `wirewright config`: what is in force and where each value came from.
import type { InForce, Loaded, LoadedHost } from './load.ts'
import { about, KEYS, type Key } from './options.ts'
import { originText } from './origin.ts'

/** One line for each option: name, value, origin; then for what each host says itself. Secrets are hidden. */
export function configTable(loaded: Loaded): string {
  const rows = [...rowsOf(loaded, KEYS, ''), ...loaded.hosts.flatMap(rowsOfHost)]
  const widths = [0, 1].map(column => Math.min(40, Math.max(...rows.map(row => row[column].length))))
  return rows
    .map(([key, value, origin]) => `${key.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}\n`)
    .join('')
}

function rowsOf({ config, origins }: InForce, keys: readonly Key[], prefix: string): string[][] {
  return keys.map(key => [prefix + key, JSON.stringify(visible(key, config[key])), originText(origins[key])])
}

function rowsOfHost(host: LoadedHost): string[][] {
  const { at, names, ports, origin, said } = host
  const own = (name: string, value: unknown) => [`${at}.${name}`, JSON.stringify(value), originText(origin)]
  return [own('names', names), ...(ports === null ? [] : [own('port', ports)]), ...rowsOf(host, said, `${at}.`)]
}

/** The same as JSON: `{ "port": { "value": 8000, "origin": "default" }, …, "hosts": [{ "names": … }] }`. */
export function configJson(loaded: Loaded): string {
  const hosts = loaded.hosts.map(host => ({
    names: { value: host.names, origin: originText(host.origin) },
    ...(host.ports === null ? {} : { port: { value: host.ports, origin: originText(host.origin) } }),
    ...entriesOf(host, host.said),
  }))
  return `${JSON.stringify({ ...entriesOf(loaded, KEYS), ...(hosts.length > 0 ? { hosts } : {}) }, null, 2)}\n`
}

function entriesOf({ config, origins }: InForce, keys: readonly Key[]) {
  return Object.fromEntries(
    keys.map(key => [key, { value: visible(key, config[key]), origin: originText(origins[key]) }]),
  )
}

/** The keys of options that ask for what this version does not do yet. */
export function notYetInForce({ config }: Pick<Loaded, 'config'>): Key[] {
  return KEYS.filter(key => about(key).later?.(config[key]))
}

function visible(key: Key, value: unknown): unknown {
  return about(key).secret && value !== null ? '(hidden)' : value
}
