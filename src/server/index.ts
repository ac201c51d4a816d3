// From a listener to a handler: `serve`.
export type { CutConnection, DrainReport } from './drain.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { type Ledger, type ServeOptions, type Server, serve } from './serve.ts'
