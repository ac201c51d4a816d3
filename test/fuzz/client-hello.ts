// A TLS client's first bytes, whatever they are: the name that is asked for is told once, as soon as it can be, and as it stands there.
import assert from 'node:assert/strict'
import { MOST_HELLO_BYTES, serverNameOf } from '../../src/transport/client-hello.ts'

/** A ClientHello of the least that it can be, which asks for a name. */
function hello(name: string): Uint8Array {
  const host = [0, ...sized(2, Buffer.from(name))]
  const extensions = [0, 10, ...sized(2, [0, 0]), 0, 0, ...sized(2, sized(2, host))]
  const body = [3, 3, ...new Uint8Array(32), 0, ...sized(2, [0x13, 1]), 1, 0, ...sized(2, extensions)]
  return Uint8Array.from([22, 3, 1, ...sized(2, [1, ...sized(3, body)])])
}

function sized(width: number, content: Iterable<number>): number[] {
  const bytes = [...content]
  return [...Array.from({ length: width }, (_, i) => (bytes.length >> (8 * (width - 1 - i))) & 255), ...bytes]
}

export default {
  name: 'client-hello',
  seeds: [hello('a.example'), hello('A.EXAMPLE'), hello(''), Uint8Array.of(22, 3, 1, 0, 4, 2, 0, 0, 0)],
  run(bytes: Uint8Array): readonly string[] {
    const name = serverNameOf(bytes)
    if (bytes.length >= MOST_HELLO_BYTES) assert.notEqual(name, null)
    if (name === null) return ['waits']
    assert.equal(name, name.toLowerCase())
    const text = Buffer.from(bytes).toString('latin1').toLowerCase()
    // A name may be cut by the border of two records, and is whole all the same.
    if (bytes.length < 300 && !text.slice(1).includes('\x16')) assert.ok(text.includes(name))
    // What was told once is not told otherwise when more comes in.
    assert.equal(serverNameOf(Uint8Array.from([...bytes, 0])), name)
    return [name === '' ? 'none' : 'named']
  },
}
