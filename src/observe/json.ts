// The log as programs read it: one JSON object a line. JSON.stringify alone makes it, which is what a logging library
// would come down to for these few shapes, without the 15 ms it takes to load one.
import { redactTarget } from '../http/secrets.ts'
import type { Format } from './format.ts'
import { stackLines } from './text.ts'

const LONGEST = 4096

export const jsonFormat: Format = {
  exchange({ exchange, status, sent, duration, complete }, time) {
    const { client, peer } = exchange
    return write({
      time: new Date(time).toISOString(),
      level: 'INFO',
      message: 'request',
      client: client.address,
      connection: peer.connection,
      method: exchange.method,
      scheme: client.scheme,
      host: cut(client.host),
      target: cut(redactTarget(exchange.target)),
      version: exchange.version,
      status,
      sent,
      duration: Math.round(duration * 1000) / 1000,
      complete,
      referer: cut(redactTarget(exchange.fields.get('referer') ?? '')) || undefined,
      userAgent: cut(exchange.fields.get('user-agent') ?? '') || undefined,
    })
  },
  record({ level, message, facts, error }, time) {
    const stack = error === undefined ? undefined : stackLines(error).join('\n')
    return write({ time: new Date(time).toISOString(), level, message, ...facts, error: stack })
  },
}

/** One line: JSON escapes what would end it, and here what a terminal or a reader of lines could trip over as well. */
function write(value: object): string {
  const json = JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, unicode)
  return `${json}\n`
}

function unicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
