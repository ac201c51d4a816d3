// The encoder (RFC 7541): fields in, header blocks out. It follows the decoder's table: what was put in there once is sent as its
// index from then on.
import type { ByteOutput } from '../bytes/byte-output.ts'
import { putLatin1 } from '../bytes/text.ts'
import { EncoderTable } from './encoder-table.ts'
import { encodeHuffman, huffmanLength } from './huffman.ts'
import { STATIC_TABLE } from './static-table.ts'

/**
 * What is to become of a field: `index` puts it into the table, for those that come again; `once` does not; `never` forbids
 * everyone on the way to do it, for secrets (RFC 7541 section 7.1.3).
 */
export type Indexing = 'index' | 'once' | 'never'

interface LiteralKind {
  readonly first: number
  readonly prefix: number
}

/** The first bits of each kind of field, and the largest number that fits beside them (RFC 7541 sections 6.1, 6.2, 6.3). */
const INDEXED = 0x80
const INDEXED_PREFIX = 0x7f
const LITERAL = {
  index: { first: 0x40, prefix: 0x3f },
  once: { first: 0x00, prefix: 0x0f },
  never: { first: 0x10, prefix: 0x0f },
} as const satisfies Record<Indexing, LiteralKind>
const SIZE_UPDATE = 0x20
const SIZE_UPDATE_PREFIX = 0x1f
const HUFFMAN = 0x80
const STRING_PREFIX = 0x7f

/** The most that an integer takes. */
const INTEGER = 6

/** HTTP/2 begins with it (RFC 9113 section 6.5.2). It is also the most that we use: ours and the peer's memory for each connection. */
const DEFAULT_TABLE_BYTES = 4096

/** The indices of the statuses that have one (RFC 7541 Appendix A). */
const STATUS_INDICES: ReadonlyMap<number, number> = new Map(
  STATIC_TABLE.flatMap((field, index) => (field.name === ':status' ? [[Number(field.value), index] as const] : [])),
)

/** Encodes header blocks, in the order in which they are sent (RFC 7541 section 6). */
export class HpackEncoder {
  private readonly table: EncoderTable
  /** The most that we want to use. */
  private readonly most: number
  /** What the table has to be at the next block's begin. */
  private limit: number
  /** The least that it had to be since the last block. */
  private least: number
  private agreements = 0

  /** @param limits `tableBytes`: the most that is used of what the peer offers */
  constructor(limits: { readonly tableBytes?: number } = {}) {
    this.most = limits.tableBytes ?? DEFAULT_TABLE_BYTES
    this.table = new EncoderTable(DEFAULT_TABLE_BYTES)
    this.limit = Math.min(this.most, DEFAULT_TABLE_BYTES)
    this.least = this.limit
  }

  /** Changes whenever the table does, or has to: the same fields in the same edition are the same bytes. */
  get edition(): number {
    return this.table.edition + this.agreements
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE, in bytes. It is confirmed where the next block begins. */
  peerLimit(bytes: number): void {
    const limit = Math.min(bytes, this.most)
    if (limit === this.limit) return
    this.agreements++
    this.limit = limit
    this.least = Math.min(this.least, limit)
  }

  /** A block begins: the sizes that the table had to take since the last one, the least and the last, are told (RFC 7541 section 4.2). */
  begin(out: ByteOutput): void {
    if (this.least < this.limit && this.least < this.table.limit) this.sizeUpdate(out, this.least)
    if (this.limit !== this.table.limit) this.sizeUpdate(out, this.limit)
    this.least = this.limit
  }

  /**
   * Writes a field.
   * @param name in lower case; one character for each byte, as in `value`
   * @throws RangeError where a character of a literal is not a byte
   */
  field(out: ByteOutput, name: string, value: string, indexing: Indexing): void {
    const found = this.table.find(name, value)
    if (found > 0 && indexing !== 'never') putIndexed(out, found)
    // What does not fit would empty the table, to no avail (RFC 7541 section 4.4).
    else if (indexing === 'index' && !this.table.fits(name, value)) putLiteral(out, LITERAL.once, found, name, value)
    else {
      putLiteral(out, LITERAL[indexing], found, name, value)
      if (indexing === 'index') this.table.insert(name, value)
    }
  }

  /** Writes `:status`. */
  status(out: ByteOutput, status: number): void {
    const index = STATUS_INDICES.get(status)
    if (index !== undefined) putIndexed(out, index)
    else this.field(out, ':status', String(status), 'index')
  }

  private sizeUpdate(out: ByteOutput, bytes: number): void {
    this.table.resize(bytes)
    out.reserve(INTEGER)
    out.at = putInteger(out.bytes, out.at, SIZE_UPDATE, SIZE_UPDATE_PREFIX, bytes)
  }
}

/** RFC 7541 section 6.1. */
function putIndexed(out: ByteOutput, index: number): void {
  out.reserve(INTEGER)
  out.at = putInteger(out.bytes, out.at, INDEXED, INDEXED_PREFIX, index)
}

/**
 * RFC 7541 section 6.2.
 * @param found what the table has found: other than 0, the index, or minus that, of a field with the same name
 */
function putLiteral(out: ByteOutput, kind: LiteralKind, found: number, name: string, value: string): void {
  // Huffman code is used only where it is shorter.
  out.reserve(3 * INTEGER + name.length + value.length)
  const { bytes } = out
  let at = putInteger(bytes, out.at, kind.first, kind.prefix, Math.abs(found))
  if (found === 0) at = putString(bytes, at, name)
  out.at = putString(bytes, at, value)
}

/** RFC 7541 section 5.2. Returns where it ends. */
function putString(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text
  const coded = huffmanLength(text)
  if (coded < length) return encodeHuffman(text, bytes, putInteger(bytes, at, HUFFMAN, STRING_PREFIX, coded))
  const begin = putInteger(bytes, at, 0, STRING_PREFIX, length)
  putLatin1(bytes, begin, text)
  return begin + length
}

/** RFC 7541 section 5.1. Returns where it ends. */
function putInteger(bytes: Uint8Array, start: number, first: number, prefix: number, value: number): number {
  if (value < prefix) {
    bytes[start] = first | value
    return start + 1
  }
  let at = start
  bytes[at++] = first | prefix
  let left = value - prefix
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes[at++] = 0x80 | (left & 0x7f)
  bytes[at++] = left
  return at
}
