// Asks a handler without a socket: an exchange is made of a Web `Request`, and a Web `Response` of the reply.
import type { Handler } from '../exchange/index.ts'

/** @throws what a wire could not send either: a method or a field that cannot be */
export async function requestOf(
  _handler: Handler,
  _target: string | URL | Request,
  _init: RequestInit | undefined,
): Promise<Response> {
  throw new Error('not built yet')
}
