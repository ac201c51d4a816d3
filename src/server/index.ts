// From a listener to a handler: `serve`.

export type { Tls } from './certificates.ts'
export { Connections, type Ledger } from './connections.ts'
export type { CutRequest, DrainReport } from './drain.ts'
export { hostName } from './host-names.ts'
export type { Place, VirtualHost } from './hosts.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { serve } from './serve.ts'
export type { ServeOptions } from './serve-options.ts'
export { type ServedPlace, type Server, type Servers, serveAll } from './server.ts'
export { type Settings, type SettingsOptions, settingsFrom } from './settings.ts'
