// Frames of messages that many get: made once, as they are needed, and sent to all. One is not compressed; for each window
// that peers agreed on there may be one that is.
//
// Its law: they are made without regard to any other message, so that everybody can read them.
import { ByteOutput } from '../bytes/byte-output.ts'
import { BINARY, FIN, MOST_HEAD, putHead, RSV1, TEXT } from './frames.ts'
import type { MessageCodec } from './message-codec.ts'

/**
 * The largest message that is compressed for many: in one go, 5 to 15 ms of the thread, once. A larger one is sent to all as it is.
 */
const MOST_COMPRESSED = 1024 * 1024
/** With fewer bytes there is nothing to be gained without a history. */
const LEAST_COMPRESSED = 128

/** A message as whoever sends it to many has it. */
export interface Shareable {
  /** Whether it is text, in UTF-8. */
  readonly text: boolean
  /** The payload, which must not change. */
  readonly bytes: Uint8Array
  /** Where its frames are kept. */
  prepared: object | undefined
}

/** A frame, head and payload, without a mask. */
export interface SharedFrame {
  readonly bytes: Uint8Array
  readonly compressed: boolean
}

/** The frame of a message for a peer with this codec, or none. */
export function sharedFrame(message: Shareable, codec: MessageCodec | null): SharedFrame {
  message.prepared ??= new SharedFrames(message)
  const frames = message.prepared as SharedFrames
  return codec === null ? frames.plain : frames.compressedBy(codec)
}

class SharedFrames {
  private readonly message: Shareable
  private plainMade: SharedFrame | null = null
  /** By the bits of the window. */
  private readonly made: (SharedFrame | undefined)[] = []

  constructor(message: Shareable) {
    this.message = message
  }

  get plain(): SharedFrame {
    this.plainMade ??= frameOf(this.message.text, this.message.bytes, false)
    return this.plainMade
  }

  /** The frame that is sent where a codec with such a window was agreed on: compressed if that makes it smaller. */
  compressedBy(codec: MessageCodec): SharedFrame {
    this.made[codec.windowBits] ??= this.tried(codec) ?? this.plain
    return this.made[codec.windowBits]!
  }

  private tried(codec: MessageCodec): SharedFrame | null {
    const { text, bytes } = this.message
    if (bytes.length < LEAST_COMPRESSED || bytes.length > MOST_COMPRESSED) return null
    const compressed = codec.deflateAlone(bytes)
    return compressed === null ? null : frameOf(text, compressed, true)
  }
}

function frameOf(text: boolean, payload: Uint8Array, compressed: boolean): SharedFrame {
  const output = new ByteOutput()
  output.reserve(MOST_HEAD)
  putHead(output, FIN | (compressed ? RSV1 : 0) | (text ? TEXT : BINARY), 0, payload.length)
  const head = output.at
  const bytes = new Uint8Array(head + payload.length)
  bytes.set(output.bytes.subarray(0, head))
  bytes.set(payload, head)
  output.take()
  output.recycle()
  return { bytes, compressed }
}
