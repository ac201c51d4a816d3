// The notation in which vectors and traces show bytes: printable ASCII as itself, everything else escaped, so that
// nothing on the page is invisible. `test/vectors/h1/README.md` explains it to readers.

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' }
const ESCAPE = /\\(?:x([0-9a-f]{2})|([rnt\\])|\(((?:\\.|[^)\\])*)\*(\d+)\)|(.?))/gi

/** The bytes that a text in the notation stands for. Line breaks of the page itself stand for nothing. */
export function bytesOf(notation: string): Uint8Array {
  return Uint8Array.from(Buffer.from(expand(notation.replaceAll('\n', '')), 'latin1'))
}

/** The bytes in the notation, without line breaks; runs of one byte longer than 32 are written as `\(a*33)`. */
export function show(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; ) {
    let run = 1
    while (i + run < bytes.length && bytes[i + run] === bytes[i]) run++
    const one = showByte(bytes[i])
    text += run > 32 ? `\\(${one}*${run})` : one.repeat(run)
    i += run
  }
  return text
}

/** Latin1 text in the notation. */
export function showText(latin1: string): string {
  return show(Buffer.from(latin1, 'latin1'))
}

function expand(notation: string): string {
  return notation.replace(ESCAPE, (whole, hex, letter, repeated, times) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (letter !== undefined) return ESCAPES[letter]
    if (repeated !== undefined) return expand(repeated).repeat(Number(times))
    throw new SyntaxError(`${whole} is no escape of the notation: there are \\r \\n \\t \\\\ \\x00 and \\(text*times)`)
  })
}

function showByte(byte: number): string {
  if (byte === 0x0d) return '\\r'
  if (byte === 0x0a) return '\\n'
  if (byte === 0x09) return '\\t'
  if (byte === 0x5c) return '\\\\'
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
