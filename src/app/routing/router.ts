// A table of routes: finds the one that a method and a path ask for. A path without parameters is looked up as a whole, any
// other one is searched for in the tree, segment by segment; both are as quick with 10,000 routes as with 10.
import { decodedPath, refuseDotSegments } from './encoding.ts'
import { type Capture, type Entry, type Found, HANDSHAKE } from './leaf.ts'
import { checkMethod } from './methods.ts'
import { Node } from './node.ts'
import { encodedPath, type Literal, parsePattern, type Segment } from './pattern.ts'
import { type Hidden, hiddenAlong } from './reach.ts'
import { RecentPaths } from './recent-paths.ts'
import { Search } from './search.ts'
import { decodedValue, plainValue } from './values.ts'
import { WholePaths } from './whole-paths.ts'

const SLASH = 0x2f

export class Router<Route> {
  private readonly root = new Node<Route>()
  private readonly whole = new WholePaths<Route>()
  private readonly search = new Search<Route>()
  /** What was found of late: the same is often asked for again. */
  private readonly recent = new RecentPaths<Route>()

  /**
   * Adds a route.
   * @param method a method, or ANY_METHOD
   * @throws TypeError for a method or path that no request can have, and for a route that clashes with one that is there or
   * leaves one without any request
   */
  add(method: string, path: string, route: Route): void {
    checkMethod(method, path)
    this.addFor(method, method, path, route)
  }

  /**
   * Adds a route for WebSocket handshakes, which are found by HANDSHAKE.
   * @param shown what errors call that
   * @throws TypeError as `add` does
   */
  addHandshake(shown: string, path: string, route: Route): void {
    this.addFor(HANDSHAKE, shown, path, route)
  }

  private addFor(method: string, shown: string, path: string, route: Route): void {
    const written = `${shown} ${path}`
    const variants = parsePattern(shown, path)
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
    for (const segments of variants)
      if (segments.every(isLiteral)) this.whole.add(encodedPath(segments), this.root.make(segments))
    this.recent.clear()
  }

  /**
   * The route for a request; null where there is none. HEAD finds GET's where it has none of its own.
   * @param path percent-encoded as sent
   * @throws Refused with 400 for a path that is not percent-encoded as it must be, is not UTF-8, or has dot segments
   */
  find(method: string, path: string): Found<Route> | null {
    const recent = this.recent.get(method, path)
    if (recent !== null) return foundAgain(recent)
    const whole = this.whole.get(path)?.for(method) ?? null
    if (whole !== null) return whole.found
    return this.searchFor(method, path)
  }

  /**
   * The methods that the routes for a path take, for `Allow`: with HEAD where there is GET, and OPTIONS; ANY_METHOD among them
   * where a route takes all. Empty where there is no route at all.
   * @param handshake the method that WebSocket handshakes have on this wire
   * @throws Refused as `find` does
   */
  allowed(path: string, handshake = 'GET'): readonly string[] {
    if (path.charCodeAt(0) !== SLASH) return []
    const decoded = path.includes('%') ? decodedPath(path) : path
    const methods = new Set<string>()
    new Search<Route>(methods).from(this.root, decoded, 1, '', 0)
    refuseDotSegments(decoded, 1)
    if (methods.size === 0) return []
    if (methods.delete(HANDSHAKE)) methods.add(handshake)
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods.add('OPTIONS')].sort(inUsualOrder)
  }

  private searchFor(method: string, path: string): Found<Route> | null {
    if (path.charCodeAt(0) !== SLASH) return null
    const encoded = path.includes('%')
    const decoded = encoded ? decodedPath(path) : path
    const { search } = this
    const entry = search.from(this.root, decoded, 1, method, 0)
    if (entry === null) {
      refuseDotSegments(decoded, 1)
      return null
    }
    const { captures } = entry
    if (captures.length === 0) return entry.found
    const params: Record<string, string | number> = {}
    for (let i = 0; i < captures.length; i++) {
      const { name, as } = captures[i]
      const text = decoded.slice(search.starts[i], search.ends[i])
      params[name] = encoded ? decodedValue(as, text) : plainValue(as, text)
    }
    const found = { route: entry.route, params }
    this.recent.add(method, path, found)
    return foundAgain(found)
  }
}

/** The same for another request: never the same object for two, as long as it can hold something. */
function foundAgain<Route>({ route, params }: Found<Route>): Found<Route> {
  return { route, params: { ...params } }
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
