// Extensions (RFC 6455 section 9.1), of which there is one: permessage-deflate (RFC 7692). What a client offers and a server answers
// is read strictly, since the RFC wants the handshake to fail for what is malformed; an offer whose parameters cannot be
// is merely declined.
import { consistsOf, TOKEN } from '../bytes/classes.ts'
import { endOfQuoted, skipSpace } from '../http/lists.ts'

/** The extension's name in IANA's registry. */
const NAME = 'permessage-deflate'

/** The largest window there is: 2 to the power of 15 bytes, which holds where nothing is said. */
export const MOST_WINDOW_BITS = 15

/** What both sides have agreed on (RFC 7692 section 7.1). */
export interface Agreed {
  /** The server may refer to its earlier messages. */
  readonly serverTakeover: boolean
  /** The client may refer to its earlier messages. */
  readonly clientTakeover: boolean
  /** The server refers back by 2 to the power of this at most: 8 to 15. */
  readonly serverWindowBits: number
  /** The client refers back by 2 to the power of this at most: 8 to 15. */
  readonly clientWindowBits: number
}

/** What a server gives its client. */
export interface Answer {
  /** What is agreed on. */
  readonly agreed: Agreed
  /** The value of Sec-WebSocket-Extensions in the response. */
  readonly text: string
}

/** What a server is able and willing to do. */
export interface ServerTerms {
  /** It compresses with the memory of earlier messages. */
  readonly takeover: boolean
  /** Whether it can keep a window of so many bits for the client's earlier messages, as long as the connection goes on. */
  keeps(windowBits: number): boolean
}

/** What a client asks for; what is left out is as the server likes. */
export interface ClientTerms {
  /** The server shall not refer to its earlier messages: the client need not keep them. */
  readonly serverTakeover?: false | undefined
  /** This client will not refer to its earlier messages. */
  readonly clientTakeover?: false | undefined
  /** The server shall refer back by 2 to the power of this at most: 8 to 15. */
  readonly serverWindowBits?: number | undefined
}

/** The window that a server asks for where it has no room for what the client would use by itself. */
const SMALL_WINDOW_BITS = 10

/**
 * Chooses among a client's offers, the preferred first (RFC 7692 section 5.1): the first one that can be met.
 * @returns null where there is none; 'malformed' where the handshake must fail (RFC 6455 section 9.1)
 */
export function answerTo(offers: string, terms: ServerTerms): Answer | null | 'malformed' {
  const extensions = extensionsIn(offers)
  if (extensions === null) return 'malformed'
  for (const { name, parameters } of extensions) {
    const offer = name === NAME ? settled(parameters, true) : null
    if (offer !== null) return met(offer, terms)
  }
  return null
}

/** What a client offers. @throws RangeError for a window that cannot be */
export function offerText({ serverTakeover, clientTakeover, serverWindowBits }: ClientTerms = {}): string {
  if (serverWindowBits !== undefined && readBits(String(serverWindowBits)) === null) throw notAWindow(serverWindowBits)
  return written([
    serverTakeover === false && 'server_no_context_takeover',
    clientTakeover === false && 'client_no_context_takeover',
    serverWindowBits !== undefined && `server_max_window_bits=${serverWindowBits}`,
    'client_max_window_bits',
  ])
}

/**
 * Judges a server's answer to what a client offered with `offerText` (RFC 7692 sections 5.1 and 7.1).
 * @returns null where the server wants no extension; 'malformed' or 'not-offered' where the client must fail the connection
 */
export function agreedBy(
  answer: string | undefined,
  terms: ClientTerms = {},
): Agreed | null | 'malformed' | 'not-offered' {
  if (answer === undefined) return null
  const extensions = extensionsIn(answer)
  if (extensions === null) return 'malformed'
  const [{ name, parameters }] = extensions
  const given = extensions.length === 1 && name === NAME ? settled(parameters, false) : null
  if (given === null) return 'not-offered'
  const serverWindowBits = given.serverWindowBits ?? MOST_WINDOW_BITS
  if (terms.serverTakeover === false && given.serverTakeover) return 'not-offered'
  if (serverWindowBits > (terms.serverWindowBits ?? MOST_WINDOW_BITS)) return 'not-offered'
  return {
    serverTakeover: given.serverTakeover,
    clientTakeover: given.clientTakeover && terms.clientTakeover !== false,
    serverWindowBits,
    clientWindowBits: given.clientWindowBits ?? MOST_WINDOW_BITS,
  }
}

/** An offer or an answer that can be. */
interface Settled {
  readonly serverTakeover: boolean
  readonly clientTakeover: boolean
  /** Undefined where nothing is said. */
  readonly serverWindowBits: number | undefined
  /** Undefined where nothing is said. */
  readonly clientWindowBits: number | undefined
  /** A window for the client may be named in the answer. */
  readonly clientWindowMayBeSet: boolean
}

function met(offer: Settled, terms: ServerTerms): Answer {
  const { serverWindowBits } = offer
  const most = offer.clientWindowBits ?? MOST_WINDOW_BITS
  const windows = offer.clientWindowMayBeSet ? [most, Math.min(most, SMALL_WINDOW_BITS)] : [MOST_WINDOW_BITS]
  const kept = offer.clientTakeover ? windows.find(bits => terms.keeps(bits)) : undefined
  const clientWindowBits = kept ?? most
  const agreed: Agreed = {
    serverTakeover: offer.serverTakeover && terms.takeover,
    clientTakeover: kept !== undefined,
    serverWindowBits: serverWindowBits ?? MOST_WINDOW_BITS,
    clientWindowBits,
  }
  const text = written([
    !agreed.serverTakeover && 'server_no_context_takeover',
    !agreed.clientTakeover && 'client_no_context_takeover',
    serverWindowBits !== undefined && `server_max_window_bits=${serverWindowBits}`,
    clientWindowBits < MOST_WINDOW_BITS && `client_max_window_bits=${clientWindowBits}`,
  ])
  return { agreed, text }
}

function written(parameters: readonly (string | false)[]): string {
  return [NAME, ...parameters.filter(parameter => parameter !== false)].join('; ')
}

/** What the parameters come to; null where one is unknown, comes twice, or has a value that it cannot have. */
function settled(parameters: readonly Parameter[], offered: boolean): Settled | null {
  const values = new Map<string, string | null>()
  for (const { name, value } of parameters) {
    const takes = VALUES[name]
    if (takes === undefined || values.has(name) || !takes(value, offered)) return null
    values.set(name, value)
  }
  const server = values.get('server_max_window_bits')
  const client = values.get('client_max_window_bits')
  return {
    serverTakeover: !values.has('server_no_context_takeover'),
    clientTakeover: !values.has('client_no_context_takeover'),
    serverWindowBits: server == null ? undefined : Number(server),
    clientWindowBits: client == null ? undefined : Number(client),
    clientWindowMayBeSet: client !== undefined,
  }
}

/** Which values each parameter takes (RFC 7692 section 7.1). */
const VALUES: Readonly<Partial<Record<string, (value: string | null, offered: boolean) => boolean>>> = {
  __proto__: null as never,
  server_no_context_takeover: value => value === null,
  client_no_context_takeover: value => value === null,
  server_max_window_bits: value => value !== null && readBits(value) !== null,
  // Without a value a client says no more than that it would heed one.
  client_max_window_bits: (value, offered) => (value === null ? offered : readBits(value) !== null),
}

/** A decimal from 8 to 15 without leading zeros (RFC 7692 section 7.1.2). */
function readBits(text: string): number | null {
  return /^(?:[89]|1[0-5])$/.test(text) ? Number(text) : null
}

interface Extension {
  readonly name: string
  readonly parameters: readonly Parameter[]
}

interface Parameter {
  readonly name: string
  /** Null where there is none. */
  readonly value: string | null
}

/** The extensions of a field value; null where it does not follow the grammar of RFC 6455 section 9.1. There is at least one. */
function extensionsIn(text: string): readonly [Extension, ...Extension[]] | null {
  const reader = new Reader(text)
  const extensions: Extension[] = []
  do {
    // Empty elements of a list are passed over (RFC 9110 section 5.6.1.2).
    if (reader.atEnd || reader.isAt(',')) continue
    const name = reader.token()
    const parameters: Parameter[] = []
    if (name === null) return null
    while (reader.takes(';')) {
      const parameter = readParameter(reader)
      if (parameter === null) return null
      parameters.push(parameter)
    }
    extensions.push({ name, parameters })
  } while (reader.takes(','))
  return reader.atEnd && isNotEmpty(extensions) ? extensions : null
}

function readParameter(reader: Reader): Parameter | null {
  const name = reader.token()
  if (name === null) return null
  if (!reader.takes('=')) return { name, value: null }
  const value = reader.isAt('"') ? reader.quoted() : reader.token()
  // What is quoted must be a token all the same.
  return value === null || !consistsOf(value, TOKEN) ? null : { name, value }
}

function isNotEmpty(extensions: Extension[]): extensions is [Extension, ...Extension[]] {
  return extensions.length > 0
}

/** Goes through a field value. White space may stand between any two of its parts, as in all of RFC 2616's grammar. */
class Reader {
  private readonly text: string
  private at: number

  constructor(text: string) {
    this.text = text
    this.at = skipSpace(text, 0)
  }

  get atEnd(): boolean {
    return this.at === this.text.length
  }

  isAt(char: string): boolean {
    return this.text[this.at] === char
  }

  takes(char: string): boolean {
    if (!this.isAt(char)) return false
    this.goTo(this.at + 1)
    return true
  }

  token(): string | null {
    const start = this.at
    let end = start
    while (end < this.text.length && TOKEN[this.text.charCodeAt(end)] === 1) end++
    this.goTo(end)
    return end === start ? null : this.text.slice(start, end)
  }

  /** What a quoted string stands for; null where it has no end. */
  quoted(): string | null {
    const start = this.at
    const end = endOfQuoted(this.text, start)
    if (end === -1) return null
    this.goTo(end)
    return this.text.slice(start + 1, end - 1).replace(/\\(.)/g, '$1')
  }

  private goTo(at: number): void {
    this.at = skipSpace(this.text, at)
  }
}

function notAWindow(bits: number): RangeError {
  return new RangeError(`A window has 8 to 15 bits, not ${bits} (RFC 7692 section 7.1.2)`)
}
