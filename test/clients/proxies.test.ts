// Request smuggling: what two servers could read differently is refused, and with nginx or Caddy in front both see the
// same requests, whatever a client sends.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { collect, type Exchange, Reply, type ServerEvent } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { type Server, serve } from '../../src/server/index.ts'
import { type Front, isInstalled, type Program, startFront } from './front.ts'
import { CASES } from './smuggling-cases.ts'

const MARK = 'saw '

/** A server that notes the targets of the requests it answered, and the rules by which it refused. */
class Witness {
  readonly answered: string[] = []
  readonly refused: string[] = []
  private server: Server | null = null

  async start(): Promise<number> {
    this.server = await serve(exchange => this.answer(exchange), {
      host: '127.0.0.1',
      port: 0,
      report: event => this.note(event),
    })
    return this.server.port
  }

  async stop(): Promise<void> {
    await this.server?.close()
  }

  private async answer({ content, target }: Exchange): Promise<Reply> {
    await collect(content, 65_536)
    this.answered.push(target)
    return new Reply(200, FieldList.empty, `${MARK}${target}.`)
  }

  private note(event: ServerEvent): void {
    if (event.kind === 'refused') this.refused.push(event.refusal.rule)
    else if (event.kind === 'failed') throw event.error
  }
}

describe('what two servers could read differently', () => {
  for (const { name, bytes, answered, refused } of CASES) {
    test(`${refused === null ? 'is read by the standard' : 'is refused'}: ${name}`, async () => {
      const witness = new Witness()
      const port = await witness.start()
      try {
        const socket = connect(port, '127.0.0.1')
        await once(socket, 'connect')
        const replies = await replyTo(socket, bytes, true)
        assert.deepEqual(witness.answered, answered)
        assert.deepEqual(seenIn(replies), answered)
        assert.deepEqual(witness.refused, refused === null ? [] : [refused])
        if (refused !== null) assert.match(replies, /^HTTP\/1\.1 (400|413|501) .*\r\nConnection: close\r\n/s)
      } finally {
        await witness.stop()
      }
    })
  }
})

for (const program of ['nginx', 'caddy'] as const satisfies Program[]) {
  const skip = !isInstalled(program) && `${program} is not installed`
  describe(`with ${program} in front`, { skip, concurrency: 8 }, () => {
    const witness = new Witness()
    let front: Front

    before(async () => {
      front = await startFront(program, await witness.start())
    })
    after(async () => {
      await front.stop()
      await witness.stop()
    })

    for (const [i, { name, bytes, answered, refused }] of CASES.entries()) {
      test(`both see the same requests: ${name}`, async () => {
        const number = String(i).padStart(3, '0')
        const replies = await replyTo(await front.connect(), numbered(bytes, number), false)
        const ours = witness.answered.filter(target => target.endsWith(number))
        assert.deepEqual(seenIn(replies), ours)
        if (refused === null)
          assert.deepEqual(
            ours.map(target => target.slice(0, 2)),
            answered.map(target => target.slice(0, 2)),
          )
      })
    }

    test('each client gets the reply to its own request', async () => {
      for (let i = 0; i < 20; i++) {
        const bytes = `GET /probe-${i} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
        assert.deepEqual(seenIn(await replyTo(await front.connect(), bytes, false)), [`/probe-${i}`])
      }
    })
  })
}

/** The bytes with targets of their own, as long as before, so that no length has to change. */
function numbered(bytes: string, number: string): string {
  return bytes.replaceAll('/case', `/c${number}`).replaceAll('/smuggled', `/smugg${number}`)
}

/** All that comes back until the other side closes. */
async function replyTo(socket: Socket, latin1: string, ends: boolean): Promise<string> {
  let replies = ''
  socket.setEncoding('latin1')
  socket.on('data', data => {
    replies += data
  })
  // A refusal may close the connection before everything has been sent.
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(latin1, 'latin1')
  if (ends) socket.end()
  await closed
  return replies
}

/** The targets that the replies speak of, in their order. */
function seenIn(replies: string): string[] {
  return [...replies.matchAll(/saw ([^.]*)\./g)].map(([, target]) => target)
}
