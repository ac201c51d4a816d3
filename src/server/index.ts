// From a listener to a handler: `serve`.
export { Connections, type Ledger } from './connections.ts'
export type { CutRequest, DrainReport } from './drain.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { type ServeOptions, type Server, serve } from './serve.ts'
export { type Settings, type SettingsOptions, settingsFrom } from './settings.ts'
