// What must hold for any Sec-WebSocket-Extensions: it is read as a plain reader of RFC 6455 section 9.1 reads it, a server answers the first offer
// that RFC 7692 section 7.1 lets it take, with what that section lets it answer, and a client takes just such answers.
import assert from 'node:assert/strict'

/** What negotiates: `src/websocket`, or a copy of it with a fault planted in. */
export type ExtensionsRoom = Pick<typeof import('../../src/websocket/index.ts'), 'answerTo' | 'agreedBy' | 'offerText'>

type Parameters = ReadonlyMap<string, string | null>

interface Extension {
  readonly name: string
  /** null where one comes twice. */
  readonly parameters: Parameters | null
  /** How many it has. */
  readonly count: number
}

const NAME = 'permessage-deflate'
const SERVER_ALONE = 'server_no_context_takeover'
const CLIENT_ALONE = 'client_no_context_takeover'
const SERVER_BITS = 'server_max_window_bits'
const CLIENT_BITS = 'client_max_window_bits'

/** The first byte chooses the terms, and whether there is an offer or an answer; if the second is even, its text follows, else words. @returns what happened */
export function checkExtensions(room: ExtensionsRoom, input: Uint8Array): string[] {
  const choice = input[0] ?? 0
  const rest = input.subarray(2)
  const isText = (input[1] ?? 0) % 2 === 0
  const text = isText ? fieldValue(rest) : Array.from(rest, byte => WORDS[byte % WORDS.length]).join('')
  return (choice & 1) === 0 ? checkOffer(room, choice, text) : checkAnswer(room, choice, text)
}

/** A field value has no control characters but tab. */
export function fieldValue(bytes: Uint8Array): string {
  return Buffer.from(bytes.map(byte => ((byte < 0x20 && byte !== 0x09) || byte === 0x7f ? 0x20 : byte))).toString(
    'latin1',
  )
}

function checkOffer({ answerTo, agreedBy }: ExtensionsRoom, choice: number, text: string): string[] {
  const most = 6 + (choice >> 4)
  const terms = { takeover: (choice & 2) === 0, keeps: (bits: number) => (choice & 4) === 0 || bits <= most }
  const answer = answerTo(text, terms)
  const extensions = parsed(text)
  if (extensions === null) {
    assert.equal(answer, 'malformed')
    return ['malformed']
  }
  const offer = extensions.find(({ name, parameters }) => name === NAME && parameters !== null && isOffer(parameters))
  if (offer === undefined) {
    assert.equal(answer, null, `answered an offer that cannot be taken: ${JSON.stringify(answer)}`)
    return [`declined ${extensions.map(({ name, count }) => (name === NAME ? count : '-')).join()}`]
  }
  assert.ok(answer !== null && answer !== 'malformed', `${answer}, though there is an offer that can be taken`)
  const [given, ...more] = parsed(answer.text) ?? []
  assert.ok(given?.name === NAME && given.parameters !== null && more.length === 0, answer.text)
  assert.ok(isResponse(given.parameters), answer.text)
  checkFit(offer.parameters!, given.parameters, answer.text)
  assert.deepEqual(answer.agreed, agreedIn(given.parameters))
  if (answer.agreed.clientTakeover) assert.ok(terms.keeps(answer.agreed.clientWindowBits), 'a promise it cannot keep')
  if (!terms.takeover) assert.equal(answer.agreed.serverTakeover, false)
  assert.deepEqual(agreedBy(answer.text), answer.agreed, 'a client understands something else')
  return [`${[...offer.parameters!.keys()].sort().join()} > ${[...given.parameters.keys()].sort().join()}`, answer.text]
}

/** What the answer may say to the offer. */
function checkFit(offer: Parameters, given: Parameters, text: string): void {
  if (offer.has(SERVER_ALONE)) assert.ok(given.has(SERVER_ALONE), text)
  if (offer.has(CLIENT_ALONE)) assert.ok(given.has(CLIENT_ALONE), text)
  if (offer.has(SERVER_BITS)) assert.ok(Number(given.get(SERVER_BITS) ?? 15) <= Number(offer.get(SERVER_BITS)), text)
  if (given.has(CLIENT_BITS)) assert.ok(offer.has(CLIENT_BITS), text)
  const most = offer.get(CLIENT_BITS) ?? '15'
  if (given.has(CLIENT_BITS)) assert.ok(Number(given.get(CLIENT_BITS)) <= Number(most), text)
}

function checkAnswer({ agreedBy }: ExtensionsRoom, choice: number, text: string): string[] {
  const terms = {
    ...((choice & 2) === 0 ? {} : { serverTakeover: false as const }),
    ...((choice & 4) === 0 ? {} : { clientTakeover: false as const }),
    ...((choice & 8) === 0 ? {} : { serverWindowBits: 8 + (choice >> 5) }),
  }
  const agreed = agreedBy(text, terms)
  const extensions = parsed(text)
  if (extensions === null) {
    assert.equal(agreed, 'malformed')
    return ['malformed answer']
  }
  const [{ name, parameters }] = extensions
  const fits =
    extensions.length === 1 &&
    name === NAME &&
    parameters !== null &&
    isResponse(parameters) &&
    (terms.serverTakeover !== false || parameters.has(SERVER_ALONE)) &&
    Number(parameters.get(SERVER_BITS) ?? 15) <= (terms.serverWindowBits ?? 15)
  if (!fits) {
    assert.equal(agreed, 'not-offered')
    return [`answer of ${extensions.length} that does not fit`]
  }
  const expected = agreedIn(parameters)
  const clientTakeover = expected.clientTakeover && terms.clientTakeover !== false
  assert.deepEqual(agreed, { ...expected, clientTakeover })
  return [`answer ${[...parameters.keys()].sort().join()}`]
}

function agreedIn(given: Parameters) {
  return {
    serverTakeover: !given.has(SERVER_ALONE),
    clientTakeover: !given.has(CLIENT_ALONE),
    serverWindowBits: Number(given.get(SERVER_BITS) ?? 15),
    clientWindowBits: Number(given.get(CLIENT_BITS) ?? 15),
  }
}

const BITS = ['8', '9', '10', '11', '12', '13', '14', '15']

function isOffer(parameters: Parameters): boolean {
  return [...parameters].every(([name, value]) => (name === CLIENT_BITS && value === null) || isParameter(name, value))
}

function isResponse(parameters: Parameters): boolean {
  return [...parameters].every(([name, value]) => isParameter(name, value))
}

function isParameter(name: string, value: string | null): boolean {
  if (name === SERVER_ALONE || name === CLIENT_ALONE) return value === null
  if (name === SERVER_BITS || name === CLIENT_BITS) return value !== null && BITS.includes(value)
  return false
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const PARAMETER = `;[ \\t]*${TOKEN}[ \\t]*(?:=[ \\t]*(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")[ \\t]*)?`
const ELEMENT = new RegExp(`^[ \\t]*(${TOKEN})[ \\t]*((?:${PARAMETER})*)$`)

/** The extensions of a value; null where it is no list of at least one. */
function parsed(text: string): Extension[] | null {
  const elements = text.match(/(?:"(?:[^"\\]|\\.)*"|[^",]|")+/g) ?? []
  const extensions: Extension[] = []
  for (const element of elements) {
    if (/^[ \t]*$/.test(element)) continue
    const [, name, rest] = element.match(ELEMENT) ?? []
    if (name === undefined) return null
    const pairs = [...rest.matchAll(new RegExp(PARAMETER, 'g'))].map(([whole]) => pairOf(whole.slice(1)))
    if (pairs.some(([, value]) => value !== null && !new RegExp(`^${TOKEN}$`).test(value))) return null
    const parameters = new Map(pairs)
    extensions.push({ name, parameters: parameters.size === pairs.length ? parameters : null, count: pairs.length })
  }
  return extensions.length === 0 ? null : extensions
}

function pairOf(text: string): [name: string, value: string | null] {
  const [, name, value] = text.match(/^[ \t]*([^=\s]+)[ \t]*(?:=[ \t]*(.*?)[ \t]*)?$/s)!
  if (value === undefined) return [name, null]
  return [name, value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value]
}

const WORDS = [
  NAME,
  `; ${SERVER_ALONE}`,
  `; ${CLIENT_ALONE}`,
  `; ${SERVER_BITS}=10`,
  `; ${SERVER_BITS}=11`,
  `; ${SERVER_BITS}=16`,
  `; ${CLIENT_BITS}`,
  `; ${CLIENT_BITS}=9`,
  ', ',
  ';',
  '="8"',
  '=15',
  '=16',
  '"1\\0"',
  ' ; x="a, b"',
  '\t',
]

export const EXTENSIONS_DICTIONARY = WORDS.map(word => Buffer.from(word))

export function extensionsSeeds(): Uint8Array[] {
  const texts = [
    NAME,
    `${NAME}; ${CLIENT_BITS}`,
    `${NAME}; ${SERVER_BITS}=10; ${CLIENT_BITS}=12, ${NAME}`,
    `${NAME}; ${SERVER_ALONE}; ${CLIENT_ALONE}`,
    `foo; bar="b;a,z", ${NAME}; ${SERVER_BITS}="9"`,
    `${NAME}; ${SERVER_BITS}=7, x`,
    `${NAME}; ${SERVER_ALONE}; ${SERVER_ALONE}`,
    `, ,${NAME} ,`,
    `${NAME}; ${SERVER_BITS}=10`,
    `${NAME}; ${SERVER_BITS}=15; ${CLIENT_BITS}=15`,
  ]
  const words = [0, 1, 2, 3, 0x24, 0x49].map((choice, i) => Buffer.of(choice, 1, 0, ...[1, 2, 3, 4, 5].slice(i % 4)))
  const written = texts.flatMap(text =>
    [0, 1, 6, 3, 0x84, 0x49, 0x2b].map(choice => Buffer.concat([Buffer.of(choice, 0), Buffer.from(text)])),
  )
  return [...written, ...words]
}
