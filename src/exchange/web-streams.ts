// Between content that is pulled and Web streams (WHATWG Streams), both ways: nothing is read before somebody asks for it.
import { copyOf } from '../bytes/copy.ts'
import type { Body } from './body.ts'

/**
 * The content as a Web stream of bytes. It is read chunk by chunk as the stream is; cancelling the stream cancels the
 * content, and what the content fails with is what the stream fails with.
 */
export function readableOf(body: Body): ReadableStream<Uint8Array<ArrayBuffer>> {
  let over = false
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller: ReadableByteStreamController) {
        let chunk = await body.pull()
        // A stream takes no empty chunk.
        while (chunk !== null && chunk.length === 0 && !over) chunk = await body.pull()
        if (over) return
        if (chunk !== null) {
          // The stream makes the memory of what it is given its own, and the chunk is only borrowed.
          controller.enqueue(copyOf(chunk) as Uint8Array<ArrayBuffer>)
          return
        }
        over = true
        controller.close()
        // Who waits with a buffer of his own is told of the end by that buffer.
        controller.byobRequest?.respond(0)
      },
      cancel(reason: unknown) {
        if (over) return
        over = true
        body.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  ) as ReadableStream<Uint8Array<ArrayBuffer>>
}
