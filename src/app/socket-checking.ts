// Messages that are JSON of a given form: read, judged by the schema, and given to the handler as what the schema makes of them.
import { isThenable, messageOf, textOf } from '../exchange/index.ts'
import type { CheckedSocketHandlers, SocketProblem } from './socket.ts'
import { fittingReason } from './socket-close.ts'
import type { Deliver, HearingPeer } from './socket-peer.ts'
import { issueText, type SchemaResult, type StandardSchema } from './standard-schema.ts'

export function checkedDelivery(schema: StandardSchema): Deliver {
  const { '~standard': standard } = schema
  return (handlers, peer, text, bytes, start, end) => {
    if (!text) return refuse(handlers, peer, BINARY)
    let value: unknown
    try {
      value = JSON.parse(textOf(bytes, start, end))
    } catch (error) {
      return refuse(handlers, peer, notJson(error))
    }
    const result = standard.validate(value)
    if (!isThenable(result)) return judged(handlers, peer, result)
    return Promise.resolve(result).then(settled => (peer.hears ? judged(handlers, peer, settled) : undefined))
  }
}

function judged(handlers: CheckedSocketHandlers, peer: HearingPeer, result: SchemaResult<unknown>): unknown {
  if (result.issues !== undefined) return refuse(handlers, peer, unfit(result.issues))
  return handlers.message?.(peer, result.value)
}

function refuse(handlers: CheckedSocketHandlers, peer: HearingPeer, problem: SocketProblem): unknown {
  if (handlers.invalid !== undefined) return handlers.invalid(peer, problem)
  peer.close(problem.code, problem.reason)
  return undefined
}

const BINARY: SocketProblem = { code: 1003, reason: 'Messages are JSON, as text; this one is bytes', issues: [] }

function notJson(error: unknown): SocketProblem {
  return { code: 1007, reason: fittingReason(`Messages are JSON: ${messageOf(error)}`), issues: [] }
}

function unfit(issues: Extract<SchemaResult<unknown>, { issues: object }>['issues']): SocketProblem {
  return { code: 1008, reason: fittingReason(issues.map(issueText).join('; ')), issues }
}
