// Streamed content without a wire: how far a source is driven, and how it learns that nobody wants the rest.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Body, readableOf, type StreamSource, stream, type Write } from '../../src/exchange/index.ts'

function bodyOf(source: StreamSource): Body {
  return stream(source).body as Body
}

async function textOf(body: Body): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull())
    text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** Long enough for everything to settle that can. */
const settled = () => new Promise(resolve => setImmediate(resolve))

describe('what a stream takes', () => {
  const bytes = new TextEncoder().encode('ü')
  const SOURCES: Readonly<Record<string, () => StreamSource>> = {
    'an array': () => ['a', bytes, 'b'],
    'a generator': () =>
      (function* () {
        yield 'a'
        yield bytes
        yield 'b'
      })(),
    'an async generator': () =>
      (async function* () {
        yield 'a'
        yield bytes
        yield 'b'
      })(),
    'a Web stream of values': () => ReadableStream.from(['a', bytes, 'b']),
    'a Web stream of bytes': () => new Response('aüb').body as ReadableStream<Uint8Array>,
    'a function that writes': () => async (write: Write) => {
      await write('a')
      await write(bytes)
      await write('b')
    },
    'a function that writes at once': () => (write: Write) => {
      write('a')
      write(bytes)
      write('b')
    },
  }
  for (const [name, make] of Object.entries(SOURCES))
    it(name, async () => {
      assert.equal(await textOf(bodyOf(make())), 'aüb')
    })

  it('nothing else', () => {
    for (const [source, message] of [
      ['text', /not a string: text\(…\)/],
      [new Uint8Array(3), /Uint8Array: text\(…\) and bytes\(…\)/],
      [5, /not a number/],
      [null, /not null/],
      [{}, /an object of Object/],
      [Promise.resolve(['a']), /an object of Promise/],
    ] as const)
      assert.throws(() => stream(source as never), message)
    const locked = ReadableStream.from(['a'])
    locked.getReader()
    assert.throws(() => stream(locked), /somebody reads already/)
  })

  it('only strings and bytes in it, and lets go of what yields others', async () => {
    let over = false
    async function* wrong() {
      try {
        yield 'a'
        yield { b: 1 } as unknown as string
      } finally {
        over = true
      }
    }
    for (const [source, message] of [
      [wrong(), /yielded an object of Object: .*JSON\.stringify/],
      [[1] as never, /yielded a number/],
      [[null] as never, /yielded null/],
      [new Uint16Array(2) as never, /yielded a number/],
      [(write: Write) => write(new ArrayBuffer(2) as never), /wrote an object of ArrayBuffer/],
    ] as [StreamSource, RegExp][])
      await assert.rejects(textOf(bodyOf(source)), message)
    await settled()
    assert.equal(over, true)
  })

  it('long strings in pieces, without breaking a character', async () => {
    const long = `${'x'.repeat(65_535)}🎉${'ü'.repeat(70_000)}`
    const body = bodyOf([long, 'end'])
    const sizes: number[] = []
    let text = ''
    for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) {
      sizes.push(chunk.length)
      text += new TextDecoder('utf-8', { fatal: true }).decode(chunk)
    }
    assert.equal(text, `${long}end`)
    assert.ok(sizes.length > 3 && Math.max(...sizes) <= 3 * 65_536, String(sizes))
  })
})

describe('a source that is asked', () => {
  it('is asked for nothing before the content is wanted, and for one chunk at a time', async () => {
    let asked = 0
    const body = bodyOf(
      (function* () {
        for (;;) yield String(++asked)
      })(),
    )
    await settled()
    assert.equal(asked, 0)
    await body.pull()
    await body.pull()
    await settled()
    assert.equal(asked, 2)
  })

  it('answers at once where it can', () => {
    assert.ok(bodyOf(['a']).pull() instanceof Uint8Array)
  })

  it('is told that the rest is not wanted', async () => {
    const told: unknown[] = []
    async function* ticks() {
      try {
        for (;;) yield 'tick'
      } finally {
        told.push('finally')
      }
    }
    const generator = bodyOf(ticks())
    await generator.pull()
    generator.cancel('enough')
    const web = bodyOf(new ReadableStream({ pull: c => c.enqueue('x'), cancel: reason => void told.push(reason) }))
    await web.pull()
    web.cancel('enough')
    await settled()
    assert.deepEqual(told, ['finally', 'enough'])
  })

  it('may fail at being told so', async () => {
    const failing = bodyOf({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: 'x' }),
        return() {
          throw new Error('no')
        },
      }),
    })
    failing.pull()
    failing.cancel('enough')
    bodyOf(new ReadableStream({ cancel: () => Promise.reject(new Error('no')) })).cancel('enough')
    await settled()
  })
})

describe('a producer', () => {
  it('is not called before the content is wanted', async () => {
    let called = false
    const body = bodyOf(() => {
      called = true
    })
    await settled()
    assert.equal(called, false)
    body.cancel('not sent')
    await settled()
    assert.equal(called, false)
  })

  it('waits where 64 KB wait, and goes on when there is room', async () => {
    let written = 0
    const body = bodyOf(async write => {
      for (let count = 0; count < 100; count++) {
        await write('x'.repeat(10_000))
        written += 10_000
      }
    })
    await body.pull()
    await settled()
    // The first went to the reader, seven wait; the last of these has not been settled.
    assert.equal(written, 70_000)
    let size = 10_000
    for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) {
      size += chunk.length
      await settled()
      assert.ok(written - size <= 70_000, `${written} ahead of ${size}`)
    }
    assert.equal(size, 1_000_000)
  })

  it('may write a chunk of any size where there is room', async () => {
    const body = bodyOf(async write => {
      await write('x'.repeat(3_000_000))
      await write('end')
    })
    assert.equal((await textOf(body)).length, 3_000_003)
  })

  it('that does not wait fails at its bound, and not the process', async () => {
    let reached = 0
    const body = bodyOf(async (write, signal) => {
      while (!signal.aborted && reached < 100_000_000) {
        write('x'.repeat(1000))
        reached += 1000
      }
    })
    await assert.rejects(textOf(body), /more than 1048576 bytes ahead of the client: await each write/)
    assert.ok(reached <= 1_100_000, String(reached))
    await settled()
  })

  it('may write again into the memory that it has written', async () => {
    const memory = new Uint8Array(4)
    const body = bodyOf(async write => {
      for (const letter of 'abc') {
        memory.fill(letter.charCodeAt(0))
        await write(memory)
      }
    })
    assert.equal(await textOf(body), 'aaaabbbbcccc')
  })

  it('learns by its signal and its writes that nobody wants the rest', async () => {
    const gone = new Error('gone')
    const seen: unknown[] = []
    const body = bodyOf(async (write, signal) => {
      signal.addEventListener('abort', () => seen.push(signal.reason))
      try {
        for (;;) await write('x'.repeat(40_000))
      } catch (error) {
        seen.push(error)
        throw error
      } finally {
        seen.push('finally')
      }
    })
    await body.pull()
    // By now a write waits for room.
    await settled()
    body.cancel(gone)
    await settled()
    assert.deepEqual(seen, [gone, gone, 'finally'])
  })

  it('that fails has what it wrote before sent, then breaks off', async () => {
    const body = bodyOf(async write => {
      await write('before')
      throw new Error('boom')
    })
    assert.equal(new TextDecoder().decode((await body.pull()) as Uint8Array), 'before')
    await assert.rejects(async () => body.pull(), /boom/)
  })

  it('that fails before anything breaks off at once', async () => {
    await assert.rejects(
      textOf(
        bodyOf(() => {
          throw new Error('boom')
        }),
      ),
      /boom/,
    )
  })

  it('that writes after its end is told so', async () => {
    let late: Write | undefined
    assert.equal(
      await textOf(
        bodyOf(write => {
          late = write
        }),
      ),
      '',
    )
    await assert.rejects(async () => late?.('late'), /wrote after its promise was fulfilled/)
  })
})

describe('content as a Web stream', () => {
  it('is read as it is asked for, whatever reads it', async () => {
    let pulled = 0
    const chunks = ['one', '', 'two']
    const body = (): Body => ({
      length: undefined,
      pull() {
        pulled++
        const chunk = chunks[(pulled - 1) % 4]
        return chunk === undefined ? null : new TextEncoder().encode(chunk)
      },
      cancel() {},
    })
    const web = readableOf(body())
    await settled()
    assert.equal(pulled, 0)
    assert.equal(await new Response(web).text(), 'onetwo')
    const reader = readableOf(body()).getReader({ mode: 'byob' })
    let text = ''
    for (let step = await reader.read(new Uint8Array(2)); !step.done; step = await reader.read(new Uint8Array(2)))
      text += new TextDecoder().decode(step.value)
    assert.equal(text, 'onetwo')
  })

  it('does not keep what is only lent, cancels the content, and fails with it', async () => {
    const lent = new Uint8Array(3)
    const cancelled: unknown[] = []
    const body: Body = {
      length: undefined,
      pull: () => lent.fill(lent[0] + 1),
      cancel: reason => void cancelled.push(reason),
    }
    const reader = readableOf(body).getReader()
    const [one, two] = [await reader.read(), await reader.read()]
    assert.deepEqual([one.value?.[0], two.value?.[0], lent.length], [1, 2, 3])
    await reader.cancel('enough')
    assert.deepEqual(cancelled, ['enough'])
    const failing = readableOf({ ...body, pull: () => Promise.reject(new Error('lost')) })
    await assert.rejects(failing.getReader().read(), /lost/)
  })
})
