// What may stand in a close frame (RFC 6455 sections 5.5.1 and 7.4).

/** Bytes of UTF-8: a control frame's 125 without the code. */
const LONGEST_REASON = 123

/** Codes that stand for what was not in a close frame: they are never sent. */
const NEVER_SENT: Readonly<Record<number, string>> = {
  1004: 'is reserved',
  1005: 'stands for a close frame without a code',
  1006: 'stands for a connection that was lost',
  1015: 'stands for a TLS handshake that failed',
}

/** @throws RangeError for a code or a reason that cannot be sent */
export function checkClose(code: number, reason: string): void {
  if (
    !((code >= 1000 && code <= 1015) || (code >= 3000 && code <= 4999)) ||
    !Number.isInteger(code) ||
    code in NEVER_SENT
  )
    throw noCode(code)
  if (typeof reason !== 'string') throw noReason(reason)
  const { length } = encoder.encode(reason)
  if (length > LONGEST_REASON) throw tooLong(length)
}

/** As much of a text as there is room for in a close frame. */
export function fittingReason(text: string): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(LONGEST_REASON))
  return text.slice(0, read)
}

const encoder = new TextEncoder()

function noCode(code: unknown): RangeError {
  const why = NEVER_SENT[code as number] ?? 'is no close code'
  return new RangeError(
    `${String(code)} ${why}: close(…) takes 1000 (done), another registered code up to 1014, or 3000 to 4999, which are for applications (RFC 6455 section 7.4)`,
  )
}

function noReason(reason: unknown): TypeError {
  return new TypeError(`The reason of a close is a string, not ${reason === null ? 'null' : typeof reason}`)
}

function tooLong(length: number): RangeError {
  return new RangeError(
    `The reason of a close takes ${LONGEST_REASON} bytes of UTF-8 at most, not ${length} (RFC 6455 section 5.5)`,
  )
}
