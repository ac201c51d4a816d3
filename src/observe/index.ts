// What is reported, written down.
export { type Colours, coloursIf, wantsColour } from './colour.ts'
export { createLog, type Log, type LogOptions } from './log.ts'
