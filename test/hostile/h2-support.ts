// What attacks over HTTP/2 are aimed at, and clients of both kinds: those who attack, and those who must not notice.
import assert from 'node:assert/strict'
import { bodyOf, collect, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import type { Visitor, World } from '../server/support.ts'
import { H2Client, type H2ClientOptions } from '../support/h2-client.ts'
import type { SettingValues } from '../support/h2-frames.ts'

export const BIG = new Uint8Array(1024 * 1024).fill(0x62)

/**
 * `/never` answers only when it is aborted, `/deaf` not even then; `/big` has 1 MB, `/generated` no end; `/collect` reads
 * its content, `/late` answers without it after a while, `/` at once.
 */
export const target: Handler = ({ path, content, signal }) => {
  if (path === '/never')
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  if (path === '/deaf') return new Promise(() => {})
  if (path === '/big') return new Reply(200, FieldList.empty, BIG)
  if (path === '/generated') return new Reply(200, FieldList.empty, bodyOf(generated()))
  if (path === '/collect') return collect(content, 1e9).then(all => text(`${all.length} bytes`))
  if (path === '/late') return new Promise(resolve => setImmediate(() => resolve(text('late'))))
  return text('hello')
}

async function* generated(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(16384)
    await new Promise(resolve => setImmediate(resolve))
  }
}

export interface SimulatedClient {
  readonly client: H2Client
  readonly visitor: Visitor
}

/** A client that has greeted, and been greeted. */
export async function visit(
  world: World,
  options: H2ClientOptions = {},
  settings: SettingValues = {},
): Promise<SimulatedClient> {
  const visitor = world.connect()
  const client = H2Client.over(visitor.client, options).greet(settings)
  await world.settle()
  return { client, visitor }
}

/** Another client's request is answered, as if nothing else were going on. */
export async function assertAnswered(world: World, client: H2Client): Promise<void> {
  const stream = client.request()
  await world.settle()
  assert.equal(client.answer(stream).status, 200)
  assert.equal(client.text(stream), 'hello')
}

/** Lets what follows from a frame happen: also what promises have to do with it. */
export async function happen(world: World): Promise<void> {
  world.network.run()
  for (let i = 0; i < 4; i++) await null
  world.network.run()
}
