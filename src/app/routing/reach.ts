// Whether a wildcard is left without any request, because more specific routes take all that it matches: `/a/*` beside
// `/a/:x?` and `/a/:x/*`. No other route can be hidden by others, since what is tried first always matches less.
import type { Entry } from './leaf.ts'
import type { Node } from './node.ts'
import type { Segment } from './pattern.ts'

/** A route that answers no request, and those that answer all of its own. */
export interface Hidden {
  readonly written: string
  readonly by: readonly string[]
}

/** The first wildcard along the way that is hidden; null where none is. */
export function hiddenAlong<Route>(root: Node<Route>, segments: readonly Segment[]): Hidden | null {
  let node: Node<Route> | undefined = root
  for (const segment of segments) {
    const hidden = hiddenAt(node)
    if (hidden !== null) return hidden
    if (segment.kind === 'rest') return null
    node = node.child(segment)
    if (node === undefined) return null
  }
  return hiddenAt(node)
}

function hiddenAt<Route>(node: Node<Route>): Hidden | null {
  for (const method of node.rest?.methods ?? []) {
    const by = coveringAll(node, method)
    if (by !== null)
      return { written: node.rest?.own(method)?.written ?? '', by: [...new Set(by.map(entry => entry.written))] }
  }
  return null
}

/** The entries that take the empty rest, one segment, and more of them; null where something is left for a wildcard. */
function coveringAll<Route>(node: Node<Route>, method: string): Entry<Route>[] | null {
  const empty = node.literals.get('')?.leaf?.for(method)
  const any = node.parameters.find(({ before, after, type }) => before === '' && after === '' && type === 'text')?.node
  const one = any?.leaf?.for(method)
  if (!empty || !any || !one) return null
  const more = any.rest?.for(method)
  const longer = more ? [more] : coveringAll(any, method)
  return longer === null ? null : [empty, one, ...longer]
}
