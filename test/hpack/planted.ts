// Faults that the fuzz targets of header compression have to find.
import type { Fault } from '../h1/planted.ts'

export const DECODER_FAULTS: Readonly<Record<string, Fault>> = {
  'eight bits of padding are taken': {
    file: 'huffman.ts',
    find: 'const MOST_PADDING = 7',
    put: 'const MOST_PADDING = 8',
  },
  'a field larger than the table leaves it as it was': {
    file: 'dynamic-table.ts',
    find: `this.shrinkTo(this.limit - field.size)
    if (field.size > this.limit) return false`,
    put: `if (field.size > this.limit) return false
    this.shrinkTo(this.limit - field.size)`,
  },
  'a literal that ends where the bytes end is not taken': {
    file: 'decoder.ts',
    find: 'if (next > end) return INCOMPLETE',
    put: 'if (next >= end) return INCOMPLETE',
  },
  'what is never to be indexed is forgotten to be': {
    file: 'decoder.ts',
    find: 'first >>> 4 === 1',
    put: 'first === 0x10',
  },
  'the smallest of two limits is not demanded': {
    file: 'decoder.ts',
    find: 'Math.min(this.demanded, bytes)',
    put: 'bytes',
  },
  'an index is read as if the dynamic table were one larger': {
    file: 'decoder.ts',
    find: 'return age < this.table.count ? this.table.at(age) : null',
    put: 'return age <= this.table.count ? (this.table.at(age) ?? null) : null',
  },
  'fields that are not kept do not come into the table': {
    file: 'decoder.ts',
    find: 'const wanted = indexing || !this.tooLarge',
    put: 'const wanted = !this.tooLarge',
  },
  'the place of a fault is counted from the last read': {
    file: 'decoder.ts',
    find: 'this.taken += at - start',
    put: 'this.taken = at - start',
  },
}

export const ENCODER_FAULTS: Readonly<Record<string, Fault>> = {
  'a name leads to a field that has gone': {
    file: 'encoder-table.ts',
    find: 'else oldest.newer.older = null',
    put: '',
  },
  'a name is forgotten with its oldest field': {
    file: 'encoder-table.ts',
    find: 'if (oldest.newer === null) this.newestOf.delete(oldest.name)',
    put: `if (oldest.newer !== null) this.newestOf.delete(oldest.name)
    if (oldest.newer === null) this.newestOf.delete(oldest.name)`,
  },
  'the smallest size is not told': {
    file: 'encoder.ts',
    find: 'if (this.least < this.limit && this.least < this.table.limit) this.sizeUpdate(out, this.least)',
    put: '',
  },
  'what is never to be indexed is, once it is in the table': {
    file: 'encoder.ts',
    find: `if (found > 0 && indexing !== 'never')`,
    put: 'if (found > 0)',
  },
  'a long code behind many bits is cut': {
    file: 'huffman.ts',
    find: `    if (count + length > 32) {
      for (`,
    put: `    if (count + length > 34) {
      for (`,
  },
}
