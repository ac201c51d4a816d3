// Frames on their way out, one function for each type (RFC 9113 section 6). Whether one may be sent is decided elsewhere.
import type { ByteOutput } from '../bytes/byte-output.ts'
import { latin1Bytes } from '../bytes/text.ts'
import {
  ACK,
  CONTINUATION,
  END_HEADERS,
  END_STREAM,
  FRAME_HEAD,
  GOAWAY,
  HEADERS,
  PING,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames.ts'

/** What every frame begins with; the caller has reserved room for it and for what follows (RFC 9113 section 4.1). */
export function putFrameHead(out: ByteOutput, length: number, type: number, flags: number, stream: number): void {
  const { bytes, at } = out
  bytes[at] = length >>> 16
  bytes[at + 1] = length >>> 8
  bytes[at + 2] = length
  bytes[at + 3] = type
  bytes[at + 4] = flags
  bytes[at + 5] = stream >>> 24
  bytes[at + 6] = stream >>> 16
  bytes[at + 7] = stream >>> 8
  bytes[at + 8] = stream
  out.at = at + FRAME_HEAD
}

/** A header block as HEADERS and, where it is larger than the peer takes in one frame, CONTINUATION. */
export function putHeaderBlock(out: ByteOutput, block: Uint8Array, stream: number, ended: boolean, most: number): void {
  const end = ended ? END_STREAM : 0
  if (block.length <= most) {
    out.reserve(FRAME_HEAD + block.length)
    putFrameHead(out, block.length, HEADERS, end | END_HEADERS, stream)
    out.copy(block, 0, block.length)
    return
  }
  for (let at = 0; at < block.length; at += most) {
    const until = Math.min(at + most, block.length)
    const flags = (at === 0 ? end : 0) | (until === block.length ? END_HEADERS : 0)
    out.reserve(FRAME_HEAD)
    putFrameHead(out, until - at, at === 0 ? HEADERS : CONTINUATION, flags, stream)
    out.copy(block, at, until)
  }
}

export function putReset(out: ByteOutput, stream: number, code: number): void {
  out.reserve(FRAME_HEAD + 4)
  putFrameHead(out, 4, RST_STREAM, 0, stream)
  putUint32(out, code)
}

export function putSettings(out: ByteOutput, payload: Uint8Array): void {
  out.reserve(FRAME_HEAD)
  putFrameHead(out, payload.length, SETTINGS, 0, 0)
  out.copy(payload, 0, payload.length)
}

export function putSettingsAck(out: ByteOutput): void {
  out.reserve(FRAME_HEAD)
  putFrameHead(out, 0, SETTINGS, ACK, 0)
}

export function putPing(out: ByteOutput, payload: Uint8Array): void {
  out.reserve(FRAME_HEAD)
  putFrameHead(out, payload.length, PING, 0, 0)
  out.copy(payload, 0, payload.length)
}

/** The answer to a PING, whose eight bytes are from `start` on. */
export function putPong(out: ByteOutput, bytes: Uint8Array, start: number): void {
  out.reserve(FRAME_HEAD)
  putFrameHead(out, 8, PING, ACK, 0)
  out.copy(bytes, start, start + 8)
}

/** @param why told to people who look at the peer's side */
export function putGoaway(out: ByteOutput, last: number, code: number, why: string): void {
  const text = latin1Bytes(why)
  out.reserve(FRAME_HEAD + 8)
  putFrameHead(out, 8 + text.length, GOAWAY, 0, 0)
  putUint32(out, last)
  putUint32(out, code)
  out.copy(text, 0, text.length)
}

export function putWindowUpdate(out: ByteOutput, stream: number, increment: number): void {
  out.reserve(FRAME_HEAD + 4)
  putFrameHead(out, 4, WINDOW_UPDATE, 0, stream)
  putUint32(out, increment)
}

function putUint32(out: ByteOutput, value: number): void {
  const { bytes, at } = out
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
  out.at = at + 4
}
