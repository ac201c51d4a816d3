// The simulated network and clock, on which other rooms' tests stand, behave as the real ones do.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Output } from '../../src/bytes/output.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { Recorder, type SimulatedChannel, SimulatedNetwork } from '../support/simulated-network.ts'

function pair(network: SimulatedNetwork) {
  const { client, server } = network.connect()
  const recorders = { client: new Recorder(), server: new Recorder() }
  client.user = recorders.client
  server.user = recorders.server
  return { client, server, ...{ atClient: recorders.client, atServer: recorders.server } }
}

function send(channel: SimulatedChannel, text: string): void {
  const output = new Output()
  output.text(text)
  channel.write(output)
}

describe('the simulated clock', () => {
  it('ticks in the order of time, then of asking', () => {
    const clock = new SimulatedClock()
    const seen: string[] = []
    clock.every(20, () => seen.push(`b${clock.now()}`))
    const stop = clock.every(10, () => seen.push(`a${clock.now()}`))
    clock.advance(25)
    stop()
    clock.advance(15)
    assert.deepEqual(seen, ['a10', 'b20', 'a20', 'b40'])
    assert.equal(clock.now(), 40)
    assert.equal(clock.timers, 1)
  })
})

describe('the simulated network', () => {
  it('delivers byte by byte', () => {
    const network = new SimulatedNetwork({ split: 1 })
    const { client, atServer } = pair(network)
    send(client, 'hello')
    network.run()
    assert.deepEqual([atServer.text, atServer.pieces.length], ['hello', 5])
  })

  it('delivers late', () => {
    const clock = new SimulatedClock()
    const network = new SimulatedNetwork({ clock, delay: 10 })
    const { client, atServer } = pair(network)
    send(client, 'x')
    clock.advance(9)
    network.run()
    assert.equal(atServer.text, '')
    clock.advance(1)
    network.run()
    assert.equal(atServer.text, 'x')
  })

  it('lends what it delivers', () => {
    const network = new SimulatedNetwork()
    const { client, server, atServer } = pair(network)
    let kept: Uint8Array = new Uint8Array()
    atServer.receive = (bytes, start, end) => {
      assert.notEqual(bytes.length, end - start)
      kept = bytes.subarray(start, end)
    }
    server.user = atServer
    send(client, 'abc')
    network.run()
    assert.deepEqual([...kept], [0xaa, 0xaa, 0xaa])
  })

  it('lets bytes pile up when the kernel takes no more, and tells once that they are gone', () => {
    const network = new SimulatedNetwork()
    const { client, server, atServer, atClient } = pair(network)
    server.room = 3
    send(server, 'abcdef')
    send(server, 'g')
    network.run()
    assert.deepEqual([server.backlog, server.bytesSent, atClient.text, atServer.drains], [4, 3, 'abc', 0])
    server.drain(1)
    network.run()
    assert.deepEqual([server.backlog, server.bytesSent, atServer.drains], [3, 4, 0])
    server.drain()
    network.run()
    assert.deepEqual([server.backlog, atServer.drains, atClient.text], [0, 1, 'abcdefg'])
    assert.equal(client.closed, false)
  })

  it('pauses and resumes', () => {
    const network = new SimulatedNetwork({ split: 1 })
    const { client, server, atServer } = pair(network)
    atServer.onReceive = () => server.pause()
    send(client, 'ab')
    client.finish()
    network.run()
    assert.deepEqual([atServer.text, atServer.end], ['a', false])
    atServer.onReceive = null
    server.resume()
    network.run()
    assert.deepEqual([atServer.text, atServer.end], ['ab', true])
  })

  it('closes in order when both sides have ended, and can be half closed', () => {
    const network = new SimulatedNetwork()
    const { client, server, atServer, atClient } = pair(network)
    client.finish()
    network.run()
    assert.deepEqual([atServer.end, atServer.error], [true, undefined])
    send(server, 'late')
    server.finish()
    network.run()
    assert.deepEqual([atClient.text, atClient.end, atClient.error, atServer.error], ['late', true, null, null])
    assert.equal(network.open, 0)
  })

  it('resets', () => {
    const network = new SimulatedNetwork()
    const { client, server, atServer, atClient } = pair(network)
    send(client, 'lost')
    client.reset()
    network.run()
    assert.deepEqual(
      [atServer.text, (atServer.error as NodeJS.ErrnoException).code, atClient.error],
      ['', 'ECONNRESET', null],
    )
    send(server, 'x')
    assert.equal(server.backlog, 0)
  })

  it('fails a write to one who is gone', () => {
    const network = new SimulatedNetwork()
    const { client, server, atServer } = pair(network)
    client.destroy()
    network.run()
    assert.equal(atServer.end, true)
    send(server, 'x')
    network.run()
    assert.equal((atServer.error as NodeJS.ErrnoException).code, 'EPIPE')
  })

  it('cuts a connection whose user throws', () => {
    const network = new SimulatedNetwork()
    const { client, atServer } = pair(network)
    atServer.onReceive = () => {
      throw new Error('mistake')
    }
    send(client, 'x')
    network.run()
    assert.equal(network.failures.length, 1)
    assert.equal(atServer.error?.message, 'mistake')
  })
})
