// The attacks of the table over real sockets, as fast as they can be sent.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { H2Client } from '../support/h2-client.ts'
import { ATTACKS, type Attack } from './h2-attacks.ts'
import { target } from './h2-support.ts'
import { breath, house, until, type Wire } from './support.ts'

/** Rounds sent in one piece. */
const AT_ONCE = 50
/** Looks at a socket that takes nothing, until the server is taken to have stopped reading. */
const PATIENCE = 200

export interface Flood {
  /** Frames sent, or handed to the kernel at least. */
  readonly sent: number
  /** The server has stopped reading: what is sent piles up. */
  readonly stuck: boolean
}

/** Attacks until the server has ended the connection, or does not read any more, or more than enough has been sent. */
export async function flood(client: H2Client, attack: Attack, isOver: () => boolean): Promise<Flood> {
  attack.begin?.(client)
  const most = 10 * attack.frames + 10_000
  let sent = 0
  for (let n = 0; sent < most; ) {
    const frames: Uint8Array[] = []
    for (const end = n + AT_ONCE; n < end; n++) frames.push(...attack.round(client, n))
    client.send(...frames)
    sent += frames.length
    await breath()
    for (let looks = 0; client.wire.backlog > 0 && !isOver(); looks++) {
      if (looks === PATIENCE) return { sent, stuck: true }
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    if (isOver()) break
  }
  return { sent, stuck: false }
}

/**
 * Every attack over the wire: it is ended by its rule, another client goes on being answered, and when the attacker is
 * gone the server holds nothing that it did not hold before: no bytes, descriptors or timers.
 */
export function assertAllEnd(t: TestContext, wire: Wire, reads: boolean): Promise<void> {
  return house(t, wire, target, {}, async it => {
    const other = (await it.connectH2()).greet()
    for (const attack of ATTACKS) {
      const client = (await it.connectH2({ opensWindows: false, keeps: false })).greet(attack.settings)
      await client.frame(({ name }) => name === 'SETTINGS')
      if (!reads) client.stopReading()
      const before = it.rules.length
      const isEnded = (): boolean => it.rules.slice(before).includes(attack.rule)
      const { sent, stuck } = await flood(client, attack, () => isEnded() || client.isOver)
      assert.ok(stuck ? !reads : isEnded(), `${attack.name}: ${sent} frames, ${client.described.slice(-3)}`)
      const held = it.server.ledger
      assert.ok(held.output < 1024 * 1024 && held.head < 65_536 && held.content < 1024 * 1024, JSON.stringify(held))
      const stream = other.request()
      assert.equal((await other.answered(stream)).status, 200, attack.name)
      client.destroy()
      await until(() => it.server.ledger.connections === 1)
    }
    other.destroy()
    await it.empty()
  })
}
