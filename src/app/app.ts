// An application: from an exchange to the route that answers it, and from what that answers with to the reply.
import { type Exchange, type Handler, isSocketHandshake, Refused, Reply, socketExpected } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { asReply } from './answers.ts'
import type { SocketClient } from './asked-socket.ts'
import { type AskOptions, requestOf } from './asking.ts'
import { type ConnectOptions, connectTo } from './connecting.ts'
import { Connections } from './connection.ts'
import { type AnyContext, Context, type ContextSource, type RouteShown } from './context.ts'
import { type Hooks, type Run, withHooks } from './hooks.ts'
import { MountedExchange } from './mounted.ts'
import type { AnyParams } from './params.ts'
import { Room, Rooms } from './rooms.ts'
import { noHooks, type Registry, type RouteSpec, Routes } from './routes.ts'
import { HANDSHAKE, Router } from './routing/index.ts'

/** What an application keeps of its own: values for each request and for each connection. */
export interface AppOptions<State extends object, Own extends object> {
  /** Makes the application's own values for a request, when they are first asked for: `context.state`. */
  readonly state?: () => State
  /** Makes the application's own values for a connection, when they are first asked for: `context.connection.state`. */
  readonly connection?: () => Own
}

/** A route with its hooks around it. */
interface Composed extends RouteSpec {
  /** Handler and hooks as one function; null until the route is asked for, and when hooks have changed. */
  run: Run | null
}

/**
 * A web application: routes, hooks, and the replies to requests, over every wire alike.
 *
 *     const app = new App()
 *     app.get('/hello/:name', ({ params }) => `Hello, ${params.name}`)
 *     await serve(app, { port: 8080 })
 */
export class App<State extends object = object, Own extends object = object> extends Routes<'', State, Own> {
  /** Answers an exchange: what `serve` calls. */
  readonly handler: Handler
  /** The routes in the order they were added, mounted handlers among them: for whoever lists or documents them. The method `*` stands for all. */
  readonly routes: readonly RouteShown[]

  protected readonly registry: Registry
  protected readonly prefix = ''
  protected readonly levels: readonly Hooks[]

  constructor(options: AppOptions<State, Own> = {}) {
    super()
    for (const name of Object.keys(options)) if (!OPTIONS.has(name)) throw unknownOption(name)
    const { state = () => ({}) as State, connection = () => ({}) as Own } = options
    if (typeof state !== 'function') throw noMaker('state', state)
    if (typeof connection !== 'function') throw noMaker('connection', connection)
    const connections = new Connections(connection)
    const source: ContextSource = { state, connectionOf: exchange => connections.of(exchange) }
    const router = new Router<Composed>()
    const composed: Composed[] = []
    const hooks = noHooks()
    /** What answers where no route does. */
    let unrouted: Run | null = null
    this.levels = [hooks]
    this.routes = composed
    this.registry = {
      rooms: new Rooms(),
      add(spec) {
        const route: Composed = { ...spec, run: null }
        if (spec.isSocket) router.addHandshake(spec.method, spec.path, route)
        else router.add(spec.method, spec.path, route)
        composed.push(route)
      },
      changed() {
        for (const route of composed) route.run = null
        unrouted = null
      },
      answerFor,
    }

    this.handler = exchange => {
      let found: ReturnType<typeof router.find>
      try {
        found = routeFor(exchange)
      } catch (error) {
        return compose(throwing(error), [hooks])(new Context(source, exchange, null, {}))
      }
      if (found === null) {
        unrouted ??= compose(noRoute, [hooks])
        return unrouted(new Context(source, exchange, null, {}))
      }
      const { route, params } = found
      route.run ??= compose(context => asReply(context, route.handler(context)), route.levels)
      return route.run(new Context(source, exchange, route, params))
    }

    function routeFor(exchange: Exchange): ReturnType<typeof router.find> {
      const path = exchange.path || '/'
      if (!isSocketHandshake(exchange)) return router.find(exchange.method, path)
      const socket = router.find(HANDSHAKE, path)
      // A server may ignore Upgrade (RFC 9110 section 7.8); over HTTP/2 nothing else is asked for.
      return socket === null && exchange.version !== '2' ? router.find(exchange.method, path) : socket
    }

    function noRoute({ exchange }: AnyContext): Reply {
      const { method, version } = exchange
      // It asks about the server as a whole (RFC 9110 section 9.3.7).
      if (method === 'OPTIONS' && exchange.path === '*') return new Reply(204)
      const isHandshake = isSocketHandshake(exchange)
      if (version === '2' && exchange.protocol !== undefined && !isHandshake) throw unknownProtocol
      const path = exchange.path || '/'
      const allowed = router.allowed(path, version === '2' ? 'CONNECT' : 'GET')
      if (allowed.length === 0) throw notFound
      if (version === '2' && isHandshake) throw noSocket
      const fields = FieldList.of({ Allow: allowed.join(', ') })
      if (method === 'OPTIONS') return new Reply(204, fields)
      if ((method === 'GET' || method === 'HEAD') && router.find(HANDSHAKE, path) !== null)
        throw socketHere(exchange, fields)
      throw methodNotAllowed(exchange, fields)
    }
  }

  /** A room of its WebSocket connections, be anybody in it or not. */
  room(name: string): Room<Context<AnyParams, State, Own>> {
    return new Room(name, this.registry.rooms)
  }

  /** The rooms that somebody is in. */
  get rooms(): readonly Room<Context<AnyParams, State, Own>>[] {
    return this.registry.rooms.names.map(name => this.room(name))
  }

  /**
   * Asks the application without a socket: for tests, and for runtimes that bring requests of their own.
   * What is thrown is answered as a server in development would, with an explanation.
   * @param target a path such as `/todos?done=1` as it is to be sent, a URL, or a Web `Request`
   * @param options what `fetch` takes, and what a connection would tell of the client
   * @throws TypeError for what is no target, FieldError for a field that cannot be sent, and the reason of `options.signal` once it aborts
   */
  request(target: string | URL | Request, options?: AskOptions): Promise<Response> {
    return requestOf(this.handler, target, options)
  }

  /**
   * Connects to the application over WebSocket, without a socket: for tests. The handshake is a request like any other.
   * @param target a path such as `/chat?room=lobby`, or a URL
   * @param options the subprotocols that are offered, fields, and what a connection would tell of the client
   * @throws SocketRefused where the handshake is answered with anything but a WebSocket connection, with that as its `response`
   */
  connect(target: string | URL, options?: ConnectOptions): Promise<SocketClient> {
    return connectTo(this.handler, target, options)
  }
}

const OPTIONS: ReadonlySet<string> = new Set(['state', 'connection'] satisfies (keyof AppOptions<object, object>)[])

/**
 * A handler within its levels of hooks, from the application inwards. What no error hook answers is answered by the application that this one
 * is mounted in, or by the server, so that the outermost `after` hooks see that too.
 */
function compose(handler: Run, levels: readonly Hooks[]): Run {
  const [app, ...inner] = levels
  let run = handler
  for (const level of inner.toReversed()) run = withHooks(run, level, asReply)
  run = withHooks(run, { ...app, after: [] }, asReply)
  if (app.after.length > 0) run = withHooks(answering(run, asItIs), { ...noHooks(), after: app.after }, asReply)
  return answering(run, withFieldsSet)
}

/** Answers for what was thrown by what is mounted within these levels. */
function answerFor(context: AnyContext, error: unknown, levels: readonly Hooks[]): Reply | Promise<Reply> {
  let run = throwing(error)
  for (const level of levels.toReversed()) run = withHooks(run, { ...noHooks(), error: level.error }, asReply)
  return answering(run, asItIs)(context)
}

/** Makes sure of a reply. */
function answering(inner: Run, last: (context: AnyContext, reply: Reply) => Reply): Run {
  const failed = (context: AnyContext, error: unknown): Reply | Promise<Reply> => {
    const { exchange } = context
    const reply = exchange instanceof MountedExchange ? exchange.answerFor(error) : exchange.refuse(error)
    return reply instanceof Reply ? last(context, reply) : reply.then(value => last(context, value))
  }
  return context => {
    try {
      const reply = inner(context)
      if (reply instanceof Reply) return last(context, reply)
      return reply.then(
        value => last(context, value),
        error => failed(context, error),
      )
    } catch (error) {
      return failed(context, error)
    }
  }
}

function asItIs(_: AnyContext, reply: Reply): Reply {
  return reply
}

/** Adds the fields that were set on the way, whatever the reply is. */
function withFieldsSet(context: AnyContext, reply: Reply): Reply {
  return context.complete(reply)
}

function throwing(error: unknown): Run {
  return () => {
    throw error
  }
}

const notFound = new Refused({
  status: 404,
  rule: 'not-found',
  section: 'RFC 9110 section 15.5.5',
  detail: 'The application has no route for this path',
})

const noSocket = new Refused({
  status: 404,
  rule: 'not-found',
  section: 'RFC 9110 section 15.5.5',
  detail: 'The application takes no WebSocket connections at this path',
})

/** An extended CONNECT for something else than WebSocket. */
const unknownProtocol = new Refused({
  status: 501,
  rule: 'protocol-unknown',
  section: 'RFC 9220 section 3',
  detail: 'The application speaks no protocol of that name: CONNECT is for websocket here',
})

/** There are WebSocket connections at the path, and no page. Over HTTP/2 all methods are told, since there is no other status than 405. */
function socketHere(exchange: Exchange, allowed: FieldList): Refused {
  const refused = socketExpected(exchange)
  return exchange.version === '2' ? new Refused({ ...refused.refusal, fields: allowed }) : refused
}

function methodNotAllowed({ method }: Exchange, fields: FieldList): Refused {
  return new Refused({
    status: 405,
    rule: 'method-not-allowed',
    section: 'RFC 9110 section 15.5.6',
    detail: `The application has a route for this path, but not for ${method}: it takes ${fields.get('allow')}`,
    fields,
  })
}

function unknownOption(name: string): TypeError {
  return new TypeError(`App: there is no option ${name}; the options are ${[...OPTIONS].join(', ')}`)
}

function noMaker(name: string, value: unknown): TypeError {
  return new TypeError(
    `App: the option ${name} must be a function that makes the values anew each time, not ${value === null ? 'null' : typeof value}`,
  )
}
