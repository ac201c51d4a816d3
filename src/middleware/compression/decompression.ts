// Decompression of what clients send: a hook that lets `context.body` read content with a Content-Encoding.
import type { Body, Exchange } from '../../exchange/index.ts'
import { elements } from '../../http/lists.ts'
import { AVAILABLE, type Coding } from './codings.ts'
import { DecodedBody } from './decoded-body.ts'
import { type Bounds, DecodingBounds, type Received } from './decoding-bounds.ts'
import { tooManyCodings, unknownCoding } from './decoding-errors.ts'
import { CodecMemory } from './memory.ts'

/** How much a request's content may become. */
export interface DecompressionOptions {
  /** The most bytes that content may decompress to; with more the client gets 413. Default: 10 MB. What reads the body has limits of its own as well. */
  readonly limit?: number
  /** The most bytes that one byte of it may become, once it is over 1 MB; with more the client gets 413. Default: 200. */
  readonly ratio?: number
  /**
   * The most bytes that all decompression at a time may take for its windows; with more clients get 503. Default: 64 MB, shared with all others
   * who leave it out.
   */
  readonly memory?: number
}

/** What the hook needs of a context. */
export interface Decompressing {
  /** The exchange whose content may be compressed. */
  readonly exchange: Exchange
  /** The request's content. */
  readonly body: {
    /** Reads this from now on, in which one coding after the other has been taken off. */
    replace(content: Body, coding: string): void
  }
}

const MB = 1024 * 1024

/** As much as an upload on the command line. */
const LIMIT = 10 * MB
/** As Apache's mod_deflate: real content stays far below. */
const RATIO = 200
/** Codings one over the other. One is what clients send; more only multiply. */
const MOST_CODINGS = 3
const shared = new CodecMemory(64 * MB)

/**
 * Lets `context.body` read content that comes compressed with gzip, deflate, br or zstd: `app.before(decompression())`. Without it such content
 * is refused. A coding that is not known is answered with 415, what is broken or cut off with 400, what becomes too much with 413.
 * @throws TypeError for options that are wrong
 */
export function decompression(options: DecompressionOptions = {}): (context: Decompressing) => void {
  const bounds = boundsOf(options)
  return ({ exchange, body }) => {
    const value = exchange.fields.get('content-encoding')
    if (value === undefined) return
    const codings = codingsOf(value)
    if (codings.length === 0) return
    const received: Received = { bytes: 0 }
    let content: Body = counted(exchange.content, received)
    // The last one named was applied last (RFC 9110 section 8.4).
    for (const coding of codings.toReversed())
      content = new DecodedBody(content, coding, new DecodingBounds(bounds, received, coding))
    body.replace(content, value)
  }
}

/** The codings of a Content-Encoding, as they were applied. @throws Refused where one is not known, or they are too many */
export function codingsOf(value: string): Coding[] {
  const named = elements(value.toLowerCase()).filter(name => name !== 'identity')
  if (named.length > MOST_CODINGS) throw tooManyCodings(MOST_CODINGS)
  return named.map(name => {
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (!(AVAILABLE as readonly string[]).includes(coding)) throw unknownCoding(name)
    return coding as Coding
  })
}

function boundsOf(options: DecompressionOptions): Bounds {
  for (const name of Object.keys(options)) {
    if (name !== 'limit' && name !== 'ratio' && name !== 'memory') throw unknownOption(name)
    const value = options[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= (name === 'ratio' ? 1 : 0)))
      throw wrongOption(name, value)
  }
  const { limit = LIMIT, ratio = RATIO, memory } = options
  return { limit, ratio, memory: memory === undefined ? shared : new CodecMemory(memory) }
}

function counted(source: Body, received: Received): Body {
  const count = <C extends Uint8Array | null>(chunk: C): C => {
    received.bytes += chunk?.length ?? 0
    return chunk
  }
  return {
    length: source.length,
    pull() {
      const chunk = source.pull()
      return chunk instanceof Promise ? chunk.then(count) : count(chunk)
    },
    cancel: reason => source.cancel(reason),
  }
}

function wrongOption(name: string, value: unknown): TypeError {
  const expected = name === 'ratio' ? 'a whole number from 1' : 'a whole number of bytes from 0'
  return new TypeError(`decompression: the option ${name} must be ${expected}, not ${String(value).slice(0, 80)}`)
}

function unknownOption(name: string): TypeError {
  return new TypeError(`decompression: there is no option ${name}; the options are limit, ratio, memory`)
}
