// A walk through the tree of routes, the most specific way first. What has been tried in vain is taken back, but no node is
// come to twice: from the root there is one way to each. So a search takes no longer than there are nodes, however the path
// was made; and of nodes it comes to those alone whose segments fit.
import { refuseDotSegments } from './encoding.ts'
import type { Entry, Leaf } from './leaf.ts'
import { hashed } from './literal-table.ts'
import type { Node, ParameterEdge } from './node.ts'
import { isUuid, isWholeNumber } from './values.ts'

const SLASH = 0x2f
const DOT = 0x2e

export class Search<Route> {
  /** Where the values of the entry that was found last begin and end, in their order. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** Where methods are collected, instead of finding one entry; null for a search that finds. */
  private readonly collected: Set<string> | null

  constructor(collected: Set<string> | null = null) {
    this.collected = collected
  }

  /**
   * The entry for a path and a method; null where there is none.
   * @param path decoded as encoding.ts does it
   * @param at the first character of the segment that the node's edges are for
   * @param count how many values were captured on the way
   * @throws Refused with 400 for dot segments, where a parameter would hold them
   */
  from(node: Node<Route>, path: string, at: number, method: string, count: number): Entry<Route> | null {
    const { literals, parameters, rest } = node
    let end = at
    if (literals.longest >= 0) {
      const stop = Math.min(at + literals.longest, path.length)
      let hash = 0
      for (; end < stop; end++) {
        const code = path.charCodeAt(end)
        if (code === SLASH) break
        hash = hashed(hash, code)
      }
      if (end === path.length || path.charCodeAt(end) === SLASH) {
        const child = literals.at(hash, path, at, end)
        if (child !== undefined) {
          const entry = this.behind(child, path, end, method, count)
          if (entry !== null) return entry
        }
      }
    }
    if (parameters.length > 0) {
      end = path.indexOf('/', end)
      if (end === -1) end = path.length
      if (path.charCodeAt(at) === DOT) refuseDotSegments(path, at)
      for (let i = 0; i < parameters.length; i++) {
        const edge = parameters[i]
        if (!fits(edge, path, at, end)) continue
        this.starts[count] = at + edge.before.length
        this.ends[count] = end - edge.after.length
        const entry = this.behind(edge.node, path, end, method, count + 1)
        if (entry !== null) return entry
      }
    }
    if (rest === null || path.charCodeAt(at) === SLASH) return null
    refuseDotSegments(path, at)
    this.starts[count] = at
    this.ends[count] = path.length
    return this.answering(rest, method)
  }

  /** Goes on behind a segment. */
  private behind(node: Node<Route>, path: string, end: number, method: string, count: number): Entry<Route> | null {
    if (end < path.length) return this.from(node, path, end + 1, method, count)
    return node.leaf === null ? null : this.answering(node.leaf, method)
  }

  private answering(leaf: Leaf<Route>, method: string): Entry<Route> | null {
    if (this.collected === null) return leaf.for(method)
    for (const own of leaf.methods) this.collected.add(own)
    return null
  }
}

function fits({ before, after, type }: ParameterEdge<unknown>, path: string, at: number, end: number): boolean {
  const start = at + before.length
  const stop = end - after.length
  if (start >= stop) return false
  if (before !== '' && !path.startsWith(before, at)) return false
  if (after !== '' && !path.startsWith(after, stop)) return false
  return type === 'text' || (type === 'int' ? isWholeNumber(path, start, stop) : isUuid(path, start, stop))
}
