// Run with few descriptors: uses all of them up while clients come, then gives them back.
import { closeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { Output } from '../../src/bytes/output.ts'
import { listen } from '../../src/transport/index.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'

const clock = new SimulatedClock()
const listener = await listen({
  where: { port: 0, host: '127.0.0.1' },
  clock,
  maxConnections: 1000,
  connectionsPerAddress: 0,
  handshakeTimeout: 0,
  notice: message => console.log('notice:', message),
  accept: channel => {
    const output = new Output()
    output.text('hello')
    channel.write(output)
    channel.finish()
  },
})
const address = listener.addresses[0] as { host: string; port: number }

/** What a client is given; empty where it is turned away. */
function ask(): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(address)
    socket.on('data', data => {
      text += data
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

const held: number[] = []
const fill = (leave: number) => {
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch {
    for (let i = 0; i < leave; i++) closeSync(held.pop()!)
  }
}

fill(2) // one for the client's end, one for the server's
if ((await ask()) !== 'hello') throw new Error('not answered while there was room')
while (listener.count > 0) await new Promise(resolve => setTimeout(resolve, 1))
fill(1)
const answers = [await ask(), await ask()]
if (answers.some(answer => answer !== '')) throw new Error('answered without a descriptor?')
fill(0)
clock.advance(1000)
clock.advance(1000)
for (const fd of held) closeSync(fd)
if ((await ask()) === 'hello') console.log('answered again')
await listener.close()
