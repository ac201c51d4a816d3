// Runs the vectors against a copy of the HTTP/1.1 room and tells which is the first that notices a difference: a thread of its own, because a
// faulty copy may never end.
import { parentPort, workerData } from 'node:worker_threads'
import { runVector } from './run-vector.ts'
import type { H1 } from './trace.ts'
import { readVectors } from './vectors.ts'

const h1 = (await import(workerData as string)) as H1
parentPort?.postMessage(firstFailing())

function firstFailing(): string | null {
  for (const vector of readVectors()) {
    const { bytes } = vector
    try {
      runVector(h1, vector, bytes.length < 2000 ? [Array.from(bytes, byte => Uint8Array.of(byte))] : [])
    } catch {
      return `${vector.file}#${vector.anchor}`
    }
  }
  return null
}
