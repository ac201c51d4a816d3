// A route for WebSocket connections: its options judged once, when it is written down, and its handshakes answered.
import { Refused, type Reply, type SocketTerms, textOf } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import type { Rooms } from './rooms.ts'
import type { CheckedSocketHandlers, CheckedSocketOptions, SocketOptions } from './socket.ts'
import { checkedDelivery } from './socket-checking.ts'
import { BorrowedMessage, copyOf, viewOf } from './socket-message.ts'
import { ConnectedPeer, type Deliver, type SocketRoute } from './socket-peer.ts'

type AnyOptions = SocketOptions | CheckedSocketOptions

/**
 * Answers handshakes.
 * @throws TypeError for options and handlers that there are not, RangeError for numbers that are none of bytes
 */
export function socketHandler(
  path: string,
  rooms: Rooms,
  handlers: CheckedSocketHandlers,
  options: AnyOptions,
): (context: AnyContext) => Reply {
  checkOptions(path, options)
  checkHandlers(path, handlers, options.schema !== undefined)
  const { protocols, requireProtocol = false, borrow = false, schema, ...limits } = options
  const terms: SocketTerms = { ...limits, chooseProtocol: chooser(path, protocols, requireProtocol) }
  const deliver = schema === undefined ? (borrow ? lent : owned) : checkedDelivery(schema)
  const route: SocketRoute = { handlers, rooms, deliver }
  return context => context.exchange.accept(new ConnectedPeer(context, route), terms)
}

const owned: Deliver = (handlers, peer, text, bytes, start, end, isOwned) => {
  if (text) return handlers.message?.(peer, textOf(bytes, start, end))
  return handlers.message?.(peer, isOwned ? viewOf(bytes, start, end) : copyOf(bytes, start, end))
}

const lent: Deliver = (handlers, peer, text, bytes, start, end) => {
  const message = new BorrowedMessage(text, bytes, start, end)
  try {
    return handlers.message?.(peer, message)
  } finally {
    message.giveBack()
  }
}

/** Chooses the subprotocol, in the terms of the wire: one function for all connections of a route. */
function chooser(path: string, protocols: AnyOptions['protocols'], required: boolean): SocketTerms['chooseProtocol'] {
  if (protocols === undefined) return undefined
  const choose =
    typeof protocols === 'function'
      ? protocols
      : (offered: readonly string[]) => protocols.find(name => offered.includes(name))
  return (offered, user) => {
    const chosen = choose(offered, (user as ConnectedPeer).context)
    if (chosen === undefined || (chosen as string) === '') {
      if (required) throw noProtocol(offered, protocols)
      return undefined
    }
    if (!offered.includes(chosen)) throw notOffered(path, chosen, offered)
    return chosen
  }
}

const OPTIONS: ReadonlySet<string> = new Set([
  'protocols',
  'requireProtocol',
  'borrow',
  'schema',
  'origins',
  'messageBytes',
  'queueBytes',
  'whenFull',
  'compression',
] satisfies (keyof SocketOptions)[])

const HANDLERS: ReadonlySet<string> = new Set([
  'open',
  'message',
  'close',
  'invalid',
] satisfies (keyof CheckedSocketHandlers)[])

function checkOptions(path: string, options: AnyOptions): void {
  for (const name of Object.keys(options)) if (!OPTIONS.has(name)) throw unknownOption(path, name)
  const { protocols, requireProtocol, borrow, schema, origins, messageBytes, queueBytes, whenFull, compression } =
    options
  const wrong = (name: string, wanted: string, value: unknown) => wrongOption(path, name, wanted, value)
  for (const [name, value] of Object.entries({ messageBytes, queueBytes }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      throw wrong(name, 'a number of bytes, a whole one above 0', value)
  for (const [name, value] of Object.entries({ requireProtocol, borrow, compression }))
    if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'true or false', value)
  if (whenFull !== undefined && whenFull !== 'cut' && whenFull !== 'skip')
    throw wrong('whenFull', "'cut' or 'skip'", whenFull)
  if (origins !== undefined && origins !== 'same' && origins !== 'any' && !isOrigins(origins))
    throw wrong('origins', "'same', 'any', or origins such as ['https://app.example'], without a path", origins)
  if (protocols !== undefined && typeof protocols !== 'function' && !isProtocols(protocols))
    throw wrong('protocols', "a function, or distinct tokens such as ['v2.chat', 'v1.chat']", protocols)
  if (requireProtocol && protocols === undefined) throw wrong('requireProtocol', 'set beside protocols', true)
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function')
    throw wrong('schema', 'a schema that keeps to Standard Schema, as those of zod, valibot and arktype do', schema)
  if (schema !== undefined && borrow)
    throw wrong('borrow', 'left out beside a schema, which decodes each message', borrow)
}

function isOrigins(origins: unknown): boolean {
  return Array.isArray(origins) && origins.every(origin => origin === 'null' || URL.parse(origin)?.origin === origin)
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/

function isProtocols(protocols: unknown): boolean {
  return (
    Array.isArray(protocols) &&
    protocols.length > 0 &&
    new Set(protocols).size === protocols.length &&
    protocols.every(name => typeof name === 'string' && TOKEN.test(name))
  )
}

/** Handlers may be of a class, with values of its own beside them: names are judged in plain objects alone. */
function checkHandlers(path: string, handlers: CheckedSocketHandlers, checked: boolean): void {
  if (typeof handlers !== 'object' || handlers === null) throw noHandlers(path, handlers)
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(handlers))
  if (isPlain) for (const name of Object.keys(handlers)) if (!HANDLERS.has(name)) throw unknownHandler(path, name)
  for (const name of HANDLERS) {
    const handler = handlers[name as keyof CheckedSocketHandlers]
    if (handler !== undefined && typeof handler !== 'function') throw noFunction(path, name, handler)
  }
  if (!checked && isPlain && handlers.invalid !== undefined) throw nothingChecked(path)
}

function noProtocol(offered: readonly string[], protocols: NonNullable<AnyOptions['protocols']>): Refused {
  const spoken = typeof protocols === 'function' ? '' : ` This application speaks ${protocols.join(', ')}.`
  const said = offered.length === 0 ? 'none' : offered.join(', ').slice(0, 200)
  return new Refused({
    status: 400,
    rule: 'websocket-no-protocol',
    section: 'RFC 6455 section 4.2.2',
    detail: `The client must offer a subprotocol that is spoken here; it offers ${said}.${spoken}`.replace(/\.$/, ''),
  })
}

function notOffered(path: string, chosen: string, offered: readonly string[]): TypeError {
  return new TypeError(
    `socket ${path}: protocols chose ${JSON.stringify(chosen)}, which the client does not offer: it offers ${offered.join(', ') || 'none'}`,
  )
}

function unknownOption(path: string, name: string): TypeError {
  return new TypeError(`socket ${path} has no option ${name}; there are ${[...OPTIONS].join(', ')}, and hooks`)
}

function wrongOption(path: string, name: string, wanted: string, value: unknown): Error {
  const shown = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value)).slice(0, 80)
  const text = `socket ${path}: the option ${name} must be ${wanted}, not ${shown}`
  return typeof value === 'number' ? new RangeError(text) : new TypeError(text)
}

function noHandlers(path: string, value: unknown): TypeError {
  return new TypeError(
    `socket ${path} takes an object of handlers, { open, message, close }, not ${value === null ? 'null' : `a ${typeof value}`}`,
  )
}

function unknownHandler(path: string, name: string): TypeError {
  return new TypeError(`socket ${path} has no handler ${name}; there are ${[...HANDLERS].join(', ')}`)
}

function noFunction(path: string, name: string, value: unknown): TypeError {
  return new TypeError(
    `socket ${path}: the handler ${name} must be a function, not ${value === null ? 'null' : typeof value}`,
  )
}

function nothingChecked(path: string): TypeError {
  return new TypeError(
    `socket ${path}: the handler invalid is for messages that do not fit a schema, and there is none`,
  )
}
