// Compressed content of requests. It is decompressed beside the thread, and the fuzzer does not wait: so it is checked on a thread of its
// own, for which this one does.

import { fileURLToPath } from 'node:url'
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads'
import * as bodies from '../../src/middleware/compression/decoded-body.ts'
import * as bounds from '../../src/middleware/compression/decoding-bounds.ts'
import * as memory from '../../src/middleware/compression/memory.ts'
import { type Checked, check, seeds } from './decompression-check.ts'

interface Job {
  readonly name: 'decompression'
  readonly port: MessagePort
  readonly answered: Int32Array
}

const job = isMainThread ? null : (workerData as Job | null)
if (job?.name === 'decompression')
  job.port.on('message', async (bytes: Uint8Array) => {
    const told = await check({ ...bodies, ...bounds, ...memory }, bytes)
    job.port.postMessage(told)
    Atomics.add(job.answered, 0, 1)
    Atomics.notify(job.answered, 0)
  })

let thread: { readonly port: MessagePort; readonly answered: Int32Array } | null = null

function started(): { readonly port: MessagePort; readonly answered: Int32Array } {
  const { port1, port2 } = new MessageChannel()
  const answered = new Int32Array(new SharedArrayBuffer(4))
  const asked: Job = { name: 'decompression', port: port2, answered }
  new Worker(fileURLToPath(import.meta.url), { workerData: asked, transferList: [port2] }).unref()
  port1.unref()
  return { port: port1, answered }
}

export default {
  name: 'decompression',
  seeds: seeds(),
  run(bytes: Uint8Array): readonly string[] {
    thread ??= started()
    const { port, answered } = thread
    const before = Atomics.load(answered, 0)
    port.postMessage(bytes)
    Atomics.wait(answered, 0, before)
    const { wrong, seen } = (receiveMessageOnPort(port) as { message: Checked }).message
    if (wrong.length > 0) throw new Error(wrong.join('; '))
    return seen
  },
}
