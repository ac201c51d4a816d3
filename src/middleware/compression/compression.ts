// What a program uses: compression as a hook of an application, around any handler, and for pages of refusals.
import { type Exchange, type Handler, type Refuse, Reply } from '../../exchange/index.ts'
import { compressor, compressorNow } from './compress.ts'
import { type CompressionOptions, settingsOf } from './options.ts'

/** What the hook needs of a context. */
export interface RepliedTo {
  /** The exchange that is answered. */
  readonly exchange: Exchange
  /** The reply with the fields that were set so far. */
  complete(reply: Reply): Reply
}

/**
 * Compresses replies, as the client wants it: `app.after(compression())`. Add it after the other `after` hooks, which then see replies as they
 * are. What must not be compressed is not: see the guide.
 * @throws TypeError for options that are wrong
 */
export function compression(
  options: CompressionOptions = {},
): (context: RepliedTo, reply: Reply) => Reply | Promise<Reply> {
  const compress = compressor(settingsOf(options))
  // What was set on the context may forbid it: Cache-Control, say.
  return (context, reply) => compress(context.exchange, context.complete(reply))
}

/** A handler whose replies are compressed: `serve(compressed(files('public')))`. Options are as for `compression`. */
export function compressed(handler: Handler, options: CompressionOptions = {}): Handler {
  const compress = compressor(settingsOf(options))
  return exchange => {
    const reply = handler(exchange)
    return reply instanceof Reply ? compress(exchange, reply) : reply.then(later => compress(exchange, later))
  }
}

/** The pages of refusals, compressed: for a server's option `refuse`. A page over 32 KB is sent as it is. */
export function compressedRefusals(refuse: Refuse, options: CompressionOptions = {}): Refuse {
  const compress = compressorNow(settingsOf(options))
  return (refusal, exchange) => {
    const reply = refuse(refusal, exchange)
    return exchange === null ? reply : compress(exchange, reply)
  }
}

/**
 * A reply that is not to be compressed: one with a secret beside text that a stranger has chosen (see the guide on BREACH). As a
 * hook of a route or group: `{ after: (_, reply) => uncompressed(reply) }`.
 */
export function uncompressed(reply: Reply): Reply {
  return reply.fields.has('Content-Encoding') ? reply : reply.with('Content-Encoding', 'identity')
}
