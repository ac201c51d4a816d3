// The request target (RFC 9112 section 3.2): which of its four forms it has, and what it names. Which characters may
// stand in it has been judged by the wire before.
import { isValidAuthority, parseAuthority } from './authority.ts'

/** The four forms of a request's target (RFC 9112 section 3.2). */
export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk'

/** A request's target, taken apart. */
export interface Target {
  /** Which of the forms it has. */
  readonly form: TargetForm
  /** Percent-encoding as sent; `*` where the server as a whole is meant, empty in the authority form. */
  readonly path: string
  /** What follows the first `?`; empty where there is none. */
  readonly query: string
  /** Only in the absolute form; empty elsewhere. */
  readonly scheme: '' | 'http' | 'https'
  /** As sent, only in the absolute and authority forms; empty elsewhere. */
  readonly authority: string
}

const SLASH = 0x2f
const ASTERISK: Target = { form: 'asterisk', path: '*', query: '', scheme: '', authority: '' }

/** The target's parts; null where it has no form that the method allows. */
export function parseTarget(method: string, target: string): Target | null {
  if (method === 'CONNECT') return authorityForm(target)
  if (target.charCodeAt(0) === SLASH) {
    const mark = target.indexOf('?')
    if (mark === -1) return { form: 'origin', path: target, query: '', scheme: '', authority: '' }
    return { form: 'origin', path: target.slice(0, mark), query: target.slice(mark + 1), scheme: '', authority: '' }
  }
  if (target === '*') return method === 'OPTIONS' ? ASTERISK : null
  return absoluteForm(method, target)
}

/** `host:port`; the port must be there (RFC 9110 section 9.3.6). */
function authorityForm(target: string): Target | null {
  const port = parseAuthority(target)?.port ?? 0
  return port === 0 ? null : { form: 'authority', path: '', query: '', scheme: '', authority: target }
}

function absoluteForm(method: string, target: string): Target | null {
  const scheme = schemeOf(target)
  if (scheme === null) return null
  const start = scheme.length + '://'.length
  const end = endOfAuthority(target, start)
  const authority = target.slice(start, end)
  if (!isValidAuthority(authority)) return null
  const mark = target.indexOf('?', end)
  const path = target.slice(end, mark === -1 ? target.length : mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  return { form: 'absolute', path: path || emptyPath(method, mark !== -1), query, scheme, authority }
}

/** An empty path is the root, but OPTIONS without a path and query asks about the server as a whole (RFC 9112 section 3.2.4). */
function emptyPath(method: string, hasQuery: boolean): string {
  return method === 'OPTIONS' && !hasQuery ? '*' : '/'
}

function schemeOf(target: string): 'http' | 'https' | null {
  const colon = target.slice(0, 'https:'.length).indexOf(':')
  if (colon === -1 || !target.startsWith('//', colon + 1)) return null
  const scheme = target.slice(0, colon).toLowerCase()
  return scheme === 'http' || scheme === 'https' ? scheme : null
}

function endOfAuthority(target: string, start: number): number {
  for (let at = start; at < target.length; at++) {
    if (target[at] === '/' || target[at] === '?') return at
  }
  return target.length
}
