// Which route answers a request, found out the slow way: each path is tried by itself, segment by segment, and of those that
// match the most specific one is taken. Shares no code with the router.

export interface ReferenceRoute {
  readonly method: string
  readonly path: string
}

export type Params = Record<string, string | number>

/** What comes of a request: the route and its parameters, nothing, or the rule that its path breaks. */
export type Outcome = { readonly route: ReferenceRoute; readonly params: Params } | { readonly rule: string } | null

interface Match {
  readonly route: ReferenceRoute
  readonly params: Params
  /** One text for each segment of the route's path; of two paths the one that comes first in the order of these is more specific. */
  readonly ranks: readonly string[]
}

export function referenceFind(routes: readonly ReferenceRoute[], method: string, path: string): Outcome {
  if (path[0] !== '/') return null
  const segments = decodedSegments(path)
  if (typeof segments === 'string') return { rule: segments }
  const matches = routes.flatMap(route => matchesOf(route, segments)).sort(bySpecificity)
  for (const { ranks } of matches) {
    const alike = matches.filter(match => String(match.ranks) === String(ranks))
    for (const wanted of method === 'HEAD' ? ['HEAD', 'GET', '*'] : [method, '*']) {
      const found = alike.find(({ route }) => route.method === wanted)
      if (found !== undefined) return { route: found.route, params: found.params }
    }
  }
  return null
}

export function referenceAllowed(routes: readonly ReferenceRoute[], path: string): Set<string> {
  const segments = path[0] === '/' ? decodedSegments(path) : 'none'
  if (typeof segments === 'string') return new Set()
  const methods = new Set(routes.filter(route => matchesOf(route, segments).length > 0).map(({ method }) => method))
  if (methods.has('GET')) methods.add('HEAD')
  return methods.size === 0 ? methods : methods.add('OPTIONS')
}

function decodedSegments(path: string): string[] | string {
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return 'bad-percent-encoding'
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent)
    return segments.some(segment => segment === '.' || segment === '..') ? 'dot-segment' : segments
  } catch {
    return 'path-not-utf8'
  }
}

function matchesOf(route: ReferenceRoute, segments: readonly string[]): Match[] {
  const written = route.path.slice(1).split('/')
  const variants = [written]
  while (variants[0].at(-1)?.endsWith('?')) variants.unshift(variants[0].slice(0, -1))
  if (variants[0].length === 0) variants[0] = ['']
  return variants.flatMap(variant => matchOf(route, variant, segments) ?? [])
}

function matchOf(route: ReferenceRoute, written: readonly string[], segments: readonly string[]): Match | null {
  const params: Params = {}
  const ranks: string[] = []
  for (const [index, one] of written.entries()) {
    if (one[0] === '*') {
      if (index >= segments.length) return null
      const rest = segments
        .slice(index)
        .map(text => text.replaceAll('/', '%2F').replaceAll('\\', '%5C'))
        .join('/')
      if (rest[0] === '/') return null
      params[one.slice(1) || '*'] = rest
      return { route, params, ranks: [...ranks, '3'] }
    }
    if (index >= segments.length) return null
    const text = segments[index]
    const parameter = /^(.*?):(\w+)(?:<(\w+)>)?\??(.*)$/.exec(one)
    if (parameter === null) {
      if (decodeURIComponent(one) !== text) return null
      ranks.push('1')
      continue
    }
    const [, before, name, type = '', after] = parameter
    if (!text.startsWith(before) || !text.endsWith(after) || text.length <= before.length + after.length) return null
    const value = text.slice(before.length, text.length - after.length)
    if (type === 'int' && !(String(Number(value)) === value && Number.isSafeInteger(Number(value)))) return null
    if (type === 'uuid' && !/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return null
    params[name] = type === 'int' ? Number(value) : value
    const literal = before.length + after.length
    ranks.push(`2 ${900 - literal} ${900 - before.length} ${type === '' ? 1 : 0} ${before} ${type} ${after}`)
  }
  return written.length === segments.length ? { route, params, ranks } : null
}

function bySpecificity(one: Match, other: Match): number {
  for (const [index, rank] of one.ranks.entries()) {
    const against = other.ranks[index]
    if (against === undefined) return 1
    if (rank !== against) return rank < against ? -1 : 1
  }
  return 0
}
