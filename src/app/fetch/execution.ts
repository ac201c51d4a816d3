// What an application is given besides the request, as on other platforms: `fetch(request, env, context)`.
import type { Exchange } from '../../exchange/index.ts'

/** The second argument of `fetch`: what this server has that a Web `Request` has not. */
export interface FetchEnvironment {
  /** The request as the server has it: its peer, its HTTP version, `inform(…)` for early hints, trailers. */
  readonly exchange: Exchange
}

/** The third argument of `fetch`, as Workers have it. */
export class FetchContext {
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** Parameters of the deployment, on platforms that have any. */
  get props(): object {
    return NO_PROPS
  }

  /** Goes on with work after the response: where it fails, that is reported, and a drain waits for it within its deadline. */
  waitUntil(work: PromiseLike<unknown>): void {
    this.#exchange.waitUntil(work)
  }

  /** Does nothing: there is no origin server behind this one that could answer instead. */
  passThroughOnException(): void {}
}

const NO_PROPS = Object.freeze({})
