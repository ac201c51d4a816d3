// What an HTTP/2 connection must tell and answer, frame by frame, as RFC 9113 has it: written for plainness alone, with text
// and sets where the connection has numbers. What the connection sends of its own accord (responses, windows) is not foretold but
// watched: it must keep within what it was allowed.
import assert from 'node:assert/strict'
import { normaliseAuthority, parseAuthority } from '../../src/http/authority.ts'
import { showContent } from '../h2/notation.ts'
import {
  contentOf,
  ERROR_CODES,
  endsHeaders,
  endsStream,
  errorCode,
  type Frame,
  increment,
  isAck,
  lastStream,
} from '../support/h2-frames.ts'
import { HpackReference, type ReferenceField } from './hpack-reference.ts'

export interface ReferenceLimits {
  readonly headBytes: number
  readonly fieldCount: number
  readonly contentBytes: number
  readonly streams: number
  readonly streamWindow: number
  readonly connectionWindow: number
}

/** What comes of a frame: what is told, and which of the frames that are answers. Alternatives stand between bars. */
export interface Outcome {
  readonly told: readonly string[]
  readonly sent: readonly string[]
}

interface Stream {
  readonly id: number
  readonly method: string
  theirs: 'open' | 'ended'
  ours: 'open' | 'ended'
  /** Content that is due; -1 for any. */
  due: number
  received: number
  headed: boolean
  /** Refused already for its content's size. */
  refused: boolean
  receiveWindow: number
  sendWindow: number
  finalSent: boolean
  tunnelled: boolean
}

const MOST = 2 ** 31 - 1
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const METHOD = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i
const VALUE = /^$|^[!-~\x80-\xff]([\t -~\x80-\xff]*[!-~\x80-\xff])?$/
const OF_CONNECTIONS = /^(connection|proxy-connection|keep-alive|transfer-encoding|upgrade)$/
const NOT_IN_TRAILERS =
  /^(host|content-length|expect|te|trailer|authorization|proxy-authorization|cookie|set-cookie|content-encoding|content-type|content-range)$/

class StreamFault extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}
class ConnectionFault extends StreamFault {}

export class H2Reference {
  readonly streams = new Map<number, Stream>()
  /** The connection has failed, or done what cannot be foretold: nothing more is compared. */
  over = false
  failed = false
  /** How much of each kind has come that costs something: whoever does too much of it is cut off. */
  readonly costs = { ping: 0, settings: 0, reset: 0, idle: 0, continuation: 0 }
  private readonly role: 'server' | 'client'
  private readonly limits: ReferenceLimits
  private readonly resetsOnContent: boolean
  private readonly hpack: HpackReference
  private last = 0
  private readonly used = new Set<number>()
  private readonly resetByUs = new Set<number>()
  private readonly early = new Set<number>()
  private receiveWindow: number
  private sendWindow = 65535
  private initialWindow = 65535
  private maxFrame = 16384
  private connectProtocol = false
  private priorities: boolean | null = null
  private block: { id: number; ended: boolean; pieces: Uint8Array[] } | null = null
  private sentBlock = 0
  private told: string[] = []
  private sent: string[] = []

  /** @param resetsOnContent the program ends a stream as soon as any of its content comes */
  constructor(
    role: 'server' | 'client',
    limits: ReferenceLimits,
    requests: readonly string[],
    resetsOnContent: boolean,
  ) {
    this.role = role
    this.resetsOnContent = resetsOnContent
    this.limits = limits
    this.receiveWindow = Math.max(65535, limits.connectionWindow)
    this.hpack = new HpackReference({
      tableBytes: 4096,
      listBytes: limits.headBytes,
      fieldCount: limits.fieldCount,
      stringBytes: 1e9,
    })
    for (const [i, method] of requests.entries()) this.open(2 * i + 1, method, false)
    // The peer's first SETTINGS, which were empty.
    this.priorities = false
  }

  /** What must come of a frame; `length` is what its head says. */
  receive(frame: Frame, length: number): Outcome {
    this.told = []
    this.sent = []
    if (!this.over) {
      try {
        this.take(frame, length)
      } catch (fault) {
        if (fault instanceof ConnectionFault) this.fail(fault.code)
        else if (fault instanceof StreamFault) this.resetStream(frame.stream, fault.code)
        else throw fault
      }
    }
    return { told: this.told, sent: this.sent }
  }

  /** Looks at what the connection has sent: it keeps the peer's windows and sizes, and each stream's order. */
  watch(frame: Frame): void {
    const { name, stream: id, payload } = frame
    const stream = this.streams.get(id)
    assert.ok(payload.length <= this.maxFrame, `${name} of ${payload.length} bytes`)
    if (name === 'CONTINUATION') {
      assert.equal(id, this.sentBlock, 'CONTINUATION of nothing')
      if (endsHeaders(frame)) this.sentBlock = 0
      return
    }
    assert.equal(this.sentBlock, 0, `${name} in a field block`)
    if (name === 'HEADERS' || name === 'DATA') {
      assert.ok(stream !== undefined && stream.ours === 'open', `${name} on stream ${id}, which is over`)
      if (name === 'HEADERS' && !endsHeaders(frame)) this.sentBlock = id
      if (name === 'DATA') {
        assert.ok(this.role === 'client' || stream.finalSent, 'DATA before HEADERS')
        stream.sendWindow -= payload.length
        this.sendWindow -= payload.length
        if (payload.length > 0) assert.ok(stream.sendWindow >= 0 && this.sendWindow >= 0, 'more than the window')
      } else stream.finalSent = true
      if (endsStream(frame)) {
        stream.ours = 'ended'
        this.closeIfOver(stream)
      }
    } else if (name === 'WINDOW_UPDATE') {
      const more = increment(frame)
      assert.ok(more > 0, 'WINDOW_UPDATE of nothing')
      if (id === 0) this.receiveWindow += more
      else if (stream !== undefined) stream.receiveWindow += more
      assert.ok(this.receiveWindow <= MOST && (stream?.receiveWindow ?? 0) <= MOST, 'a window above the most')
    } else if (name === 'RST_STREAM') {
      assert.ok((ERROR_CODES as readonly (string | number)[]).includes(errorCode(frame)), 'an unknown code')
      assert.ok(id % 2 === 1, 'RST_STREAM of a stream that cannot be')
      this.resetByUs.add(id)
      this.streams.delete(id)
    } else if (name === 'GOAWAY') {
      assert.ok((ERROR_CODES as readonly (string | number)[]).includes(errorCode(frame)), 'an unknown code')
      assert.ok(lastStream(frame) <= this.last, 'GOAWAY names a stream that was never open')
    }
  }

  /** A field block goes on in the next frame. */
  get midBlock(): boolean {
    return this.block !== null
  }

  /** Whether the field block under way is broken already, as far as it has come. Nothing can be foretold afterwards. */
  isBlockBroken(): boolean {
    this.over = true
    return this.block !== null && this.hpack.block(Buffer.concat(this.block.pieces)).broken
  }

  /** How much may still be sent on a stream, which is over where there is none. */
  sendable(id: number): number {
    const stream = this.streams.get(id)
    return stream === undefined || stream.ours === 'ended' ? 0 : Math.min(stream.sendWindow, this.sendWindow)
  }

  private take(frame: Frame, length: number): void {
    const { type, stream: id, payload, flags } = frame
    if (length > 16384) throw new ConnectionFault('FRAME_SIZE_ERROR')
    if (this.block !== null && (type !== 9 || id !== this.block.id)) throw new ConnectionFault('PROTOCOL_ERROR')
    const onStream = [0, 1, 2, 3, 5, 9].includes(type)
    if (onStream ? id === 0 : id !== 0 && [4, 6, 7, 16].includes(type)) throw new ConnectionFault('PROTOCOL_ERROR')
    const sizes: Record<number, boolean> = {
      2: length === 5,
      3: length === 4,
      4: length % 6 === 0,
      6: length === 8,
      7: length >= 8,
      8: length === 4,
      16: length >= 4,
    }
    if (sizes[type] === false) throw new ConnectionFault('FRAME_SIZE_ERROR')
    if (type === 0) this.data(frame)
    else if (type === 1) this.headers(frame)
    else if (type === 2) {
      this.costs.idle++
      if ((uint32(payload) & MOST) === id) throw new ConnectionFault('PROTOCOL_ERROR')
    } else if (type === 3) this.reset(id, uint32(payload))
    else if (type === 4) this.settings(isAck(frame), payload)
    else if (type === 5) throw new ConnectionFault('PROTOCOL_ERROR')
    else if (type === 6) {
      this.costs[isAck(frame) ? 'idle' : 'ping']++
      if ((flags & 1) === 0) this.sent.push(`PING ACK ${showContent(payload)}`)
    } else if (type === 7) this.goaway(uint32(payload) & MOST, uint32(payload.subarray(4)))
    else if (type === 8) this.windowUpdate(id, uint32(payload) & MOST)
    else if (type === 9) this.continuation(frame)
    else if (type === 16) this.priorityUpdate(uint32(payload) & MOST)
    else this.costs.idle++
  }

  private data(frame: Frame): void {
    const { stream: id, payload, flags } = frame
    this.costs.idle++
    if ((flags & 8) !== 0) {
      if (payload.length === 0) throw new ConnectionFault('FRAME_SIZE_ERROR')
      if (payload[0] >= payload.length) throw new ConnectionFault('PROTOCOL_ERROR')
    }
    this.receiveWindow -= payload.length
    if (this.receiveWindow < 0) throw new ConnectionFault('FLOW_CONTROL_ERROR')
    const stream = this.streams.get(id)
    if (stream === undefined) {
      this.late(id)
      return
    }
    if (stream.theirs === 'ended') throw new StreamFault('STREAM_CLOSED')
    if (this.role === 'client' && !stream.headed) throw new StreamFault('PROTOCOL_ERROR')
    stream.receiveWindow -= payload.length
    if (stream.receiveWindow < 0) throw new StreamFault('FLOW_CONTROL_ERROR')
    const content = contentOf(frame)
    stream.received += content.length
    if (stream.due >= 0) {
      if (content.length > stream.due) throw new StreamFault('PROTOCOL_ERROR')
      stream.due -= content.length
    } else if (stream.received > this.limits.contentBytes && !stream.refused) {
      stream.refused = true
      if (this.role === 'client') throw new StreamFault('CANCEL')
      this.told.push(`refused ${id} 413`)
    }
    if (content.length > 0) this.told.push(`content ${id} ${showContent(content)}`)
    if (content.length > 0 && this.resetsOnContent) {
      this.streams.delete(id)
      this.resetByUs.add(id)
      return
    }
    if (!endsStream(frame)) return
    if (stream.due > 0) throw new StreamFault('PROTOCOL_ERROR')
    this.theyEnd(stream)
  }

  private headers(frame: Frame): void {
    const { stream: id, payload, flags } = frame
    const start = ((flags & 8) !== 0 ? 1 : 0) + ((flags & 32) !== 0 ? 5 : 0)
    if (payload.length < start) throw new ConnectionFault('FRAME_SIZE_ERROR')
    if ((flags & 8) !== 0 && payload[0] > payload.length - start) throw new ConnectionFault('PROTOCOL_ERROR')
    if ((flags & 32) !== 0 && (uint32(payload.subarray(start - 5)) & MOST) === id)
      throw new ConnectionFault('PROTOCOL_ERROR')
    this.block = { id, ended: endsStream(frame), pieces: [contentOf(frame)] }
    if (endsHeaders(frame)) this.blockComplete()
  }

  private continuation(frame: Frame): void {
    this.costs.continuation++
    if (this.block === null) throw new ConnectionFault('PROTOCOL_ERROR')
    this.block.pieces.push(frame.payload)
    if (endsHeaders(frame)) this.blockComplete()
  }

  private blockComplete(): void {
    const { id, ended, pieces } = this.block!
    this.block = null
    const { broken, fields, tooLarge } = this.hpack.block(Buffer.concat(pieces))
    if (broken) throw new ConnectionFault('COMPRESSION_ERROR')
    const stream = this.streams.get(id)
    if (stream !== undefined) {
      if (tooLarge) throw new StreamFault('ENHANCE_YOUR_CALM')
      if (stream.theirs === 'ended') throw new StreamFault('STREAM_CLOSED')
      if (this.role === 'client' && !stream.headed) this.response(stream, ended, fields)
      else this.trailers(stream, ended, fields)
    } else if (this.role === 'client') this.late(id)
    else this.request(id, ended, fields, tooLarge)
  }

  private request(id: number, ended: boolean, fields: readonly ReferenceField[], tooLarge: boolean): void {
    if (id % 2 === 0) throw new ConnectionFault('PROTOCOL_ERROR')
    if (id <= this.last && !this.used.has(id)) throw new ConnectionFault('PROTOCOL_ERROR')
    if (id <= this.last) {
      this.late(id)
      return
    }
    this.last = id
    this.used.add(id)
    this.early.delete(id)
    if (this.streams.size >= this.limits.streams) {
      this.refuse(id, 'REFUSED_STREAM')
      return
    }
    const length = fields.find(({ name }) => name === 'content-length')?.value ?? '-1'
    const pseudo = new Map(fields.filter(({ name }) => name.startsWith(':')).map(({ name, value }) => [name, value]))
    const method = pseudo.get(':method') ?? ''
    const statuses = tooLarge ? ['431'] : Number(length) > this.limits.contentBytes ? ['413'] : []
    const malformed = !isRequest(fields) || (ended && Number(length) > 0)
    if (tooLarge || malformed || statuses.length > 0) {
      if (statuses.length === 0) {
        this.refuse(id, 'PROTOCOL_ERROR')
        return
      }
      // Which of several faults is seen first is nobody's affair.
      const stream = this.open(id, method, ended)
      stream.refused = true
      this.told.push(`refused ${id} ${[...statuses, ...(malformed ? ['PROTOCOL_ERROR'] : [])].join('|')}`)
      if (malformed) this.sent.push(`maybe RST_STREAM ${id} PROTOCOL_ERROR`)
      return
    }
    const stream = this.open(id, method, ended)
    if (!ended && method !== 'CONNECT') stream.due = Number(length)
    stream.headed = true
    this.told.push(
      `head ${id} ${method} ${pseudo.get(':path') ?? pseudo.get(':authority')}${ended ? ' ended' : ''} ${shown(fields)}`,
    )
  }

  private response(stream: Stream, ended: boolean, fields: readonly ReferenceField[]): void {
    const status = isResponse(fields)
    if (status === null) throw new StreamFault('PROTOCOL_ERROR')
    if (status < 200) {
      if (ended) throw new StreamFault('PROTOCOL_ERROR')
      this.told.push(`head ${stream.id} ${status} ${shown(fields)}`)
      return
    }
    stream.headed = true
    stream.tunnelled = stream.method === 'CONNECT' && status < 300
    const none = stream.method === 'HEAD' || status === 204 || status === 304
    const length = Number(fields.find(({ name }) => name === 'content-length')?.value ?? -1)
    if (ended && !none && !stream.tunnelled && length > 0) throw new StreamFault('PROTOCOL_ERROR')
    stream.due = none ? 0 : stream.tunnelled ? -1 : length
    this.told.push(`head ${stream.id} ${status}${ended ? ' ended' : ''} ${shown(fields)}`)
    if (!ended) return
    stream.theirs = 'ended'
    this.closeIfOver(stream)
  }

  private trailers(stream: Stream, ended: boolean, fields: readonly ReferenceField[]): void {
    // Our own program answers CONNECT with 200, if at all.
    const tunnelled =
      this.role === 'client' ? stream.tunnelled : stream.method === 'CONNECT' && stream.headed && stream.finalSent
    if (tunnelled) throw new StreamFault('PROTOCOL_ERROR')
    const valid = fields.every(({ name, value }) => isUsual(name, value) && !NOT_IN_TRAILERS.test(name))
    if (!ended || !valid || stream.due > 0) throw new StreamFault('PROTOCOL_ERROR')
    this.told.push(`trailers ${stream.id}`)
    this.theyEnd(stream)
  }

  private reset(id: number, code: number): void {
    this.costs.reset++
    this.costs.idle++
    if (this.streams.has(id)) {
      this.streams.delete(id)
      this.told.push(`lost ${id} ${ERROR_CODES[code] ?? `0x${code.toString(16)}`}`)
    } else if (this.isIdle(id)) throw new ConnectionFault('PROTOCOL_ERROR')
  }

  private settings(ack: boolean, payload: Uint8Array): void {
    if (ack) {
      this.costs.idle++
      if (payload.length > 0) throw new ConnectionFault('FRAME_SIZE_ERROR')
      return
    }
    this.costs.settings += 1 + payload.length / 192
    const window = this.initialWindow
    for (let at = 0; at < payload.length; at += 6)
      this.setting((payload[at] << 8) | payload[at + 1], uint32(payload.subarray(at + 2)))
    for (const stream of this.streams.values()) {
      stream.sendWindow += this.initialWindow - window
      if (stream.sendWindow > MOST) throw new ConnectionFault('FLOW_CONTROL_ERROR')
    }
    this.sent.push('SETTINGS ACK')
  }

  private setting(id: number, value: number): void {
    const wrong =
      (id === 2 && (value > 1 || (value === 1 && this.role === 'client'))) ||
      (id === 5 && (value < 16384 || value > 16777215)) ||
      (id === 8 && (value > 1 || (value === 0 && this.connectProtocol))) ||
      (id === 9 && (value > 1 || (value === 1) !== this.priorities))
    if (wrong) throw new ConnectionFault('PROTOCOL_ERROR')
    if (id === 4 && value > MOST) throw new ConnectionFault('FLOW_CONTROL_ERROR')
    if (id === 4) this.initialWindow = value
    if (id === 5) this.maxFrame = value
    if (id === 8) this.connectProtocol = value === 1
  }

  private goaway(last: number, code: number): void {
    this.costs.idle++
    if (this.role === 'client') {
      for (const id of [...this.streams.keys()]) {
        if (id <= last) continue
        this.streams.delete(id)
        this.told.push(`lost ${id} REFUSED_STREAM`)
      }
    }
    this.told.push(`goingAway ${last} ${ERROR_CODES[code] ?? `0x${code.toString(16)}`}`)
  }

  private windowUpdate(id: number, more: number): void {
    this.costs.idle++
    const stream = this.streams.get(id)
    if (id === 0) {
      if (more === 0) throw new ConnectionFault('PROTOCOL_ERROR')
      this.sendWindow += more
      if (this.sendWindow > MOST) throw new ConnectionFault('FLOW_CONTROL_ERROR')
    } else if (stream === undefined) {
      if (this.isIdle(id)) throw new ConnectionFault('PROTOCOL_ERROR')
    } else {
      if (more === 0) throw new StreamFault('PROTOCOL_ERROR')
      stream.sendWindow += more
      if (stream.sendWindow > MOST) throw new StreamFault('FLOW_CONTROL_ERROR')
    }
  }

  private priorityUpdate(id: number): void {
    this.costs.idle++
    if (this.role === 'client' || id === 0 || id % 2 === 0) throw new ConnectionFault('PROTOCOL_ERROR')
    if (this.isIdle(id)) this.early.add(id)
    for (const early of this.early) if (!this.isIdle(early)) this.early.delete(early)
    if (this.early.size + this.streams.size > this.limits.streams) this.sent.push('maybe GOAWAY PROTOCOL_ERROR')
  }

  /** A frame on a stream that is not open. */
  private late(id: number): void {
    if (this.isIdle(id)) throw new ConnectionFault('PROTOCOL_ERROR')
    if (!this.resetByUs.has(id)) throw new ConnectionFault('STREAM_CLOSED')
    this.costs.idle++
  }

  private isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.last
  }

  private open(id: number, method: string, ended: boolean): Stream {
    const stream: Stream = {
      id,
      method,
      theirs: ended ? 'ended' : 'open',
      ours: 'open',
      due: -1,
      received: 0,
      headed: false,
      refused: false,
      receiveWindow: this.limits.streamWindow,
      sendWindow: this.initialWindow,
      finalSent: this.role === 'client',
      tunnelled: false,
    }
    this.streams.set(id, stream)
    this.used.add(id)
    if (this.role === 'client') this.last = id
    return stream
  }

  private theyEnd(stream: Stream): void {
    this.told.push(`end ${stream.id}`)
    stream.theirs = 'ended'
    this.closeIfOver(stream)
  }

  private closeIfOver(stream: Stream): void {
    if (stream.theirs === 'ended' && stream.ours === 'ended') this.streams.delete(stream.id)
  }

  private refuse(id: number, code: string): void {
    this.costs.reset++
    this.resetByUs.add(id)
    this.told.push(`refused ${id} ${code}`)
    this.sent.push(`RST_STREAM ${id} ${code}`)
  }

  private resetStream(id: number, code: string): void {
    this.costs.reset++
    this.streams.delete(id)
    this.resetByUs.add(id)
    this.told.push(`lost ${id} ${code}`)
    this.sent.push(`RST_STREAM ${id} ${code}`)
  }

  private fail(code: string): void {
    this.over = true
    this.failed = true
    for (const id of this.streams.keys()) this.told.push(`lost ${id} ${code}`)
    this.streams.clear()
    this.told.push(`failed ${code}`)
    this.sent.push(`GOAWAY ${this.role === 'client' ? 0 : this.last} ${code}`)
  }
}

/** The fields as a program sees them: cookies are one (section 8.2.3), and a length is said once. */
function shown(fields: readonly ReferenceField[]): string {
  const usual = fields.filter(({ name }) => !name.startsWith(':'))
  const cookies = usual.filter(({ name }) => name === 'cookie').map(({ value }) => value)
  const once = usual.filter(
    ({ name }, i) =>
      (name !== 'cookie' && name !== 'content-length') || usual.findIndex(field => field.name === name) === i,
  )
  return JSON.stringify(once.map(({ name, value }) => [name, name === 'cookie' ? cookies.join('; ') : value]))
}

/** RFC 9113 sections 8.2 and 8.3, RFC 8441 section 4. */
function isRequest(fields: readonly ReferenceField[]): boolean {
  const pseudo = pseudoFields(fields, [':method', ':scheme', ':authority', ':path', ':protocol'])
  if (pseudo === null) return false
  const [method, scheme, authority, path, protocol] = pseudo
  const hosts = fields.filter(({ name }) => name === 'host').map(({ value }) => value)
  if (method === undefined || !METHOD.test(method)) return false
  if (hosts.length > 1 || !hosts.every(host => parseAuthority(host) !== null)) return false
  if (authority !== undefined && parseAuthority(authority) === null) return false
  if (protocol !== undefined && (method !== 'CONNECT' || !METHOD.test(protocol.replace('/', '')))) return false
  if (method === 'CONNECT') {
    const length = fields.find(({ name }) => name === 'content-length')?.value
    if (Number(length ?? 0) > 0) return false
    if (protocol === undefined) {
      const port = authority === undefined ? null : (parseAuthority(authority)?.port ?? null)
      if (scheme !== undefined || path !== undefined || port === null || port === 0) return false
      return hosts.length === 0 || authority === hosts[0] || authority?.toLowerCase() === hosts[0].toLowerCase()
    }
  }
  if (scheme === undefined || path === undefined || !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return false
  const isTarget = /^\/[!-"$-~]*$/.test(path) || (path === '*' && method === 'OPTIONS')
  if (!isTarget) return false
  const web = /^https?$/i.exec(scheme)?.[0].toLowerCase() as 'http' | 'https' | undefined
  if (authority === undefined) return web === undefined || (hosts.length > 0 && hosts[0] !== '')
  if (hosts.length === 0 || hosts[0] === '' || hosts[0] === authority) return true
  if (web === undefined) return hosts[0].toLowerCase() === authority.toLowerCase()
  return normaliseAuthority(hosts[0], web) === normaliseAuthority(authority, web)
}

/** The status, or null for what is no response. */
function isResponse(fields: readonly ReferenceField[]): number | null {
  const pseudo = pseudoFields(fields, [':status'])
  const status = pseudo?.[0] ?? ''
  if (!/^[1-5]\d\d$/.test(status) || status === '101' || fields.some(({ name }) => name === 'te')) return null
  return Number(status)
}

/** The values of the pseudo-fields; null where any field is not as it should be. */
function pseudoFields(fields: readonly ReferenceField[], names: readonly string[]): (string | undefined)[] | null {
  const first = fields.findIndex(({ name }) => !name.startsWith(':'))
  const pseudo = first === -1 ? fields : fields.slice(0, first)
  const usual = first === -1 ? [] : fields.slice(first)
  if (!pseudo.every(({ name }) => names.includes(name))) return null
  if (new Set(pseudo.map(({ name }) => name)).size < pseudo.length) return null
  if (!usual.every(({ name, value }) => isUsual(name, value))) return null
  const lengths = new Set(usual.filter(({ name }) => name === 'content-length').map(({ value }) => Number(value)))
  if (lengths.size > 1) return null
  return names.map(wanted => pseudo.find(({ name }) => name === wanted)?.value)
}

function isUsual(name: string, value: string): boolean {
  if (!TOKEN.test(name) || !VALUE.test(value) || OF_CONNECTIONS.test(name)) return false
  if (name === 'te') return /^(trailers)?$/i.test(value)
  return name !== 'content-length' || /^\d+$/.test(value)
}

function uint32(bytes: Uint8Array): number {
  return ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0
}
