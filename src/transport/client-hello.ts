// The name that a client asks for, read from its ClientHello before the handshake begins (RFC 8446 section 4.1.2, RFC
// 6066 section 3). So the certificate is chosen first, with its own session tickets: a session of one host cannot be
// resumed as another's. Nothing else is read or judged here: what is malformed the handshake itself refuses.
import { joined } from '../bytes/copy.ts'

/** A ClientHello is longest with keys that withstand quantum computers, 2 KB; nobody needs to hold more than this. */
export const MOST_HELLO_BYTES = 16_384

/** The content type of a TLS record that carries a handshake (RFC 8446 section 5.1); no protocol made of text starts with it. */
export const HANDSHAKE_RECORD = 22

/**
 * The host name asked for, in lower case; empty where there is none, or what came is no ClientHello. Null while it is
 * not complete.
 */
export function serverNameOf(bytes: Uint8Array): string | null {
  const message = handshakeMessage(bytes)
  if (message === null) return bytes.length >= MOST_HELLO_BYTES ? '' : null
  const hello = new Reader(message, 0, message.length)
  hello.skip(2 + 32) // legacy_version, random
  hello.vector(1) // legacy_session_id
  hello.vector(2) // cipher_suites
  hello.vector(1) // legacy_compression_methods
  const extensions = hello.vector(2)
  while (extensions.left > 0) {
    const type = extensions.number(2)
    const extension = extensions.vector(2)
    if (type === SERVER_NAME) return hostIn(extension.vector(2))
  }
  return ''
}

const CLIENT_HELLO = 1
const SERVER_NAME = 0
const HOST_NAME = 0

function hostIn(list: Reader): string {
  while (list.left > 0) {
    const type = list.number(1)
    const name = list.vector(2)
    if (type === HOST_NAME) return name.ascii()
  }
  return ''
}

/**
 * The body of the first handshake message, which may lie in several records; null while some of it is missing, empty
 * where it is no ClientHello.
 */
function handshakeMessage(bytes: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = []
  const header: number[] = []
  let size = 0
  let end = MESSAGE_HEADER
  for (let at = 0; size < end && at + RECORD_HEADER < bytes.length; ) {
    const length = (bytes[at + 3] << 8) | bytes[at + 4]
    if (bytes[at] !== HANDSHAKE_RECORD || length === 0) return NOTHING
    const part = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
    for (let i = 0; header.length < MESSAGE_HEADER && i < part.length; i++) header.push(part[i])
    if (header.length === MESSAGE_HEADER) end = MESSAGE_HEADER + ((header[1] << 16) | (header[2] << 8) | header[3])
    parts.push(part)
    size += part.length
    at += RECORD_HEADER + length
  }
  if (header.length > 0 && header[0] !== CLIENT_HELLO) return NOTHING
  return size < end || header.length < MESSAGE_HEADER ? null : joined(parts).subarray(MESSAGE_HEADER, end)
}

/** Type, version and length (RFC 8446 section 5.1). */
const RECORD_HEADER = 5
/** Type and length (RFC 8446 section 4). */
const MESSAGE_HEADER = 4
const NOTHING = new Uint8Array(0)

/** Reads numbers and vectors (RFC 8446 section 3.4) within bounds; behind its end there are zeros. */
class Reader {
  private readonly bytes: Uint8Array
  private at: number
  private readonly end: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get left(): number {
    return this.end - this.at
  }

  skip(count: number): void {
    this.at = Math.min(this.end, this.at + count)
  }

  number(width: number): number {
    let value = 0
    for (let i = 0; i < width; i++) value = (value << 8) | (this.at < this.end ? this.bytes[this.at++] : 0)
    return value
  }

  /** What a length of so many bytes announces, cut off where this ends. */
  vector(width: number): Reader {
    const length = this.number(width)
    const start = this.at
    this.skip(length)
    return new Reader(this.bytes, start, this.at)
  }

  ascii(): string {
    let text = ''
    for (let at = this.at; at < this.end; at++) text += String.fromCharCode(this.bytes[at])
    return text.toLowerCase()
  }
}
