// Requests that two servers could read differently: what is known as request smuggling. Each is a connection's worth of
// bytes, with what this server makes of it: the requests that it answers, and the rule by which it refuses the rest.

export interface SmugglingCase {
  readonly name: string
  /** `/case` is what an intermediary is meant to see, `/smuggled` what it is not. */
  readonly bytes: string
  /** The targets of the requests that are answered. */
  readonly answered: readonly string[]
  /** The rule that ends the connection; null where nothing is refused. */
  readonly refused: string | null
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
const SIZE = SMUGGLED.length

export const CASES: readonly SmugglingCase[] = [
  // Two answers to where the content ends
  refused('CL.TE', 'content-length-and-transfer-encoding', [
    ...[`Content-Length: ${SIZE + 5}`, 'Transfer-Encoding: chunked', '', `0\r\n\r\n${SMUGGLED}`],
  ]),
  refused('TE.CL', 'content-length-and-transfer-encoding', [
    ...['Transfer-Encoding: chunked', 'Content-Length: 4', '', `${SIZE.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`],
  ]),
  refused(
    'TE.TE with an unknown coding',
    'content-length-and-transfer-encoding',
    withBoth('Transfer-Encoding: xchunked'),
  ),
  refused('TE.TE with a second line', 'unknown-transfer-coding', [
    ...['Transfer-Encoding: chunked', 'Transfer-encoding: cow', '', `0\r\n\r\n${SMUGGLED}`],
  ]),
  refused('TE.TE with a space before the colon', 'space-before-colon', withBoth('Transfer-Encoding : chunked')),
  refused('TE.TE with a vertical tab', 'invalid-field-value', withBoth('Transfer-Encoding: \x0bchunked')),
  refused(
    'TE.TE with a non-breaking space',
    'content-length-and-transfer-encoding',
    withBoth('Transfer-Encoding: \xa0chunked'),
  ),
  refused('TE.TE with an empty list member', 'invalid-transfer-encoding', withBoth('Transfer-Encoding: , chunked')),
  refused('TE.TE on a folded line', 'obs-fold', withBoth('X: y\r\n Transfer-Encoding: chunked')),
  refused('TE.TE folded behind its colon', 'invalid-transfer-encoding', withBoth('Transfer-Encoding:\r\n chunked')),
  refused('TE.TE behind a bare LF', 'bare-lf', withBoth('X: y\nTransfer-Encoding: chunked')),
  refused('TE.TE behind a bare CR', 'bare-cr', withBoth('X: y\rTransfer-Encoding: chunked')),
  refused('TE.TE behind a NUL', 'invalid-field-value', withBoth('X: y\0Transfer-Encoding: chunked')),
  refused('an unknown coding', 'unknown-transfer-coding', withTe('xchunked')),
  refused('chunked before another coding', 'invalid-transfer-encoding', withTe('chunked, gzip')),
  refused('chunked twice', 'invalid-transfer-encoding', withTe('chunked, chunked')),
  refused('identity', 'unknown-transfer-coding', withTe('identity')),
  {
    name: 'Transfer-Encoding in HTTP/1.0',
    bytes: `POST /case HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    answered: [],
    refused: 'transfer-encoding-in-http-1.0',
  },

  // Content-Length
  refused('differing lengths', 'repeated-content-length', [
    'Content-Length: 0',
    `Content-Length: ${SIZE}`,
    '',
    SMUGGLED,
  ]),
  refused('equal lengths', 'repeated-content-length', ['Content-Length: 2', 'Content-Length: 2', '', `ab${SMUGGLED}`]),
  refused('a list of lengths', 'invalid-content-length', withLength(`${SIZE}, 0`)),
  refused('a length with a plus', 'invalid-content-length', withLength(`+${SIZE}`)),
  refused('a length with a space', 'invalid-content-length', withLength('3 5')),
  refused('a hexadecimal length', 'invalid-content-length', withLength('0x23')),
  refused('a negative length', 'invalid-content-length', withLength('-1')),
  refused('a length that wraps around 64 bits', 'content-too-large', withLength('18446744073709551616')),
  refused('a space before the colon of a length', 'space-before-colon', [`Content-Length : ${SIZE}`, '', SMUGGLED]),
  refused('a name with a space in it', 'space-before-colon', [`Content Length: ${SIZE}`, '', SMUGGLED]),
  refused('a name with a NUL in it', 'invalid-field-name', [`Content-Length\0: ${SIZE}`, '', SMUGGLED]),
  refused('a name that is empty', 'invalid-field-name', [`: ${SIZE}`, '', SMUGGLED]),

  // Chunks
  refused('an LF in a chunk extension', 'bare-lf', withChunks(`2;x\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('an LF behind a chunk size', 'bare-lf', withChunks(`2\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a CR in a chunk extension', 'bare-cr', withChunks(`2;x\ry\r\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a chunk size with a prefix', 'invalid-chunk-size', withChunks(`0x2\r\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a chunk size with a plus', 'invalid-chunk-size', withChunks(`+2\r\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a chunk size with a space behind it', 'invalid-chunk-size', withChunks(`2 \r\nab\r\n0\r\n\r\n${SMUGGLED}`)),
  refused(
    'a chunk size that wraps around',
    'chunk-too-large',
    withChunks(`10000000000000002\r\nab\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  refused('an LF behind chunk data', 'missing-chunk-end', withChunks(`2\r\nab\n0\r\n\r\n${SMUGGLED}`)),
  refused('chunk data longer than its size', 'missing-chunk-end', withChunks(`2\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a trailer that frames', 'forbidden-trailer', withChunks(`0\r\nContent-Length: ${SIZE}\r\n\r\n${SMUGGLED}`)),
  refused('an LF that ends the trailers', 'bare-lf', withChunks(`0\r\n\n${SMUGGLED}`)),

  // Lines and start lines
  { name: 'LF everywhere', bytes: 'GET /case HTTP/1.1\nHost: a\n\n', answered: [], refused: 'bare-lf' },
  {
    name: 'a space in the target',
    bytes: `GET /case HTTP/1.1\r\nX: y HTTP/1.1\r\nHost: a\r\n\r\n`.replace('\r\nX: y', ' /smuggled'),
    answered: [],
    refused: 'invalid-version',
  },
  {
    name: 'a second Host',
    bytes: 'GET /case HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    answered: [],
    refused: 'repeated-host',
  },
  { name: 'a list as Host', bytes: 'GET /case HTTP/1.1\r\nHost: a b\r\n\r\n', answered: [], refused: 'invalid-host' },
  { name: 'no Host', bytes: 'GET /case HTTP/1.1\r\n\r\n', answered: [], refused: 'missing-host' },

  // What is well formed, and must be read the same by all
  accepted('a target whose authority differs from Host', ['/case'], 'GET http://b/case HTTP/1.1\r\nHost: a\r\n\r\n'),
  accepted('content of a GET', ['/case'], `GET /case HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`, SMUGGLED),
  accepted(
    'content that looks like a request',
    ['/case'],
    `POST /case HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`,
    SMUGGLED,
  ),
  accepted(
    'a request behind content',
    ['/case', '/smuggled'],
    'POST /case HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab',
    SMUGGLED,
  ),
  accepted(
    'a request behind chunks',
    ['/case', '/smuggled'],
    post(withChunks(`2;x="y"\r\nab\r\n0\r\nA: b\r\n\r\n${SMUGGLED}`)),
  ),
  accepted(
    'a length that Connection names',
    ['/case'],
    post(['Connection: Content-Length', `Content-Length: ${SIZE}`, '', SMUGGLED]),
  ),
  accepted(
    'an offer of HTTP/2',
    ['/case', '/smuggled'],
    'GET /case HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
    SMUGGLED,
  ),
  accepted(
    'a field that only looks like Transfer-Encoding',
    ['/case'],
    post(['Transfer_Encoding: chunked', `Content-Length: ${SIZE}`, '', SMUGGLED]),
  ),
]

function withBoth(line: string): string[] {
  return [`Content-Length: ${SIZE + 5}`, line, '', `0\r\n\r\n${SMUGGLED}`]
}

function withTe(codings: string): string[] {
  return [`Transfer-Encoding: ${codings}`, '', `0\r\n\r\n${SMUGGLED}`]
}

function withLength(length: string): string[] {
  return [`Content-Length: ${length}`, '', SMUGGLED]
}

function withChunks(chunks: string): string[] {
  return ['Transfer-Encoding: chunked', '', chunks]
}

function post(lines: readonly string[]): string {
  return `POST /case HTTP/1.1\r\nHost: a\r\n${lines.join('\r\n')}`
}

function refused(name: string, rule: string, lines: readonly string[]): SmugglingCase {
  return { name, bytes: post(lines), answered: [], refused: rule }
}

function accepted(name: string, answered: readonly string[], ...parts: readonly string[]): SmugglingCase {
  return { name, bytes: parts.join(''), answered, refused: null }
}
