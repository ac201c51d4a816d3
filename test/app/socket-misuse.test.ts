// What a program does wrong with WebSocket connections is said at once, and in words that help.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { App, type SocketPeer } from '../../src/index.ts'

/** What a peer's use fails with. */
async function failureOf(use: (peer: SocketPeer) => unknown): Promise<unknown> {
  let caught: unknown = null
  const app = new App()
  app.socket('/', {
    open(peer) {
      try {
        use(peer)
      } catch (error) {
        caught = error
      }
      peer.send('through')
    },
  })
  assert.equal(await (await app.connect('/')).next(), 'through', 'and the connection goes on')
  return caught
}

const MISUSES: readonly (readonly [use: (peer: SocketPeer) => unknown, kind: typeof Error, message: RegExp])[] = [
  [
    peer => peer.send(undefined as never),
    TypeError,
    /takes a string or a Uint8Array, not undefined: sendJson\(…\) sends any value/,
  ],
  [peer => peer.send(null as never), TypeError, /not null/],
  [peer => peer.send({ a: 1 } as never), TypeError, /not a value of the class Object: sendJson/],
  [peer => peer.send(7 as never), TypeError, /not a number: sendJson/],
  [
    peer => peer.send(new ArrayBuffer(1) as never),
    TypeError,
    /not a value of the class ArrayBuffer: new Uint8Array\(…\)/,
  ],
  [peer => peer.send(Object.create(null) as never), TypeError, /not a value of the class without a name/],
  [peer => peer.sendJson(undefined), TypeError, /JSON has no word for undefined/],
  [peer => peer.sendJson(() => 1), TypeError, /JSON has no word for a function/],
  [peer => peer.sendJson(1n), TypeError, /BigInt/],
  [peer => peer.to('a').send(undefined as never), TypeError, /not undefined/],
  [peer => peer.to('a').sendJson(undefined), TypeError, /JSON has no word/],
  [peer => peer.to(1 as never), TypeError, /A room's name is a string, not a value of type number/],
  [peer => peer.join(null as never), TypeError, /A room's name is a string, not null/],
  [peer => peer.close(1005), RangeError, /1005 stands for a close frame without a code: close\(…\) takes 1000/],
  [peer => peer.close(1006), RangeError, /1006 stands for a connection that was lost/],
  [peer => peer.close(1004), RangeError, /1004 is reserved/],
  [peer => peer.close(1015), RangeError, /1015 stands for a TLS handshake that failed/],
  [peer => peer.close(1016), RangeError, /1016 is no close code/],
  [peer => peer.close(999), RangeError, /999 is no close code/],
  [peer => peer.close(2000), RangeError, /2000 is no close code/],
  [peer => peer.close(2999), RangeError, /2999/],
  [peer => peer.close(5000), RangeError, /5000/],
  [peer => peer.close(1000.5), RangeError, /1000\.5/],
  [peer => peer.close('1000' as never), RangeError, /1000 is no close code/],
  [peer => peer.close(1000, 'x'.repeat(124)), RangeError, /123 bytes of UTF-8 at most, not 124/],
  [peer => peer.close(1000, '€'.repeat(42)), RangeError, /not 126/],
  [peer => peer.close(1000, 7 as never), TypeError, /a string, not number/],
]

describe('a peer that is used wrongly', () => {
  for (const [use, kind, message] of MISUSES)
    it(`says so: ${use.toString().replace(/^peer => peer\./, '')}`, async () => {
      const error = await failureOf(use)
      assert.ok(error instanceof kind, String(error))
      assert.match(error.message, message)
    })

  it('closes with what can be sent', async () => {
    for (const [code, reason] of [
      [1000, '€'.repeat(41)],
      [1014, 'x'.repeat(123)],
      [3000, ''],
      [4999, 'ok'],
    ] as const) {
      const client = await new App().socket('/', { open: peer => peer.close(code, reason) }).connect('/')
      assert.deepEqual(await client.closed, { code, reason })
    }
  })
})

const OPTIONS: readonly (readonly [options: object, message: RegExp])[] = [
  [{ protocolz: ['a'] }, /socket \/ has no option protocolz; there are protocols, .*, and hooks/],
  [{ protocols: [] }, /the option protocols must be a function, or distinct tokens/],
  [{ protocols: ['a', 'a'] }, /distinct tokens/],
  [{ protocols: ['a b'] }, /distinct tokens/],
  [{ protocols: ['a,b'] }, /distinct tokens/],
  [{ protocols: 'chat' }, /distinct tokens such as \['v2\.chat', 'v1\.chat'\], not "chat"/],
  [{ requireProtocol: true }, /requireProtocol must be set beside protocols/],
  [{ requireProtocol: 1, protocols: ['a'] }, /requireProtocol must be true or false, not 1/],
  [{ origins: 'https://app.example' }, /origins must be 'same', 'any', or origins such as/],
  [{ origins: ['app.example'] }, /origins must be/],
  [{ origins: ['https://app.example/'] }, /without a path, not \["https:\/\/app\.example\/"\]/],
  [{ messageBytes: 0 }, /messageBytes must be a number of bytes, a whole one above 0, not 0/],
  [{ queueBytes: 1.5 }, /queueBytes must be a number of bytes/],
  [{ messageBytes: '1MB' }, /not "1MB"/],
  [{ whenFull: 'drop' }, /whenFull must be 'cut' or 'skip', not "drop"/],
  [{ compression: 'yes' }, /compression must be true or false/],
  [{ borrow: 1 }, /borrow must be true or false/],
  [{ schema: { parse() {} } }, /schema must be a schema that keeps to Standard Schema/],
  [{ schema: null }, /schema must be/],
  [{ schema: { '~standard': { validate() {} } }, borrow: true }, /borrow must be left out beside a schema/],
  [{ before: 'x' }, /A hook of the kind before must be a function/],
]

const HANDLERS: readonly (readonly [handlers: unknown, message: RegExp])[] = [
  [undefined, /socket \/ takes an object of handlers, \{ open, message, close \}, not a undefined|takes an object/],
  [null, /takes an object of handlers.*not null/],
  [() => {}, /takes an object of handlers.*not a function/],
  [{ messge() {} }, /has no handler messge; there are open, message, close, invalid/],
  [{ message: 'x' }, /the handler message must be a function, not string/],
  [{ invalid() {} }, /invalid is for messages that do not fit a schema, and there is none/],
]

describe('a route that is written wrongly', () => {
  const app = new App()
  for (const [options, message] of OPTIONS)
    it(`says so: ${JSON.stringify(options)}`, () => {
      assert.throws(() => app.socket('/', options as object, {}), message)
    })
  for (const [handlers, message] of HANDLERS)
    it(`says so: handlers ${String(handlers)} ${Object.keys(handlers ?? {})}`, () => {
      assert.throws(() => app.socket('/', handlers as object), message)
    })

  it('says so: too much, or too little', () => {
    const socket = app.socket.bind(app) as (...given: unknown[]) => unknown
    assert.throws(() => socket('/', {}, {}, {}), /takes options, which are an object, and a handler/)
    assert.throws(() => socket('/', null, {}), /takes options/)
    assert.throws(() => socket('/'), /takes/)
    assert.deepEqual(app.routes, [], 'and nothing is added')
  })
})

describe('handlers of a class', () => {
  it('are called on it, with the values that it has beside them', async () => {
    class Counter {
      count = 0
      message(peer: SocketPeer): void {
        this.count++
        peer.send(String(this.count))
      }
    }
    const client = await new App().socket('/', new Counter()).connect('/')
    client.send('')
    client.send('')
    assert.deepEqual([await client.next(), await client.next()], ['1', '2'])
  })
})
