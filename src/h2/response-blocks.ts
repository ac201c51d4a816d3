// The header blocks of messages that are sent. A response that is like the one before has the same block as long as
// HPACK's table has not changed, which is the usual case on a busy connection: it is then sent again as it is.
import { ByteOutput } from '../bytes/byte-output.ts'
import { copyOf, joined } from '../bytes/copy.ts'
import { HpackEncoder } from '../hpack/index.ts'
import type { FieldList } from '../http/fields.ts'
import { type SentFields, sentFieldsOf } from './sent-fields.ts'
import type { UsualFields } from './usual-fields.ts'

/** Blocks up to this size are kept: those of usual responses. */
const KEPT = 256

/** Where blocks are encoded before their size is known; one for a thread, since it is empty in between. */
const scratch = new ByteOutput()

/** A block that may be sent again, and what it was made of. */
interface KeptBlock {
  readonly fields: FieldList
  readonly status: number
  readonly length: number
  readonly usual: UsualFields
  readonly dateEdition: number
  readonly tableEdition: number
  readonly block: Uint8Array
}

export class BlockWriter {
  readonly encoder = new HpackEncoder()
  private kept: KeptBlock | null = null

  /**
   * The block of a response's head. Valid until the next one is made.
   * @param length shown as Content-Length; -1 for none
   */
  response(status: number, fields: FieldList, length: number, usual: UsualFields): Uint8Array {
    const { kept, encoder } = this
    if (
      kept !== null &&
      kept.fields === fields &&
      kept.length === length &&
      kept.status === status &&
      kept.tableEdition === encoder.edition &&
      kept.dateEdition === usual.edition &&
      kept.usual === usual
    )
      return kept.block
    const before = encoder.edition
    const form = sentFieldsOf(fields)
    encoder.begin(scratch)
    encoder.status(scratch, status)
    if (usual.server !== '' && !form.server) encoder.field(scratch, 'server', usual.server, 'index')
    if (usual.date !== '' && !form.date) encoder.field(scratch, 'date', usual.date, 'index')
    if (length >= 0) encoder.field(scratch, 'content-length', String(length), 'once')
    form.encode(encoder, scratch)
    const block = takeScratch()
    if (encoder.edition === before && block.length <= KEPT) {
      this.kept = {
        fields,
        status,
        length,
        usual,
        dateEdition: usual.edition,
        tableEdition: before,
        block: copyOf(block),
      }
    }
    return block
  }

  interim(status: number, fields: FieldList): Uint8Array {
    this.encoder.begin(scratch)
    this.encoder.status(scratch, status)
    sentFieldsOf(fields).encode(this.encoder, scratch)
    return takeScratch()
  }

  trailers(fields: FieldList): Uint8Array {
    this.encoder.begin(scratch)
    sentFieldsOf(fields).encode(this.encoder, scratch)
    return takeScratch()
  }

  /** @param pseudo names and values, in order */
  request(pseudo: readonly (readonly [name: string, value: string])[], form: SentFields, length: number): Uint8Array {
    const { encoder } = this
    encoder.begin(scratch)
    for (const [name, value] of pseudo) encoder.field(scratch, name, value, name === ':path' ? 'once' : 'index')
    if (length >= 0) encoder.field(scratch, 'content-length', String(length), 'once')
    form.encode(encoder, scratch)
    return takeScratch()
  }
}

/** What was encoded. It lies in the scratch, and is read before anything else is encoded. */
function takeScratch(): Uint8Array {
  const pieces = scratch.take()
  scratch.rewind()
  return joined(pieces)
}
