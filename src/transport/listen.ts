// Listening: sockets are opened here, and what is accepted becomes a channel.
import type { Listener, ListenOptions } from './listener.ts'

export async function listen(_options: ListenOptions): Promise<Listener> {
  throw new Error('not built yet')
}
