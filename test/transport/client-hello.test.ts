import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { MOST_HELLO_BYTES, serverNameOf } from '../../src/transport/client-hello.ts'

/** The first bytes of a TLS client. */
function helloFor(servername: string): Promise<Uint8Array> {
  return new Promise(resolve => {
    const socket = connect({
      servername,
      socket: new Duplex({ read() {}, write: (chunk: Uint8Array) => resolve(Uint8Array.from(chunk)) }),
    })
    socket.on('error', () => {})
  })
}

describe('the name in a ClientHello', () => {
  test('is what the client asks for, in lower case; empty where it asks for none', async () => {
    assert.equal(serverNameOf(await helloFor('WWW.a.example')), 'www.a.example')
    assert.equal(serverNameOf(await helloFor('')), '')
  })

  test('is told once the message is complete, in however many records it comes', async () => {
    const whole = await helloFor('a.example')
    for (let end = 0; end < whole.length; end++) assert.equal(serverNameOf(whole.subarray(0, end)), null, `${end}`)
    for (const size of [1, 3, 100]) {
      const records: number[] = []
      for (let at = 5; at < whole.length; at += size) {
        const part = whole.subarray(at, at + size)
        records.push(22, 3, 1, part.length >> 8, part.length & 255, ...part)
      }
      assert.equal(serverNameOf(Uint8Array.from(records)), 'a.example')
      assert.equal(serverNameOf(Uint8Array.from(records.slice(0, -1))), null)
    }
  })

  test('is not waited for where no ClientHello comes, or one without end', () => {
    assert.equal(serverNameOf(Uint8Array.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), '')
    assert.equal(serverNameOf(Uint8Array.from([22, 3, 1, 0, 0, 1])), '')
    assert.equal(serverNameOf(Uint8Array.from([21, 3, 1, 0, 2, 1, 0])), '')
    const endless = new Uint8Array(MOST_HELLO_BYTES)
    endless.set([22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff])
    assert.equal(serverNameOf(endless.subarray(0, -1)), null)
    assert.equal(serverNameOf(endless), '')
  })

  test('is read from any bytes without a fault', async () => {
    const whole = await helloFor('a.example')
    const changed = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 })
      .map(changes => changes.reduce((bytes, [at, byte]) => bytes.with(at, byte), whole))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), changed), bytes => {
        const name = serverNameOf(bytes)
        assert(name === null || name.length <= bytes.length)
      }),
      { numRuns: 2000 },
    )
  })
})
