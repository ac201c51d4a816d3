// An exchange as a handler sees it that is mounted below a prefix: the same request, with the prefix taken off its path.
import type { Exchange } from '../exchange/index.ts'

/** @param prefix a path that the exchange's begins with, without a slash at its end; empty for none */
export function mounted(exchange: Exchange, prefix: string): Exchange {
  if (prefix === '') return exchange
  const target = exchange.target.slice(prefix.length)
  const path = exchange.path.slice(prefix.length)
  return Object.create(exchange, {
    base: { value: exchange.base + prefix },
    target: { value: path === '' ? `/${target}` : target },
    path: { value: path === '' ? '/' : path },
  }) as Exchange
}
