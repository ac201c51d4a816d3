// A second decoder of header blocks, written after RFC 7541's text: as plain as can be, and as slow. The table is an array
// whose newest field comes first, Huffman code is looked up bit by bit, and a block is there as a whole.
import { canonicalCodes } from '../../tools/huffman-table.ts'
import { STATIC_FIELDS } from './hpack-static-fields.ts'

export interface ReferenceField {
  readonly name: string
  readonly value: string
  readonly sensitive: boolean
}

export interface ReferenceLimits {
  readonly tableBytes: number
  readonly listBytes: number
  readonly fieldCount: number
  readonly stringBytes: number
}

/** What a block means, or that it is broken. */
export interface ReferenceBlock {
  readonly broken: boolean
  /** Those that are kept. */
  readonly fields: readonly ReferenceField[]
  readonly tooLarge: boolean
  /** A literal, other than those that are never to be indexed, was one that the tables have; or its name was. */
  readonly wasteful: boolean
  /** What was seen on the way, for the fuzzer to know new behaviour by. */
  readonly seen: readonly string[]
}

const EOS = 256
const CODES = new Map(
  canonicalCodes().map(({ symbol, bits, length }) => [bits.toString(2).padStart(length, '0'), symbol]),
)
/** In section 5.1's words, what this implementation takes. */
const MOST_INTEGER = 2 ** 31 - 1
const MOST_BYTES = 5
const MOST_SIZE_UPDATES = 2

class Broken extends Error {}

export class HpackReference {
  /** The newest first. */
  table: ReferenceField[] = []
  size: number
  private limit: number
  private demanded = Number.POSITIVE_INFINITY
  private readonly limits: ReferenceLimits
  private bytes: readonly number[] = []
  private at = 0
  private wasteful = false
  private seen: string[] = []

  constructor(limits: ReferenceLimits) {
    this.limits = limits
    this.size = limits.tableBytes
    this.limit = limits.tableBytes
  }

  /** Section 4.2: our new limit, once it has been acknowledged. */
  tableLimit(bytes: number): void {
    this.limit = bytes
    if (bytes < this.size) this.demanded = Math.min(this.demanded, bytes)
  }

  block(bytes: Uint8Array): ReferenceBlock {
    this.bytes = [...bytes]
    this.at = 0
    this.wasteful = false
    this.seen = []
    const all: ReferenceField[] = []
    let broken = false
    try {
      this.sizeUpdates()
      while (this.at < this.bytes.length) all.push(this.field())
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      broken = true
      this.seen.push(`broken: ${error.message}`)
    }
    const { listBytes, fieldCount } = this.limits
    const fields = all.filter((_, i) => i < fieldCount && sum(all.slice(0, i + 1)) <= listBytes)
    if (fields.length < all.length) this.seen.push('too large')
    return { broken, fields, tooLarge: fields.length < all.length, wasteful: this.wasteful, seen: this.seen }
  }

  private sizeUpdates(): void {
    let updates = 0
    while (this.at < this.bytes.length && this.peek().startsWith('001')) {
      const size = this.integer(5)
      if (++updates > MOST_SIZE_UPDATES) throw new Broken('third size update')
      if (size > this.limit) throw new Broken('size above the limit')
      if (size > this.demanded) throw new Broken('size above what was demanded')
      this.seen.push(`size ${size < this.size ? 'down' : 'up'}`)
      this.demanded = Number.POSITIVE_INFINITY
      this.size = size
      this.evict(size)
    }
    if (this.demanded !== Number.POSITIVE_INFINITY) throw new Broken('no size update')
  }

  private field(): ReferenceField {
    const bits = this.peek()
    if (bits.startsWith('1')) {
      const field = this.lookUp(this.integer(7))
      this.seen.push('indexed')
      return { ...field, sensitive: false }
    }
    if (bits.startsWith('01')) {
      const field = this.literal(6, false)
      this.add(field)
      return field
    }
    if (bits.startsWith('001')) throw new Broken('late size update')
    return this.literal(4, bits.startsWith('0001'))
  }

  private literal(prefix: number, sensitive: boolean): ReferenceField {
    const index = this.integer(prefix)
    const name = index === 0 ? this.string() : this.lookUp(index).name
    const value = this.string()
    const known = [...STATIC_FIELDS, ...this.table].filter(field => field.name === name)
    if (index === 0 ? known.length > 0 : !sensitive && known.some(field => field.value === value)) this.wasteful = true
    this.seen.push(`literal ${prefix} ${sensitive} ${index === 0 ? 'name' : 'named'}`)
    return { name, value, sensitive }
  }

  private lookUp(index: number): ReferenceField {
    const field = index < 1 ? undefined : [...STATIC_FIELDS, ...this.table][index - 1]
    if (field === undefined) throw new Broken('index')
    this.seen.push(index <= STATIC_FIELDS.length ? 'static' : 'dynamic')
    return field
  }

  private add(field: ReferenceField): void {
    this.evict(this.size - sum([field]))
    if (sum([field]) <= this.size) this.table.unshift(field)
    else this.seen.push('larger than the table')
    this.seen.push(`${this.table.length} in the table`)
  }

  private evict(size: number): void {
    while (this.table.length > 0 && sum(this.table) > size) {
      this.table.pop()
      this.seen.push('evicted')
    }
  }

  private peek(): string {
    return this.bytes[this.at].toString(2).padStart(8, '0')
  }

  private next(): number {
    if (this.at === this.bytes.length) throw new Broken('end')
    return this.bytes[this.at++]
  }

  private integer(prefix: number): number {
    const most = 2 ** prefix - 1
    let value = this.next() & most
    if (value < most) return value
    for (let i = 0; i < MOST_BYTES; i++) {
      const byte = this.next()
      value += (byte % 128) * 128 ** i
      if (byte >= 128) continue
      this.seen.push(`integer of ${i}`)
      if (value > MOST_INTEGER) throw new Broken('integer')
      return value
    }
    throw new Broken('long integer')
  }

  private string(): string {
    if (this.at === this.bytes.length) throw new Broken('end')
    const huffman = this.peek().startsWith('1')
    const length = this.integer(7)
    if (length > this.limits.stringBytes) throw new Broken('long string')
    const bytes = this.bytes.slice(this.at, this.at + length)
    if (bytes.length < length) throw new Broken('end')
    this.at += length
    if (!huffman) return String.fromCharCode(...bytes)
    this.seen.push('huffman')
    return this.huffman(bytes.map(byte => byte.toString(2).padStart(8, '0')).join(''))
  }

  private huffman(bits: string): string {
    let text = ''
    let code = ''
    for (const bit of bits) {
      code += bit
      const symbol = CODES.get(code)
      if (symbol === undefined) continue
      if (symbol === EOS) throw new Broken('end of string')
      text += String.fromCharCode(symbol)
      this.seen.push(`code of ${code.length}`)
      code = ''
    }
    if (code.length > 7) throw new Broken('long padding')
    if (code.includes('0')) throw new Broken('wrong padding')
    this.seen.push(`padding of ${code.length}`)
    return text
  }
}

/** Section 4.1. */
export function sum(fields: readonly ReferenceField[]): number {
  return fields.reduce((size, { name, value }) => size + name.length + value.length + 32, 0)
}
