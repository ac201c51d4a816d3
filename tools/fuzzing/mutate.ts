// Changes inputs at random, but the same way for the same seed.

/** Random numbers that can be repeated (mulberry32). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
}

/** Longer inputs find nothing that short ones do not, and slow everything down. */
const MOST_BYTES = 4096

/** What changes are made with: other inputs to splice in, and words of the format. */
export interface Material {
  readonly corpus: readonly Uint8Array[]
  readonly dictionary: readonly Uint8Array[]
}

/** One to four changes. */
export function mutate(bytes: Uint8Array, material: Material, random: Random): Uint8Array {
  let changed = bytes
  for (let left = 1 + random.below(4); left > 0; left--) changed = random.of(CHANGES)(changed, material, random)
  return changed.subarray(0, MOST_BYTES)
}

type Change = (bytes: Uint8Array, material: Material, random: Random) => Uint8Array

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  insertByte,
  removeRange,
  copyRange,
  splice,
  insertWord,
  insertWord,
  overwriteWithWord,
  editNumber,
  cut,
]

const ODD = [0x00, 0x09, 0x0a, 0x0b, 0x0d, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x3a, 0x3b, 0x41, 0x7f, 0x80, 0xff]

function flipBit(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const changed = bytes.slice()
  if (changed.length > 0) changed[random.below(changed.length)] ^= 1 << random.below(8)
  return changed
}

function setByte(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const changed = bytes.slice()
  if (changed.length > 0) changed[random.below(changed.length)] = random.of(ODD)
  return changed
}

function insertByte(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, at, Uint8Array.of(random.below(2) === 0 ? random.of(ODD) : random.below(256)))
}

function removeRange(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const [from, to] = range(bytes, random)
  return replaced(bytes, from, to, new Uint8Array(0))
}

function copyRange(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const [from, to] = range(bytes, random)
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, at, bytes.slice(from, to))
}

function splice(bytes: Uint8Array, { corpus }: Material, random: Random): Uint8Array {
  const other = random.of(corpus)
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, bytes.length, other.slice(random.below(other.length + 1)))
}

function insertWord(bytes: Uint8Array, { dictionary }: Material, random: Random): Uint8Array {
  if (dictionary.length === 0) return bytes
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, at, random.of(dictionary))
}

function overwriteWithWord(bytes: Uint8Array, { dictionary }: Material, random: Random): Uint8Array {
  if (dictionary.length === 0) return bytes
  const word = random.of(dictionary)
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, Math.min(bytes.length, at + word.length), word)
}

/** Makes a number that stands in the text a little or much larger or smaller: lengths are numbers. */
function editNumber(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  const numbers = [...Buffer.from(bytes).toString('latin1').matchAll(/\d+/g)]
  if (numbers.length === 0) return bytes
  const { 0: digits, index } = random.of(numbers)
  const value = Number(digits)
  const other = random.of([value + 1, value - 1, value * 2, 0, value + 256, 2 ** 31, 2 ** 32 + value, 2 ** 53])
  return replaced(bytes, index, index + digits.length, Buffer.from(String(other)))
}

function cut(bytes: Uint8Array, _: Material, random: Random): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1))
}

function range(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1)
  return [from, Math.min(bytes.length, from + 1 + random.below(16))]
}

function replaced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + by.length)
  result.set(bytes.subarray(0, from))
  result.set(by, from)
  result.set(bytes.subarray(to), from + by.length)
  return result
}
