// Content as text. Nothing is put in the place of bytes that are no text: they are refused, with the place where they are.
import { Refused } from '../exchange/index.ts'

const UTF_8 = new TextDecoder('utf-8', { fatal: true })
const UTF_8_NAMES: ReadonlySet<string> = new Set(['', 'utf-8', 'utf8', 'us-ascii'])

/**
 * The text that the bytes are in a charset, by one of the labels that the Encoding standard knows (WHATWG Encoding section 4.2);
 * UTF-8 where it is empty. A byte order mark is left out.
 * @throws Refused with 400 or 415
 */
export function decodedText(bytes: Uint8Array, charset: string): string {
  const decoder = UTF_8_NAMES.has(charset.toLowerCase()) ? UTF_8 : decoderFor(charset)
  try {
    return decoder.decode(bytes)
  } catch {
    throw decoder === UTF_8 ? notUtf8(faultAt(bytes)) : notInCharset(decoder.encoding)
  }
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    throw unknownCharset(charset)
  }
}

/** The first byte that cannot stand where it does; the end where the bytes stop within a character. */
function faultAt(bytes: Uint8Array): number {
  // More bytes make nothing right again, so the place can be found by halving.
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isStartOfUtf8(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return Math.min(bad - 1, bytes.length)
}

function isStartOfUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function notUtf8(offset: number): Refused {
  return new Refused({
    status: 400,
    rule: 'content-not-utf8',
    section: 'RFC 3629 section 3',
    detail: `The content is no UTF-8: what comes at byte ${offset} cannot stand there`,
    offset,
  })
}

function notInCharset(charset: string): Refused {
  return new Refused({
    status: 400,
    rule: 'content-not-text',
    section: 'RFC 9110 section 8.3.2',
    detail: `The content is no text in the charset ${charset} that its Content-Type names`,
  })
}

function unknownCharset(charset: string): Refused {
  return new Refused({
    status: 415,
    rule: 'unknown-charset',
    section: 'RFC 9110 section 8.3.2',
    detail: `The charset ${JSON.stringify(charset).slice(0, 60)} of the content is not known here: UTF-8 is`,
  })
}
