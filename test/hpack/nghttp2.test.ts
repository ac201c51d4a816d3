// A second implementation: nghttp2, by way of node:http2. A server made of raw frames answers its requests with blocks that
// our encoder made, and reads its blocks with our decoder.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  sensitiveHeaders,
} from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { ByteOutput } from '../../src/bytes/byte-output.ts'
import { HpackDecoder, HpackEncoder, type Indexing } from '../../src/hpack/index.ts'
import {
  contentOf,
  type Frame,
  FrameReader,
  headers,
  isAck,
  preface,
  SETTING_IDS,
  settings,
  settingsAck,
} from '../support/h2-frames.ts'
import { type FieldToSend, type Pair, pairs, WIDE, written } from './blocks.ts'

/** A connection as the server has it. */
class Peer {
  readonly encoder = new HpackEncoder({ tableBytes: 10_000 })
  readonly decoder = new HpackDecoder(WIDE)
  /** The fields of each request. */
  readonly requests: Pair[][] = []
  /** What the next request is answered with. */
  answer: { status: number; fields: readonly FieldToSend[] } = { status: 200, fields: [] }
  private readonly socket: Socket
  private readonly reader = new FrameReader()
  private due = preface.length
  /** Limits that we have asked for and that have not been acknowledged. */
  private readonly asked: (number | null)[] = [null]

  constructor(socket: Socket) {
    this.socket = socket
    socket.write(settings())
    socket.on('data', (bytes: Buffer) => {
      const rest = bytes.subarray(this.due)
      this.due = Math.max(0, this.due - bytes.length)
      for (const frame of this.reader.push(rest)) this.receive(frame)
    })
    socket.on('error', () => {})
  }

  /** Our limit of the client's table. */
  limitTable(bytes: number): void {
    this.asked.push(bytes)
    this.socket.write(settings({ HEADER_TABLE_SIZE: bytes }))
  }

  private receive(frame: Frame): void {
    if (frame.name === 'SETTINGS') {
      if (isAck(frame)) this.acknowledged(this.asked.shift() ?? null)
      else this.changed(frame)
    } else if (frame.name === 'HEADERS') this.request(frame)
  }

  private acknowledged(limit: number | null): void {
    if (limit !== null) this.decoder.tableLimit(limit)
  }

  private changed({ payload }: Frame): void {
    const view = Buffer.from(payload)
    for (let at = 0; at < view.length; at += 6)
      if (view.readUInt16BE(at) === SETTING_IDS.HEADER_TABLE_SIZE) this.encoder.peerLimit(view.readUInt32BE(at + 2))
    this.socket.write(settingsAck())
  }

  private request(frame: Frame): void {
    const block = contentOf(frame)
    this.decoder.begin()
    this.decoder.decode(block, 0, block.length)
    assert.ok(this.decoder.finish(), this.decoder.error?.rule ?? '')
    this.requests.push(pairs(this.decoder.fields))
    const out = new ByteOutput()
    this.encoder.begin(out)
    this.encoder.status(out, this.answer.status)
    for (const [name, value, indexing] of this.answer.fields) this.encoder.field(out, name, value, indexing)
    this.socket.write(headers(frame.stream, written(out), { endStream: true }))
  }
}

let server: Server
before(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => void server.close())

/** Lets the client, with its server, do something. */
async function meet(use: (client: ClientHttp2Session, peer: Peer) => Promise<void>): Promise<void> {
  const accepted = once(server, 'connection')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    const [socket] = (await accepted) as [Socket]
    const peer = new Peer(socket)
    await once(client, 'remoteSettings')
    await use(client, peer)
  } finally {
    client.destroy()
  }
}

async function ask(client: ClientHttp2Session, fields: OutgoingHttpHeaders = {}): Promise<IncomingHttpHeaders> {
  const request = client.request({ ':path': '/', ...fields }, { endStream: true })
  const [response] = (await once(request, 'response')) as [IncomingHttpHeaders]
  request.resume()
  await once(request, 'close')
  return response
}

/** Every byte that a field value may have. */
const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter(
  char => char === '\t' || (char >= ' ' && char !== '\x7f'),
)
const INDEXING: readonly Indexing[] = ['index', 'once', 'never']

describe('nghttp2 reads', () => {
  test('values of all bytes', () =>
    meet(async (client, peer) => {
      for (const indexing of INDEXING) {
        const fields = Array.from({ length: 16 }, (_, i) => {
          const chars = BYTES.slice(i * 15, i * 15 + 15)
          return [`x-${i}`, `a${chars.join('')}${chars.toReversed().join('zz')}e`, indexing] as const
        })
        peer.answer = { status: 200, fields }
        const response = await ask(client)
        for (const [name, value] of fields) assert.equal(response[name], value)
        assert.deepEqual(
          (response as { [sensitiveHeaders]?: string[] })[sensitiveHeaders],
          indexing === 'never' ? fields.map(([name]) => name) : [],
        )
      }
    }))

  test('every status', () =>
    meet(async (client, peer) => {
      for (let status = 200; status < 600; status++) {
        peer.answer = { status, fields: [] }
        assert.equal((await ask(client))[':status'], status)
      }
    }))

  test('fields that come and go, as the table has room', () =>
    meet(async (client, peer) => {
      for (let i = 0; i < 300; i++) {
        const fields = Array.from({ length: 1 + (i % 9) }, (_, j): FieldToSend => {
          const key = (i * (j + 3)) % 71
          return [
            `x-${j}-${key % 5}`,
            `value ${key} `.repeat(1 + (key % 13)).trim(),
            INDEXING[key % 7 === 0 ? 2 : key % 2],
          ]
        })
        peer.answer = { status: 200, fields }
        const response = await ask(client)
        for (const [name, value] of fields) assert.equal(response[name], value)
      }
    }))

  test('the sizes of the table that it has asked for, in every order', () =>
    meet(async (client, peer) => {
      const fields = ['a', 'b', 'c'].map((letter): FieldToSend => [`x-${letter}`, letter.repeat(90), 'index'])
      for (const sizes of [[0], [4096], [150], [100, 4096], [65536], [0, 300], [300, 0], [9000, 200, 4096], [4096]]) {
        for (const size of sizes)
          await new Promise<void>(done => client.settings({ headerTableSize: size }, () => done()))
        for (let i = 0; i < 3; i++) {
          peer.answer = { status: 200, fields: [...fields, [`x-new-${i}`, 'new', 'index']] }
          const response = await ask(client)
          for (const [name, value] of fields) assert.equal(response[name], value)
        }
      }
    }))
})

test('what nghttp2 writes is read, whatever its table is limited to', () =>
  meet(async (client, peer) => {
    for (const limit of [4096, 0, 200, 4096, 100, 8192]) {
      peer.limitTable(limit)
      await once(client, 'remoteSettings')
      for (let i = 0; i < 5; i++) {
        const fields = {
          ':path': `/${limit}?${i}`,
          'x-same': 'v'.repeat(60),
          'x-byte': `a${BYTES.slice(1).join('')}z`,
          authorization: `secret ${i}`,
        }
        await ask(client, { ...fields, [sensitiveHeaders]: ['authorization'] })
        const got = Object.fromEntries(peer.requests.at(-1) ?? [])
        for (const [name, value] of Object.entries(fields)) assert.equal(got[name], value)
      }
    }
  }))
