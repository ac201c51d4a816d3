// What permessage-deflate costs, and what was chosen by it: `node bench/micro/websocket-deflate.ts`. Prints microseconds of CPU time for
// each message, and the part of its bytes that remains:
//   the settings of zlib's deflaters, for messages of several kinds, with the memory of earlier ones and without
//   short messages, by size, to see from where on compressing pays
//   how long one slice of a large message takes, by content
//   an echo through two connections, without sockets: inflating, deflating and the frames of both sides
import { randomBytes } from 'node:crypto'
import { codecFor } from '../../src/server/websocket-codec.ts'
import { CodecPool } from '../../src/server/websocket-codec-pool.ts'
import { Coder, FLUSH } from '../../src/server/websocket-codec-zlib.ts'
import { DEFAULT_LIMITS, WebSocketConnection, type WebSocketSink } from '../../src/websocket/index.ts'
import { median } from '../figures.ts'

const ROUNDS = 7
const MESSAGES = 500
const WORDS =
  'the server reads what a client sends and answers as the program says while others wait for their turn in order of arrival'.split(
    ' ',
  )
const output = Buffer.alloc(1024 * 1024)

const KINDS: Readonly<Record<string, (at: number) => string>> = {
  'JSON of 1 KB': at => JSON.stringify(Array.from({ length: 10 }, (_, i) => person(at * 31 + i))),
  'JSON of 110 bytes': at => JSON.stringify(person(at * 7919)),
  'chat of 60 bytes': at => words(at, 10),
  'text of 8 KB': at => words(at, 1400),
}

function person(id: number): object {
  return {
    id,
    name: `user${(id * 7919) % 1000}`,
    email: `user${id % 977}@example.com`,
    active: id % 2 === 0,
    score: Math.sqrt(id),
  }
}

function words(seed: number, count: number): string {
  let state = seed + 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return WORDS[(state >>> 8) % WORDS.length]
  }).join(' ')
}

settings()
thresholds()
slices()
echoes()

function settings(): void {
  console.log('kind, window bits, memLevel, level: µs and part that remains with a history; without')
  for (const [kind, make] of Object.entries(KINDS)) {
    const messages = messagesOf(make)
    for (const [windowBits, memLevel] of [
      [15, 8],
      [13, 8],
      [13, 6],
      [12, 5],
      [11, 4],
    ])
      for (const level of [1, 3, 4, 6]) {
        const coder = new Coder({ mode: 'deflate', windowBits, level, memLevel })
        const kept = deflating(coder, messages, false)
        const alone = deflating(coder, messages, true)
        coder.close()
        console.log(kind, windowBits, memLevel, level, ...kept, '|', ...alone)
      }
  }
}

function thresholds(): void {
  console.log('\nbytes: µs and part that remains with a history; without')
  for (const size of [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512]) {
    const messages = messagesOf(at =>
      JSON.stringify(person(at * 31))
        .repeat(5)
        .slice(at % 7, (at % 7) + size),
    )
    const coder = new Coder({ mode: 'deflate', windowBits: 13, level: 3, memLevel: 6 })
    console.log(size, ...deflating(coder, messages, false), '|', ...deflating(coder, messages, true))
    coder.close()
  }
}

function slices(): void {
  console.log('\ncontent of a slice of 32 KB: ms')
  const size = 32 * 1024
  const contents: Readonly<Record<string, Buffer>> = {
    JSON: Buffer.from(Array.from({ length: 70 }, (_, at) => KINDS['JSON of 1 KB'](at)).join('')).subarray(0, size),
    text: Buffer.from(words(1, 20_000)).subarray(0, size),
    'random letters': Buffer.from(randomBytes(size).toString('base64')).subarray(0, size),
    'few letters': Buffer.from(randomBytes(size).map(byte => 97 + (byte % 3))),
    'random bytes': randomBytes(size),
    zeros: Buffer.alloc(size),
  }
  for (const [content, bytes] of Object.entries(contents)) {
    const coder = new Coder({ mode: 'deflate', windowBits: 13, level: 3, memLevel: 6 })
    console.log(
      content,
      (
        Number(
          deflating(
            coder,
            Array.from({ length: 40 }, () => bytes),
            true,
          )[0],
        ) / 1000
      ).toFixed(2),
    )
    coder.close()
  }
}

function echoes(): void {
  console.log('\nan echo through two connections: µs')
  for (const [kind, make] of Object.entries(KINDS))
    for (const takeover of [true, false]) {
      const pool = new CodecPool(64 * 1024 * 1024)
      const agreed = { serverTakeover: takeover, clientTakeover: takeover, serverWindowBits: 15, clientWindowBits: 15 }
      const server = new WebSocketConnection('server', DEFAULT_LIMITS, codecFor(agreed, 'server', pool))
      const client = new WebSocketConnection(
        'client',
        DEFAULT_LIMITS,
        codecFor(agreed, 'client', pool),
        () => 0x1234_5678,
      )
      const echo = sinkOf((text, bytes, start, end) => server.sendMessage(text, bytes, start, end, false))
      const back = sinkOf(() => {})
      const messages = messagesOf(make)
      const round = (): number => {
        let spent = 0
        for (const message of messages) {
          client.sendMessage(true, message, 0, message.length, false)
          const [sent] = client.output.take()
          const before = process.hrtime.bigint()
          server.receive(sent, echo, 0, sent.length)
          const [answer] = server.output.take()
          spent += Number(process.hrtime.bigint() - before)
          client.receive(answer, back, 0, answer.length)
          server.output.rewind()
          client.output.rewind()
        }
        return spent / 1000 / messages.length
      }
      for (let warm = 0; warm < 3; warm++) round()
      console.log(
        kind,
        takeover ? 'with a history' : 'without',
        median(Array.from({ length: ROUNDS }, round)).toFixed(1),
      )
    }
}

function sinkOf(message: WebSocketSink['message']): WebSocketSink {
  return {
    message,
    pong() {},
    closing() {},
    failed(error) {
      throw new Error(error.rule)
    },
  }
}

function messagesOf(make: (at: number) => string): Buffer[] {
  return Array.from({ length: MESSAGES }, (_, at) => Buffer.from(make(at)))
}

/** Microseconds, and the part that remains. */
function deflating(coder: Coder, messages: readonly Buffer[], alone: boolean): [string, string] {
  let [given, made] = [0, 0]
  const round = (): number => {
    const before = process.hrtime.bigint()
    for (const message of messages) {
      if (alone) coder.reset()
      coder.write(FLUSH.everything, message, 0, message.length, output, 0, output.length)
      given += message.length
      made += output.length - coder.outputLeft - 4
    }
    return Number(process.hrtime.bigint() - before) / 1000 / messages.length
  }
  round()
  const times = Array.from({ length: ROUNDS }, round)
  return [median(times).toFixed(1), (made / given).toFixed(3)]
}
