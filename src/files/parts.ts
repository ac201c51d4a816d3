// Several ranges in one reply, as multipart/byteranges (RFC 9110 section 14.6).
import { type Body, type Chunk, Reply } from '../exchange/index.ts'
import type { FieldList } from '../http/fields.ts'
import { type ByteRange, closeDelimiter, multipartLength, multipartType, partHead } from '../http/ranges.ts'

/** Where the bytes of the ranges come from. */
export interface Source {
  /** The length of the whole representation. */
  readonly length: number
  /** A range's bytes, asked for one after the other. */
  section(range: ByteRange): Uint8Array | Body
  /** Called once, when no more sections will be asked for. */
  close(): void
}

/** The 206 with the ranges of a representation whose fields are given. */
export function multipartReply(fields: FieldList, ranges: readonly ByteRange[], source: Source): Reply {
  // Random, so that no file can hold it.
  const boundary = crypto.randomUUID()
  const contentType = fields.get('Content-Type') ?? 'application/octet-stream'
  const length = multipartLength(boundary, contentType, ranges, source.length)
  return new Reply(
    206,
    fields.with('Content-Type', multipartType(boundary)),
    new PartsBody(length, boundary, contentType, ranges, source),
  )
}

class PartsBody implements Body {
  readonly length: number
  private readonly boundary: string
  private readonly contentType: string
  private readonly ranges: readonly ByteRange[]
  private readonly source: Source
  /** The range whose head comes next; past the last one, the closing delimiter, then nothing. */
  private next = 0
  private section: Uint8Array | Body | null = null

  constructor(length: number, boundary: string, contentType: string, ranges: readonly ByteRange[], source: Source) {
    this.length = length
    this.boundary = boundary
    this.contentType = contentType
    this.ranges = ranges
    this.source = source
  }

  pull(): Chunk | Promise<Chunk> {
    const { section } = this
    if (section instanceof Uint8Array) {
      this.section = null
      return section
    }
    if (section === null) return this.delimiter()
    return this.pullFrom(section)
  }

  cancel(reason: unknown): void {
    if (this.section !== null && !(this.section instanceof Uint8Array)) this.section.cancel(reason)
    this.section = null
    this.source.close()
  }

  private async pullFrom(section: Body): Promise<Chunk> {
    try {
      const chunk = await section.pull()
      if (chunk !== null) return chunk
    } catch (error) {
      this.section = null
      this.source.close()
      throw error
    }
    this.section = null
    return this.delimiter()
  }

  private delimiter(): Chunk {
    const at = this.next++
    if (at > this.ranges.length) return null
    if (at === this.ranges.length) {
      this.source.close()
      return Buffer.from(closeDelimiter(this.boundary), 'latin1')
    }
    const range = this.ranges[at]
    this.section = this.source.section(range)
    return Buffer.from(partHead(this.boundary, this.contentType, range, this.source.length, at === 0), 'latin1')
  }
}
