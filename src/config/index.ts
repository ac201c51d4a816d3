// The configuration: one table of options; file, environment and flags poured into it.
export { type FlagGiven, flagNames, type Loaded, loadConfig, type Sources } from './load.ts'
export { nearest } from './nearest.ts'
export { about, type Config, flagsOf, KEYS, type Key } from './options.ts'
export { type Origin, originText } from './origin.ts'
export { ConfigError, type Problem, shown, unknownName } from './problems.ts'
export { GROUPS, type HeaderRule, type RedirectRule } from './shapes.ts'
export { configJson, configTable, notYetInForce } from './show.ts'
