// From an exchange to its reply, whatever the wire: asks the handler, waits where it must, and finds an answer where the
// handler has none. Tells of what went wrong, and of exchanges that are over.
import { type Exchange, type Handler, isThenable, type Refusal, Reply, refusalFor, Tunnel } from '../exchange/index.ts'
import { letGo } from './content-pump.ts'
import { BARE_FAILURE, noPage, noReply } from './refusals.ts'
import type { ServedExchange } from './served-exchange.ts'
import type { Settings } from './settings.ts'

/** Who has exchanges answered. */
export interface AnswerHost<E extends ServedExchange> {
  readonly handler: Handler
  readonly settings: Settings
  /** Here is the reply; it is abandoned where it can no longer be sent. */
  answer(exchange: E, reply: Reply): void
  /** Reports a refusal. */
  tellRefusal(refusal: Refusal, exchange: E | null): void
}

/** Asks the handler. A reply that it has at once is sent before this returns. */
export function ask<E extends ServedExchange>(host: AnswerHost<E>, exchange: E): void {
  try {
    const reply = host.handler(exchange)
    if (reply instanceof Reply) host.answer(exchange, reply)
    else answerLater(host, exchange, reply)
  } catch (error) {
    failExchange(host, exchange, error)
  }
}

/** Answers for a handler, or a reply, that failed. */
export function failExchange<E extends ServedExchange>(host: AnswerHost<E>, exchange: E, error: unknown): void {
  if (!exchange.answerable) return
  exchange.failed = true
  host.answer(exchange, replyToThrown(host, exchange, error))
}

/** Reports what a handler has thrown, and makes the reply to it. What is thrown once the client has gone is mostly about that, and told to nobody. */
export function replyToThrown<E extends ServedExchange>(host: AnswerHost<E>, exchange: E, error: unknown): Reply {
  const refusal = refusalFor(error)
  if (exchange.aborted) return replyTo(host.settings, refusal, exchange)
  if (refusal.rule !== 'handler-failed') host.tellRefusal(refusal, exchange)
  else host.settings.report({ kind: 'failed', error, exchange, doing: 'answering a request' })
  return replyTo(host.settings, refusal, exchange)
}

/** The reply that says so. */
export function replyTo(settings: Settings, refusal: Refusal, exchange: Exchange | null): Reply {
  try {
    const reply: unknown = settings.refuse(refusal, exchange)
    if (!(reply instanceof Reply) || reply.body instanceof Tunnel) throw noPage(reply)
    return reply
  } catch (error) {
    settings.report({ kind: 'failed', error, exchange, doing: 'making the page of a refusal' })
    return BARE_FAILURE
  }
}

/** Lets go of what a reply holds that will not be sent. */
export function abandonReply(settings: Settings, exchange: Exchange | null, reply: Reply): void {
  const { body } = reply
  if (body === null || typeof body !== 'object' || !('cancel' in body)) return
  letGo(body, 'This reply is not sent', { letGoFailed: error => letGoFailed(settings, exchange, error) })
}

export function letGoFailed(settings: Settings, exchange: Exchange | null, error: unknown): void {
  settings.report({ kind: 'failed', error, exchange, doing: 'letting go of a reply' })
}

/** Tells of an exchange that is over, where exchanges are reported. */
export function tell(settings: Settings, exchange: ServedExchange, complete: boolean): void {
  if (!settings.reports.exchanges) return
  const { status, sent, startedAt } = exchange
  settings.report({ kind: 'exchange', exchange, status, sent, duration: settings.clock.now() - startedAt, complete })
}

function answerLater<E extends ServedExchange>(host: AnswerHost<E>, exchange: E, reply: unknown): void {
  if (!isThenable(reply)) {
    failExchange(host, exchange, noReply(reply))
    return
  }
  exchange.handlerRuns = true
  reply.then(
    value => {
      exchange.handlerRuns = false
      if (value instanceof Reply) host.answer(exchange, value)
      else failExchange(host, exchange, noReply(value))
    },
    error => {
      exchange.handlerRuns = false
      failExchange(host, exchange, error)
    },
  )
}
