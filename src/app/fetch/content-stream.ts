// Text or bytes as a stream, for who asks a light response for its `body`. Frameworks often do that only to put the body into
// another response: as long as nobody has touched the stream, the content is taken from here instead.

const known = new WeakMap<object, ContentStream>()
const encoder = new TextEncoder()

export class ContentStream {
  readonly content: string | Uint8Array<ArrayBuffer>
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Somebody has read of it, or cancelled it. */
  touched = false
  /** The content was taken without it. */
  spent = false

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.content = content
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
      type: 'bytes',
      pull: controller => {
        this.touched = true
        const bytes = typeof content === 'string' ? encoder.encode(content) : new Uint8Array(content)
        if (bytes.length > 0) controller.enqueue(bytes)
        controller.close()
        // Who waits with a buffer of his own is told of the end by that buffer.
        if (bytes.length === 0) (controller as unknown as ReadableByteStreamController).byobRequest?.respond(0)
      },
      cancel: () => {
        this.touched = true
      },
    })
    known.set(this.readable, this)
  }

  /** What a stream was made of, if it is one of these. */
  static behind(stream: object): ContentStream | undefined {
    return known.get(stream)
  }

  /** The stream as a program may see it: one whose content was taken otherwise is used up. */
  get shown(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.spent && !this.readable.locked) void this.readable.cancel()
    return this.readable
  }

  get used(): boolean {
    return this.touched || this.spent
  }

  /** Whether the stream can no longer be read from its beginning. */
  get taken(): boolean {
    return this.used || this.readable.locked
  }
}
