// Applications: routes, hooks, contexts, and everything that can be served as one.
export { App, type AppOptions } from './app.ts'
export type { SocketClient, SocketEnd } from './asked-socket.ts'
export type { AskOptions } from './asking.ts'
export type { EventsClock } from './beat.ts'
export { type ConnectOptions, SocketRefused } from './connecting.ts'
export type { Connection } from './connection.ts'
export type { Context, RouteShown } from './context.ts'
export type { YieldedEvent } from './event-body.ts'
export { type Events, type EventsHandler, type EventsOptions, eventStream } from './events.ts'
export {
  type FetchApp,
  type FetchContext,
  type FetchEnvironment,
  type FetchOptions,
  fetchHandler,
} from './fetch/index.ts'
export { handlerOf, type Mountable } from './handlers.ts'
export type { AfterHook, Answer, AroundHook, BeforeHook, ErrorHook, HookOptions } from './hooks.ts'
export type { ListenFrom } from './listener.ts'
export type { AnyParams, Params, ParamTypes } from './params.ts'
export type { RequestBody } from './request-body.ts'
export type { Room } from './rooms.ts'
export type { Group, RouteHandler, RouteOptions, Routes } from './routes.ts'
export type {
  AgreedProtocol,
  Audience,
  CheckedSocketHandlers,
  CheckedSocketOptions,
  ReceivedMessage,
  SocketHandlers,
  SocketOptions,
  SocketPeer,
  SocketProblem,
  SocketTermsOptions,
} from './socket.ts'
export type { Message, Sendable } from './socket-message.ts'
export type { SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from './standard-schema.ts'
export { ListenerTooSlow, type ListenOptions, Topic, type TopicOptions } from './topic.ts'
