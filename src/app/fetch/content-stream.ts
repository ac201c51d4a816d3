// Text or bytes as a stream, for who asks a light response for its `body`. Frameworks often do that only to put the body into
// another response: as long as nobody has touched the stream, the content is taken from here instead.

/** It is its own stream's source (WHATWG Streams section 4.2.3). */
export class ContentStream {
  readonly type = 'bytes'
  readonly content: string | Uint8Array<ArrayBuffer>
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Somebody has read of it, or cancelled it. */
  private touched = false
  /** The content was taken without it. */
  private spent = false

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.content = content
    this.readable = new ReadableStream(this) as ReadableStream<Uint8Array<ArrayBuffer>>
    new Behind(this.readable, this)
  }

  /** What a stream was made of, if it is one of these. */
  static behind(stream: object): ContentStream | undefined {
    return Behind.of(stream)
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

  /** The content is taken without the stream. */
  spend(): void {
    this.spent = true
  }

  pull(controller: ReadableByteStreamController): void {
    this.touched = true
    const { content } = this
    const bytes = typeof content === 'string' ? encoder.encode(content) : new Uint8Array(content)
    if (bytes.length > 0) controller.enqueue(bytes)
    controller.close()
    // Who waits with a buffer of his own is told of the end by that buffer.
    if (bytes.length === 0) controller.byobRequest?.respond(0)
  }

  cancel(): void {
    this.touched = true
  }
}

const encoder = new TextEncoder()

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: so that a field can be put on an object of another make.
    return object
  }
}

/** A private field on a stream: unlike a WeakMap's entry it costs the garbage collector nothing. */
class Behind extends Given {
  readonly #source: ContentStream

  constructor(stream: object, source: ContentStream) {
    super(stream)
    this.#source = source
  }

  static of(stream: object): ContentStream | undefined {
    return #source in stream ? stream.#source : undefined
  }
}
