// Loads of `npm run echo`, as data: for comparing one revision with another, from hello to content in both directions.
import { h2, type Messages, type Service, type Throughput, throughput } from './loads.ts'
import { messages } from './ws-loads.ts'

const KB = 1024
const BYTES = 100_000
/** What `/bytes/N` repeats. */
const PATTERN = '0123456789abcdef'

export const echoLoads: readonly (Throughput | Messages)[] = [
  throughput('echo', 'Echo: nothing', { services: ['echo'], answer: 'OK' }),
  throughput('echo-1k', 'Echo: 1 KB there and back', sending(KB, 'echo')),
  throughput('echo-16k', 'Echo: 16 KB there and back', sending(16 * KB, 'echo')),
  throughput('echo-bytes', 'Echo: 100,000 bytes from /bytes', bytes('echo')),
  h2('echo-h2', 'Echo over HTTP/2: nothing', { services: ['h2-echo'], answer: 'OK\n\n\n' }),
  h2('echo-h2-64', 'Echo over HTTP/2: nothing, 64 connections of one stream', {
    services: ['h2-echo'],
    answer: 'OK\n\n\n',
    connections: 64,
    inFlight: 1,
  }),
  h2('echo-h2-1k', 'Echo over HTTP/2: 1 KB there and back', sending(KB, 'h2-echo')),
  h2('echo-h2-16k', 'Echo over HTTP/2: 16 KB there and back', { ...sending(16 * KB, 'h2-echo'), inFlight: 10 }),
  h2('echo-h2-bytes', 'Echo over HTTP/2: 100,000 bytes from /bytes', { ...bytes('h2-echo'), inFlight: 10 }),
  messages('echo-ws', 'Echo over WebSocket: 64 bytes', { services: ['ws-echo'] }),
  messages('echo-ws-16k', 'Echo over WebSocket: 16 KB', { services: ['ws-echo'], size: 16 * KB }),
]

function sending(sends: number, service: Service): Partial<Throughput> {
  return { services: [service], path: '/content', sends, answer: 'x'.repeat(sends) }
}

function bytes(service: Service): Partial<Throughput> {
  return { services: [service], path: `/bytes/${BYTES}`, answer: PATTERN.repeat(BYTES / PATTERN.length) }
}
