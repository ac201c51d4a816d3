// What a client does: it opens streams with requests.
import type { FieldList } from '../http/fields.ts'
import { RULES, type RuleName } from './errors.ts'
import { putHeaderBlock } from './frame-writer.ts'
import { MOST_STREAM_ID } from './frames.ts'
import { ReceivingSide } from './receiving.ts'
import { sentFieldsOf } from './sent-fields.ts'
import { after, IDLE } from './states.ts'
import { H2Stream } from './stream.ts'
import { BROKEN, judge, ruleOf } from './verdicts.ts'

/** Where a request goes. */
export interface RequestTarget {
  /** `http` or `https`. */
  readonly scheme: string
  /** Host and port. */
  readonly authority: string
  /** The path with its query; empty for CONNECT that is not extended. */
  readonly path: string
  /** An extended CONNECT's protocol (RFC 8441). */
  readonly protocol?: string
}

export abstract class RequestingSide extends ReceivingSide {
  /** One of the two sides has announced the connection's end. */
  abstract readonly goingAway: boolean

  /** Whether the peer takes one more stream. */
  get canRequest(): boolean {
    return !this.goingAway && this.open.size < this.peer.maxConcurrentStreams && this.nextOwn < MOST_STREAM_ID
  }

  /**
   * Sends a request's head as a client.
   * @param length shown as Content-Length; -1 for none
   * @param ended there is neither content nor trailers
   * @throws TypeError for a method or a part of the target that cannot be sent
   */
  sendRequest(method: string, target: RequestTarget, fields: FieldList, ended: boolean, length = -1): H2Stream {
    const pseudo = pseudoFields(method, target)
    const stream = new H2Stream(this.nextOwn)
    this.nextOwn += 2
    stream.state = after('opened', IDLE)
    stream.sendWindow = this.peer.initialWindowSize
    stream.receiveWindow = this.limits.streamWindow
    stream.windowSize = this.limits.streamWindow
    stream.answersHead = method === 'HEAD'
    stream.answersConnect = method === 'CONNECT'
    stream.headSent = true
    stream.sendLeft = length
    this.open.set(stream.id, stream)
    const block = this.blocks.request(pseudo, sentFieldsOf(fields), length)
    putHeaderBlock(this.output, block, stream.id, ended, this.peer.maxFrameSize)
    if (ended) this.messageSent(stream)
    return stream
  }
}

function pseudoFields(method: string, target: RequestTarget): (readonly [string, string])[] {
  const { scheme, authority, path, protocol } = target
  const all: (readonly [string, string])[] = [[':method', method]]
  if (method === 'CONNECT' && protocol === undefined) all.push([':authority', authority])
  else all.push([':scheme', scheme], [':authority', authority], [':path', path])
  if (protocol !== undefined) all.push([':protocol', protocol])
  for (const [name, value] of all) {
    const verdict = judge({ name, value, sensitive: false, verdict: 0 })
    if (verdict >= BROKEN) throw unsendable(name, value, ruleOf(verdict))
  }
  return all
}

function unsendable(name: string, value: string, rule: RuleName): TypeError {
  return new TypeError(`${name} cannot be ${JSON.stringify(value)}: ${RULES[rule].detail} (${RULES[rule].section})`)
}
