// The decoder (RFC 7541): header blocks in, fields out. Its law: a block costs no more memory than its limits say, whatever is
// in it; and what has been broken stays so.
import { latin1 } from '../bytes/text.ts'
import { DynamicTable } from './dynamic-table.ts'
import { broken, type HpackError, type HpackRuleName } from './errors.ts'
import type { HpackField } from './field.ts'
import { decodeHuffman, END_OF_STRING, LONG_PADDING, mostDecoded } from './huffman.ts'
import { LAST_STATIC, STATIC_TABLE } from './static-table.ts'
import { TableField } from './table-field.ts'

/** Sizes in bytes. */
export interface HpackLimits {
  /** What the peer's table may hold to begin with: 4096 in HTTP/2, until other settings have been acknowledged. */
  readonly tableBytes: number
  /** The fields of a block together, each with 32 bytes on top. More are decoded, since the table must stay right, but not kept. */
  readonly listBytes: number
  /** How many fields of a block are kept. */
  readonly fieldCount: number
  /**
   * The longest string, as it is sent. A longer one is refused as soon as its length has come; nobody then need hold what came of
   * it. `listBytes` by default: what is longer can hardly be kept. What is above gives fields that are too large the
   * chance to be answered, for the price of holding them.
   */
  readonly stringBytes?: number
}

/** RFC 7541 section 5.1 leaves it to us: what fits 31 bits, in five bytes at the most. */
const MOST_INTEGER = 2 ** 31 - 1
const MOST_SHIFT = 28

/** Section 4.2: the smallest size since the last block, and the final one. */
const MOST_SIZE_UPDATES = 2

/** What the methods below return for something that has not come whole. No position behind a first byte is 0. */
const INCOMPLETE = 0
const BROKEN = -1

/** Decodes header blocks, in the order in which they came (RFC 7541 section 3). */
export class HpackDecoder {
  /** The fields of the block under way, in order. Good until the next `begin`; `takeFields` keeps them for longer. */
  fields: HpackField[] = []
  /** The block has more fields than the limits allow: `fields` has those before. */
  tooLarge = false
  /** What is wrong with the bytes, once `decode` or `finish` says that they are broken. */
  error: HpackError | null = null

  private readonly limits: HpackLimits
  private readonly stringBytes: number
  private readonly table: DynamicTable<TableField>
  /** Counts the changes of limits. */
  private agreements = 0
  /** What the peer may make its table. */
  private limit: number
  /** What the peer's next block must make its table at the most; Infinity where it need not do anything. */
  private demanded = Number.POSITIVE_INFINITY
  /** No field has come: sizes may be changed. */
  private atBegin = true
  /** Changes of size that the block began with. */
  private updates = 0
  /** Some bytes that `decode` was given were not taken. */
  private incomplete = false
  /** The sizes of all fields of the block. */
  private listSize = 0
  /** How much of the block was taken before this call of `decode`. */
  private taken = 0
  /** Where this call began. */
  private start = 0
  /** The integer that was read last. */
  private integer = 0

  constructor(limits: HpackLimits) {
    this.limits = limits
    this.stringBytes = limits.stringBytes ?? limits.listBytes
    this.table = new DynamicTable(limits.tableBytes)
    this.limit = limits.tableBytes
  }

  /** Changes whenever a field comes into the table or goes, and with its size: the same bytes in the same edition mean the same fields. */
  get edition(): number {
    return this.table.edition + this.agreements
  }

  /** A block begins. */
  begin(): void {
    if (this.fields.length > 0) this.fields = []
    this.tooLarge = false
    this.atBegin = true
    this.updates = 0
    this.incomplete = false
    this.listSize = 0
    this.taken = 0
  }

  /**
   * Decodes what stands from `start` to `end`. Only whole fields are taken: the rest must be given again, with more. Doing
   * so costs the same however much has come of it.
   * @returns where what was taken ends; -1 where the bytes are broken: `error` says how, and nothing can be decoded any more
   */
  decode(bytes: Uint8Array, start: number, end: number): number {
    if (this.error !== null) return BROKEN
    this.start = start
    let at = start
    if (this.atBegin) {
      at = this.sizeUpdates(bytes, at, end)
      if (at === BROKEN) return BROKEN
    }
    if (!this.atBegin) {
      while (at < end) {
        const next = bytes[at] < 0x80 ? this.literal(bytes, at, end) : this.indexed(bytes, at, end)
        if (next === INCOMPLETE) break
        if (next === BROKEN) return BROKEN
        at = next
      }
    }
    this.incomplete = at < end
    this.taken += at - start
    return at
  }

  /** The block has ended. Returns whether it may end here; `error` says why not. */
  finish(): boolean {
    if (this.error !== null) return false
    if (this.incomplete) this.error = broken('truncated', this.taken)
    else if (this.demanded !== Number.POSITIVE_INFINITY) this.error = broken('missing-size-update', 0)
    return this.error === null
  }

  /** The fields of the block; they are the caller's. */
  takeFields(): HpackField[] {
    const { fields } = this
    this.fields = []
    return fields
  }

  /** Our SETTINGS_HEADER_TABLE_SIZE, in bytes, once the peer has acknowledged it. Only between two blocks. */
  tableLimit(bytes: number): void {
    if (bytes < this.table.limit) this.demanded = Math.min(this.demanded, bytes)
    this.limit = bytes
    this.agreements++
  }

  /** The changes of size that a block may begin with (RFC 7541 section 6.3). Returns where they end. */
  private sizeUpdates(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end) {
      if (bytes[at] >>> 5 !== 1) {
        if (this.demanded !== Number.POSITIVE_INFINITY) return this.fail('missing-size-update', at)
        this.atBegin = false
        break
      }
      const next = this.readInteger(bytes, at, end, 0x1f)
      if (next === INCOMPLETE) break
      if (next === BROKEN) return BROKEN
      if (++this.updates > MOST_SIZE_UPDATES) return this.fail('too-many-size-updates', at)
      const size = this.integer
      if (size > this.limit) return this.fail('size-update-above-limit', at)
      if (size > this.demanded) return this.fail('missing-size-update', at)
      this.demanded = Number.POSITIVE_INFINITY
      this.table.resize(size)
      at = next
    }
    return at
  }

  /** RFC 7541 section 6.1. */
  private indexed(bytes: Uint8Array, at: number, end: number): number {
    let index = bytes[at] & 0x7f
    let next = at + 1
    if (index === 0x7f) {
      next = this.readInteger(bytes, at, end, 0x7f)
      if (next <= 0) return next
      index = this.integer
    }
    const field = this.lookUp(index)
    if (field === null) return this.fail(index === 0 ? 'zero-index' : 'unknown-index', at)
    this.keep(field)
    return next
  }

  /** RFC 7541 section 6.2. Nothing but lengths is read until all of it has come. */
  private literal(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]
    const indexing = first >= 0x40
    if (!indexing && first >= 0x20) return this.fail('late-size-update', at)
    const nameAt = this.readInteger(bytes, at, end, indexing ? 0x3f : 0x0f)
    if (nameAt <= 0) return nameAt
    let named: TableField | null = null
    let nameText = nameAt
    let valueAt = nameAt
    if (this.integer === 0) {
      nameText = this.readLength(bytes, nameAt, end)
      if (nameText <= 0) return nameText
      valueAt = nameText + this.integer
    } else {
      named = this.lookUp(this.integer)
      if (named === null) return this.fail('unknown-index', at)
    }
    const valueText = this.readLength(bytes, valueAt, end)
    if (valueText <= 0) return valueText
    const next = valueText + this.integer
    if (next > end) return INCOMPLETE

    const wanted = indexing || !this.tooLarge
    const name = named === null ? this.readText(bytes, nameAt, nameText, valueAt, wanted) : named.name
    if (name === null) return BROKEN
    const value = this.readText(bytes, valueAt, valueText, next, wanted)
    if (value === null) return BROKEN
    if (!wanted) return next
    const field = new TableField(name, value, first >>> 4 === 1)
    if (indexing) this.table.add(field)
    this.keep(field)
    return next
  }

  /** The field with the index, or null where there is none (RFC 7541 section 2.3.3). */
  private lookUp(index: number): TableField | null {
    if (index <= LAST_STATIC) return index === 0 ? null : STATIC_TABLE[index]
    const age = index - LAST_STATIC - 1
    return age < this.table.count ? this.table.at(age) : null
  }

  private keep(field: TableField): void {
    this.listSize += field.size
    if (this.listSize > this.limits.listBytes || this.fields.length === this.limits.fieldCount) this.tooLarge = true
    else this.fields.push(field)
  }

  /**
   * Reads a string's length into `integer` (RFC 7541 section 5.2). Returns where the string begins.
   * @param at may be behind `end`: then its string has not come
   */
  private readLength(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return INCOMPLETE
    const next = this.readInteger(bytes, at, end, 0x7f)
    if (next > 0 && this.integer > this.stringBytes) return this.fail('string-too-long', at)
    return next
  }

  /** Reads the integer whose prefix is at `at` into `integer` (RFC 7541 section 5.1). Returns where it ends. */
  private readInteger(bytes: Uint8Array, at: number, end: number, prefix: number): number {
    let value = bytes[at] & prefix
    let next = at + 1
    if (value === prefix) {
      for (let shift = 0; ; shift += 7) {
        if (shift > MOST_SHIFT) return this.fail('integer-overflow', at)
        if (next === end) return INCOMPLETE
        const byte = bytes[next++]
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) break
      }
      if (value > MOST_INTEGER) return this.fail('integer-overflow', at)
    }
    this.integer = value
    return next
  }

  /**
   * The string from `start` to `end`; null where it is broken.
   * @param head where its length stands, with the bit that says whether it is in Huffman code
   * @param wanted whether anybody looks at it; if not, it is checked alone
   */
  private readText(bytes: Uint8Array, head: number, start: number, end: number, wanted: boolean): string | null {
    if (bytes[head] < 0x80) return wanted ? latin1(bytes, start, end) : ''
    const most = mostDecoded(end - start)
    const text = most <= desk.length ? desk : new Uint8Array(most)
    const length = decodeHuffman(bytes, start, end, text)
    if (length < 0) {
      this.fail(faultName(length), head)
      return null
    }
    return wanted ? latin1(text, 0, length) : ''
  }

  private fail(rule: HpackRuleName, at: number): typeof BROKEN {
    this.error = broken(rule, this.taken + at - this.start)
    return BROKEN
  }
}

/** Where strings are put together: of nearly any length that there is. */
const desk = new Uint8Array(16 * 1024)

function faultName(fault: number): HpackRuleName {
  if (fault === END_OF_STRING) return 'huffman-end-of-string'
  return fault === LONG_PADDING ? 'huffman-long-padding' : 'huffman-wrong-padding'
}
