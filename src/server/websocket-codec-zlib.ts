// Raw DEFLATE, on the thread, by zlib as Node has it inside. Its streams hop to another thread for each message, which costs
// ten times what a short message does; and they give no way to stop an inflater after so many bytes. What lies within them
// does both: it is taken out of a stream once, and tried. Where a runtime does not work like that, there are no coders.
// It is loaded when the first connection compresses.

/** What a stream of Node's zlib has inside, as far as it is used here. */
interface Handle {
  onerror: (message: string) => void
  init(
    windowBits: number,
    level: number,
    memLevel: number,
    strategy: number,
    state: Uint32Array,
    done: () => void,
    dictionary: Uint8Array | undefined,
  ): void
  writeSync(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void
  reset(): void
  close(): void
}

type HandleClass = new (mode: number) => Handle

/** What makes a coder what it is. */
export interface CoderKind {
  readonly mode: 'deflate' | 'inflate'
  /** 9 to 15; an inflater may have 8 too. */
  readonly windowBits: number
  readonly level: number
  readonly memLevel: number
}

const NUMBER_OF = { deflate: 5, inflate: 6 } as const

/** How much is to come out: everything that is possible, or what there is once a block is full (Z_SYNC_FLUSH and Z_NO_FLUSH of zlib.h). */
export const FLUSH = { everything: 2, blocks: 0 } as const

/** As zlib.h has it. */
const Z_DEFAULT_STRATEGY = 0

/** An inflater or a deflater. */
export class Coder {
  /** The data cannot be inflated: nothing may follow but `reset` or `close`. */
  failed = false
  /** Of the last `write`: bytes that were not taken, and bytes that were not needed for what came out. */
  inputLeft = 0
  outputLeft = 0
  private readonly handle: Handle
  private readonly state = new Uint32Array(2)

  constructor({ mode, windowBits, level, memLevel }: CoderKind, dictionary?: Uint8Array) {
    if (handleClass === null) hasCoders()
    if (handleClass === null) throw noCoders()
    this.handle = new handleClass(NUMBER_OF[mode])
    this.handle.onerror = () => {
      this.failed = true
    }
    this.handle.init(windowBits, level, memLevel, Z_DEFAULT_STRATEGY, this.state, nothing, dictionary)
  }

  /** Takes input from `at` to `end`, and gives output from `outputAt` to `outputEnd`, until one of them is through. */
  write(
    flush: number,
    input: Uint8Array,
    at: number,
    end: number,
    output: Uint8Array,
    outputAt: number,
    outputEnd: number,
  ): void {
    this.handle.writeSync(flush, input, at, end - at, output, outputAt, outputEnd - outputAt)
    this.outputLeft = this.state[0]
    this.inputLeft = this.state[1]
  }

  /** Forgets everything. */
  reset(): void {
    this.failed = false
    this.handle.reset()
  }

  close(): void {
    this.handle.close()
  }
}

function nothing(): void {}

let handleClass: HandleClass | null = null
let tried: boolean | undefined

/** Whether there are coders in this runtime. */
export function hasCoders(): boolean {
  if (tried === undefined) {
    handleClass = found()
    tried = handleClass !== null && works()
    if (!tried) handleClass = null
  }
  return tried
}

function found(): HandleClass | null {
  const { createDeflateRaw } = process.getBuiltinModule('node:zlib')
  const stream = createDeflateRaw() as unknown as { _handle?: Partial<Handle> | null; close(): void }
  const { _handle: handle } = stream
  const taken =
    typeof handle?.writeSync === 'function' && typeof handle.init === 'function' && typeof handle.reset === 'function'
      ? (handle.constructor as HandleClass)
      : null
  stream.close()
  return taken
}

/** Whether messages come back as they were, with the memory of earlier ones and without, and what is wrong is found. */
function works(): boolean {
  try {
    const deflater = new Coder({ mode: 'deflate', windowBits: 15, level: 1, memLevel: 8 })
    const inflater = new Coder({ mode: 'inflate', windowBits: 15, level: 0, memLevel: 8 })
    const message = Uint8Array.from({ length: 300 }, (_, at) => (at * at) % 251)
    const sizes = [0, 0, 0].map((_, round) => {
      if (round === 2) for (const coder of [deflater, inflater]) coder.reset()
      const [packed, back] = [new Uint8Array(400), new Uint8Array(400)]
      deflater.write(FLUSH.everything, message, 0, message.length, packed, 0, packed.length)
      const size = packed.length - deflater.outputLeft
      inflater.write(FLUSH.everything, packed, 0, size, back, 0, back.length)
      const same =
        back.length - inflater.outputLeft === message.length && message.every((byte, at) => byte === back[at])
      return same ? size : -1
    })
    inflater.write(FLUSH.everything, Uint8Array.of(0xff, 0xff), 0, 2, new Uint8Array(9), 0, 9)
    const { failed } = inflater
    for (const coder of [deflater, inflater]) coder.close()
    return failed && sizes[1] > 0 && sizes[1] < sizes[0] && sizes[2] === sizes[0]
  } catch {
    return false
  }
}

function noCoders(): Error {
  return new Error('This runtime has no zlib that can be used on the thread: look at hasCoders first')
}
