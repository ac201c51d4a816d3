// Values on their way into a configuration: what a source says of an option, and where it says so.
import { resolve } from 'node:path'
import { about, type Key } from './options.ts'
import type { Origin } from './origin.ts'

export interface Value {
  readonly value: unknown
  readonly origin: Origin
}

export type Values = Map<Key, Value>

/** What a file says of one of several hosts. */
export interface HostGiven {
  /** How errors call it: `hosts[0]`. */
  readonly at: string
  readonly origin: Origin
  readonly names: readonly string[]
  readonly ports: readonly number[] | null
  readonly values: Values
}

/** The value with a path made absolute. */
export function placed(key: Key, value: unknown, base: string): unknown {
  return about(key).shape.type === 'path' && typeof value === 'string' ? resolve(base, value) : value
}
