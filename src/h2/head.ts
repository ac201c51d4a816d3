// A head as HTTP/2 has it: of a request in the server's role, of a response in the client's.
import type { Fields } from '../http/fields.ts'

/** Kept, not borrowed, and never changed: requests that repeat each other share one. */
export interface H2Head {
  /** The method; empty in a response. */
  readonly method: string
  /** `:scheme`; empty in a response and with CONNECT that is not extended. */
  readonly scheme: string
  /** `:authority`, or Host where that is missing; empty where there is neither (RFC 9113 section 8.3.1). */
  readonly authority: string
  /** `:path` as sent; the authority for CONNECT that is not extended; empty in a response. */
  readonly path: string
  /** `:protocol` of an extended CONNECT (RFC 8441); undefined elsewhere. */
  readonly protocol: string | undefined
  /** The status code; 0 in a request. */
  readonly status: number
  /** Without the pseudo-fields. Cookie crumbs are read as one (RFC 9113 section 8.2.3). */
  readonly fields: Fields
  /** Content-Length; -1 where there is none. */
  readonly length: number
  /** The client waits for 100 (Continue) before it sends its content. */
  readonly expectsContinue: boolean
  /** What the Priority field asks for (RFC 9218), or null where there is none. */
  readonly priority: Priority | null
}

/** RFC 9218 section 4. */
export interface Priority {
  /** 0, most urgent, to 7; 3 by default. */
  readonly urgency: number
  /** The content is of use in parts: share the bandwidth with others like it. */
  readonly incremental: boolean
}
