// The tree of routes: a node for each place a path can have come to, an edge for each way to read the next segment.
import { Leaf } from './leaf.ts'
import { LiteralTable } from './literal-table.ts'
import type { Parameter, ParameterType, Segment } from './pattern.ts'

/** An edge that takes a segment whose text is not known before. */
export interface ParameterEdge<Route> {
  readonly before: string
  readonly after: string
  readonly type: ParameterType
  readonly node: Node<Route>
}

export class Node<Route> {
  /** By the text of the segment. */
  readonly literals = new LiteralTable<Node<Route>>()
  /** The most specific first: those are tried first. */
  readonly parameters: ParameterEdge<Route>[] = []
  /** The routes whose path ends here. */
  leaf: Leaf<Route> | null = null
  /** The routes that take the rest of the path. */
  rest: Leaf<Route> | null = null

  /** The leaf that segments lead to from here; null where there is none yet. */
  find(segments: readonly Segment[]): Leaf<Route> | null {
    let node: Node<Route> | undefined = this
    for (const segment of segments) {
      if (segment.kind === 'rest') return node.rest
      node = node.child(segment)
      if (node === undefined) return null
    }
    return node.leaf
  }

  /** The leaf that segments lead to from here, made if need be. */
  make(segments: readonly Segment[]): Leaf<Route> {
    let node: Node<Route> = this
    for (const segment of segments) {
      if (segment.kind === 'rest') {
        node.rest ??= new Leaf()
        return node.rest
      }
      node = node.child(segment) ?? node.grow(segment)
    }
    node.leaf ??= new Leaf()
    return node.leaf
  }

  /** Where a segment of this shape leads to. */
  child(segment: Exclude<Segment, { kind: 'rest' }>): Node<Route> | undefined {
    if (segment.kind === 'literal') return this.literals.get(segment.text)
    return this.parameters.find(edge => sameShape(edge, segment))?.node
  }

  private grow(segment: Exclude<Segment, { kind: 'rest' }>): Node<Route> {
    const node = new Node<Route>()
    if (segment.kind === 'literal') {
      this.literals.add(segment.text, node)
    } else {
      const { before, after, type } = segment
      this.parameters.push({ before, after, type, node })
      this.parameters.sort(bySpecificity)
    }
    return node
  }
}

type Shape = Pick<Parameter, 'before' | 'after' | 'type'>

function sameShape(one: Shape, other: Shape): boolean {
  return one.before === other.before && one.after === other.after && one.type === other.type
}

/** More literal text first, of as much the one that begins with more of it; then what has a type. The last step only makes the order the same whatever came first. */
function bySpecificity(one: Shape, other: Shape): number {
  return (
    other.before.length + other.after.length - (one.before.length + one.after.length) ||
    other.before.length - one.before.length ||
    Number(one.type === 'text') - Number(other.type === 'text') ||
    (one.before + one.type + one.after < other.before + other.type + other.after ? -1 : 1)
  )
}
