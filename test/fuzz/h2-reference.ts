// What an HTTP/2 connection must tell and answer, frame by frame, as RFC 9113 has it: written for plainness alone, with text
// and sets where the connection has numbers.
import { showContent } from '../h2/notation.ts'
import { contentOf, ERROR_CODES, endsHeaders, endsStream, type Frame, isAck } from '../support/h2-frames.ts'
import { isRequest, isResponse, isTrailers, shown } from './h2-reference-fields.ts'
import { ConnectionFault, MOST, ReferenceStreams, type Stream, StreamFault } from './h2-reference-streams.ts'
import type { ReferenceField } from './hpack-reference.ts'

/** What comes of a frame: what is told, and which of the frames that are answers. Alternatives stand between bars. */
export interface Outcome {
  readonly told: readonly string[]
  readonly sent: readonly string[]
}

export class H2Reference extends ReferenceStreams {
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

  /** A field block goes on in the next frame. */
  get midBlock(): boolean {
    return this.block !== null
  }

  /** Whether the field block under way is broken already, as far as it has come. Nothing can be foretold afterwards. */
  isBlockBroken(): boolean {
    this.over = true
    return this.block !== null && this.hpack.block(Buffer.concat(this.block.pieces)).broken
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
    const valid = isTrailers(fields)
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
}

function uint32(bytes: Uint8Array): number {
  return ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0
}
