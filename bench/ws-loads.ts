// What is asked of the servers over WebSocket, as data.
import type { Broadcast, Load, Messages } from './loads.ts'

const KB = 1024

/** Messages of 64 bytes, one in flight on each of 64 connections. */
export function messages(name: string, title: string, differences: Partial<Messages> = {}): Messages {
  return {
    kind: 'messages',
    name,
    title,
    services: ['ws', 'ws-limit'],
    path: '/',
    unit: 'µs CPU per message',
    rounds: 15,
    connections: 64,
    inFlight: 1,
    size: 64,
    content: 'binary',
    ...differences,
  }
}

function broadcast(name: string, title: string, atOnce: number): Broadcast {
  return {
    kind: 'broadcast',
    name,
    title,
    services: ['ws-rooms'],
    path: '/',
    unit: 'µs CPU per message and peer',
    rounds: 9,
    listeners: 5000,
    atOnce,
  }
}

export const wsLoads: readonly Load[] = [
  messages('ws', 'WebSocket: messages of 64 bytes there and back'),
  messages('ws-16', 'WebSocket: the same, 16 in flight on each connection', { inFlight: 16 }),
  messages('ws-16k', 'WebSocket: messages of 16 KB', { size: 16 * KB }),
  messages('ws-text', 'WebSocket: text of 64 bytes', { content: 'text' }),
  messages('ws-json', 'WebSocket: JSON of 1 KB', { content: 'json', size: KB }),
  messages('ws-deflate', 'WebSocket: JSON of 1 KB, compressed', {
    services: ['ws-deflate'],
    content: 'deflate',
    size: KB,
  }),
  broadcast('ws-broadcast', 'WebSocket: a message to 5,000 peers', 1),
  broadcast('ws-broadcast-8', 'WebSocket: eight messages at once to 5,000 peers', 8),
  {
    kind: 'idle',
    name: 'ws-idle',
    title: 'WebSocket: memory of an idle connection that has had one message',
    services: ['ws', 'bare'],
    path: '/',
    unit: 'bytes per connection',
    rounds: 3,
    connections: 10_000,
    warm: 1000,
    openStreams: 0,
  },
]
