// Exclusions: patterns of names that a listing leaves out, written as in a shell. `*` stands for any characters but `/`,
// `?` for one, `[a-z]` and `[!a-z]` for one of a set, `**` for any folders, `\` takes the next character as it is. A
// pattern without a slash is about a name anywhere; one with a slash is about the path from the document root.

export type Matches = (path: string) => boolean

/**
 * Whether a path (relative to the root, with `/`, without a slash at either end) or a folder on the way to it matches.
 * @throws TypeError for a pattern that is empty or has a `[` without its `]`
 */
export function matcher(patterns: readonly string[]): Matches {
  const rules = patterns.map(compile)
  if (rules.length === 0) return () => false
  return path => {
    const names = path.split('/')
    return rules.some(({ anchored, test }) =>
      names.some((name, depth) => test(anchored ? names.slice(0, depth + 1).join('/') : name)),
    )
  }
}

interface Rule {
  readonly anchored: boolean
  readonly test: Matches
}

function compile(pattern: string): Rule {
  const trimmed = pattern.replace(/^\/+|\/+$/g, '')
  if (trimmed === '') throw emptyPattern(pattern)
  const anchored = pattern.replace(/\/+$/, '').includes('/')
  let source = ''
  for (let at = 0; at < trimmed.length; ) {
    const [piece, length] = token(trimmed, at)
    source += piece
    at += length
  }
  try {
    const expression = new RegExp(`^${source}$`, 'su')
    return { anchored, test: text => expression.test(text) }
  } catch {
    throw reversedRange(pattern)
  }
}

/** The regular expression for what stands at `at`, and how many characters it took. Runs of stars become one, so that matching stays quick. */
function token(pattern: string, at: number): [source: string, length: number] {
  const rest = pattern.slice(at)
  const stars = /^\*+/.exec(rest)?.[0].length ?? 0
  if (stars > 1) return rest[stars] === '/' ? ['(?:[^/]+/)*', stars + 1] : ['.*', stars]
  if (stars === 1) return ['[^/]*', 1]
  if (rest[0] === '?') return ['[^/]', 1]
  if (rest[0] === '[') return set(pattern, at)
  const char = String.fromCodePoint(rest.codePointAt(rest[0] === '\\' && rest.length > 1 ? 1 : 0)!)
  return [char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&'), char.length + (rest[0] === '\\' && rest.length > 1 ? 1 : 0)]
}

function set(pattern: string, at: number): [source: string, length: number] {
  const found = /^\[(!?)(\]?[^\]]*)\]/.exec(pattern.slice(at))
  if (found === null) throw openSet(pattern, at)
  const members = found[2].replace(/[\\\]^[]/g, '\\$&')
  return [`(?!/)[${found[1] === '' ? '' : '^'}${members}]`, found[0].length]
}

function emptyPattern(pattern: string): TypeError {
  return new TypeError(`An exclusion must name something, such as *.bak; ${JSON.stringify(pattern)} does not`)
}

function openSet(pattern: string, at: number): TypeError {
  return new TypeError(
    `The exclusion ${JSON.stringify(pattern)} has a [ at position ${at} without its ]; write \\[ for a bracket`,
  )
}

function reversedRange(pattern: string): TypeError {
  return new TypeError(
    `The exclusion ${JSON.stringify(pattern)} has a range whose end comes before its start, such as [z-a]`,
  )
}
