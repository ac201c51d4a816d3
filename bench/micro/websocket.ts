// What a WebSocket connection costs without a socket: `node bench/micro/websocket.ts [ROUNDS]`. Masked frames come in, are unmasked, judged
// and told, and go out again into an output that is thrown away. Prints nanoseconds of processor time for a message, the best and the
// median of the rounds; the cases take turns. The key is 0, so that the bytes are the same after they have been unmasked.
import {
  DEFAULT_LIMITS,
  WebSocketConnection,
  type WebSocketError,
  type WebSocketSink,
} from '../../src/websocket/index.ts'
import { median } from '../figures.ts'

const ROUNDS = Number(process.argv[2] ?? 15)
/** Of each case in a round, in milliseconds. */
const TIME = 50
/** What a socket reads at a time. */
const READ = 64 * 1024
const LIMITS = { ...DEFAULT_LIMITS, messageBytes: 64 * 1024 * 1024 }

interface Case {
  readonly opcode: 'text' | 'binary'
  readonly payload: Uint8Array
  /** Messages that come in one read, where they are small. */
  readonly together: number
}

const ascii = (size: number) => Buffer.from('{"name": "value"}, '.repeat(size).slice(0, size))
const mixed = (size: number) => Buffer.from('Grüße an 世界 und 🌍, '.repeat(size)).subarray(0, size - (size % 32))

const CASES: Readonly<Record<string, Case>> = {
  'text of 64 bytes, 1 in a read': { opcode: 'text', payload: ascii(64), together: 1 },
  'text of 64 bytes, 16 in a read': { opcode: 'text', payload: ascii(64), together: 16 },
  'binary of 64 bytes, 1 in a read': { opcode: 'binary', payload: ascii(64), together: 1 },
  'binary of 64 bytes, 16 in a read': { opcode: 'binary', payload: ascii(64), together: 16 },
  'text of 4 bytes, 16 in a read': { opcode: 'text', payload: ascii(4), together: 16 },
  'text of 1 KB': { opcode: 'text', payload: ascii(1024), together: 1 },
  'text of 16 KB': { opcode: 'text', payload: ascii(16 * 1024), together: 1 },
  'binary of 16 KB': { opcode: 'binary', payload: ascii(16 * 1024), together: 1 },
  'text of 16 KB that is not ASCII': { opcode: 'text', payload: whole(mixed(16 * 1024)), together: 1 },
  'text of 1 MB': { opcode: 'text', payload: ascii(1024 * 1024), together: 1 },
  'binary of 1 MB': { opcode: 'binary', payload: ascii(1024 * 1024), together: 1 },
  'text of 1 MB that is not ASCII': { opcode: 'text', payload: whole(mixed(1024 * 1024)), together: 1 },
}

class Echo implements WebSocketSink {
  readonly connection = new WebSocketConnection('server', LIMITS)
  messages = 0

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    this.messages++
    this.connection.sendMessage(text, bytes, start, end, owned)
  }

  pong(): void {}

  closing(): void {}

  failed(error: WebSocketError): void {
    throw new Error(`${error.rule} at ${error.offset}`)
  }
}

/** One buffer that all reads come into, as on a server. */
const shared = Buffer.allocUnsafeSlow(READ)

const runs = Object.values(CASES).map(each => ({ reads: readsOf(each), echo: new Echo(), times: [] as number[] }))
for (let round = 0; round < ROUNDS; round++) for (const { reads, echo, times } of runs) times.push(measure(reads, echo))
console.log('    best   median')
for (const [i, name] of Object.keys(CASES).entries()) {
  const { times } = runs[i]
  console.log(`${column(Math.min(...times))} ${column(median(times))}  ${name}`)
}

function measure(reads: readonly Uint8Array[], echo: Echo): number {
  const before = process.cpuUsage()
  const messages = echo.messages
  for (;;) {
    for (let i = 0; i < 100; i++) {
      for (const read of reads) {
        // A read of its own is filled by the kernel, not by this program: where all come in one, they are put there once.
        if (reads.length > 1) shared.set(read)
        else if (shared[1] !== read[1] || i === 0) shared.set(read)
        echo.connection.receive(shared, echo, 0, read.length)
        const { output } = echo.connection
        output.take()
        output.recycle()
      }
      if (i % 10 === 9 && process.cpuUsage(before).user > TIME * 1000) {
        const { user, system } = process.cpuUsage(before)
        return ((user + system) * 1000) / (echo.messages - messages)
      }
    }
  }
}

/** What is read, cut as a socket would. */
function readsOf({ opcode, payload, together }: Case): Uint8Array[] {
  const { length } = payload
  const head = [opcode === 'text' ? 0x81 : 0x82]
  if (length < 126) head.push(0x80 | length)
  else if (length < 65_536) head.push(0x80 | 126, length >>> 8, length & 0xff)
  else head.push(0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff)
  const frame = Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload])
  const all = Buffer.concat(Array.from({ length: together }, () => frame))
  const reads: Uint8Array[] = []
  for (let at = 0; at < all.length; at += READ) reads.push(all.subarray(at, at + READ))
  return reads
}

/** Without the character that the end was cut out of. */
function whole(text: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(text)
      .toString()
      .replace(/\uFFFD+$/, ''),
  )
}

function column(value: number): string {
  return value.toFixed(value < 1000 ? 1 : 0).padStart(8)
}
