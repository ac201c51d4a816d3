// An exchange as a handler sees it that is mounted below a prefix: the same request, with the prefix taken off its path.
import type { Body, Client, Exchange, HttpVersion, Peer, Reply, SocketTerms, SocketUser } from '../exchange/index.ts'
import type { FieldList, Fields } from '../http/fields.ts'

/** Answers for what an inner application has thrown, and nobody in it has answered. */
export type AnswerFor = (error: unknown) => Reply | Promise<Reply>

/**
 * The exchange without the first segments of its path: those of the prefix, in whatever encoding they were sent.
 * @param segments how many there are; the path has at least as many
 * @param answerFor what the application does in which it is mounted
 */
export function mounted(exchange: Exchange, segments: number, answerFor: AnswerFor): MountedExchange {
  return new MountedExchange(exchange, endOfSegments(exchange.path, segments), answerFor)
}

export class MountedExchange implements Exchange {
  readonly answerFor: AnswerFor
  readonly method: string
  readonly base: string
  readonly target: string
  readonly path: string
  private readonly outer: Exchange

  constructor(outer: Exchange, cut: number, answerFor: AnswerFor) {
    this.answerFor = answerFor
    this.outer = outer
    this.method = outer.method
    this.base = outer.base + outer.target.slice(0, cut)
    this.target = outer.target.slice(cut)
    this.path = outer.path.slice(cut)
  }

  get query(): string {
    return this.outer.query
  }

  get authority(): string {
    return this.outer.authority
  }

  get version(): HttpVersion {
    return this.outer.version
  }

  get fields(): Fields {
    return this.outer.fields
  }

  get content(): Body {
    return this.outer.content
  }

  get trailers(): Fields {
    return this.outer.trailers
  }

  get protocol(): string | undefined {
    return this.outer.protocol
  }

  get peer(): Peer {
    return this.outer.peer
  }

  get client(): Client {
    return this.outer.client
  }

  get signal(): AbortSignal {
    return this.outer.signal
  }

  inform(status: number, fields: FieldList): void {
    this.outer.inform(status, fields)
  }

  refuse(error: unknown): Reply {
    return this.outer.refuse(error)
  }

  cut(reason: Error): void {
    this.outer.cut(reason)
  }

  accept(user: SocketUser, terms: SocketTerms): Reply {
    return this.outer.accept(user, terms)
  }

  waitUntil(work: PromiseLike<unknown>): void {
    this.outer.waitUntil(work)
  }
}

/** Where the path goes on behind that many segments. */
function endOfSegments(path: string, segments: number): number {
  let at = 0
  for (let count = 0; count < segments; count++) {
    at = path.indexOf('/', at + 1)
    if (at === -1) return path.length
  }
  return at
}
