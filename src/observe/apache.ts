// The Common and the Combined Log Format, byte for byte as Apache's mod_log_config writes `%h %l %u %t "%r" %>s %b` and
// the same with `"%{Referer}i" "%{User-agent}i"`. They have lines for requests alone.
import { parseBasic } from '../http/auth.ts'
import { redactTarget } from '../http/secrets.ts'
import type { ExchangeEvent, Format } from './format.ts'
import { apacheTime } from './time.ts'

/** A request whose client left before there was a reply; nginx's number for it. */
const CLIENT_LEFT = 499

/** Longest target, Referer or User-Agent in a line: a request's head may be 32 KiB. */
const LONGEST = 4096

export function apacheFormat(combined: boolean): Pick<Format, 'exchange'> {
  return {
    exchange: (event, time) =>
      combined
        ? `${common(event, time)} ${quoted(event, 'referer')} ${quoted(event, 'user-agent')}\n`
        : `${common(event, time)}\n`,
  }
}

function common({ exchange, status, sent }: ExchangeEvent, time: number): string {
  const host = exchange.client.address || '-'
  const request = `${escaped(exchange.method)} ${escaped(redactTarget(exchange.target))} HTTP/${version(exchange.version)}`
  return `${escaped(host)} - ${user(exchange.fields.get('authorization'))} [${apacheTime(time)}] "${request}" ${status || CLIENT_LEFT} ${sent || '-'}`
}

function quoted({ exchange }: ExchangeEvent, name: 'referer' | 'user-agent'): string {
  const value = exchange.fields.get(name)
  if (value === undefined || value === '') return '"-"'
  return `"${escaped(name === 'referer' ? redactTarget(value) : value)}"`
}

/** `HTTP/2.0`, as Apache and nginx write it. */
function version(version: string): string {
  return version.includes('.') ? version : `${version}.0`
}

/** The name that was sent. Apache leaves its spaces, which would let a client forge the parts that follow: they are escaped here. */
function user(authorization: string | undefined): string {
  if (authorization === undefined) return '-'
  const credentials = parseBasic(authorization)
  if (credentials === null) return '-'
  return credentials.user === '' ? '""' : escaped(credentials.user).replaceAll(' ', '\\x20')
}

const SHORT: Readonly<{ [char: string]: string }> = {
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be found
const UNSAFE = /[\x00-\x1f"\\\x7f-\uffff]/
const EACH_UNSAFE = new RegExp(UNSAFE, 'g')

/** Text as Apache escapes a log item: `\"`, `\\`, C's letters for control characters, `\xhh` for other bytes that cannot be printed. */
function escaped(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
  if (!UNSAFE.test(cut)) return cut
  return cut.replace(EACH_UNSAFE, char => SHORT[char] ?? hex(char))
}

/** The bytes of a character: one of latin1 as it came in a field, else of its UTF-8. */
function hex(char: string): string {
  if (char.charCodeAt(0) <= 0xff) return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  return Array.from(new TextEncoder().encode(char), byte => `\\x${byte.toString(16)}`).join('')
}
