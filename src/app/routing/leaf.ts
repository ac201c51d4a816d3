// The routes that end at one place of the tree: one for each method.

/** Stands for every method, in a route that takes them all. */
export const ANY_METHOD = '*'

/** What WebSocket handshakes are looked up by. No request can have it for a method: it is no token. */
export const HANDSHAKE = '(websocket)'

/** One route, at one of the places that its path leads to. */
export interface Entry<Route> {
  readonly route: Route
  /** As it was written, for errors: `GET /users/:id`. */
  readonly written: string
  /** Its parameters, in the order in which their values are captured. */
  readonly captures: readonly Capture[]
  /** What is found where there are no parameters: made once. */
  readonly found: Found<Route>
}

/** A parameter of a path whose value was found: where it stands is told by the search. */
export interface Capture {
  readonly name: string
  readonly as: 'text' | 'number' | 'rest'
}

/** A route that was found, and the values of its parameters. */
export interface Found<Route> {
  readonly route: Route
  readonly params: Readonly<Record<string, string | number>>
}

export class Leaf<Route> {
  private readonly entries = new Map<string, Entry<Route>>()

  get methods(): Iterable<string> {
    return this.entries.keys()
  }

  /** The entry that was added for this very method. */
  own(method: string): Entry<Route> | undefined {
    return this.entries.get(method)
  }

  add(method: string, entry: Entry<Route>): void {
    this.entries.set(method, entry)
  }

  remove(method: string): void {
    this.entries.delete(method)
  }

  /** The entry that answers a method: its own, that of GET for HEAD, or the one for all methods. */
  for(method: string): Entry<Route> | null {
    const { entries } = this
    const own = entries.get(method)
    if (own !== undefined) return own
    return (method === 'HEAD' ? entries.get('GET') : undefined) ?? entries.get(ANY_METHOD) ?? null
  }
}
