// Clients that begin something and do not go on with it: each wait of the table ends when the table says, not earlier,
// and leaves nothing behind.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { World } from '../server/support.ts'
import { H2Client } from '../support/h2-client.ts'
import { STALLS, type Stall, stallRows } from './h2-stalls.ts'
import { assertAnswered, target, visit } from './h2-support.ts'

for (const stall of STALLS) {
  const { name, after, how, silent, settings, acknowledges, begin, eachSecond } = stall
  test(`${after} s after ${name}, ${described(how)}`, async () => {
    const world = new World(target)
    const visitor = world.connect()
    const client = H2Client.over(visitor.client, {
      acknowledges: acknowledges ?? true,
      opensWindows: false,
      keeps: false,
    })
    if (silent !== true) client.greet(settings)
    await world.settle()
    begin(client, visitor)
    await world.settle()
    let second = 0
    for (; !isOver(client, how); second++) {
      assert.ok(second <= after + 2, `still nothing after ${second} seconds: ${client.described.slice(-5)}`)
      await world.pass(1000)
      if (!isOver(client, how)) eachSecond?.(client, second + 1)
      await world.settle()
    }
    assert.ok(second >= after, `it took only ${second} seconds`)
    assertEnded(client, how)
    // What is left of it is ended by time as well.
    const other = await visit(world)
    await assertAnswered(world, other.client)
    visitor.server.room = 1e9
    client.finish()
    await world.pass(100_000)
    assert.equal(world.connections.ledger.connections, 0)
    await world.closeAndCheck()
  })
}

test('docs/abuse.md has what ends by time', () => {
  const text = readFileSync(new URL('../../docs/abuse.md', import.meta.url), 'utf8')
  assert.deepEqual(
    text.split('\n').filter(line => /^\|.*\| \d+ s \|/.test(line)),
    stallRows(),
  )
})

function described(how: Stall['how']): string {
  return typeof how === 'string' ? `the connection is ${how}` : Object.entries(how).join(' ').replace(',', ' ')
}

function isOver(client: H2Client, how: Stall['how']): boolean {
  return client.isOver || (typeof how !== 'string' && !('goaway' in how) && client.openStreams.length === 0)
}

function assertEnded(client: H2Client, how: Stall['how']): void {
  if (how === 'closed') assert.equal(client.error, null)
  else if (how === 'cut') assert.ok(client.error !== null, 'a reset, so that nobody takes what there is for the whole')
  else if ('goaway' in how) assert.equal(client.goawayCode, how.goaway)
  else {
    for (const [stream, { status, reset }] of client.answers) {
      assert.deepEqual({ stream, ...how }, 'status' in how ? { stream, status } : { stream, reset })
    }
    assert.ok(!client.isOver, 'the connection goes on')
  }
}
