import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { type TestContext, test } from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { missing } from '../../bench/programs.ts'
import { parseWs, wsClient } from '../../bench/ws-client.ts'
import { messages } from '../../bench/ws-loads.ts'

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate\r\n'
/** A frame as the server has it: unmasked. */
interface Frame {
  readonly first: number
  readonly payload: Buffer
}
type Answer = (frame: Frame) => Buffer | null

const echo: Answer = ({ first, payload }) => framed(first, payload)

test('messages that come back are counted', { skip: away() }, async t => {
  const origin = await served(t, '', echo)
  for (const [content, size] of [
    ['binary', 64],
    ['text', 125],
    ['json', 1024],
    ['binary', 70_000],
  ] as const) {
    const { requests, bytes, fault } = await load(origin, content, size)
    assert.equal(fault, null, content)
    assert.ok(requests > 0 && bytes >= requests * size)
  }
})

test('another message, a closed connection and a wrong frame are noticed', { skip: away() }, async t => {
  const other = await served(t, '', ({ first, payload }) => framed(first, Buffer.from(payload).fill('!', 60)))
  assert.match((await load(other, 'binary', 64)).fault ?? '', /messages other than those that were sent/)
  const closing = await served(t, '', () => null)
  assert.match((await load(closing, 'binary', 64)).fault ?? '', /4 connections closed by the server/)
  const asText = await served(t, '', ({ payload }) => framed(0x81, payload))
  await assert.rejects(load(asText, 'binary', 64), /not what was sent/)
})

test('compressed messages are inflated and compared, whatever comes back', { skip: away() }, async t => {
  const same = await served(t, DEFLATE, echo)
  assert.equal((await load(same, 'deflate', 1024)).fault, null)
  const apart = await served(t, `${DEFLATE.trim()}; client_no_context_takeover; client_max_window_bits=10\r\n`, echo)
  assert.equal((await load(apart, 'deflate', 1024)).fault, null)
  const another = await served(t, DEFLATE, ({ first }) => framed(first, compressed('{"another":"message"}')))
  assert.match((await load(another, 'deflate', 1024)).fault ?? '', /messages other than those that were sent/)
})

test('a server that does not compress has no figure', { skip: away() }, async t => {
  const plain = await served(t, '', echo)
  await assert.rejects(load(plain, 'deflate', 1024), /does not agree to permessage-deflate/)
  const line = { messages: 9, bytes: 9 * 1000, microseconds: 1e6, wrong: 0, uncompressed: 0, closed: 0 }
  const load1k = { size: 1024, content: 'deflate' } as const
  assert.match(parseWs(JSON.stringify(line), load1k).fault ?? '', /hardly compressed/)
  assert.match(
    parseWs(JSON.stringify({ ...line, bytes: 99, uncompressed: 3 }), load1k).fault ?? '',
    /3 messages that were not/,
  )
  assert.match(parseWs(JSON.stringify({ ...line, messages: 0, bytes: 0 }), load1k).fault ?? '', /no message came back/)
})

/** The client is a program in C, on a core of its own. */
function away(): string | false {
  const program = missing(['gcc', 'zlib.h', 'taskset'])
  return program === undefined && availableParallelism() > 1 ? false : `needs ${program ?? 'two cores'}`
}

function load(origin: string, content: 'binary' | 'text' | 'json' | 'deflate', size: number) {
  return wsClient(messages('ws', '', { connections: 4, inFlight: 2, content, size }), 'ws', origin, 0.05)
}

function compressed(text: string): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

/** A server that answers each frame so, or closes. */
async function served(t: TestContext, extensions: string, answer: Answer): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    let held = Buffer.alloc(0)
    let greeted = false
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes])
      if (!greeted) {
        greeted = true
        held = held.subarray(held.indexOf('\r\n\r\n') + 4)
        const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}${extensions}\r\n`,
        )
      }
      for (let end = frameEnd(held); end <= held.length; end = frameEnd(held)) {
        const reply = answer(frameOf(held.subarray(0, end)))
        held = held.subarray(end)
        if (reply === null) return void socket.destroy()
        socket.write(reply)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** Where the payload's length is told, and the payload begins. */
function lengthOf(bytes: Buffer): { length: number; start: number } {
  const short = bytes[1]! & 127
  if (short === 126) return { length: bytes.length < 4 ? 0 : bytes.readUInt16BE(2), start: 8 }
  if (short === 127) return { length: bytes.length < 10 ? 0 : Number(bytes.readBigUInt64BE(2)), start: 14 }
  return { length: short, start: 6 }
}

function frameEnd(bytes: Buffer): number {
  if (bytes.length < 2) return Number.POSITIVE_INFINITY
  const { length, start } = lengthOf(bytes)
  return start + length
}

function frameOf(bytes: Buffer): Frame {
  const { start } = lengthOf(bytes)
  const mask = bytes.subarray(start - 4, start)
  return { first: bytes[0]!, payload: Buffer.from(bytes.subarray(start).map((byte, i) => byte ^ mask[i & 3]!)) }
}

function framed(first: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126 ? [payload.length] : payload.length < 65_536 ? [126, 0, 0] : [127, 0, 0, 0, 0, 0, 0, 0, 0]
  const bytes = Buffer.concat([Buffer.of(first, ...head), payload])
  if (head.length === 3) bytes.writeUInt16BE(payload.length, 2)
  if (head.length === 9) bytes.writeBigUInt64BE(BigInt(payload.length), 2)
  return bytes
}
