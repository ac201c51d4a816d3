// The same for HTTP/2, asked in Node's own client: all requests that a load has in flight on a connection, at once on one.
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { CIPHER } from './h2load.ts'
import type { Throughput } from './loads.ts'
import { contentOf, type Materials } from './prepare.ts'
import { type Expected, expectedFile, expectedOf, verifyAnswer, wrong } from './verify.ts'

/** Content of an upload that must arrive whole. */
const UPLOAD = Buffer.alloc(1_000_000, 'x')
const PATIENCE = 10_000

/** @throws where a reply is not what every peer must give, or comes by another protocol or cipher */
export async function verifyH2(load: Throughput, origin: string, materials: Materials): Promise<void> {
  const all = [load, ...load.others]
  const expected = await Promise.all(all.map(each => expectedOf(each, materials)))
  await inSession(origin, async session => {
    const requests = Array.from({ length: load.inFlight }, (_, i) => {
      const { path } = all[i % all.length]!
      return askOne(session, { ...load, path }, expected[i % all.length]!)
    })
    await Promise.all(requests)
  })
}

/** @throws where the file does not come as it is */
export function verifyDownload(path: string, origin: string, materials: Materials): Promise<void> {
  return inSession(origin, async session =>
    askOne(session, { path, fields: {}, sends: 0 }, await expectedFile(path, materials)),
  )
}

/** @throws where the server does not take content, or says that it was another number of bytes */
export function verifyUpload(path: string, origin: string): Promise<void> {
  return inSession(origin, async session => {
    const request = session.request({ ':method': 'PUT', ':path': path, 'content-length': UPLOAD.length })
    request.end(UPLOAD)
    const { ':status': status = 0 } = await response(request)
    let said = ''
    for await (const chunk of request) said += chunk
    if (status < 200 || status > 299) throw wrong(path, `status ${status}`)
    // Not every server can tell.
    if (/^\d+$/.test(said) && said !== String(UPLOAD.length)) throw wrong(path, `${said}, not ${UPLOAD.length}`)
  })
}

async function askOne(
  session: ClientHttp2Session,
  { path, fields, sends }: Pick<Throughput, 'path' | 'fields' | 'sends'>,
  expected: Expected,
): Promise<void> {
  const lowerCase = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
  const head = sends > 0 ? { ':method': 'POST', 'content-length': sends } : {}
  const request = session.request({ ...lowerCase, ':path': path, ...head }, { endStream: sends === 0 })
  if (sends > 0) request.end(contentOf(sends))
  const { ':status': status, 'content-length': length } = await response(request)
  await verifyAnswer(path, { status, length, content: request }, expected)
}

async function response(request: ClientHttp2Stream): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> {
  const [head] = await once(request, 'response', { signal: AbortSignal.timeout(PATIENCE) })
  return head
}

async function inSession(origin: string, ask: (session: ClientHttp2Session) => Promise<void>): Promise<void> {
  const window = { settings: { initialWindowSize: 1 << 24 } }
  const session = connect(origin, { ...window, rejectUnauthorized: false, ciphers: CIPHER })
  try {
    await once(session, 'connect', { signal: AbortSignal.timeout(PATIENCE) })
    session.on('error', () => {})
    verifyTerms(session)
    session.setLocalWindowSize(1 << 30)
    await ask(session)
  } finally {
    session.destroy()
  }
}

function verifyTerms({ socket, encrypted }: ClientHttp2Session): void {
  if (!encrypted) return
  const { alpnProtocol } = socket as TLSSocket
  const { standardName } = (socket as TLSSocket).getCipher()
  if (alpnProtocol !== 'h2') throw new Error(`speaks ${alpnProtocol || 'nothing agreed'} over TLS`)
  if (standardName !== CIPHER) throw new Error(`enciphers with ${standardName}`)
}
