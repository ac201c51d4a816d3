// Hooks, and the one function that a handler and all its hooks become: made when a route is first asked for and again
// when hooks have changed, never for a request. What needs no promise gets none.
//
// Each level (the app, a group, a route) goes round the one below it like this:
//
//   around ─▶ before ─▶ (the level below) ─▶ error, if anything threw ─▶ after
//
// `before` and `around` run from the app inwards, in the order they were added; `error` and `after` from the route outwards.
import { isThenable, isThrown, Refused, Reply } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'

/** What a handler may answer with: a reply, or what becomes one. A string is sent as text/plain, never as HTML. */
export type Answer = Reply | Response | string | Uint8Array

/** Runs before the handler, and may answer in its place. */
export type BeforeHook<Context> = (
  context: Context,
) => Answer | undefined | void | Promise<Answer | undefined> | Promise<void>

/** Sees each reply before it is sent, also those of hooks and to what was refused, and may answer with another. Must not consume the body unless it replaces it. */
export type AfterHook<Context> = (
  context: Context,
  reply: Reply,
) => Answer | undefined | void | Promise<Answer | undefined> | Promise<void>

/** Runs around all that is inside of it: `next` goes on, once, and gives the reply. */
export type AroundHook<Context> = (context: Context, next: () => Reply | Promise<Reply>) => Answer | Promise<Answer>

/** Is given what was thrown inside of it, and may answer it. What no error hook answers is logged and answered by the server: 500, or as a `Refused` says. */
export type ErrorHook<Context> = (
  context: Context,
  error: unknown,
) => Answer | undefined | void | Promise<Answer | undefined> | Promise<void>

/** The hooks of one level: one of each kind, or several in order. */
export interface HookOptions<Context> {
  /** Runs before the handler, and may answer in its place. */
  readonly before?: BeforeHook<Context> | readonly BeforeHook<Context>[]
  /** Sees each reply, and may answer with another. */
  readonly after?: AfterHook<Context> | readonly AfterHook<Context>[]
  /** Runs around the handler and the hooks before it. */
  readonly around?: AroundHook<Context> | readonly AroundHook<Context>[]
  /** May answer for what was thrown inside. */
  readonly error?: ErrorHook<Context> | readonly ErrorHook<Context>[]
}

/** The hooks of one level, in the order they were added. */
export interface Hooks {
  readonly before: BeforeHook<AnyContext>[]
  readonly after: AfterHook<AnyContext>[]
  readonly around: AroundHook<AnyContext>[]
  readonly error: ErrorHook<AnyContext>[]
}

/** A handler with everything that goes round it. */
export type Run = (context: AnyContext) => Reply | Promise<Reply>

/** Makes a reply of an answer. @throws TypeError for what is none */
export type AsReply = (context: AnyContext, answer: unknown) => Reply | Promise<Reply>

/** One level's hooks around what is inside. */
export function withHooks(inner: Run, hooks: Hooks, asReply: AsReply): Run {
  let run = inner
  for (const hook of hooks.before.toReversed()) run = withBefore(run, hook, asReply)
  for (const hook of hooks.around.toReversed()) run = withAround(run, hook, asReply)
  for (const hook of hooks.error) run = withError(run, hook, asReply)
  for (const hook of hooks.after) run = withAfter(run, hook, asReply)
  return run
}

function withBefore(inner: Run, hook: BeforeHook<AnyContext>, asReply: AsReply): Run {
  return context => {
    const answer = hook(context)
    if (answer === undefined) return inner(context)
    return whenSettled(answer, value => (value === undefined ? inner(context) : asReply(context, value)))
  }
}

function withAfter(inner: Run, hook: AfterHook<AnyContext>, asReply: AsReply): Run {
  const look = (context: AnyContext, reply: Reply): Reply | Promise<Reply> => {
    const answer = hook(context, reply)
    if (answer === undefined) return reply
    if (answer instanceof Reply) return inPlaceOf(reply, answer)
    return whenSettled(answer, value => {
      if (value === undefined) return reply
      const other = asReply(context, value)
      return other instanceof Reply ? inPlaceOf(reply, other) : other.then(settled => inPlaceOf(reply, settled))
    })
  }
  return context => {
    const reply = inner(context)
    return reply instanceof Reply ? look(context, reply) : reply.then(value => look(context, value))
  }
}

function withAround(inner: Run, hook: AroundHook<AnyContext>, asReply: AsReply): Run {
  return context => {
    let went = false
    let inside: Reply | null = null
    let outside: Reply | null = null
    const next = () => {
      if (went) throw wentTwice()
      went = true
      const reply = inner(context)
      if (reply instanceof Reply) inside = reply
      else reply.then(came, failed)
      return reply
    }
    // A hook need not wait for what it has started: a reply that comes then is let go, a failure reported.
    const came = (reply: Reply): void => {
      inside = reply
      if (outside !== null) inPlaceOf(reply, outside)
    }
    const failed = (error: unknown): void => {
      if (outside !== null) context.exchange.waitUntil(Promise.reject(error))
    }
    const answered = (reply: Reply): Reply => {
      outside = reply
      return inside === null ? reply : inPlaceOf(inside, reply)
    }
    const answer = hook(context, next)
    if (answer instanceof Reply) return answered(answer)
    const reply = asReply(context, answer)
    return reply instanceof Reply ? answered(reply) : reply.then(answered)
  }
}

function withError(inner: Run, hook: ErrorHook<AnyContext>, asReply: AsReply): Run {
  const answerFor = (context: AnyContext, error: unknown): Reply | Promise<Reply> =>
    whenSettled(hook(context, error), answer => {
      if (answer === undefined) throw error
      const reply = asReply(context, answer)
      return reply instanceof Reply ? withFieldsOf(error, reply) : reply.then(value => withFieldsOf(error, value))
    })
  return context => {
    try {
      const reply = inner(context)
      return reply instanceof Reply ? reply : reply.catch(error => answerFor(context, error))
    } catch (error) {
      return answerFor(context, error)
    }
  }
}

/** A reply that is sent instead of another: what the other holds is let go of, unless it lives on inside the new one's content. */
function inPlaceOf(given: Reply, reply: Reply): Reply {
  const held = given.body
  if (held === null || typeof held !== 'object' || !('cancel' in held) || reply.body === held) return reply
  if (reply.body === null || typeof reply.body === 'string' || !('cancel' in reply.body))
    held.cancel('Another reply was sent instead')
  return reply
}

/** What the status of a refusal asks to be sent along, such as `Allow`, where the reply has that status and lacks them. */
function withFieldsOf(error: unknown, reply: Reply): Reply {
  if (!isThrown(error, Refused)) return reply
  const { refusal } = error
  if (refusal.fields === undefined || refusal.status !== reply.status) return reply
  let { fields } = reply
  for (const [name, value] of refusal.fields) if (!reply.fields.has(name)) fields = fields.and(name, value)
  return fields === reply.fields ? reply : reply.withFields(fields)
}

/** Goes on with a value, or once it is there: promises of any make. */
function whenSettled(value: unknown, goOn: (value: unknown) => Reply | Promise<Reply>): Reply | Promise<Reply> {
  return isThenable(value) ? Promise.resolve(value).then(goOn) : goOn(value)
}

function wentTwice(): Error {
  return new Error('next() was called twice in one around hook: what is inside runs once for a request')
}
