// Writing past Node's streams is done where Node's own sockets do it in the same way, and nowhere else.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import type * as DirectWrites from '../../src/transport/direct-writes.ts'

let copies = 0

/** The module as it is before anything was watched. */
function unwatched(): Promise<typeof DirectWrites> {
  copies++
  return import(new URL(`../../src/transport/direct-writes.ts?copy=${copies}`, import.meta.url).href)
}

interface Written {
  readonly request: unknown
  readonly data: unknown
}

/** A handle that answers each write with the next of these. */
class FakeHandle {
  readonly written: Written[] = []
  private readonly results: unknown[]

  constructor(...results: unknown[]) {
    this.results = results
  }

  writeBuffer(request: unknown, data: unknown): unknown {
    this.written.push({ request, data })
    return this.results.shift()
  }

  writeLatin1String(request: unknown, data: unknown): unknown {
    return this.writeBuffer(request, data)
  }
}

function socketOn(handle: FakeHandle | null | undefined): Socket {
  return { _handle: handle } as unknown as Socket
}

/** What a writer is told. */
function observed() {
  const told: { size: number; error: Error | null }[] = []
  return { told, written: (size: number, error: Error | null) => void told.push({ size, error }) }
}

async function known(handle: FakeHandle): Promise<typeof DirectWrites> {
  const module = await unwatched()
  assert.equal(module.handleOf(socketOn(handle)), null)
  // This is what Node's socket does.
  handle.writeLatin1String(null, 'first')
  return module
}

describe('writing to the handle of a socket', () => {
  it('waits until Node has been seen to write to one without a request', async () => {
    const handle = new FakeHandle(0, 0)
    const { handleOf, writeText } = await known(handle)
    assert.equal(handleOf(socketOn(handle)), handle)
    assert.equal(writeText(handle as never, 'second', observed()), 0)
    assert.deepEqual(handle.written, [
      { request: null, data: 'first' },
      { request: null, data: 'second' },
    ])
    assert.deepEqual(Object.keys(handle), ['written', 'results'])
  })

  for (const [what, request, result] of [
    ['with a request, as Node 24 does', {}, 0],
    ['and is given nothing for it', null, undefined],
    ['and is given something unknown for it', null, {}],
  ] as const) {
    it(`is not done where the runtime writes ${what}`, async () => {
      const handle = new FakeHandle(result)
      const { handleOf } = await unwatched()
      handleOf(socketOn(handle))
      handle.writeBuffer(request, new Uint8Array(1))
      assert.equal(handleOf(socketOn(handle)), null)
      assert.equal(handleOf(socketOn(new FakeHandle())), null)
    })
  }

  it('is not done where there is no handle, or none that can be written to', async () => {
    const { handleOf } = await unwatched()
    for (const handle of [null, undefined, {} as FakeHandle]) assert.equal(handleOf(socketOn(handle)), null)
  })

  it('tells when the kernel has taken the rest, and keeps the bytes until then', async () => {
    const request: Record<string, unknown> = { writeStatus: null }
    const handle = new FakeHandle(0, request)
    const { writeBytes } = await known(handle)
    const writer = observed()
    const bytes = new Uint8Array(5)
    assert.equal(writeBytes(handle as never, bytes, writer), 5)
    assert.equal(request.buffer, bytes)
    assert.deepEqual(writer.told, [])
    ;(request.oncomplete as (status: number) => void)(0)
    assert.deepEqual(writer.told, [{ size: 5, error: null }])
  })

  it('tells of a failure, at once or later, in a turn of its own', async () => {
    const request: Record<string, unknown> = { writeStatus: null }
    const handle = new FakeHandle(0, -32, { writeStatus: -104 }, request)
    const { writeText } = await known(handle)
    const writer = observed()
    assert.equal(writeText(handle as never, 'four', writer), 4)
    assert.equal(writeText(handle as never, 'fiver', writer), 5)
    assert.deepEqual(writer.told, [])
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(writeText(handle as never, 'sixsix', writer), 6)
    ;(request.oncomplete as (status: number) => void)(-125)
    assert.deepEqual(
      writer.told.map(({ size, error }) => [size, (error as NodeJS.ErrnoException).code]),
      [
        [4, 'EPIPE'],
        [5, 'ECONNRESET'],
        [6, 'ECANCELED'],
      ],
    )
  })
})
