// The log as people read it: one line for a record, and the lines of a stack indented below it, so that nothing in them
// can pass for a record. Written by hand rather than with a library: it loads in no time, and it is this short.
import { stackOf } from '../exchange/index.ts'
import type { Colours } from './colour.ts'
import { address, line, type Record, requestOf } from './describe.ts'
import type { Format } from './format.ts'
import { clockText } from './time.ts'

export function textFormat(colours: Colours): Format {
  return {
    exchange(event, time) {
      const { exchange, status, sent, duration, complete } = event
      const end = complete ? '' : colours.warning(' (cut off)')
      const outcome = status === 0 ? 'no reply' : String(status)
      return `${head('INFO', time, colours)} ${address(exchange.client.address)} ${requestOf(exchange)} ${statusColour(
        colours,
        status,
      )(outcome)} ${colours.faint(`${size(sent)} ${milliseconds(duration)}`)}${end}\n`
    },
    record({ level, message, error }, time) {
      return `${head(level, time, colours)} ${message}\n${error === undefined ? '' : below(error)}`
    },
  }
}

/** Lines of a stack that are shown: its own and those of a cause or two. */
const LINES_SHOWN = 40

/** The lines of what was thrown, each of them safe to show. */
export function stackLines(error: unknown): string[] {
  return stackOf(error).split('\n').slice(0, LINES_SHOWN).map(line)
}

function below(error: unknown): string {
  return stackLines(error)
    .map(text => `    ${text}\n`)
    .join('')
}

function head(level: Record['level'], time: number, colours: Colours): string {
  return `${colours.faint(clockText(time))} ${levelColour(colours, level)(level.padEnd(7))}`
}

function levelColour(colours: Colours, level: Record['level']) {
  return { DEBUG: colours.faint, INFO: colours.good, WARNING: colours.warning, ERROR: colours.bad }[level]
}

function statusColour(colours: Colours, status: number) {
  if (status === 0 || status >= 500) return colours.bad
  return status >= 400 ? colours.warning : status >= 300 ? colours.link : colours.good
}

function milliseconds(duration: number): string {
  return duration < 10_000 ? `${duration.toFixed(1)} ms` : `${(duration / 1000).toFixed(1)} s`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

function size(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000
    unit++
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`
}
