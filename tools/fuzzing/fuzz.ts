// The fuzzer: changes inputs that did something new, again and again, until one breaks the target. Everything it does
// follows from the seed, as far as the target's own behaviour does.
import { Coverage } from './coverage.ts'
import { mutate, Random } from './mutate.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  /** Words of the format, to be put into inputs. */
  readonly dictionary?: readonly Uint8Array[]
  /** Throws if an invariant breaks. May return texts that stand for the behaviour seen; without them, the code that ran does. */
  run(bytes: Uint8Array): unknown
}

export interface Finding {
  readonly bytes: Uint8Array
  readonly error: unknown
  /** How many inputs had been run, this one counted. */
  readonly runs: number
}

/** One run of the fuzzer: `step` tries one input after the other, the target's seeds first. */
export class Fuzzing {
  runs = 0
  /** Inputs that did something new. */
  readonly corpus: Uint8Array[] = []
  private readonly target: FuzzTarget
  /** Plain arrays: a Buffer's own slice would share its memory, and a change would change the seed. */
  private readonly seeds: readonly Uint8Array[]
  private readonly random: Random
  private readonly seen = new Set<string>()
  private coverage: Coverage | null = null

  constructor(target: FuzzTarget, seed: number) {
    this.target = target
    this.seeds = target.seeds.map(seed => Uint8Array.from(seed))
    this.random = new Random(seed)
  }

  /** The input that the next step will try. */
  next(): Uint8Array {
    const { dictionary = [] } = this.target
    if (this.runs < this.seeds.length) return this.seeds[this.runs]
    const corpus = this.corpus.length > 0 ? this.corpus : [new Uint8Array(0)]
    // The newest did something new most lately: they get every second turn.
    const newest = corpus.slice(-16)
    const base = this.random.of(this.random.below(2) === 0 ? newest : corpus)
    return mutate(base, { corpus, dictionary }, this.random)
  }

  /** Tries the input. Returns what it broke, or null. */
  try(bytes: Uint8Array): Finding | null {
    this.runs++
    try {
      const told = this.target.run(Uint8Array.from(bytes))
      if (this.isNew(told)) this.corpus.push(bytes)
      return null
    } catch (error) {
      return { bytes, error, runs: this.runs }
    }
  }

  end(): void {
    this.coverage?.end()
  }

  private isNew(told: unknown): boolean {
    if (!Array.isArray(told)) {
      this.coverage ??= new Coverage()
      return this.coverage.hasGrown()
    }
    const before = this.seen.size
    for (const behaviour of told) this.seen.add(behaviour)
    return this.seen.size > before
  }
}

/** Tries at most `runs` inputs and returns the first that breaks the target, made as small as possible. */
export function fuzz(target: FuzzTarget, seed: number, runs: number): Finding | null {
  const fuzzing = new Fuzzing(target, seed)
  try {
    while (fuzzing.runs < runs) {
      const finding = fuzzing.try(fuzzing.next())
      if (finding !== null) return { ...finding, ...minimised(target, finding) }
    }
    return null
  } finally {
    fuzzing.end()
  }
}

/** A smaller input that breaks the target too: pieces are left out, large ones first, as long as it goes on breaking. */
export function minimised(target: FuzzTarget, finding: Finding): Pick<Finding, 'bytes' | 'error'> {
  let best: Pick<Finding, 'bytes' | 'error'> = finding
  for (let size = finding.bytes.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.bytes.length; ) {
      const shorter = Uint8Array.from([...best.bytes.subarray(0, at), ...best.bytes.subarray(at + size)])
      const error = failure(target, shorter)
      if (error === null) at += size
      else best = { bytes: shorter, error: error.thrown }
    }
  }
  return best
}

function failure(target: FuzzTarget, bytes: Uint8Array): { thrown: unknown } | null {
  try {
    target.run(Uint8Array.from(bytes))
    return null
  } catch (thrown) {
    return { thrown }
  }
}
