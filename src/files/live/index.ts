// Live reload while developing (`--live`).
export { type LiveOptions, type LiveReload, liveReload } from './live.ts'
