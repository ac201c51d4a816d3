// Every attack of the table, frame by frame: it is ended after exactly as many frames as the table says, whether the
// attacker reads what it is sent or not, and nobody else notices.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RULES } from '../../src/h2/index.ts'
import { World } from '../server/support.ts'
import { ATTACKS, type Attack, attackRows, budgetRows } from './h2-attacks.ts'
import { assertAnswered, happen, type SimulatedClient, target, visit } from './h2-support.ts'

/** More than any attack needs. */
const ENOUGH = 20_000
/** What may wait for a client that does not read: twice what makes the server stop reading, and a reply's head or so. */
const MOST_OUTPUT = 600 * 1024

for (const attack of ATTACKS) {
  const { name, rule, frames } = attack
  const { code } = RULES[rule]

  test(`${name}: ends with ${code} after ${frames} frames`, async () => {
    const world = new World(target)
    const attacker = await visit(world, { opensWindows: false }, attack.settings)
    const other = await visit(world)
    assert.equal(await run(world, attack, attacker, other), frames)
    const { client } = attacker
    assert.equal(client.goawayCode, code)
    assert.ok(client.isOver, 'the connection is ended behind it')
    assert.equal(world.rules.at(-1), rule)
    await assertAnswered(world, other.client)
    client.finish()
    await world.settle()
    assert.equal(world.connections.ledger.connections, 1, 'nothing is left of the attacker')
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })

  test(`${name}: ends as well where nothing is read`, async () => {
    const world = new World(target)
    const attacker = await visit(world, { opensWindows: false }, attack.settings)
    const other = await visit(world)
    attacker.visitor.server.room = 0
    const sent = await run(world, attack, attacker, other)
    assert.ok(world.connections.ledger.output < MOST_OUTPUT)
    // Replies that are not read keep their streams open, so it may end sooner. Or it is not read any more, and cut when
    // the time for taking its replies is over.
    assert.ok(attacker.visitor.server.isPaused || sent <= frames, `${sent} frames`)
    await assertAnswered(world, other.client)
    await world.pass(62_000)
    assert.ok(attacker.client.closed)
    assert.equal(world.connections.ledger.connections, 1, 'nothing is left of the attacker')
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })
}

/** Attacks until the connection has failed, or is not read any more. @returns how many frames that took */
async function run(
  world: World,
  attack: Attack,
  { client, visitor }: SimulatedClient,
  other: SimulatedClient,
): Promise<number> {
  attack.begin?.(client)
  await world.settle()
  let sent = 0
  for (let n = 0; sent < ENOUGH; n++) {
    for (const frame of attack.round(client, n)) {
      client.send(frame)
      sent++
      await happen(world)
      if (world.rules.at(-1) === attack.rule || client.isOver || visitor.server.isPaused) return sent
    }
    if (n % 100 === 0) await assertAnswered(world, other.client)
  }
  return sent
}

const abuse = readFileSync(new URL('../../docs/abuse.md', import.meta.url), 'utf8').split('\n')

test('docs/abuse.md has the attacks, and after how many frames each is ended', () => {
  assert.deepEqual(
    abuse.filter(line => /^\|.*\| [\d,]+ \| [A-Z_]+ \|$/.test(line)),
    attackRows(),
  )
})

test('docs/abuse.md has the budgets', () => {
  assert.deepEqual(
    abuse.filter(line => /^\|.*\| [\d,]+ \| [\d,]+ \| [\d,]+ \| `/.test(line)),
    budgetRows(),
  )
})
