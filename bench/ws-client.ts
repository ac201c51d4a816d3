// Runs the project's own WebSocket client, and reads what it counted.
import type { Messages, Service } from './loads.ts'
import { run } from './processes.ts'
import { compiled } from './programs.ts'
import type { Counted } from './wrk.ts'

/** A message that is compressed and takes this much of its size, or more, is not compressed in earnest. */
const COMPRESSED = 0.75

/** Loads `origin` for so many seconds. */
export async function wsClient(load: Messages, service: Service, origin: string, seconds: number): Promise<Counted> {
  const { path, connections, inFlight, size, content } = load
  const kind = service === 'ws-limit' ? 'any' : content
  const client = compiled('load/ws.c', '-lz')
  const argv = [new URL(origin).port, path, connections, inFlight, size, seconds, kind]
  return parseWs(await run([client, ...argv.map(String)]), load)
}

/** Reads the line of JSON that `load/ws.c` prints. */
export function parseWs(printed: string, { size, content }: Pick<Messages, 'size' | 'content'>): Counted {
  const { messages, bytes, microseconds, ...counted } = JSON.parse(printed) as Record<string, number>
  const faults = Object.entries(FAULTS).filter(([name]) => (counted[name] ?? 0) > 0)
  const words = faults.map(([name, meaning]) => `${counted[name]} ${meaning}`)
  if (messages === 0) words.push('no message came back')
  if (content === 'deflate' && bytes! > messages! * size * COMPRESSED) words.push('messages are hardly compressed')
  return {
    requests: messages!,
    bytes: bytes!,
    seconds: microseconds! / 1e6,
    fault: words.length > 0 ? words.join(', ') : null,
  }
}

const FAULTS = {
  wrong: 'messages other than those that were sent',
  uncompressed: 'messages that were not compressed',
  closed: 'connections closed by the server',
}
