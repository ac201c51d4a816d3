import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { StoreClient } from '../../examples/line-protocol/client.ts'
import { type Frame, FrameError, Frames, MOST_CONTENT } from '../../examples/line-protocol/frames.ts'
import { serveStore } from '../../examples/line-protocol/server.ts'
import { type Clock, type Listener, systemClock } from '../../src/transport/index.ts'

const listeners: Listener[] = []
after(() => Promise.all(listeners.map(listener => listener.close())))

async function started(clock?: Clock): Promise<number> {
  const listener = await serveStore(0, clock)
  listeners.push(listener)
  const [address] = listener.addresses
  assert.ok('port' in address)
  return address.port
}

function framesOf(pieces: Uint8Array[]): Frame[] {
  const frames = new Frames()
  const found: Frame[] = []
  for (const piece of pieces) {
    frames.add(piece)
    piece.fill(0)
    for (let frame = frames.next(); frame !== null; frame = frames.next()) found.push(frame)
  }
  return found
}

describe('frames', () => {
  test('are the same however the bytes were split', () => {
    const bytes = Buffer.from('GET a\nSET b 3\n\n\n\n\nDELETE c\nVALUE 0\n\nOK\n')
    const whole = framesOf([Uint8Array.from(bytes)])
    assert.equal(whole.length, 5)
    assert.deepEqual(
      whole.map(({ words }) => words.join(' ')),
      ['GET a', 'SET b 3', 'DELETE c', 'VALUE 0', 'OK'],
    )
    assert.deepEqual(Buffer.from(whole[1].content ?? []), Buffer.from('\n\n\n'))
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), cuts => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        assert.deepEqual(framesOf(at.slice(1).map((end, i) => Uint8Array.from(bytes.subarray(at[i], end)))), whole)
      }),
    )
  })

  const BROKEN: readonly (readonly [what: string, bytes: string, offset: number])[] = [
    ['two spaces', 'OK\nGET  a\n', 3],
    ['a control character', 'GET \u0001\n', 0],
    ['an empty line', '\n', 0],
    ['a line without an end', 'GET '.padEnd(600, 'a'), 512],
    ['a length that is no number', 'SET a b\n', 0],
    ['a length beyond the limit', `SET a ${MOST_CONTENT + 1}\n`, 0],
    ['content that is longer than its length', 'SET a 1\nbc\n', 9],
  ]
  for (const [what, bytes, offset] of BROKEN) {
    test(`${what}: refused, with the place`, () => {
      assert.throws(
        () => framesOf([Buffer.from(bytes)]),
        (error: unknown) => error instanceof FrameError && error.offset === offset,
      )
    })
  }
})

test('values are kept, read and deleted', async () => {
  const client = new StoreClient(await started())
  const large = new Uint8Array(MOST_CONTENT).fill(10)
  await client.set('greeting', 'grüß dich\n')
  await client.set('large', large)
  assert.equal(Buffer.from((await client.read('greeting')) ?? []).toString(), 'grüß dich\n')
  assert.deepEqual(new Uint8Array((await client.read('large')) ?? []), large)
  assert.equal(await client.delete('greeting'), true)
  assert.equal(await client.delete('greeting'), false)
  assert.equal(await client.read('greeting'), null)
  await assert.rejects(client.read('constructor two'), /it must be GET key/)
  client.close()
})

test('many commands at once are answered in order, to a client that reads late and has said all', async () => {
  const port = await started()
  const socket = connect({ port, allowHalfOpen: true })
  socket.pause()
  const value = 'v'.repeat(100_000)
  socket.end(`SET a ${value.length}\n${value}\n${'GET a\n'.repeat(300)}DELETE a\nconstructor\n`)
  await once(socket, 'finish')
  const answer = (await socket.toArray()).join('')
  const found = `VALUE ${value.length}\n${value}\n`
  assert.ok(answer === `OK\n${found.repeat(300)}OK\nERROR there is no constructor; there are SET, GET, DELETE\n`)
})

test('bytes that are no frame are explained before the connection ends', async () => {
  const socket = connect({ port: await started() })
  socket.write('GET a\nGET  b\n')
  assert.equal(
    (await socket.toArray()).join(''),
    'NONE\nERROR at byte 6: A line must be words of visible characters with one space between them\n',
  )
})

test('a client that says nothing for a minute is cut off', async () => {
  let now = 0
  let tick = (): void => {}
  const port = await started({
    ...systemClock,
    now: () => now,
    every(_period, each) {
      tick = each
      return () => {}
    },
  })
  const socket = connect({ port })
  socket.on('error', () => {})
  socket.write('GET a\n')
  await once(socket, 'data')
  now = 60_000
  tick()
  socket.write('GET a\n')
  await once(socket, 'data')
  now = 120_001
  tick()
  await once(socket, 'close')
})
