// The methods that routes are added for.
import { KNOWN } from '../../http/methods.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/

/** @throws TypeError for a method that no request to a route has; ANY_METHOD is one that all have */
export function checkMethod(method: string, path: string): void {
  if (typeof method !== 'string' || !TOKEN.test(method)) throw noMethod(method, path)
  if (method === 'CONNECT') throw connect(path)
  const upper = method.toUpperCase()
  if (upper !== method && KNOWN.has(upper)) throw otherCase(method, upper, path)
}

function noMethod(method: string, path: string): TypeError {
  return new TypeError(
    `The route ${String(method)} ${path} cannot be added: a method is a token such as GET (RFC 9110 section 9.1), not ${JSON.stringify(method)}`,
  )
}

function connect(path: string): TypeError {
  return new TypeError(
    `The route CONNECT ${path} cannot be added: CONNECT asks for a host and port, not for a path (RFC 9110 section 9.3.6)`,
  )
}

function otherCase(method: string, upper: string, path: string): TypeError {
  return new TypeError(
    `The route ${method} ${path} cannot be added: methods are case-sensitive (RFC 9110 section 9.1), so this one would never be asked for; write ${upper}`,
  )
}
