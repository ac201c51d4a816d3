// The client's side: the same frames, over Node's socket. Run it with: node client.ts PORT COMMAND [KEY [VALUE]]
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Frame, Frames } from './frames.ts'

export class StoreClient {
  private readonly socket: Socket
  private readonly frames = new Frames()
  /** Who waits for an answer, in the order in which they asked. */
  private readonly waiting: { resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = []

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host })
    this.socket.on('data', bytes => this.receive(bytes as Buffer))
    this.socket.on('error', error => this.fail(error))
    this.socket.on('close', () => this.fail(new Error('The connection was closed')))
  }

  async set(key: string, value: string | Uint8Array): Promise<void> {
    const content = Buffer.from(value)
    await this.ask(`SET ${key} ${content.length}`, content)
  }

  /** The value, or null where there is none. */
  async read(key: string): Promise<Uint8Array | null> {
    return (await this.ask(`GET ${key}`)).content
  }

  /** Whether there was one. */
  async delete(key: string): Promise<boolean> {
    return (await this.ask(`DELETE ${key}`)).words[0] === 'OK'
  }

  close(): void {
    this.socket.end()
  }

  private ask(line: string, content?: Uint8Array): Promise<Frame> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame>()
    this.waiting.push({ resolve, reject })
    this.socket.write(`${line}\n`)
    if (content !== undefined) this.socket.write(Buffer.concat([content, Buffer.from('\n')]))
    return promise
  }

  private receive(bytes: Uint8Array): void {
    this.frames.add(bytes)
    for (let frame = this.frames.next(); frame !== null; frame = this.frames.next()) {
      const { words } = frame
      if (words[0] === 'ERROR') this.waiting.shift()?.reject(new Error(words.slice(1).join(' ')))
      else this.waiting.shift()?.resolve(frame)
    }
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, command = '', key = '', value = ''] = process.argv.slice(2)
  const client = new StoreClient(Number(port))
  const commands: Record<string, () => Promise<string>> = {
    set: () => client.set(key, value).then(() => 'OK'),
    get: () => client.read(key).then(found => (found === null ? 'There is none' : Buffer.from(found).toString())),
    delete: () => client.delete(key).then(there => (there ? 'OK' : 'There is none')),
  }
  console.log(await (commands[command]?.() ?? `Say one of ${Object.keys(commands).join(', ')}`))
  client.close()
}
