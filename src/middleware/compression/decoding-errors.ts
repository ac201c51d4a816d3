// Why compressed content of a request is refused.
import { Refused } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { AVAILABLE, type Coding } from './codings.ts'

export function bomb(ratio: number): Refused {
  return new Refused({
    status: 413,
    rule: 'decompression-bomb',
    section: 'RFC 9110 section 15.5.14',
    detail: `The content decompresses to more than ${ratio} times what was sent; send it without a coding`,
  })
}

export function tooMuch(limit: number): Refused {
  return new Refused({
    status: 413,
    rule: 'decompressed-content-too-large',
    section: 'RFC 9110 section 15.5.14',
    detail: `The content decompresses to more than ${limit} bytes, which is the most that is taken`,
  })
}

export function brokenContent(coding: Coding, cause: Error): Refused {
  const isCut = (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
  return new Refused({
    status: 400,
    rule: 'broken-content-coding',
    section: 'RFC 9110 section 8.4',
    detail: isCut
      ? `The content ends before its ${coding} does: part of it was cut off`
      : `The content is not what Content-Encoding says: it cannot be read as ${coding}`,
    cause,
  })
}

export function contentBehindTheEnd(coding: Coding): Refused {
  return new Refused({
    status: 400,
    rule: 'broken-content-coding',
    section: 'RFC 9110 section 8.4',
    detail: `There are bytes behind the end of the ${coding} content`,
  })
}

export function unknownCoding(name: string): Refused {
  return new Refused({
    status: 415,
    rule: 'unsupported-content-coding',
    section: 'RFC 9110 section 15.5.16',
    detail: `The content coding ${JSON.stringify(name).slice(0, 40)} is not known here; what is, Accept-Encoding says`,
    fields: ACCEPTED,
  })
}

export function tooManyCodings(most: number): Refused {
  return new Refused({
    status: 415,
    rule: 'too-many-content-codings',
    section: 'RFC 9110 section 15.5.16',
    detail: `The content has more than ${most} codings, one over the other; one is enough`,
    fields: ACCEPTED,
  })
}

export function busy(): Refused {
  return new Refused({
    status: 503,
    rule: 'decompression-busy',
    section: 'RFC 9110 section 15.6.4',
    detail:
      'So much content is being decompressed that memory for more is not given; it can be sent again, or without a coding',
    fields: FieldList.of({ 'Retry-After': '1' }),
  })
}

/** What is taken (RFC 9110 section 12.5.3: in a reply, the field says what may be sent next time). */
const ACCEPTED = FieldList.of({ 'Accept-Encoding': AVAILABLE.join(', ') })
