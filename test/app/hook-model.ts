// Applications made from a description of their hooks, and what the guide says must happen in them: written a second time,
// as plainly as can be, to compare the application with.
import { App, Refused, Reply, text } from '../../src/index.ts'

/** What a hook or a handler does. */
export type Deed =
  /** Lets it go on. A handler cannot. */
  | 'pass'
  /** Answers with text that names it. */
  | 'answer'
  /** Throws an error that names it. */
  | 'throw'
  /** Throws a refusal with 418. */
  | 'refuse'
  /** Answers with what is no reply. */
  | 'nonsense'
  // Of `around` alone:
  /** Goes on, and answers with something else than what came of it. */
  | 'replace'
  /** Goes on, and answers for what was thrown. */
  | 'catch'
  /** Goes on, and throws then. */
  | 'throw late'
  /** Goes on twice. */
  | 'twice'

export type When = 'at once' | 'later' | 'by a thenable'

export interface Step {
  readonly does: Deed
  readonly when: When
}

export type Kind = 'around' | 'before' | 'error' | 'after'
export type LevelSpec = Readonly<Partial<Record<Kind, readonly Step[]>>>

export interface AppSpec {
  /** From the application inwards: groups in between, the last one is the route. */
  readonly levels: readonly LevelSpec[]
  readonly handler: Step
}

/** What came of a request: what ran, in order, and what was answered, or thrown. */
export interface Outcome {
  readonly ran: readonly string[]
  readonly result: string
}

/** The names of levels, in what ran: `app`, `group1`…, `route`. */
export function levelName(at: number, count: number): string {
  return at === 0 ? 'app' : at === count - 1 ? 'route' : `group${at}`
}

export function stepName(level: string, kind: Kind, at: number, steps: readonly unknown[]): string {
  return steps.length === 1 ? `${level} ${kind}` : `${level} ${kind} ${at + 1}`
}

/** The application; its route is `GET /` behind as many groups as there are levels between. */
export function appOf({ levels, handler }: AppSpec, ran: string[]): { readonly app: App; readonly path: string } {
  const app = new App()
  const names = levels.map((_, at) => levelName(at, levels.length))
  const hooksAt = (at: number) => {
    const level = levels[at]
    return {
      around: level.around?.map((step, i, all) => aroundHook(stepName(names[at], 'around', i, all), step, ran)) ?? [],
      before: level.before?.map((step, i, all) => hook(stepName(names[at], 'before', i, all), step, ran)) ?? [],
      error: level.error?.map((step, i, all) => hook(stepName(names[at], 'error', i, all), step, ran)) ?? [],
      after: level.after?.map((step, i, all) => hook(stepName(names[at], 'after', i, all), step, ran)) ?? [],
    }
  }
  // biome-ignore lint/suspicious/noExplicitAny: hooks that do what the types forbid are among them.
  const add = (routes: any, at: number): void => {
    if (at === levels.length - 1) {
      routes.get('/end', hooksAt(at), hook('handler', handler, ran))
      return
    }
    const { around, before, error, after } = hooksAt(at)
    for (const one of around) routes.around(one)
    for (const one of before) routes.before(one)
    for (const one of error) routes.error(one)
    for (const one of after) routes.after(one)
    if (at === levels.length - 2) add(routes, at + 1)
    else routes.group(`/g${at}`, (group: unknown) => add(group, at + 1))
  }
  add(app, 0)
  const path = `${levels
    .slice(2)
    .map((_, at) => `/g${at}`)
    .join('')}/end`
  return { app, path }
}

function hook(name: string, { does, when }: Step, ran: string[]): () => unknown {
  return () => {
    ran.push(name)
    return inTime(when, () => deed(name, does))
  }
}

function aroundHook(name: string, { does, when }: Step, ran: string[]) {
  return (_: unknown, next: () => Reply | Promise<Reply>): unknown => {
    ran.push(name)
    const out = (reply: unknown) => {
      ran.push(`${name} again`)
      if (does === 'replace') return text(name)
      if (does === 'throw late') throw new Error(name)
      return reply
    }
    const goOn = (): unknown => {
      if (does === 'twice') {
        let first: Reply | Promise<Reply> | null = null
        try {
          first = next()
        } catch {
          // What came of the first time is no matter.
        }
        return first instanceof Promise ? first.then(next, next) : next()
      }
      if (does !== 'pass' && does !== 'replace' && does !== 'throw late' && does !== 'catch') return deed(name, does)
      if (when === 'at once' && does !== 'catch') {
        const reply = next()
        return reply instanceof Reply ? out(reply) : reply.then(out)
      }
      return caught(name, does, next, out)
    }
    return inTime(when, goOn)
  }
}

async function caught(
  name: string,
  does: Deed,
  next: () => Reply | Promise<Reply>,
  out: (reply: unknown) => unknown,
): Promise<unknown> {
  try {
    return out(await next())
  } catch (error) {
    if (does !== 'catch') throw error
    return text(`${name} caught ${nameOf(error)}`)
  }
}

function deed(name: string, does: Deed): unknown {
  if (does === 'answer') return text(name)
  if (does === 'throw') throw new Error(name)
  if (does === 'refuse') throw new Refused({ status: 418, rule: 'short-and-stout', detail: name })
  if (does === 'nonsense') return { no: 'reply' }
  return undefined
}

function inTime(when: When, run: () => unknown): unknown {
  if (when === 'at once') return run()
  const later = (async () => {
    await null
    return run()
  })()
  // biome-ignore lint/suspicious/noThenProperty: what is no Promise and can be waited for is what is tried here.
  return when === 'later' ? later : { then: later.then.bind(later) }
}

/** What must happen. */
export async function expected({ levels, handler }: AppSpec): Promise<Outcome> {
  const ran: string[] = []
  const step = (name: string, { does }: Step): unknown => {
    ran.push(name)
    return deed(name, does)
  }
  const reply = (answer: unknown): Reply => {
    if (answer instanceof Reply) return answer
    throw new TypeError('no reply')
  }

  async function level(at: number): Promise<Reply> {
    if (at === levels.length) return reply(step('handler', handler))
    const name = levelName(at, levels.length)
    const { around = [], before = [], error = [], after = [] } = levels[at]

    const befores = async (): Promise<Reply> => {
      for (const [i, one] of before.entries()) {
        const answer = step(stepName(name, 'before', i, before), one)
        if (answer !== undefined) return reply(answer)
      }
      return level(at + 1)
    }
    const arounds = async (i: number): Promise<Reply> => {
      if (i === around.length) return befores()
      const own = stepName(name, 'around', i, around)
      const { does } = around[i]
      ran.push(own)
      if (does === 'answer' || does === 'throw' || does === 'refuse' || does === 'nonsense')
        return reply(deed(own, does))
      if (does === 'twice') {
        await arounds(i + 1).catch(() => {})
        throw new Error('twice')
      }
      try {
        const inner = await arounds(i + 1)
        ran.push(`${own} again`)
        if (does === 'replace') return text(own)
        if (does === 'throw late') throw new Error(own)
        return inner
      } catch (thrown) {
        if (does !== 'catch') throw thrown
        return text(`${own} caught ${nameOf(thrown)}`)
      }
    }

    let answer: Reply | undefined
    try {
      answer = await arounds(0)
    } catch (thrown) {
      let last = thrown
      for (const [i, one] of error.entries()) {
        try {
          const given = step(stepName(name, 'error', i, error), one)
          if (given === undefined) continue
          answer = reply(given)
          break
        } catch (another) {
          last = another
        }
      }
      if (answer === undefined && at === 0 && after.length > 0) answer = text(`refused ${nameOf(last)}`)
      if (answer === undefined) throw last
    }
    for (const [i, one] of after.entries()) {
      const given = step(stepName(name, 'after', i, after), one)
      if (given !== undefined) answer = reply(given)
    }
    return answer
  }

  try {
    return { ran, result: `answered ${String((await level(0)).body)}` }
  } catch (error) {
    // An application throws nothing: the server is asked for the reply.
    return { ran, result: `answered refused ${nameOf(error)}` }
  }
}

/** What was thrown, so that what the application throws of its own looks as the model says. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (error instanceof Refused) return `refusal ${error.message}`
  if (/answered with/.test(error.message)) return 'no reply'
  return /called twice/.test(error.message) ? 'twice' : error.message
}
