// The configuration: one table of options; file, environment and flags poured into it.
export {
  type FlagGiven,
  flagNames,
  type InForce,
  type Loaded,
  type LoadedHost,
  loadConfig,
  type Sources,
} from './load.ts'
export { nearest } from './nearest.ts'
export { about, type Config, flagsOf, HOST_KEYS, KEYS, type Key } from './options.ts'
export { type Origin, originText } from './origin.ts'
export { ConfigError, type Problem, unknownName } from './problems.ts'
export { GROUPS, type Shape } from './shapes.ts'
export { configJson, configTable, notYetInForce } from './show.ts'

/** The JSON Schema (draft 2020-12) of a configuration file, for editors. */
export async function jsonSchema(): Promise<object> {
  const schema = await import('./schema.ts')
  return schema.jsonSchema()
}
