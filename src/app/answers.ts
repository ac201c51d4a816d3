// From what a handler answers with to the reply that is sent.
import { bytes, isThenable, Reply, text } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import { replyFrom } from './responses.ts'

/**
 * Makes a reply of an answer: a reply as it is, a string as plain text, bytes, a Web `Response`, or a promise of one of them.
 * @throws TypeError for anything else, which names the route
 */
export function asReply(context: AnyContext, answer: unknown): Reply | Promise<Reply> {
  if (answer instanceof Reply) return answer
  if (typeof answer === 'string') return text(answer)
  if (answer instanceof Promise) return answer.then(value => asReply(context, value))
  if (answer instanceof Uint8Array) return bytes(answer)
  if (answer instanceof Response) return replyFrom(answer, context.method)
  if (isThenable(answer)) return Promise.resolve(answer).then(value => asReply(context, value))
  throw noReply(context.route, answer)
}

function noReply(route: string, answer: unknown): TypeError {
  return new TypeError(
    `${route || 'A hook, where there is no route,'} answered with ${described(answer)}, which is no reply: answer with text, bytes, a Response, or what json(…), html(…), stream(…) and the like make`,
  )
}

function described(value: unknown): string {
  if (value === undefined) return 'undefined (is a return missing?)'
  if (value === null) return 'null (empty() is a reply without content)'
  if (typeof value === 'function') return `the function ${nameOf(value)}`
  if (typeof value !== 'object') return `the ${typeof value} ${String(value).slice(0, 40)}`
  const name = nameOf(value)
  return name === 'Object' || name === 'Array' ? `an ${name.toLowerCase()} (json(…) makes a reply of it)` : `a ${name}`
}

/** The name of a function, or of an object's class, whatever their getters do. */
function nameOf(value: object): string {
  try {
    const prototype = Object.getPrototypeOf(value)
    const { name } = typeof value === 'function' ? value : prototype === null ? Object : prototype.constructor
    return typeof name === 'string' && name !== '' ? name.slice(0, 40) : NAMELESS
  } catch {
    return NAMELESS
  }
}

const NAMELESS = 'value without a name'
