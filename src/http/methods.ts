// Methods and what they promise (RFC 9110 section 9.2).

/** Methods that change nothing on the server (RFC 9110 section 9.2.1). */
export const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Methods that may be sent twice with the effect of once (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set([...SAFE, 'PUT', 'DELETE'])

/** The methods that RFC 9110 and RFC 5789 define. */
export const KNOWN: ReadonlySet<string> = new Set([...IDEMPOTENT, 'POST', 'CONNECT', 'PATCH'])
