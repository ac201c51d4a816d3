// What a frame's head alone must keep to, by its type (RFC 9113 section 6).
import {
  CONTINUATION,
  DATA,
  GOAWAY,
  HEADERS,
  LEAST_FRAME_SIZE,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames.ts'

interface FrameRule {
  /** Whether it must name a stream, must not, or may do either. */
  readonly stream: 'needed' | 'none' | 'either'
  /** The payload's size, in bytes. */
  readonly least: number
  readonly most: number
  readonly multiple: number
}

/** Those that are missing here are unknown, and ignored (section 5.5). */
export const FRAME_RULES: readonly (FrameRule | undefined)[] = []

function rule(type: number, stream: FrameRule['stream'], least = 0, most = LEAST_FRAME_SIZE, multiple = 1): void {
  ;(FRAME_RULES as (FrameRule | undefined)[])[type] = { stream, least, most, multiple }
}

rule(DATA, 'needed')
rule(HEADERS, 'needed')
// A stream error by section 6.3; but the stream may be idle, and then there is nothing to reset.
rule(PRIORITY, 'needed', 5, 5)
rule(RST_STREAM, 'needed', 4, 4)
rule(SETTINGS, 'none', 0, LEAST_FRAME_SIZE, 6)
rule(PUSH_PROMISE, 'needed')
rule(PING, 'none', 8, 8)
rule(GOAWAY, 'none', 8)
rule(WINDOW_UPDATE, 'either', 4, 4)
rule(CONTINUATION, 'needed')
rule(PRIORITY_UPDATE, 'none', 4)
