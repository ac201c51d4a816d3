// SETTINGS (RFC 9113 section 6.5): each parameter's number, rule and place, as data; what the peer has set, and what we set.
import type { RuleName } from './errors.ts'
import { DEFAULT_WINDOW, LEAST_FRAME_SIZE, MOST_FRAME_SIZE, MOST_WINDOW } from './frames.ts'
import type { H2Limits } from './limits.ts'

export type Role = 'server' | 'client'

/** What the peer takes, and how it behaves. Before its first SETTINGS: the protocol's defaults. */
export class PeerSettings {
  /** The most that our encoder's table may have. */
  headerTableSize = 4096
  /**
   * The smallest that `headerTableSize` was in the last SETTINGS frame: a peer that sets 0 and then 4096 wants the table
   * emptied, and both sizes must be told in the next header block (RFC 7541 section 4.2).
   */
  leastHeaderTableSize = 4096
  enablePush = true
  maxConcurrentStreams = Number.POSITIVE_INFINITY
  initialWindowSize = DEFAULT_WINDOW
  maxFrameSize = LEAST_FRAME_SIZE
  maxHeaderListSize = Number.POSITIVE_INFINITY
  /** RFC 8441 section 3. */
  enableConnectProtocol = false
  /** RFC 9218 section 2.1. */
  noRfc7540Priorities = false
  /** The first SETTINGS frame has come: there are parameters that must not change afterwards. */
  received = false
}

const HEADER_TABLE_SIZE = 1
const ENABLE_PUSH = 2
const MAX_CONCURRENT_STREAMS = 3
const INITIAL_WINDOW_SIZE = 4
const MAX_FRAME_SIZE = 5
const MAX_HEADER_LIST_SIZE = 6
const ENABLE_CONNECT_PROTOCOL = 8
const NO_RFC7540_PRIORITIES = 9

/** A parameter: its number (2) and its value (4). */
const PARAMETER = 6

/** Takes a value up, or names the rule that it breaks. */
type Taker = (settings: PeerSettings, value: number, peer: Role) => RuleName | null

/** By number. Those that are missing here are unknown, and ignored (RFC 9113 section 6.5.2). */
const TAKERS: Readonly<Record<number, Taker>> = {
  [HEADER_TABLE_SIZE](settings, value) {
    settings.headerTableSize = value
    settings.leastHeaderTableSize = Math.min(settings.leastHeaderTableSize, value)
    return null
  },
  [ENABLE_PUSH](settings, value, peer) {
    if (value > 1 || (value === 1 && peer === 'server')) return 'invalid-enable-push'
    settings.enablePush = value === 1
    return null
  },
  [MAX_CONCURRENT_STREAMS](settings, value) {
    settings.maxConcurrentStreams = value
    return null
  },
  [INITIAL_WINDOW_SIZE](settings, value) {
    if (value > MOST_WINDOW) return 'invalid-initial-window'
    settings.initialWindowSize = value
    return null
  },
  [MAX_FRAME_SIZE](settings, value) {
    if (value < LEAST_FRAME_SIZE || value > MOST_FRAME_SIZE) return 'invalid-max-frame-size'
    settings.maxFrameSize = value
    return null
  },
  [MAX_HEADER_LIST_SIZE](settings, value) {
    settings.maxHeaderListSize = value
    return null
  },
  [ENABLE_CONNECT_PROTOCOL](settings, value) {
    if (value > 1 || (value === 0 && settings.enableConnectProtocol)) return 'invalid-connect-protocol'
    settings.enableConnectProtocol = value === 1
    return null
  },
  [NO_RFC7540_PRIORITIES](settings, value) {
    const changed = settings.received && (value === 1) !== settings.noRfc7540Priorities
    if (value > 1 || changed) return 'invalid-no-rfc7540-priorities'
    settings.noRfc7540Priorities = value === 1
    return null
  },
}

/**
 * Takes up the payload of a SETTINGS frame without ACK, in order (RFC 9113 section 6.5.3).
 * @param peer the role of the one who sent it
 * @returns the rule that it breaks; what stands before that has been taken up, since the connection ends anyway
 */
export function applySettings(
  settings: PeerSettings,
  peer: Role,
  bytes: Uint8Array,
  start: number,
  end: number,
): RuleName | null {
  if ((end - start) % PARAMETER !== 0) return 'wrong-frame-size'
  settings.leastHeaderTableSize = settings.headerTableSize
  for (let at = start; at < end; at += PARAMETER) {
    const taker = TAKERS[(bytes[at] << 8) | bytes[at + 1]]
    const value = ((bytes[at + 2] << 24) | (bytes[at + 3] << 16) | (bytes[at + 4] << 8) | bytes[at + 5]) >>> 0
    const rule = taker === undefined ? null : taker(settings, value, peer)
    if (rule !== null) return rule
  }
  settings.received = true
  return null
}

/** The payload of the SETTINGS frame that a connection starts with: what differs from the protocol's defaults. */
export function settingsPayload(limits: H2Limits, role: Role): Uint8Array {
  const parameters: (readonly [number, number])[] =
    role === 'server'
      ? [
          [MAX_CONCURRENT_STREAMS, limits.streams],
          [ENABLE_CONNECT_PROTOCOL, 1],
          [NO_RFC7540_PRIORITIES, 1],
        ]
      : [
          [ENABLE_PUSH, 0],
          [MAX_CONCURRENT_STREAMS, 0],
        ]
  if (limits.streamWindow !== DEFAULT_WINDOW) parameters.push([INITIAL_WINDOW_SIZE, limits.streamWindow])
  parameters.push([MAX_HEADER_LIST_SIZE, limits.headBytes])
  const payload = new Uint8Array(parameters.length * PARAMETER)
  const view = new DataView(payload.buffer)
  parameters.forEach(([number, value], i) => {
    view.setUint16(i * PARAMETER, number)
    view.setUint32(i * PARAMETER + 2, Math.min(value, MOST_VALUE))
  })
  return payload
}

const MOST_VALUE = 2 ** 32 - 1
