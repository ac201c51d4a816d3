// A table by the text of one segment, asked with a place in a path instead of a string: cutting the string out to ask
// a Map for it, and hashing it there, is what costs most in finding a route. Bound by what was added; requests add nothing.

interface Bucket<Value> {
  readonly text: string
  readonly value: Value
  readonly next: Bucket<Value> | null
}

export class LiteralTable<Value> {
  /** The length of the longest text; -1 where there is none. */
  longest = -1
  private buckets: (Bucket<Value> | null)[] = [null]
  private size = 0

  get(text: string): Value | undefined {
    return this.at(hashOf(text), text, 0, text.length)
  }

  /**
   * The value for the text that stands at a place of a path.
   * @param hash of that text, made with `hashed`
   */
  at(hash: number, path: string, start: number, end: number): Value | undefined {
    let bucket = this.buckets[hash & (this.buckets.length - 1)]
    while (bucket !== null) {
      if (bucket.text.length === end - start && path.startsWith(bucket.text, start)) return bucket.value
      bucket = bucket.next
    }
    return undefined
  }

  /** @param text must not be in the table */
  add(text: string, value: Value): void {
    if (text.length > this.longest) this.longest = text.length
    this.size++
    if (this.size > this.buckets.length) this.grow()
    this.insert(text, value)
  }

  private insert(text: string, value: Value): void {
    const index = hashOf(text) & (this.buckets.length - 1)
    this.buckets[index] = { text, value, next: this.buckets[index] }
  }

  private grow(): void {
    const old = this.buckets
    this.buckets = new Array(old.length * 4).fill(null)
    for (let bucket of old) for (; bucket !== null; bucket = bucket.next) this.insert(bucket.text, bucket.value)
  }
}

/** The hash of a text with one more character; that of the empty text is 0. */
export function hashed(hash: number, code: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + code) | 0
}

function hashOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = hashed(hash, text.charCodeAt(at))
  return hash
}
