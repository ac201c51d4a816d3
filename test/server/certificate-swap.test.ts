import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ServerEvent, text } from '../../src/exchange/index.ts'
import { serve } from '../../src/server/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'
import { ask, converse, type Question, WIRES } from '../support/host-clients.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'

/** Certificates one after the other in the same two files. */
class Files {
  readonly folder = mkdtempSync(join(tmpdir(), 'wirewright-swap-'))
  readonly certFile = join(this.folder, 'cert.pem')
  readonly keyFile = join(this.folder, 'key.pem')

  constructor(test: TestContext) {
    test.after(() => rmSync(this.folder, { recursive: true }))
  }

  put({ cert, key }: Made): void {
    for (const [file, content] of [
      [this.keyFile, key],
      [this.certFile, cert],
    ]) {
      writeFileSync(`${file}.new`, content)
      renameSync(`${file}.new`, file)
    }
  }
}

for (const wire of WIRES) {
  test(`swapping a certificate under load fails no request (${wire})`, { timeout: 60_000 }, async test => {
    const files = new Files(test)
    const generations = await Promise.all(
      Array.from({ length: 4 }, (_, i) => certificateFor(['a.example', `g${i}.example`])),
    )
    files.put(generations[0])
    const clock = new SimulatedClock(Date.now())
    const events: ServerEvent[] = []
    const server = await serve([{ names: 'a.example', handler: () => text('here'), tls: files }], {
      port: 0,
      clock,
      // The server's time runs faster than the clients'.
      limits: { headTimeout: 0, idleTimeout: 0, handshakeTimeout: 0, replyTimeout: 0, writeTimeout: 0 },
      report: event => events.push(event),
    })
    test.after(() => server.close())
    const question: Question = { port: server.port, host: 'a.example', serverName: 'a.example' }
    const lasting = await converse(question, wire)
    const seen = new Set<string>()
    let answered = 0
    let over = false
    // A connection that stays, and new ones all the time.
    const lastingLoad = async () => {
      while (!over) assert.equal(await lasting.ask(), '200 here')
      lasting.close()
    }
    const load = Array.from({ length: 4 }, async (_, i) => {
      if (i === 0) return lastingLoad()
      while (!over) {
        const { content, status, names } = await ask(question, wire)
        assert.equal(`${status} ${content}`, '200 here')
        seen.add(/g\d/.exec(names)?.[0] ?? names)
        answered++
      }
    })
    const beat = async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
      clock.advance(500)
    }
    for (const [at, made] of generations.entries()) {
      if (at > 0) files.put(made)
      const before = answered
      while (!seen.has(`g${at}`) || answered < before + 20) await Promise.race([beat(), ...load])
    }
    over = true
    await Promise.all(load)
    assert.equal(seen.size, 4)
    assert.deepEqual(
      events.map(event => event.kind === 'notice' && event.level),
      ['info', 'info', 'info'],
    )
    await server.close()
    assert.equal(clock.timers, 0)
  })
}
