// Clients that ask and do not wait for the answer.
import assert from 'node:assert/strict'
import type { Wire } from './support.ts'

/** Asks and goes, again and again, at every stage of an exchange. */
export async function giveUp(wire: Wire, times: number): Promise<void> {
  const counts = async () => JSON.parse((await wire.get('/counts')).content) as { begun: number; aborted: number }
  for (let left = times; left > 0; left -= 50) {
    // A client of its own for some: who gives up more than is usual on one connection is sent away.
    const session = wire.session()
    const leaving = new AbortController()
    const asked = Array.from({ length: Math.min(50, left) }, () =>
      (wire.version === '2' ? session : wire).ask('GET', '/wait', { signal: leaving.signal }),
    )
    const settled = Promise.allSettled(asked)
    for (const wanted = times - left + asked.length; (await counts()).begun < wanted; );
    leaving.abort()
    assert.ok((await settled).every(({ status }) => status === 'rejected'))
    session.leave()
  }
  while ((await counts()).aborted < times);
  assert.deepEqual(await counts(), { begun: times, aborted: times })
}
