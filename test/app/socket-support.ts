// The same test of WebSocket connections over every wire: HTTP/1.1, HTTP/2, and without a socket (`app.connect`).
import type { TestContext } from 'node:test'
import { App, FieldList, SocketRefused } from '../../src/index.ts'
import { connectSocket, HandshakeRefused } from '../support/websocket-client.ts'
import { ALSO_WITHOUT, type EachWireOptions, eachWire, type Wire } from './support.ts'

export type Message = string | Uint8Array

/** A client's end of a connection. */
export interface Client {
  readonly protocol: string
  /** Of the reply to the handshake. */
  readonly fields: { get(name: string): string | undefined }
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  send(message: Message): unknown
  next(): Promise<Message>
  close(code: number, reason?: string): unknown
  /** Goes without a word. */
  vanish(): void
}

export interface Asked {
  readonly protocols?: readonly string[]
  readonly fields?: Readonly<Record<string, string>>
}

/** How a handshake was refused. */
export interface Refusal {
  readonly status: number
  readonly fields: { get(name: string): string | null | undefined }
  readonly content: string
}

export class SocketWire {
  readonly wire: Wire
  readonly app: App
  private readonly clients: Client[] = []

  constructor(wire: Wire, app: App) {
    this.wire = wire
    this.app = app
  }

  async connect(path: string, asked: Asked = {}): Promise<Client> {
    const client = await (this.wire.version === null ? this.without(path, asked) : this.over(path, asked))
    this.clients.push(client)
    return client
  }

  /** What a handshake is refused with. @throws Error where it is taken */
  async refused(path: string, asked: Asked = {}): Promise<Refusal> {
    try {
      await this.connect(path, asked)
    } catch (error) {
      if (error instanceof HandshakeRefused) return error.response
      if (!(error instanceof SocketRefused)) throw error
      const { status, headers } = error.response
      return { status, fields: headers, content: await error.response.text() }
    }
    throw new Error(`The handshake to ${path} was taken`)
  }

  vanishAll(): void {
    for (const client of this.clients) client.vanish()
  }

  private async over(path: string, { protocols = [], fields = {} }: Asked): Promise<Client> {
    const { port, version } = this.wire
    const socket = await connectSocket({ port, path, protocols, fields, http2: version === '2' })
    const { response } = socket
    // The client leaves it to its users to tell a page over HTTP/1.1.
    if (response !== null && version === '1.1' && response.status !== 101) {
      socket.destroy()
      throw new HandshakeRefused(response)
    }
    return {
      protocol: socket.protocol,
      fields: response?.fields ?? FieldList.empty,
      closed: socket.closed,
      send: message => socket.send(message),
      next: () => socket.next(),
      close: (code, reason) => socket.close(code, reason),
      vanish: () => socket.destroy(),
    }
  }

  private async without(path: string, { protocols = [], fields = {} }: Asked): Promise<Client> {
    const client = await this.app.connect(path, { protocols, headers: { ...fields } })
    return {
      protocol: client.protocol,
      fields: client.fields,
      closed: client.closed,
      send: message => client.send(message),
      next: () => client.next(),
      close: (code, reason) => client.close(code, reason),
      vanish: () => client.cut(),
    }
  }
}

/** Declares a test for each wire, as `eachWire` does. Connections that are left are cut off. */
export function eachSocketWire(
  name: string,
  make: () => App<object, object>,
  run: (sockets: SocketWire, test: TestContext) => Promise<void>,
  options: EachWireOptions = {},
): void {
  // Tests of a file run one after the other: the one that is made last is the one that is served.
  let current = new App()
  eachWire(
    name,
    () => {
      current = make() as App
      return current
    },
    async (wire, test) => {
      const sockets = new SocketWire(wire, current)
      try {
        await run(sockets, test)
      } finally {
        sockets.vanishAll()
      }
    },
    { wires: ALSO_WITHOUT, ...options },
  )
}

/** A promise and what settles it. */
export function event<Value = void>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>()
}
