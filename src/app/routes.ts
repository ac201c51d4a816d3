// Routes and hooks as they are written down: what an application and its groups have in common.
import type { Reply } from '../exchange/index.ts'
import type { AnyContext, Context } from './context.ts'
import { type EventsHandler, type EventsOptions, eventsHandler } from './events.ts'
import { handlerOf, type Mountable } from './handlers.ts'
import type { AfterHook, Answer, AroundHook, BeforeHook, ErrorHook, HookOptions, Hooks } from './hooks.ts'
import { mounted } from './mounted.ts'
import type { Params } from './params.ts'
import type { Rooms } from './rooms.ts'
import { ANY_METHOD } from './routing/index.ts'
import type {
  AgreedProtocol,
  CheckedSocketHandlers,
  CheckedSocketOptions,
  ReceivedMessage,
  SocketHandlers,
  SocketOptions,
  SocketPeer,
} from './socket.ts'
import { socketHandler } from './socket-route.ts'
import type { SchemaOutput, StandardSchema } from './standard-schema.ts'

/** Answers a route's requests. */
export type RouteHandler<Parameters extends object, State extends object, Own extends object> = (
  context: Context<Parameters, State, Own>,
) => Answer | Promise<Answer>

/** What a route can be told: its own hooks. */
export type RouteOptions<Parameters extends object, State extends object, Own extends object> = HookOptions<
  Context<Parameters, State, Own>
>

/** What the method of WebSocket connections is shown as. */
const SOCKET = 'WEBSOCKET'

/** One route, as it was written down. */
export interface RouteSpec {
  readonly method: string
  /** It takes WebSocket handshakes, and nothing else. */
  readonly isSocket: boolean
  /** The whole path, the groups' prefixes included. */
  readonly path: string
  readonly handler: (context: AnyContext) => unknown
  /** The hooks of the levels it is in, from the application inwards to its own. */
  readonly levels: readonly Hooks[]
}

/** Who is told of new routes and hooks. */
export interface Registry {
  readonly rooms: Rooms
  add(spec: RouteSpec): void
  /** A hook was added: what was composed is so no longer. */
  changed(): void
  /** Answers for what was thrown within these levels, by their error hooks from the innermost outwards; else as the server does. */
  answerFor(context: AnyContext, error: unknown, levels: readonly Hooks[]): Reply | Promise<Reply>
}

/** Routes below a prefix, and the hooks around them. */
export abstract class Routes<Prefix extends string, State extends object, Own extends object> {
  protected abstract readonly registry: Registry
  protected abstract readonly prefix: string
  /** The levels from the application to this one. */
  protected abstract readonly levels: readonly Hooks[]

  /** A route for GET; it answers HEAD as well. */
  get<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  get<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  get(path: string, ...rest: Rest): this {
    return this.route(['GET'], path, rest)
  }

  /** A route for POST. */
  post<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  post<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  post(path: string, ...rest: Rest): this {
    return this.route(['POST'], path, rest)
  }

  /** A route for PUT. */
  put<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  put<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  put(path: string, ...rest: Rest): this {
    return this.route(['PUT'], path, rest)
  }

  /** A route for PATCH (RFC 5789). */
  patch<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  patch<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  patch(path: string, ...rest: Rest): this {
    return this.route(['PATCH'], path, rest)
  }

  /** A route for DELETE. */
  delete<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  delete<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  delete(path: string, ...rest: Rest): this {
    return this.route(['DELETE'], path, rest)
  }

  /** A route for every method: HEAD and OPTIONS too are answered by the handler. */
  all<const Path extends string>(path: Path, handler: HandlerAt<Prefix, Path, State, Own>): this
  all<const Path extends string>(
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  all(path: string, ...rest: Rest): this {
    return this.route([ANY_METHOD], path, rest)
  }

  /** One handler for several methods, or one of which there is no shorthand: `on(['GET', 'POST'], …)`, `on('PROPFIND', …)`. Methods are case-sensitive. */
  on<const Path extends string>(
    method: string | readonly string[],
    path: Path,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  on<const Path extends string>(
    method: string | readonly string[],
    path: Path,
    options: OptionsAt<Prefix, Path, State, Own>,
    handler: HandlerAt<Prefix, Path, State, Own>,
  ): this
  on(method: string | readonly string[], path: string, ...rest: Rest): this {
    return this.route(typeof method === 'string' ? [method] : method, path, rest)
  }

  /**
   * A stream of server-sent events (WHATWG HTML section 9.2): a GET that is answered with what the generator yields, until it
   * returns or the client goes away.
   */
  events<const Path extends string>(
    path: Path,
    handler: EventsHandler<Context<Params<`${Prefix}${Path}`>, State, Own>>,
  ): this
  events<const Path extends string>(
    path: Path,
    options: EventsOptions & OptionsAt<Prefix, Path, State, Own>,
    handler: EventsHandler<Context<Params<`${Prefix}${Path}`>, State, Own>>,
  ): this
  events(path: string, ...rest: readonly unknown[]): this {
    const [options, handler] = optionsAndHandler(`events ${path}`, rest)
    const { before, after, around, error, ...own } = options as EventsOptions & AnyHooks
    const hooks = { before, after, around, error }
    return this.route(['GET'], path, [hooks, eventsHandler(handler as EventsHandler<AnyContext>, own)])
  }

  /**
   * WebSocket connections (RFC 6455, and RFC 8441 over HTTP/2). The handshake is a request like any other, with hooks, parameters and context;
   * a page for GET can have the same path.
   */
  socket<const Path extends string>(
    path: Path,
    handlers: SocketHandlers<SocketPeer<ContextAt<Prefix, Path, State, Own>, ''>>,
  ): this
  socket<
    const Path extends string,
    const Protocol extends string = never,
    Required extends boolean = false,
    Borrow extends boolean = false,
  >(
    path: Path,
    options: SocketOptions<Protocol, Required, Borrow, ContextAt<Prefix, Path, State, Own>> &
      OptionsAt<Prefix, Path, State, Own>,
    handlers: SocketHandlers<
      SocketPeer<ContextAt<Prefix, Path, State, Own>, AgreedProtocol<Protocol, Required>>,
      ReceivedMessage<Borrow>
    >,
  ): this
  socket<
    const Path extends string,
    Schema extends StandardSchema,
    const Protocol extends string = never,
    Required extends boolean = false,
  >(
    path: Path,
    options: CheckedSocketOptions<Schema, Protocol, Required, ContextAt<Prefix, Path, State, Own>> &
      OptionsAt<Prefix, Path, State, Own>,
    handlers: CheckedSocketHandlers<
      SocketPeer<ContextAt<Prefix, Path, State, Own>, AgreedProtocol<Protocol, Required>>,
      SchemaOutput<Schema>
    >,
  ): this
  socket(path: string, ...rest: readonly unknown[]): this {
    const [options, handlers] = rest.length === 1 ? [{}, rest[0]] : rest
    if (rest.length > 2 || typeof options !== 'object' || options === null) throw noOptions(`socket ${path}`)
    const { before, after, around, error, ...own } = options as SocketOptions & AnyHooks
    const handler = socketHandler(path, this.registry.rooms, handlers as SocketHandlers, own)
    return this.route([SOCKET], path, [{ before, after, around, error }, handler], true)
  }

  /**
   * Routes below a prefix, with hooks of their own: `app.group('/admin', admin => { admin.before(requireAdmin); … })`. Inside, `/` is the
   * prefix itself, with and without a slash at its end.
   */
  group<const Path extends string>(path: Path, define: (group: Group<`${Prefix}${Path}`, State, Own>) => void): this {
    if (path !== '' && !/^\/.*[^/]$/s.test(path)) throw wrongGroup(path)
    if (typeof define !== 'function') throw noFunction(`What defines the group ${path}`, define)
    define(new Group(this.registry, `${this.prefix}${path}`, this.levels))
    return this
  }

  /**
   * Gives everything below a prefix to a handler: a folder, another application, or anything with `fetch`. It sees paths without
   * the prefix. Routes that say more of a path than the prefix does come first.
   */
  mount(path: string, what: Mountable): this {
    if (!path.startsWith('/') || /[*?]/.test(path)) throw wrongPrefix(path)
    const handler = handlerOf(what)
    const below = path.replace(/\/$/, '')
    const segments = `${this.prefix}${below}`.split('/').length - 1
    const { registry, levels } = this
    const run = (context: AnyContext) =>
      handler(mounted(context.exchange, segments, error => registry.answerFor(context, error, levels)))
    if (segments > 0) this.route([ANY_METHOD], below, [run])
    return this.route([ANY_METHOD], `${below}/*`, [run])
  }

  /** Adds a hook that runs before the handlers inside. It may answer in their place. */
  before(hook: BeforeHook<Context<Params<Prefix>, State, Own>>): this {
    return this.hook('before', hook)
  }

  /** Adds a hook that sees each reply, and may answer with another. */
  after(hook: AfterHook<Context<Params<Prefix>, State, Own>>): this {
    return this.hook('after', hook)
  }

  /** Adds a hook around the handlers inside. */
  around(hook: AroundHook<Context<Params<Prefix>, State, Own>>): this {
    return this.hook('around', hook)
  }

  /** Adds a hook that may answer for what was thrown inside. */
  error(hook: ErrorHook<Context<Params<Prefix>, State, Own>>): this {
    return this.hook('error', hook)
  }

  private hook(kind: keyof Hooks, hook: unknown): this {
    const own = this.levels.at(-1) as Hooks
    own[kind].push(checked(kind, hook) as never)
    this.registry.changed()
    return this
  }

  private route(methods: readonly string[], path: string, rest: readonly unknown[], isSocket = false): this {
    if (methods.length === 0) throw noMethods(path)
    const [options, handler] = optionsAndHandler(`${methods.join(', ')} ${path}`, rest)
    const levels = [...this.levels, hooksOf(options)]
    for (const each of this.paths(path))
      for (const method of methods) this.registry.add({ method, isSocket, path: each, handler, levels })
    return this
  }

  /** The whole paths that a route's path stands for. */
  private paths(path: string): readonly string[] {
    const { prefix } = this
    if (prefix === '') return [path]
    if (path !== '' && !path.startsWith('/')) throw noSlash(path, prefix)
    return path === '/' ? [prefix, `${prefix}/`] : [prefix + path]
  }
}

/** Routes below a prefix of an application. */
export class Group<Prefix extends string, State extends object, Own extends object> extends Routes<Prefix, State, Own> {
  protected readonly registry: Registry
  protected readonly prefix: string
  protected readonly levels: readonly Hooks[]

  constructor(registry: Registry, prefix: string, outer: readonly Hooks[]) {
    super()
    this.registry = registry
    this.prefix = prefix
    this.levels = [...outer, noHooks()]
  }
}

export function noHooks(): Hooks {
  return { before: [], after: [], around: [], error: [] }
}

type HandlerAt<Prefix extends string, Path extends string, State extends object, Own extends object> = RouteHandler<
  Params<`${Prefix}${Path}`>,
  State,
  Own
>

type OptionsAt<Prefix extends string, Path extends string, State extends object, Own extends object> = RouteOptions<
  Params<`${Prefix}${Path}`>,
  State,
  Own
>

type ContextAt<Prefix extends string, Path extends string, State extends object, Own extends object> = Context<
  Params<`${Prefix}${Path}`>,
  State,
  Own
>

type AnyHooks = HookOptions<AnyContext>
type AnyHandler = RouteSpec['handler']
// biome-ignore lint/suspicious/noExplicitAny: the overloads above say what is allowed.
type Rest = readonly any[]

/**
 * What a route is given behind its path: options, where there are any, and the handler.
 * @throws TypeError for anything else: a function in the place of the options, which would never run, above all
 */
function optionsAndHandler(route: string, rest: Rest): [options: AnyHooks, handler: AnyHandler] {
  const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest
  if (rest.length > 2 || typeof options !== 'object' || options === null) throw noOptions(route)
  if (typeof handler !== 'function') throw noFunction(`The handler of ${route}`, handler)
  return [options, handler]
}

/** The hooks among a route's options. @throws TypeError for an option that there is not, and a hook that is no function */
function hooksOf(options: AnyHooks): Hooks {
  const hooks = noHooks()
  for (const [name, given] of Object.entries(options)) {
    if (!Object.hasOwn(hooks, name)) throw unknownOption(name)
    const kind = name as keyof Hooks
    for (const hook of given === undefined ? [] : [given].flat()) hooks[kind].push(checked(kind, hook) as never)
  }
  return hooks
}

function checked(kind: keyof Hooks, hook: unknown): unknown {
  if (typeof hook !== 'function') throw noFunction(`A hook of the kind ${kind}`, hook)
  return hook
}

function noOptions(route: string): TypeError {
  return new TypeError(
    `${route} takes options, which are an object, and a handler: functions that run before it are given as { before: [first, second] }`,
  )
}

function unknownOption(name: string): TypeError {
  return new TypeError(`A route has no option ${name}; it can be given hooks: before, after, around, error`)
}

function wrongPrefix(path: string): TypeError {
  return new TypeError(
    `What is mounted is mounted below a prefix that begins with a slash and has no wildcard and no optional part, not ${JSON.stringify(path)}`,
  )
}

function wrongGroup(path: string): TypeError {
  return new TypeError(
    `A group's prefix is empty, or begins with a slash and does not end with one, not ${JSON.stringify(path)}: what is inside adds its own`,
  )
}

function noSlash(path: string, prefix: string): TypeError {
  return new TypeError(
    `A path in a group is empty or begins with a slash: ${JSON.stringify(path)} would make ${JSON.stringify(prefix + path)} of the prefix ${JSON.stringify(prefix)}`,
  )
}

function noMethods(path: string): TypeError {
  return new TypeError(`on([], ${JSON.stringify(path)}) names no method: name at least one, or use all(…)`)
}

function noFunction(what: string, value: unknown): TypeError {
  return new TypeError(`${what} must be a function, not ${value === null ? 'null' : typeof value}`)
}
