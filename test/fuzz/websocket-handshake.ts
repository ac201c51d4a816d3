// What the fields of a handshake may be: whether a server takes its half, and a client its own, as RFC 6455 says.
import * as websocket from '../../src/websocket/index.ts'
import { checkHandshake, HANDSHAKE_DICTIONARY, handshakeSeeds } from './websocket-handshake-check.ts'

export default {
  name: 'websocket-handshake',
  seeds: handshakeSeeds(),
  dictionary: HANDSHAKE_DICTIONARY,
  run: (bytes: Uint8Array) => checkHandshake(websocket, bytes),
}
