// CORS on files (`--cors`): answers preflights, and lets scripts of the allowed origins read replies, refusals included.
import { type Handler, type Refuse, Reply } from '../exchange/index.ts'
import { type CorsOptions, decideCors } from '../http/cors.ts'
import type { FieldList } from '../http/fields.ts'
import { READABLE } from './fields.ts'

/** A day; browsers cut it to their own limit (Chromium: two hours). */
const PREFLIGHT_AGE = 86_400

export function corsOptions(origins: readonly string[]): CorsOptions {
  const common = {
    methods: ['GET', 'HEAD'],
    headers: '*',
    expose: READABLE,
    maxAge: PREFLIGHT_AGE,
    credentials: false,
  } as const
  return origins.includes('*') ? { ...common, origins: '*' } : { ...common, origins }
}

/** Answers preflights alone: for sites whose every reply carries the fields that let anyone read it. */
export function withPreflights(handler: Handler, options: CorsOptions): Handler {
  return exchange => {
    if (exchange.method !== 'OPTIONS') return handler(exchange)
    const { preflight, fields } = decideCors(options, exchange.method, exchange.fields)
    return preflight ? new Reply(204, fields) : handler(exchange)
  }
}

/** Answers preflights, and adds to each reply what the origin that asks is allowed. */
export function withCors(handler: Handler, options: CorsOptions): Handler {
  return exchange => {
    const { preflight, fields } = decideCors(options, exchange.method, exchange.fields)
    if (preflight) return new Reply(204, fields)
    const reply = handler(exchange)
    return reply instanceof Reply ? joined(reply, fields) : reply.then(later => joined(later, fields))
  }
}

export function refuseWithCors(refuse: Refuse, options: CorsOptions): Refuse {
  return (refusal, exchange) => {
    const reply = refuse(refusal, exchange)
    return exchange === null ? reply : joined(reply, decideCors(options, exchange.method, exchange.fields).fields)
  }
}

function joined(reply: Reply, fields: FieldList): Reply {
  return reply.withFields(reply.fields.concat(fields))
}
