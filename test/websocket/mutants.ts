// Which vector notices that a check of WebSocket is missing.
import { fileURLToPath } from 'node:url'
import { vectorThatFails } from '../h1/mutants.ts'
import { copyWith, type TakenOut } from '../h1/planted.ts'

const WORKER = fileURLToPath(new URL('mutant-worker.ts', import.meta.url))

/** The first vector that fails without the check, `hangs` if the copy does not end, or null where none notices. */
export async function noticedBy({ file, text }: TakenOut): Promise<string | null> {
  const copy = copyWith(file, text, 'websocket')
  try {
    return await vectorThatFails(copy, WORKER)
  } finally {
    copy.remove()
  }
}
