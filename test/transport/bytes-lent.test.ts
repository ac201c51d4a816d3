// Blocks of bytes that are written: they are used again only once nobody reads them any more, whoever fills them next.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { ByteOutput } from '../../src/bytes/byte-output.ts'
import { developmentCertificate } from '../../src/certificates/index.ts'
import { type Channel, TlsContext } from '../../src/transport/index.ts'
import { type Opened, open } from './support.ts'

/** More than socket buffers hold, in pieces as frames come. */
const PIECES = 1200
const PIECE = 16_000

function fill(output: ByteOutput, value: number): void {
  output.copy(new Uint8Array(PIECE).fill(value), 0, PIECE)
}

/** Writes to two channels in turn, each its own bytes, while one's client does not read. */
function writeBoth(slow: Channel, other: Channel): void {
  const mine = new ByteOutput()
  const others = new ByteOutput()
  for (let i = 0; i < PIECES; i++) {
    fill(mine, i % 251)
    if (i % 3 === 0) slow.writeBytes(mine)
    fill(others, 255)
    other.writeBytes(others)
  }
  slow.writeBytes(mine)
}

async function checkSlowReader(opened: Opened, connect: () => Promise<Socket>): Promise<void> {
  const slowSocket = await connect()
  const slow = await opened.next()
  const otherSocket = await connect()
  const other = await opened.next()
  try {
    otherSocket.resume()
    writeBoth(slow, other)
    assert.ok(slow.backlog > 0, 'the bytes must be more than the socket takes at once')
    assert.equal(await readPattern(slowSocket), PIECES * PIECE)
  } finally {
    slowSocket.destroy()
    otherSocket.destroy()
    await opened.listener.close()
  }
}

/** Reads until a byte is not what was written there, or all have come. @returns how many were right */
async function readPattern(socket: Socket): Promise<number> {
  let received = 0
  for await (const chunk of socket) {
    for (const byte of chunk) {
      if (byte !== Math.floor(received / PIECE) % 251) return received
      received++
    }
    if (received === PIECES * PIECE) break
  }
  return received
}

test('bytes for a slow reader arrive as they were, whatever is written meanwhile', async () => {
  const opened = await open()
  await checkSlowReader(opened, () => opened.connect())
})

test('bytes for a slow reader over TLS arrive as they were, whatever is written meanwhile', async context => {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'wirewright-lent-'))
  context.after(() => rmSync(cacheFolder, { recursive: true }))
  const opened = await open({ tls: new TlsContext(await developmentCertificate({ cacheFolder, now: Date.now() })) })
  await checkSlowReader(opened, async () => {
    const address = opened.listener.addresses[0] as { port: number }
    const socket = connectTls({ port: address.port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return socket
  })
})
