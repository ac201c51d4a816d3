// Runs the vectors against a copy of the HTTP/2 room and tells which is the first that notices a difference: a thread of
// its own, because a faulty copy may never end.
import { parentPort, workerData } from 'node:worker_threads'
import { bytesOfLine } from './notation.ts'
import { byteByByte, frameByFrame, goesOn, inPieces, runVector } from './run-vector.ts'
import type { H2 } from './trace.ts'
import { bytesSent, readVectors, type Vector } from './vectors.ts'

const h2 = (await import(workerData as string)) as H2
parentPort?.postMessage(firstFailing())

function firstFailing(): string | null {
  for (const vector of readVectors()) {
    try {
      runVector(h2, vector, bytesSent(vector).length < 2000 ? [byteByByte] : [])
      afterwards(vector)
    } catch {
      return `${vector.file}#${vector.anchor}`
    }
  }
  return null
}

/** Once the connection has failed, nothing is read any more. */
function afterwards(vector: Vector): void {
  if (goesOn(h2, vector)) return
  const { told, sent } = inPieces(h2, vector, bytes => [bytes], bytesOfLine('PING "and then"'))
  const before = frameByFrame(h2, vector)
  if (told.length !== before.told.length || sent.connection?.length !== before.sent.connection?.length)
    throw new Error('it goes on')
}
