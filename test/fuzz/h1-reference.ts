// A second reader of HTTP/1.1, written from RFC 9110 and 9112 to be obviously right and nothing else: it has the whole
// connection as one text, and judges it line by line with the grammar's own expressions. It shares no code with `src/`.
// It tells the same events as a trace, but of a refusal only that there is one.
import { isIPv6 } from 'node:net'
import { show, showText } from '../h1/notation.ts'

export interface ReferenceLimits {
  readonly headBytes: number
  readonly targetBytes: number
  readonly fieldCount: number
  readonly contentBytes: number
  readonly chunkExtensionBytes: number
}

/** What the bytes say, read to their end, after which the peer sends FIN. `answers` is empty for a server. */
export function readAll(bytes: Uint8Array, answers: readonly string[], limits: ReferenceLimits): string[] {
  const reader = new Reader(Buffer.from(bytes).toString('latin1'), limits)
  try {
    if (answers.length === 0) reader.requests()
    else reader.responses(answers)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    reader.tell('refused')
  }
  return reader.events
}

class Refusal extends Error {}

type Field = readonly [name: string, value: string]
type Framing = number | 'chunked' | 'until close' | 'tunnel'

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([\\x21\\x22\\x24-\\x7e]+) HTTP/1\\.([0-9])$`)
const STATUS_LINE = /^HTTP\/1\.([0-9]) ([1-5][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?$/
const FIELD_LINE = new RegExp(`^(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$`)
const CHUNK_LINE = /^([0-9A-Fa-f]{1,13})((?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?)$/
const REG_NAME = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/
const IP_FUTURE = /^v[0-9A-F]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i

const NOT_IN_TRAILERS =
  /^(content-length|transfer-encoding|host|trailer|te|connection|upgrade|authorization|proxy-authorization|cookie|set-cookie|content-encoding|content-type|content-range|expect)$/i

class Reader {
  readonly events: string[] = []
  private rest: string
  private readonly limits: ReferenceLimits

  constructor(text: string, limits: ReferenceLimits) {
    this.rest = text
    this.limits = limits
  }

  tell(...lines: string[]): void {
    this.events.push(...lines)
  }

  requests(): void {
    while (this.rest !== '' && this.rest !== '\r\n') if (!this.request()) return
  }

  responses(answers: readonly string[]): void {
    for (const answer of answers) if (this.rest === '' || !this.response(answer)) return
  }

  /** Section 3. Says whether another request may follow. */
  private request(): boolean {
    const skipped = this.rest.startsWith('\r\n') ? 2 : 0
    this.rest = this.rest.slice(skipped)
    const [line, ...lines] = this.section(this.limits.headBytes - skipped)
    const [, method, target, digit] = line.match(REQUEST_LINE) ?? refuse()
    const minor = digit === '0' ? 0 : 1
    if (method.length > 32 || target.length > this.limits.targetBytes) refuse()
    if (!isTarget(method, target)) refuse()
    const fields = this.fields(lines)

    const hosts = values(fields, 'host')
    if (hosts.length > 1 || (hosts.length === 0 && minor === 1)) refuse()
    const host = hosts[0] ?? ''
    if (host !== '' && portOf(host) === null) refuse()

    const framing = this.lengthOf(fields, minor) ?? 0
    if (method === 'CONNECT' && framing !== 0) refuse()
    const options = list(fields, 'connection')
    const keep = keepsAlive(options, minor)
    const facts = [`head ${method} ${showText(target)} HTTP/1.${minor}`, host === '' ? 'no host' : `host ${host}`]
    facts.push(lengthFact(framing), keep ? 'keep-alive' : 'close')
    if (values(fields, 'expect').some(value => /^100-continue$/i.test(value)) && framing !== 0 && minor === 1)
      facts.push('expects 100')
    const [upgrade] = values(fields, 'upgrade')
    if (upgrade && options.includes('upgrade') && framing === 0 && minor === 1)
      facts.push(`upgrade ${showText(upgrade)}`)
    this.tell(facts.join(' | '), ...linesOf(fields))
    this.content(framing)
    return keep
  }

  /** Section 4 and 6.3. Says whether another response may follow. */
  private response(answer: string): boolean {
    const [method, upgrade] = answer.split(' with ')
    for (;;) {
      if (this.rest === '') return false
      const [line, ...lines] = this.section(this.limits.headBytes)
      const [, digit, code] = line.match(STATUS_LINE) ?? refuse()
      const minor = digit === '0' ? 0 : 1
      const status = Number(code)
      const fields = this.fields(lines)
      if (values(fields, 'host').length > 1) refuse()
      this.lengthRules(fields)
      if (status === 101 && upgrade === undefined) refuse()

      let framing: Framing
      if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)) framing = 'tunnel'
      else if (method === 'HEAD' || status < 200 || status === 204 || status === 304) framing = 0
      else framing = this.lengthOf(fields, minor) ?? 'until close'

      const keep = keepsAlive(list(fields, 'connection'), minor) && framing !== 'until close' && framing !== 'tunnel'
      const facts = [`head ${status} HTTP/1.${minor}`, lengthFact(framing), keep ? 'keep-alive' : 'close']
      const [switched] = values(fields, 'upgrade')
      if (status === 101 && switched) facts.push(`upgrade ${showText(switched)}`)
      this.tell(facts.join(' | '), ...linesOf(fields))
      if (status < 200 && status !== 101) continue
      this.content(framing)
      return keep
    }
  }

  /** The lines up to the next empty one, which is taken too. No CR and no LF but in CRLF. */
  private section(limit: number): string[] {
    const lines: string[] = []
    const before = this.rest.length
    for (;;) {
      const end = this.rest.indexOf('\r\n')
      if (end === -1) refuse()
      const line = this.rest.slice(0, end)
      this.rest = this.rest.slice(end + 2)
      if (/[\r\n]/.test(line) || before - this.rest.length > limit) refuse()
      if (line === '') return lines.length === 0 ? [''] : lines
      lines.push(line)
    }
  }

  private fields(lines: readonly string[]): Field[] {
    const fields = lines.map(line => line.match(FIELD_LINE) ?? refuse()).map(([, name, value]): Field => [name, value])
    if (fields.length > this.limits.fieldCount) refuse()
    return fields
  }

  /** Section 6: what Transfer-Encoding and Content-Length say; undefined where there is neither. */
  private lengthOf(fields: readonly Field[], minor: number): number | 'chunked' | undefined {
    const length = this.lengthRules(fields)
    if (values(fields, 'transfer-encoding').length === 0) {
      if (length !== undefined && length > this.limits.contentBytes) refuse()
      return length
    }
    if (length !== undefined || minor === 0) refuse()
    if (list(fields, 'transfer-encoding').join() !== 'chunked') refuse()
    return 'chunked'
  }

  /** What is wrong with these fields whether or not they frame the message. */
  private lengthRules(fields: readonly Field[]): number | undefined {
    if (values(fields, 'transfer-encoding').some(value => value.split(',').some(coding => /^[ \t]*$/.test(coding))))
      refuse()
    const lengths = values(fields, 'content-length')
    if (lengths.length > 1 || lengths.some(length => !/^[0-9]{1,15}$/.test(length))) refuse()
    return lengths.length === 0 ? undefined : Number(lengths[0])
  }

  private content(framing: Framing): void {
    if (framing === 'chunked') this.chunks()
    else if (framing === 'until close') this.tellContent(this.take(this.rest.length, this.limits.contentBytes))
    else if (framing === 'tunnel') this.tellContent(this.take(this.rest.length, Number.POSITIVE_INFINITY))
    else {
      const content = this.rest.slice(0, framing)
      this.tellContent(content)
      this.rest = this.rest.slice(framing)
      if (content.length < framing) refuse()
    }
    this.tell('end')
  }

  private take(size: number, limit: number): string {
    const taken = this.rest.slice(0, Math.min(size, limit))
    this.rest = this.rest.slice(taken.length)
    if (taken.length < size) {
      this.tellContent(taken)
      refuse()
    }
    return taken
  }

  /** Section 7.1. */
  private chunks(): void {
    let content = ''
    let extensions = 0
    try {
      for (;;) {
        const end = this.rest.indexOf('\r\n')
        const [, hex, extension] = (end === -1 ? null : this.rest.slice(0, end).match(CHUNK_LINE)) ?? refuse()
        extensions += extension.length
        const size = Number.parseInt(hex, 16)
        if (extensions > this.limits.chunkExtensionBytes || content.length + size > this.limits.contentBytes) refuse()
        this.rest = this.rest.slice(end + 2)
        if (size === 0) break
        content += this.rest.slice(0, size)
        if (this.rest.slice(size, size + 2) !== '\r\n') refuse()
        this.rest = this.rest.slice(size + 2)
      }
    } finally {
      this.tellContent(content)
    }
    const lines = this.section(this.limits.headBytes).filter(line => line !== '')
    const trailers = this.fields(lines)
    this.lengthRules(trailers)
    if (trailers.some(([name]) => NOT_IN_TRAILERS.test(name))) refuse()
    if (trailers.length > 0) this.tell('trailers', ...linesOf(trailers))
  }

  private tellContent(text: string): void {
    if (text !== '') this.tell(`content "${show(Buffer.from(text, 'latin1'))}"`)
  }
}

/** Section 3.2: the four forms. */
function isTarget(method: string, target: string): boolean {
  if (method === 'CONNECT') return /^[1-9]/.test(String(portOf(target) ?? ''))
  if (target.startsWith('/')) return true
  if (target === '*') return method === 'OPTIONS'
  const absolute = target.match(/^https?:\/\/([^/?]+)/i)
  return absolute !== null && portOf(absolute[1]) !== null
}

/** The port of `host[:port]`, '' where there is none, null where the text is no such thing (RFC 3986 section 3.2). */
function portOf(authority: string): number | '' | null {
  const [, host, , port = ''] = authority.match(/^(\[[^\]]*\]|[^:[\]]*)(:([0-9]*))?$/) ?? [null, null]
  if (host === null || host === undefined) return null
  const literal = host.match(/^\[(.*)\]$/)?.[1]
  const valid =
    literal === undefined ? REG_NAME.test(host) : (isIPv6(literal) && !literal.includes('%')) || IP_FUTURE.test(literal)
  if (!valid || Number(port) > 65535) return null
  return port === '' ? '' : Number(port)
}

function values(fields: readonly Field[], name: string): string[] {
  return fields.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
}

function list(fields: readonly Field[], name: string): string[] {
  return values(fields, name).flatMap(value =>
    value.split(',').map(member => member.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase()),
  )
}

/** Section 9.3. */
function keepsAlive(options: readonly string[], minor: number): boolean {
  return !options.includes('close') && (minor === 1 || options.includes('keep-alive'))
}

function lengthFact(framing: Framing): string {
  if (framing === 0) return 'no content'
  return typeof framing === 'number' ? `length ${framing}` : 'length unknown'
}

function linesOf(fields: readonly Field[]): string[] {
  return fields.map(([name, value]) => `  ${name}: ${showText(value)}`.trimEnd())
}

function refuse(): never {
  throw new Refusal()
}
