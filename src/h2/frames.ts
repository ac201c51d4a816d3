// The frames of HTTP/2 (RFC 9113 section 6): their types, flags, and what every one begins with.

/** Length (3), type (1), flags (1), stream (4) (RFC 9113 section 4.1). */
export const FRAME_HEAD = 9

export const DATA = 0
export const HEADERS = 1
export const PRIORITY = 2
export const RST_STREAM = 3
export const SETTINGS = 4
export const PUSH_PROMISE = 5
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9
/** RFC 9218 section 7.1. */
export const PRIORITY_UPDATE = 16

/** DATA, HEADERS. */
export const END_STREAM = 0x1
/** SETTINGS, PING: the same bit. */
export const ACK = 0x1
/** HEADERS, CONTINUATION. */
export const END_HEADERS = 0x4
/** DATA, HEADERS. */
export const PADDED = 0x8
/** HEADERS: five bytes of the old priorities follow (RFC 7540 section 6.2); they are read past. */
export const WITH_PRIORITY = 0x20

/** What a client sends first (RFC 9113 section 3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** The size that every peer takes (RFC 9113 section 4.2). */
export const LEAST_FRAME_SIZE = 16384
export const MOST_FRAME_SIZE = 2 ** 24 - 1
/** RFC 9113 section 6.9.1. */
export const MOST_WINDOW = 2 ** 31 - 1
export const DEFAULT_WINDOW = 65535
export const MOST_STREAM_ID = 2 ** 31 - 1
