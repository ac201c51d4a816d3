// The judge of the Autobahn cases is judged: by a server whose results are known, and by servers that do wrong on purpose.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { overHttp1 } from './autobahn/opening.ts'
import { TEXT_CASES } from './autobahn/text-cases.ts'
import { COMPRESSION_CASES, LIMIT_CASES, shortened } from './autobahn/trip-cases.ts'
import { CLEAN, play, travel } from './autobahn/verdict.ts'

// As the suite says of ws, which looks at text when all of it has come.
test('what is late is not strict, what is not there is not implemented, what is not taken has failed', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxFragments: 100 })
  server.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {})
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
  await once(server, 'listening')
  try {
    const way = overHttp1((server.address() as AddressInfo).port)
    const found = await Promise.all(
      ['6.2.3', '6.3.1', '6.4.1', '6.4.4'].map(async id => {
        const { behaviour } = await play(TEXT_CASES.find(one => one.id === id)!, way)
        return [id, behaviour]
      }),
    )
    assert.deepEqual(found, [
      ['6.2.3', 'OK'],
      ['6.3.1', 'OK'],
      ['6.4.1', 'NON-STRICT'],
      ['6.4.4', 'NON-STRICT'],
    ])
    assert.equal((await travel(shortened(COMPRESSION_CASES[3], 1, 3), way)).behaviour, 'UNIMPLEMENTED')
    assert.equal((await travel(LIMIT_CASES.find(({ id }) => id === '9.3.4')!, way)).behaviour, 'FAILED')
    assert.equal((await travel(LIMIT_CASES.find(({ id }) => id === '9.3.8')!, way)).behaviour, 'OK')
  } finally {
    for (const client of server.clients) client.terminate()
    server.close()
  }
})

const HELLO = [0x81, 2, 0x48, 0x69]
const CLOSE = [0x88, 2, 0x03, 0xe8]

/** What a server answers to the text "Hi" and a close frame, and whether that is right. */
const ANSWERS: readonly { readonly name: string; readonly bytes: readonly number[]; readonly right?: boolean }[] = [
  { name: 'what is right', bytes: [...HELLO, ...CLOSE], right: true },
  { name: 'fragments', bytes: [1, 1, 0x48, 0x80, 1, 0x69, ...CLOSE], right: true },
  { name: 'another text', bytes: [0x81, 2, 0x48, 0x6f, ...CLOSE] },
  { name: 'bytes instead of text', bytes: [0x82, 2, 0x48, 0x69, ...CLOSE] },
  { name: 'one message too many', bytes: [...HELLO, ...HELLO, ...CLOSE] },
  { name: 'a ping that nobody expects', bytes: [...HELLO, 0x89, 0, ...CLOSE] },
  { name: 'no close frame', bytes: HELLO },
  { name: 'another code', bytes: [...HELLO, 0x88, 2, 0x03, 0xe9] },
  { name: 'no code', bytes: [...HELLO, 0x88, 0] },
  { name: 'half a code', bytes: [...HELLO, 0x88, 1, 3] },
  { name: 'a message behind the close frame', bytes: [...HELLO, ...CLOSE, ...HELLO] },
  { name: 'a mask', bytes: [0x81, 0x82, 0, 0, 0, 0, 0x48, 0x69, ...CLOSE] },
  { name: 'a length that is written too long', bytes: [0x81, 126, 0, 2, 0x48, 0x69, ...CLOSE] },
  { name: 'a reserved bit', bytes: [0xc1, 2, 0x48, 0x69, ...CLOSE] },
  { name: 'a reserved opcode', bytes: [0x83, 2, 0x48, 0x69, ...CLOSE] },
  { name: 'a continuation of nothing', bytes: [0x80, 2, 0x48, 0x69, ...CLOSE] },
  { name: 'text that is not UTF-8', bytes: [0x81, 2, 0x48, 0xff, ...CLOSE] },
  { name: 'half a frame', bytes: [...HELLO, 0x88, 2, 0x03] },
]

describe('a server that answers with', () => {
  for (const { name, bytes, right = false } of ANSWERS) {
    test(`${name} is ${right ? 'right' : 'wrong'}`, async () => {
      const server = createServer(socket => answer(socket, Buffer.from(bytes)))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      try {
        const greeting = { kind: 'text', payload: Buffer.from('Hi') } as const
        const one = { id: '', name: '', steps: [], heard: [greeting], ending: CLEAN }
        const { behaviour } = await play(one, overHttp1((server.address() as AddressInfo).port))
        assert.equal(behaviour, right ? 'OK' : 'FAILED')
      } finally {
        server.close()
      }
    })
  }
})

/** Takes the handshake; says the first half of its answer at once, and the rest when the judge closes. */
function answer(socket: Socket, bytes: Buffer): void {
  const close = bytes.lastIndexOf(0x88)
  const first = bytes.subarray(0, close === -1 ? bytes.length : close)
  socket.on('error', () => {})
  socket.once('data', request => {
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(String(request))?.[1]
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(
      `HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    socket.write(first)
    socket.once('data', () => socket.end(bytes.subarray(first.length)))
  })
}
