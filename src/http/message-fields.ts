// Fields that are about how a message is carried rather than what it says: what each wire writes by itself, and what must have
// been known before the content came.

/** They speak of one connection alone (RFC 9110 section 7.6.1), and have no place in HTTP/2 (RFC 9113 section 8.2.2). */
export const CONNECTION_FIELDS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
] as const

/** They frame, route or authenticate a message, or say how to read it: in trailers they would come too late (RFC 9110 section 6.5.1). */
export const FORBIDDEN_TRAILERS = [
  'content-length',
  'transfer-encoding',
  'host',
  'trailer',
  'te',
  'connection',
  'upgrade',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'content-encoding',
  'content-type',
  'content-range',
  'expect',
] as const
