// A health address (`--health /healthz`): tells a load balancer that this server answers, and, while it is being
// stopped, that it soon will not.
import { type Handler, text } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'

const NO_STORE = FieldList.of({ 'Cache-Control': 'no-store' })
const WELL = text('OK\n', 200, NO_STORE)
const STOPPING = text('Stopping\n', 503, NO_STORE)

export function withHealth(handler: Handler, path: string, isStopping: () => boolean): Handler {
  return exchange => {
    if (exchange.path !== path || (exchange.method !== 'GET' && exchange.method !== 'HEAD')) return handler(exchange)
    return isStopping() ? STOPPING : WELL
  }
}
