// A table of routes: finds the one that a method and a path ask for. A path without parameters is looked up as a whole, any
// other one is searched for in the tree, segment by segment; both are as quick with 10,000 routes as with 10.
import { decodedPath, refuseDotSegments } from './encoding.ts'
import type { Capture, Entry, Found, Leaf } from './leaf.ts'
import { checkMethod } from './methods.ts'
import { Node } from './node.ts'
import { encodedPath, type Literal, parsePattern, type Segment } from './pattern.ts'
import { type Hidden, hiddenAlong } from './reach.ts'
import { Search } from './search.ts'
import { captured } from './values.ts'

const SLASH = 0x2f
/** Paths at least this long count as equally long where the lengths of whole paths are looked at. */
const LONG = 255

export class Router<Route> {
  private readonly root = new Node<Route>()
  private readonly search = new Search<Route>()
  /** The places of paths without parameters, by the path as clients usually send it. */
  private readonly whole = new Map<string, Leaf<Route>>()
  /** Which lengths the paths in `whole` have: what has none of these need not be hashed. */
  private readonly lengths = new Uint8Array(LONG + 1)

  /**
   * Adds a route.
   * @param method a method, or ANY_METHOD
   * @throws TypeError for a method or path that no request can have, and for a route that clashes with one that is there or
   * leaves one without any request
   */
  add(method: string, path: string, route: Route): void {
    checkMethod(method, path)
    const written = `${method} ${path}`
    const variants = parsePattern(method, path)
    for (const segments of variants) {
      const there = this.root.find(segments)?.own(method)
      if (there !== undefined) throw clash(written, there.written)
    }
    for (const segments of variants) this.root.make(segments).add(method, entryOf(route, written, segments))
    for (const segments of variants) {
      const hidden = hiddenAlong(this.root, segments)
      if (hidden === null) continue
      for (const added of variants) this.root.find(added)?.remove(method)
      throw unreachable(written, hidden)
    }
    for (const segments of variants) if (segments.every(isLiteral)) this.addWhole(segments)
  }

  /**
   * The route for a request; null where there is none. HEAD finds GET's where it has none of its own.
   * @param path percent-encoded as sent
   * @throws Refused with 400 for a path that is not percent-encoded as it must be, is not UTF-8, or has dot segments
   */
  find(method: string, path: string): Found<Route> | null {
    if (this.lengths[path.length < LONG ? path.length : LONG] === 1) {
      const entry = this.whole.get(path)?.for(method) ?? null
      if (entry !== null) return entry.found
    }
    if (path.charCodeAt(0) !== SLASH) return null
    const decoded = path.includes('%') ? decodedPath(path) : path
    const entry = this.search.from(this.root, decoded, 1, method, 0)
    if (entry !== null) return entry.captures.length === 0 ? entry.found : this.foundAt(entry, decoded)
    refuseDotSegments(decoded, 1)
    return null
  }

  /**
   * The methods that the routes for a path take, for `Allow`: with HEAD where there is GET, and OPTIONS; ANY_METHOD among them
   * where a route takes all. Empty where there is no route at all.
   * @throws Refused as `find` does
   */
  allowed(path: string): readonly string[] {
    if (path.charCodeAt(0) !== SLASH) return []
    const decoded = path.includes('%') ? decodedPath(path) : path
    const methods = new Set<string>()
    new Search<Route>(methods).from(this.root, decoded, 1, '', 0)
    refuseDotSegments(decoded, 1)
    if (methods.size === 0) return []
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods.add('OPTIONS')].sort(inUsualOrder)
  }

  private addWhole(segments: readonly Literal[]): void {
    const path = encodedPath(segments)
    this.whole.set(path, this.root.make(segments))
    this.lengths[Math.min(path.length, LONG)] = 1
  }

  private foundAt({ route, captures }: Entry<Route>, path: string): Found<Route> {
    const { starts, ends } = this.search
    const params: Record<string, string | number> = {}
    for (let i = 0; i < captures.length; i++) {
      const { name, as } = captures[i]
      params[name] = captured(as, path, starts[i], ends[i])
    }
    return { route, params }
  }
}

const NO_PARAMS = Object.freeze({})

function entryOf<Route>(route: Route, written: string, segments: readonly Segment[]): Entry<Route> {
  const captures: Capture[] = []
  for (const segment of segments) {
    if (segment.kind === 'rest') captures.push({ name: segment.name, as: 'rest' })
    if (segment.kind === 'parameter')
      captures.push({ name: segment.name, as: segment.type === 'int' ? 'number' : 'text' })
  }
  return { route, written, captures, found: Object.freeze({ route, params: NO_PARAMS }) }
}

function isLiteral(segment: Segment): segment is Literal {
  return segment.kind === 'literal'
}

/** The order in which people look for methods; what is not in it comes behind, by the alphabet. */
const USUAL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function inUsualOrder(one: string, other: string): number {
  const [first, second] = [one, other].map(method => (USUAL.includes(method) ? USUAL.indexOf(method) : USUAL.length))
  return first - second || (one < other ? -1 : 1)
}

function clash(written: string, there: string): TypeError {
  return new TypeError(
    written === there
      ? `The route ${written} was added twice`
      : `The route ${written} cannot be added: it matches the same requests as ${there}`,
  )
}

function unreachable(written: string, hidden: Hidden): TypeError {
  return new TypeError(
    `The route ${written} cannot be added: ${hidden.written} would answer no request, since all of its own are answered by ${hidden.by.join(', ')}`,
  )
}
