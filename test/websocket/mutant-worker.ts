// Runs the vectors against a copy of the WebSocket room and tells which is the first that notices a difference: a thread of its own, because
// a faulty copy may never end.
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { type Handshake, readHandshakes } from './handshakes.ts'
import { type AnswerRoom, judged } from './judged-answer.ts'
import { expectedOffer, judgedOffer, type OfferRoom } from './judged-offer.ts'
import { finely, runVector } from './run-vector.ts'
import type { WebSocketRoom } from './trace.ts'
import { bytesSent, readVectors } from './vectors.ts'

const room = (await import(workerData as string)) as WebSocketRoom & AnswerRoom & OfferRoom
parentPort?.postMessage(firstFailing())

function firstFailing(): string | null {
  for (const vector of readVectors())
    if (breaks(() => runVector(room, vector, bytesSent(vector).length < 2000 ? [finely] : [])))
      return `${vector.file}#${vector.anchor}`
  for (const handshake of readHandshakes())
    if (breaks(() => judge(handshake))) return `${handshake.file}#${handshake.anchor}`
  return null
}

function judge(handshake: Handshake): void {
  const expected = handshake.role === 'client' ? handshake.told[0] : expectedOffer(handshake)
  if (expected === null) return
  for (const wire of handshake.wires) {
    const said = handshake.role === 'client' ? judged(room, handshake, wire) : judgedOffer(room, handshake, wire)
    assert.equal(said, expected)
  }
}

function breaks(run: () => void): boolean {
  try {
    run()
    return false
  } catch {
    return true
  }
}
