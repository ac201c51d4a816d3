// What the h2spec suite tries on a server, case by case and in the same order, as data: what is sent after the greeting, and
// what must come of it. h2spec follows RFC 7540; these are the places where it wants more, or something else, than RFC 9113:
//
//   3.5/2    What is no preface is answered with GOAWAY or with nothing; HTTP/1.1's 400 is half a frame to it. Section 3.4
//            leaves GOAWAY out or not.
//   5.1/8-9  After RST_STREAM of its own, DATA and HEADERS are STREAM_CLOSED; section 5.1 may treat them so.
//   5.1/11   After END_STREAM both ways, any of them ends the connection with STREAM_CLOSED; section 5.1 may do that.
//   5.1.1/2  A number that was passed over is PROTOCOL_ERROR, where section 5.1.1 calls its stream closed.
//   5.1.2    MAX_CONCURRENT_STREAMS must be announced, or the case is skipped.
//   5.3.1    No stream depends on itself, idle ones too; section 5.3.2 has dropped what this was about.
//   6.5.3, 6.9.1, 6.9.2  GET / must have content, at least five bytes of it, or cases are skipped.
//   hpack/5.2/3  The bytes have no EOS symbol, but a string that is longer than its block: COMPRESSION_ERROR all the same.
//
// It takes only a FIN for the connection's end, with no half frame before it, not a reset; over TLS close_notify before it. It
// waits two seconds for each frame.
import { FRAMES } from './frames.ts'
import { GENERIC } from './generic.ts'
import { HPACK } from './hpack.ts'
import { MESSAGES } from './messages.ts'
import type { Case } from './steps.ts'
import { STREAMS } from './streams.ts'

export const CASES: readonly Case[] = [...GENERIC, ...STREAMS, ...FRAMES, ...MESSAGES, ...HPACK]
