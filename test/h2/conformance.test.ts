// A socket-level suite against the echo server, in the clear and over TLS: what h2spec sends, and what it waits for.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { H2Client } from '../support/h2-client.ts'
import {
  debugText,
  endsStream,
  errorCode,
  type Field,
  type Frame,
  get,
  isAck,
  settingsAck,
  settingsOf,
} from '../support/h2-frames.ts'
import { Program } from '../support/program.ts'
import { openSocket } from '../support/sockets.ts'
import { CASES } from './conformance/cases.ts'
import type { Case, Expected, Known } from './conformance/steps.ts'

/** Guards against a server that says nothing. h2spec itself waits for two seconds. */
const PATIENCE_MS = 20_000

let program: Program
const ports = { http: 0, https: 0 }

before(async () => {
  const echo = fileURLToPath(new URL('../../examples/echo.ts', import.meta.url))
  program = new Program(process.execPath, [echo, '--port', '0', '--tls-port', '0'])
  ports.http = Number((await program.says(/Echo on port (\d+)/))[1])
  ports.https = Number((await program.says(/Echo over TLS on port (\d+)/))[1])
})
after(() => program.stop())

for (const scheme of ['http', 'https'] as const) {
  describe(`the echo server, ${scheme === 'http' ? 'in the clear' : 'over TLS'}`, { concurrency: 4 }, () => {
    for (const one of CASES) test(`${one.id}: ${one.name}`, () => run(one, scheme))

    test('gives enough content on GET / for none of the cases about windows to be skipped', async () => {
      const client = await connect(scheme)
      const answer = await client.answered(client.greet().request(known(scheme, client).get()))
      client.destroy()
      assert.ok(answer.size >= 5, `${answer.size} bytes`)
    })
  })
}

test('a wrong first line is answered as HTTP/1.1 if it has anything of it', async () => {
  for (const line of ['GET / HTTQ/1.1', 'GET nowhere HTTP/1.1', 'HELLO WORLD', 'GET /', 'BREW * COFFEE', '\0\0\0']) {
    const { socket } = await openSocket(ports.http, {}, null)
    const pieces: Buffer[] = []
    socket.on('data', piece => pieces.push(piece)).write(`${line}\r\n\r\n`)
    await once(socket, 'end')
    socket.destroy()
    assert.match(Buffer.concat(pieces).toString('latin1'), /^HTTP\/1\.1 400 /, line)
  }
})

test('no case stands there twice', () => {
  const ids = CASES.map(({ id }) => id)
  assert.deepEqual(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    [],
  )
  assert.ok(CASES.length >= 146, `${CASES.length} cases`)
})

async function run({ greets, steps }: Case, scheme: 'http' | 'https'): Promise<void> {
  const client = await connect(scheme)
  const guard = setTimeout(() => client.destroy(), PATIENCE_MS)
  const waiting = { seen: 0 }
  try {
    if (greets !== false) await greet(client, waiting)
    for (const step of steps(known(scheme, client))) {
      if (step instanceof Uint8Array) client.send(step)
      else await expect(client, step, waiting)
    }
  } finally {
    clearTimeout(guard)
    client.destroy()
  }
}

/** As h2spec does it: it neither answers PING nor opens windows unless a case says so. */
function connect(scheme: 'http' | 'https'): Promise<H2Client> {
  const options = { acknowledges: false, opensWindows: false }
  return H2Client.connect(ports[scheme], options, scheme === 'https' ? { rejectUnauthorized: false } : null)
}

/** Waits for SETTINGS and their acknowledgement, whichever comes first. */
async function greet(client: H2Client, waiting: Waiting): Promise<void> {
  client.greet({ INITIAL_WINDOW_SIZE: 65535 })
  await next(client, waiting, frame => frame.name === 'SETTINGS' && !isAck(frame))
  waiting.seen = 0
  client.send(settingsAck())
  await next(client, waiting, frame => frame.name === 'SETTINGS' && isAck(frame))
}

function known(scheme: 'http' | 'https', client: H2Client): Known {
  const fields = (...more: Field[]) => get('/', more, `127.0.0.1:${ports[scheme]}`, scheme)
  return {
    get: fields,
    as: (method, ...more) => fields(...more).map(([name, value]) => [name, name === ':method' ? method : value]),
    setting(id) {
      const values = client.frames.filter(frame => frame.name === 'SETTINGS').flatMap(frame => [...settingsOf(frame)])
      return values.find(([number]) => number === id)?.[1] ?? Number.NaN
    },
  }
}

/** How many of the frames have been waited for. */
interface Waiting {
  seen: number
}

async function expect(client: H2Client, expected: Expected, waiting: Waiting): Promise<void> {
  switch (expected.come) {
    case 'first':
      await next(client, waiting, () => true)
      assert.equal(client.frames[0].name, expected.type)
      assert.equal(isAck(client.frames[0]), false)
      return
    case 'frame': {
      const { type, stream, size } = expected
      const frame = await next(client, waiting, ({ name }) => name === type)
      if (stream !== undefined) assert.equal(frame.stream, stream)
      if (size !== undefined) assert.equal(frame.payload.length, size)
      return
    }
    case 'ack': {
      const frame = await next(client, waiting, ({ name }) => name === expected.type)
      assert.equal(isAck(frame), true)
      return
    }
    case 'pong': {
      const frame = await next(client, waiting, ({ name }) => name === 'PING')
      assert.equal(isAck(frame), true)
      assert.deepEqual([...frame.payload], [...expected.payload])
      return
    }
    case 'end':
      await next(client, waiting, frame => frame.stream === expected.stream && endsStream(frame))
      return
    case 'stream error': {
      const frame = await next(client, waiting, ({ name }) => name === 'RST_STREAM' || name === 'GOAWAY')
      assert.ok(
        expected.codes.some(code => code === errorCode(frame)),
        told(frame),
      )
      return
    }
    case 'connection error': {
      const frame = await next(client, waiting, ({ name }) => name === 'GOAWAY')
      assert.ok(
        expected.codes.some(code => code === errorCode(frame)),
        told(frame),
      )
      await closes(client)
      return
    }
    case 'close':
      await closes(client)
  }
}

/** The first frame of which the condition holds, of those that have not been waited for. */
async function next(client: H2Client, waiting: Waiting, condition: (frame: Frame) => boolean): Promise<Frame> {
  let found: Frame | undefined
  await client.until(() => {
    while (found === undefined && waiting.seen < client.frames.length) {
      const frame = client.frames[waiting.seen++]
      if (condition(frame)) found = frame
    }
    return found !== undefined || client.isOver
  })
  assert.ok(found !== undefined, `it never came; ${JSON.stringify(client.described)}`)
  return found
}

/** The server ends the connection with FIN, not with a reset, and with no half frame before it. */
async function closes(client: H2Client): Promise<void> {
  await client.over()
  assert.equal(client.error, null)
  assert.ok(client.ended, 'there was no FIN')
  assert.equal(client.rest, 0, 'half a frame came before the end')
}

function told(frame: Frame): string {
  return `${errorCode(frame)}${frame.name === 'GOAWAY' ? `: ${debugText(frame)}` : ''}`
}
