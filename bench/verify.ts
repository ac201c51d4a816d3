// Makes sure that a server answers as it should before it is measured: a wrong reply can be very fast.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Throughput } from './loads.ts'
import { contentOf, type Materials } from './prepare.ts'

/** A reply as it comes, whatever the wire. */
export interface Answer {
  readonly status: number | undefined
  /** As the server states it. */
  readonly length: string | undefined
  readonly content: AsyncIterable<Uint8Array>
}

/** What a reply's content must be. */
export interface Expected {
  readonly size: number
  readonly sha256: string
}

/** @throws where a reply is not what every peer must give */
export async function verify(load: Throughput, origin: string, materials: Materials): Promise<void> {
  for (const each of [load, ...load.others]) {
    const reply = await ask(origin + each.path, load.fields, load.sends)
    const answer = { status: reply.statusCode, length: reply.headers['content-length'], content: reply }
    await verifyAnswer(each.path, answer, await expectedOf(each, materials))
  }
  if (load.inFlight > 1) await verifyPipelined(load, origin)
}

/** @throws where status, Content-Length or content are not as expected */
export async function verifyAnswer(path: string, answer: Answer, expected: Expected): Promise<void> {
  const { status, length, content } = answer
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of content) {
    hash.update(chunk)
    size += chunk.length
  }
  if (status !== 200) throw wrong(path, `status ${status}`)
  if (length !== String(expected.size)) throw wrong(path, `a Content-Length of ${length}, not ${expected.size}`)
  if (size !== expected.size || hash.digest('hex') !== expected.sha256) throw wrong(path, 'another content')
}

export function expectedOf(
  { answer, path }: Pick<Throughput, 'path' | 'answer'>,
  materials: Materials,
): Promise<Expected> {
  return answer === null ? expectedFile(path, materials) : Promise.resolve(digest(answer))
}

export function expectedFile(path: string, materials: Materials): Promise<Expected> {
  return digestFile(join(materials.site, path))
}

/** All requests in one write: as many replies must come back, each with its content, and nothing else. */
function verifyPipelined({ path, answer, inFlight: count }: Throughput, origin: string): Promise<void> {
  const { port, host } = new URL(origin)
  if (!answer) throw new Error('Files are not asked for in pipelines')
  return new Promise((done, fail) => {
    let received = ''
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(count)),
    )
    const end = (error?: Error) => {
      socket.destroy()
      error ? fail(error) : done()
    }
    socket.setTimeout(3000, () => end(wrong(path, `${occurrences(received, answer)} of ${count} pipelined replies`)))
    socket.once('error', end)
    socket.on('data', bytes => {
      received += bytes.toString('latin1')
      if (occurrences(received, answer) < count) return
      const sound = occurrences(received, 'HTTP/1.1 200') === count && received.endsWith(answer)
      end(sound ? undefined : wrong(path, 'pipelined replies that are not its replies one after the other'))
    })
  })
}

/** @param sends bytes of content, by POST */
export function ask(url: string, fields: Readonly<Record<string, string>>, sends = 0): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const method = sends > 0 ? 'POST' : 'GET'
    const headers = sends > 0 ? { ...fields, 'Content-Length': sends } : fields
    const options = { method, headers, agent: false as const, timeout: 10_000 }
    const request = url.startsWith('https')
      ? secure(url, { ...options, rejectUnauthorized: false }, done)
      : plain(url, options, done)
    request.once('timeout', () => request.destroy(wrong(url, 'nothing for 10 seconds')))
    request.once('error', fail).end(sends > 0 ? contentOf(sends) : undefined)
  })
}

function digest(text: string): Expected {
  return { size: text.length, sha256: createHash('sha256').update(text).digest('hex') }
}

async function digestFile(path: string): Promise<Expected> {
  const hash: Hash = createHash('sha256')
  let size = 0
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
    }
  })
  return { size, sha256: hash.digest('hex') }
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1
}

export function wrong(path: string, got: string): Error {
  return new Error(`answers GET ${path} with ${got}`)
}
