// A table of routes: finds the one that a method and a path ask for.

/** Stands for every method, in a route that takes them all. */
export const ANY_METHOD = '*'

/** A route that was found, and the values of its parameters. */
export interface Found<Route> {
  readonly route: Route
  readonly params: Readonly<Record<string, string | number>>
}

const NONE = Object.freeze({})

export class Router<Route> {
  private readonly routes: { method: string; names: string[]; pattern: RegExp; route: Route }[] = []

  /**
   * Adds a route.
   * @param method a method, or ANY_METHOD
   * @throws TypeError for a path that no request can match, or that clashes with a route that is there
   */
  add(method: string, path: string, route: Route): void {
    const names: string[] = []
    const source = path.replace(/\/:(\w+)(<\w+>)?(\?)?|\/\*(\w*)/g, (_, name, _type, optional, rest) => {
      names.push(name ?? (rest || '*'))
      return name === undefined ? '/?(.*)' : optional ? '(?:/([^/]+))?' : '/([^/]+)'
    })
    this.routes.push({ method, names, pattern: new RegExp(`^${source}$`), route })
  }

  /**
   * The route for a request; null where there is none. HEAD finds GET's where it has none of its own.
   * @param path percent-encoded as sent
   * @throws Refused with 400 for a path that is not UTF-8, or is no valid percent-encoding, where a parameter would hold it
   */
  find(method: string, path: string): Found<Route> | null {
    for (const { method: own, names, pattern, route } of this.routes) {
      if (own !== method && own !== ANY_METHOD && !(method === 'HEAD' && own === 'GET')) continue
      const found = pattern.exec(path)
      if (found === null) continue
      if (names.length === 0) return { route, params: NONE }
      return {
        route,
        params: Object.fromEntries(
          names.map((name, at) => [name, found[at + 1] as string]).filter(([, value]) => value !== undefined),
        ) as Record<string, string>,
      }
    }
    return null
  }

  /** The methods that the routes for a path take, for `Allow`: with HEAD where there is GET, and OPTIONS. Empty where there is no route at all. */
  allowed(path: string): readonly string[] {
    const methods = new Set<string>()
    for (const { method, pattern } of this.routes) if (pattern.test(path)) methods.add(method)
    if (methods.size === 0) return []
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods.add('OPTIONS')]
  }
}
