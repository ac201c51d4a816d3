// Which vector notices that a check is missing.
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Copy, copyWith, type TakenOut } from './planted.ts'

const WORKER = fileURLToPath(new URL('mutant-worker.ts', import.meta.url))

/** Guards against a copy that never ends, which counts as noticed. Far more than any other needs. */
const PATIENCE_MS = 8_000

/** The first vector that fails without the check, `hangs` if the copy does not end, or null where none notices. */
export async function noticedBy({ file, text }: TakenOut): Promise<string | null> {
  const copy = copyWith(file, text)
  try {
    return await vectorThatFails(copy, WORKER)
  } finally {
    copy.remove()
  }
}

/** Runs vectors against a copy on a thread of its own. @param program what runs them and tells the first that fails */
export function vectorThatFails({ url }: Copy, program: string): Promise<string | null> {
  const worker = new Worker(program, { workerData: url })
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => settle('hangs'), PATIENCE_MS)
    const settle = (answer: string | null) => {
      clearTimeout(guard)
      resolve(answer)
      void worker.terminate()
    }
    worker.on('message', settle)
    worker.on('error', error => {
      clearTimeout(guard)
      reject(error)
    })
  })
}
