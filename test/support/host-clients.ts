// Clients that ask one host after another: over HTTP/1.1 on a bare socket, over HTTP/2 with Node's own client.
import { connect as connectH2 } from 'node:http2'
import { connect as connectPlain, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

export interface Question {
  readonly port: number
  readonly address?: string
  /** Host, or `:authority`; null for HTTP/1.0 without one. */
  readonly host?: string | null
  readonly path?: string
  /** TLS, and the name to ask for; '' for none. Absent for a plain connection. */
  readonly serverName?: string
  readonly tls?: ConnectionOptions
}

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly content: string
  /** The names of the certificate, as `DNS:a.example`; empty without one. */
  readonly names: string
}

export type Wire = 'HTTP/1.1' | 'HTTP/2'
export const WIRES: readonly Wire[] = ['HTTP/1.1', 'HTTP/2']

export function ask(question: Question, wire: Wire = 'HTTP/1.1'): Promise<Answer> {
  return wire === 'HTTP/1.1' ? askH1(question) : askH2(question)
}

/** Resolves once it can be written to. */
export function open(
  { port, address = '127.0.0.1', serverName, tls }: Question,
  wire: Wire,
): Promise<Socket | TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket =
      serverName === undefined
        ? connectPlain(port, address)
        : connectTls({
            port,
            host: address,
            servername: serverName,
            rejectUnauthorized: false,
            ALPNProtocols: [wire === 'HTTP/2' ? 'h2' : 'http/1.1'],
            ...tls,
          })
    socket.once('error', reject)
    socket.once(serverName === undefined ? 'connect' : 'secureConnect', () => resolve(socket))
  })
}

async function askH1(question: Question): Promise<Answer> {
  const socket = await open(question, 'HTTP/1.1')
  const { host = 'localhost', path = '/' } = question
  const names = namesOf(socket)
  const head =
    host === null ? `GET ${path} HTTP/1.0\r\n` : `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`
  socket.write(`${head}\r\n`)
  let reply = ''
  for await (const chunk of socket.setEncoding('latin1')) reply += chunk
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(reply) ?? []
  const end = reply.indexOf('\r\n\r\n')
  return {
    status: Number(status),
    location: /\r\nLocation: ([^\r]+)/i.exec(reply.slice(0, end))?.[1],
    content: reply.slice(end + 4),
    names,
  }
}

async function askH2(question: Question): Promise<Answer> {
  const socket = await open(question, 'HTTP/2')
  const { host = 'localhost', path = '/', serverName } = question
  const session = connectH2(`${serverName === undefined ? 'http' : 'https'}://${host}`, {
    createConnection: () => socket,
  })
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      const stream = session.request({ ':path': path })
      let status = 0
      let location: string | undefined
      let content = ''
      stream.setEncoding('latin1').on('error', reject)
      stream.on('response', fields => {
        status = Number(fields[':status'])
        location = fields.location
      })
      stream.on('data', chunk => {
        content += chunk
      })
      stream.on('end', () => resolve({ status, location, content, names: namesOf(socket) }))
    })
  } finally {
    session.close()
    socket.destroy()
  }
}

/** A connection that asks again and again. */
export interface Conversation {
  ask(): Promise<string>
  close(): void
}

/** Opens it; each answer is its status and content. The content must not be empty. */
export async function converse(question: Question, wire: Wire): Promise<Conversation> {
  const socket = await open(question, wire)
  if (wire === 'HTTP/2') {
    const session = connectH2(`https://${question.host}`, { createConnection: () => socket })
    return {
      ask: () =>
        new Promise((resolve, reject) => {
          const stream = session.request({ ':path': '/' })
          let answer = ''
          stream.on('response', fields => {
            answer = `${fields[':status']} `
          })
          stream.setEncoding('latin1').on('error', reject)
          stream.on('data', chunk => {
            answer += chunk
          })
          stream.on('end', () => resolve(answer))
        }),
      close: () => session.destroy(),
    }
  }
  socket.setEncoding('latin1')
  return {
    ask: () =>
      new Promise((resolve, reject) => {
        let reply = ''
        const read = (chunk: string): void => {
          reply += chunk
          const end = reply.indexOf('\r\n\r\n')
          const length = /\r\nContent-Length: (\d+)/i.exec(reply)?.[1]
          const content = reply.slice(end + 4)
          if (end === -1 || content.length < Number(length)) return
          socket.off('data', read).off('close', reject)
          resolve(`${reply.slice(9, 12)} ${content}`)
        }
        socket.on('data', read).on('close', reject)
        socket.write(`GET / HTTP/1.1\r\nHost: ${question.host}\r\n\r\n`)
      }),
    close: () => socket.destroy(),
  }
}

function namesOf(socket: Socket | TLSSocket): string {
  return 'getPeerCertificate' in socket ? (socket.getPeerCertificate().subjectaltname ?? '') : ''
}
